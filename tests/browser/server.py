"""The demo as anybody starts it: `manage.py runserver PORT` on an empty data directory."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from tests.services import free_port

ROOT = Path(__file__).resolve().parents[2]
SECONDS_TO_START = 120


class Server:
    """A server that can be killed and started again on its port and its data."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._environment = {
            **{name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL")},
            "JVL_DATA_DIR": str(folder / "data"),
            "DEBUG": "1",
            "PYTHONWARNINGS": "default",
        }
        self._process: subprocess.Popen[bytes] | None = None
        self._tokens: dict[str, str] = {}

    def start(self) -> None:
        """Start it, and wait until it is ready."""
        with (self.folder / "server.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "manage.py", "runserver", str(self.port)],
                cwd=ROOT,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )
        deadline = time.monotonic() + SECONDS_TO_START
        while not self._is_ready():
            assert self._process.poll() is None, f"The server ended:\n{self.log()}"
            if time.monotonic() > deadline:
                self.stop(signal.SIGKILL)
                raise AssertionError(f"The server isn't ready:\n{self.log()}")
            time.sleep(0.1)

    def stop(self, how: int = signal.SIGTERM) -> None:
        """End it, by SIGTERM or harder."""
        assert self._process
        self._process.send_signal(how)
        self._process.wait(timeout=20)

    def manage(self, *arguments: str) -> str:
        """Run a management command on its data; what it printed."""
        command = [sys.executable, "manage.py", *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self._environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def token(self, email: str) -> str:
        """A token of the API for a member of the demo: one for the whole run, since a command takes seconds."""
        if email not in self._tokens:
            self._tokens[email] = self.manage("issue_token", email).split()[-1]
        return self._tokens[email]

    def api(self, path: str, *, token: str = "", method: str = "GET", **body: Any) -> tuple[int, Any]:
        """Ask the API; the status and what it answered. Raises OSError where nobody answers."""
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        if token:
            headers["Authorization"] = f"Token {token}"
        data = json.dumps(body).encode() if body else None
        request = urllib.request.Request(f"{self.url}/api/v1/{path}", data=data, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return answer.status, json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            with error:
                return error.code, json.loads(error.read() or b"null")

    def log(self) -> str:
        """What it has written."""
        return (self.folder / "server.log").read_text()

    def _is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

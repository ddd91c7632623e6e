"""Real services for tests, each private, on a free port, and stopped with the test that started it."""

import asyncio
import contextlib
import json
import os
import random
import shutil
import signal
import socket
import socketserver
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import pytest

ROOT = Path(__file__).resolve().parent.parent


def free_port() -> int:
    """Return a port of the loopback that nobody listens on, and that no outgoing connection takes meanwhile."""
    while True:
        # Below the ports that systems give to outgoing connections.
        port = random.SystemRandom().randrange(20_000, 32_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def chromium() -> str:
    """Find the browser. Its shell comes first: the same engine without the windows around it, at half the work."""
    names = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        pytest.skip("Chromium is not installed: no page is tested in a browser")
    return found


def wait_for_port(port: int, process: subprocess.Popen[bytes], *, seconds: float = 30) -> None:
    """Return once somebody listens; fail with the process if it ends first."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"{process.args} ended with {process.returncode}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise TimeoutError(f"{process.args} doesn't listen on {port}")


class Redis:
    """A Redis without persistence that can be killed and started again on its port."""

    def __init__(self) -> None:
        if shutil.which("redis-server") is None:
            pytest.skip("redis-server is not installed: nothing of the Redis path is tested")
        self.port = free_port()
        self.start()

    @property
    def url(self) -> str:
        """Return the address for REDIS_URL."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it and wait until it answers."""
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_for_port(self.port, self._process)

    def stop(self, how: int = signal.SIGKILL) -> None:
        """End it at once."""
        self._process.send_signal(how)
        self._process.wait()


class Postgres:
    """A PostgreSQL cluster in a temporary folder; runs as another user where the tests run as root."""

    def __init__(self) -> None:
        found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
        bin_dir = found[-1].parent if found else Path(shutil.which("postgres") or "/nowhere").parent
        if not (bin_dir / "initdb").exists():
            pytest.skip("PostgreSQL is not installed: nothing of the PostgreSQL path is tested")
        self._bin = bin_dir
        self._user: dict[str, Any] = {"user": "nobody", "group": "nogroup"} if os.geteuid() == 0 else {}
        self._folder = Path(tempfile.mkdtemp(prefix="jvl-postgres-", dir="/tmp"))
        self._folder.chmod(0o700)
        if self._user:
            shutil.chown(self._folder, **self._user)
        self.port = free_port()
        initdb = [bin_dir / "initdb", "-D", self._folder / "data", "-U", "jvl", "-A", "trust", "-E", "UTF8", "-N"]
        subprocess.run(initdb, check=True, stdout=subprocess.DEVNULL, cwd="/tmp", **self._user)
        self.start()

    def start(self) -> None:
        """Start it and wait until it accepts connections."""
        options = {"fsync": "off", "max_connections": "150", "unix_socket_directories": "", "autovacuum": "off"}
        command = [self._bin / "postgres", "-D", self._folder / "data", "-p", str(self.port), "-h", "127.0.0.1"]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        log = (self._folder.parent / f"{self._folder.name}.log").open("ab")
        self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd="/tmp", **self._user)
        log.close()
        wait_for_port(self.port, self._process)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            with contextlib.suppress(Exception):
                self._execute("SELECT 1")
                return
            time.sleep(0.1)
        raise TimeoutError("PostgreSQL doesn't answer")

    def stop(self, how: int = signal.SIGINT) -> None:
        """End it; SIGINT is PostgreSQL's fast stop, which cuts every client."""
        self._process.send_signal(how)
        self._process.wait()

    def database(self, name: str, like: str = "template1") -> str:
        """Make a database, empty or like one that nobody is connected to; returns its DATABASE_URL."""
        self._execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        self._execute(f'CREATE DATABASE "{name}" TEMPLATE "{like}"')
        return f"postgres://jvl@127.0.0.1:{self.port}/{name}"

    def close(self) -> None:
        """End it and remove its folder."""
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)
        (self._folder.parent / f"{self._folder.name}.log").unlink(missing_ok=True)

    def _execute(self, sql: str) -> None:
        import psycopg

        address = f"postgres://jvl@127.0.0.1:{self.port}/postgres"
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(sql)  # type: ignore[arg-type]


class MailServer:
    """An SMTP server that takes everything and keeps it in `mails`, as it came over the wire."""

    def __init__(self, *, seconds_a_mail: float = 0) -> None:
        self.mails: list[bytes] = []
        self.seconds_a_mail = seconds_a_mail
        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """Return the address for EMAIL_URL."""
        return f"smtp://127.0.0.1:{self.port}"

    def stop(self) -> None:
        """End it."""
        self._server.shutdown()
        self._server.server_close()

    def _handler(self) -> type[socketserver.StreamRequestHandler]:
        server = self

        class Conversation(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                with contextlib.suppress(OSError):
                    self.wfile.write(b"220 ready\r\n")
                    while line := self.rfile.readline():
                        self.wfile.write(self._answer(line[:4].upper().strip()))

            def _answer(self, verb: bytes) -> bytes:
                if verb == b"QUIT":
                    return b"221 bye\r\n"
                if verb != b"DATA":
                    return b"250 ok\r\n"
                self.wfile.write(b"354 go on\r\n")
                lines = list(iter(self.rfile.readline, b".\r\n"))
                if lines and lines[-1].endswith(b"\r\n"):
                    server.mails.append(b"".join(lines))
                time.sleep(server.seconds_a_mail)
                return b"250 taken\r\n"

        return Conversation


class Site:
    """Server processes of one site: same settings, same database, each on a port of its own."""

    def __init__(self, folder: Path, *, settings: str, **environment: str) -> None:
        self.folder = folder
        self._settings = settings
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": settings,
            "PYTHONPATH": str(ROOT),
            "JVL_DATA_DIR": str(folder),
            "DEBUG": "1",
            **environment,
        }
        self.processes: dict[int, subprocess.Popen[bytes]] = {}

    def migrate(self) -> None:
        """Make its tables, and leave a SQLite database in the one file that can be copied."""
        self.manage("migrate", "-v0")
        for path in self.folder.glob("*.sqlite3"):
            with contextlib.closing(sqlite3.connect(path)) as connection:
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def manage(self, *arguments: str) -> str:
        """Run a management command to its end and return what it printed."""
        command = [sys.executable, "-m", "django", *arguments]
        done = subprocess.run(command, env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def start(self, port: int | None = None, *command: str) -> int:
        """Start one more server process and wait for it; the same port again after a kill."""
        port = port or free_port()
        arguments = [part.format(port=port) for part in command] or ["-m", "django", "serve", "--port", str(port)]
        log = (self.folder / f"server-{port}.log").open("ab")
        self.processes[port] = subprocess.Popen(
            [sys.executable, *arguments], env=self.environment, cwd=ROOT, stdout=log, stderr=log
        )
        log.close()
        wait_for_port(port, self.processes[port])
        return port

    def stop(self, port: int, how: int = signal.SIGTERM) -> None:
        """End one process, by SIGTERM or harder."""
        process = self.processes.pop(port)
        process.send_signal(how)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise

    def close(self) -> None:
        """End every process."""
        for port in list(self.processes):
            self.stop(port, signal.SIGKILL)

    def log(self) -> str:
        """Return what the processes have written."""
        return "".join(path.read_text() for path in sorted(self.folder.glob("server-*.log")))


def get_json(port: int, path: str, *, cookie: str = "", timeout: float = 30) -> Any:
    """Fetch JSON from a server process."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers={"Cookie": cookie})
    with urllib.request.urlopen(request, timeout=timeout) as answer:
        return json.load(answer)


@contextlib.contextmanager
def closing(service: Any) -> Iterator[Any]:
    """Use a service and end it."""
    try:
        yield service
    finally:
        (service.close if hasattr(service, "close") else service.stop)()


@contextlib.contextmanager
def migrated_postgres(folder: Path, *, settings: str) -> Iterator[Postgres]:
    """A PostgreSQL with a database `migrated`, to make others like it: migrating is slower than all else."""
    with closing(Postgres()) as service:
        Site(folder, settings=settings, DATABASE_URL=service.database("migrated")).migrate()
        yield service


class Flapping:
    """A network of one cable: passes bytes to a port until it is cut, and again once it is mended."""

    def __init__(self, port: int) -> None:
        self._target = port
        self._whole = True
        self._pipes: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._connect, "127.0.0.1", 0)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        self.cut()
        await asyncio.sleep(0.05)

    def cut(self) -> None:
        """Drop what is connected, and whoever tries."""
        self._whole = False
        for pipe in self._pipes:
            pipe.transport.abort()

    def mend(self) -> None:
        """Let connections through again."""
        self._whole = True

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self._whole:
            writer.transport.abort()
            return
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        both = {writer, far_writer}
        self._pipes |= both
        await asyncio.gather(self._pass(reader, far_writer), self._pass(far_reader, writer))
        self._pipes -= both

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65536):
                writer.write(data)
                await writer.drain()
        writer.close()

import os
import socket
import subprocess
import sys

from tests.services import ROOT


def test_an_address_that_cannot_be_had_is_a_failure() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()

        done = subprocess.run(
            [sys.executable, "manage.py", "serve", "--port", str(other.getsockname()[1])],
            cwd=ROOT,
            env={**os.environ, "DEBUG": "1"},
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    assert done.returncode == 1
    assert "Can't listen there" in done.stderr

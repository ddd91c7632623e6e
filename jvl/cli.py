"""What `make` calls: runs, tests, checks or measures the product.

Only the standard library at the top, and only grammar that old Pythons read, so that an old one gets a sentence and
not a traceback. Whatever needs more is started with the Python of `.venv`.
"""

import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from jvl.install import ROOT, VENV_PYTHON, Stop, install, require_python

WRITERS = "--ds=tests.concurrency.settings"
PRINTING = threading.Lock()


def run(port: str = "8000") -> int:
    """Serve the demo; everything it needs is made first."""
    require_free_port(port)
    install("base")
    os.chdir(ROOT)
    os.environ.setdefault("SITE_URL", "http://127.0.0.1:{}".format(port))
    # This process becomes the server, so that Ctrl-C and any signal reach it and nothing is left behind.
    os.execv(VENV_PYTHON, [VENV_PYTHON, os.path.join(ROOT, "manage.py"), "runserver", port])


def require_free_port(text: str) -> int:
    """Say before any work that the port can't be had."""
    if not re.match("^[0-9]{1,5}$", text) or not 0 < int(text) < 65536:
        raise Stop("PORT={} is no port: give a number from 1 to 65535.".format(text))
    probe = socket.socket()
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        probe.bind(("127.0.0.1", int(text)))
    except OSError as error:
        raise Stop(
            "Port {} can't be used ({}). Stop what uses it, or choose another: make run PORT=8001".format(
                text, error.strerror
            )
        )
    finally:
        probe.close()
    return int(text)


def test() -> int:
    """Run every test: by layer, on PostgreSQL, in a browser, what breaks things on purpose. Two lanes side by side."""
    install("dev")
    # A file at a time where the tests of a file share a server.
    by_file = ["-n", "2", "--dist", "loadfile"]
    layers = ["tests/actions", "tests/queries", "tests/concurrency"]
    lanes = [
        [
            ("Tests by layer", _in_venv("-m", "pytest", "-n", "2")),
        ],
        [
            ("Tests in a browser", _in_venv("-m", "pytest", *(by_file + ["tests/browser"]))),
            ("Tests of many writers", _in_venv("-m", "pytest", "tests/concurrency", WRITERS)),
            ("Tests of faults", _in_venv("-m", "pytest", *(by_file + ["tests/faults"]))),
            ("Tests on PostgreSQL", _in_venv("-m", "tests.on_postgres", "-n", "2", *layers)),
        ],
    ]
    results: list = []
    threads = [threading.Thread(target=_run_lane, args=(lane, results)) for lane in lanes]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return _report(results)


def _run_lane(lane: list, results: list) -> None:
    """Run one after the other; print each one's words in one piece when it has ended."""
    for name, command in lane:
        print("... {} began".format(name), flush=True)
        results.append((name, _told_at_the_end(name, command)))


def _told_at_the_end(name: str, command: list) -> bool:
    good, said, seconds = _heard(command)
    with PRINTING:
        print("\n=== {} ({:.0f} s)\n{}".format(name, seconds, said), flush=True)
    return good


CHECKS = (
    ("types", ("-m", "mypy", "--no-error-summary")),
    ("formatting", ("-m", "ruff", "format", "--check", "--quiet", ".")),
    ("lint", ("-m", "ruff", "check", "--quiet", ".")),
    ("imports go one way", ("-c", "import sys; from importlinter.cli import lint_imports_command as c; c()")),
    ("templates", ("-m", "djlint", "--lint", "--quiet", "templates")),
    ("system checks", ("manage.py", "check")),
    ("migrations", ("manage.py", "makemigrations", "--check", "--dry-run")),
    ("translations", ("-m", "jvl.translations")),
)


def check() -> int:
    """Run every check, the later ones too when an earlier one fails; print only what is wrong."""
    install("dev")
    # It is the code that is checked: a database of one's own that is behind it says nothing about it.
    os.environ["DATABASE_URL"] = "sqlite://:memory:"
    # Types take as long as all the others together.
    with ThreadPoolExecutor(max_workers=2) as pool:
        return _report(list(pool.map(_quiet, CHECKS)))


def bench() -> int:
    """Run the benchmarks: all, or the one that BENCH names."""
    install("dev")
    return subprocess.call(_in_venv("-m", "benchmarks"), cwd=ROOT)


def messages() -> int:
    """Collect the strings of the sources into the catalogue, and compile it."""
    install("dev")
    return subprocess.call(_in_venv("-m", "jvl.translations", "--write"), cwd=ROOT)


def lock() -> int:
    """Lock the dependencies of pyproject.toml anew, each list within the one before."""
    uv = shutil.which("uv")
    if not uv:
        raise Stop("make lock needs uv: pip install uv")
    common = [uv, "pip", "compile", "--quiet", "--generate-hashes", "--python-version", "3.11", "pyproject.toml"]
    common += ["--universal", "--no-header", "--upgrade"]
    base, production, dev = ("requirements/" + name + ".txt" for name in ("base", "production", "dev"))
    lists: list = [
        (base, []),
        (production, ["--extra", "production", "-c", base]),
        (dev, ["--extra", "production", "--extra", "dev", "-c", production]),
    ]
    return max(subprocess.call(common + extra + ["-o", target], cwd=ROOT) for target, extra in lists)


def _in_venv(*arguments: str) -> list:
    return [VENV_PYTHON] + list(arguments)


def _environment() -> dict:
    return dict(os.environ, DEBUG=os.environ.get("DEBUG", "1"), PYTHONPATH=ROOT)


def _quiet(check: tuple) -> tuple:
    """Run one of `CHECKS`; returns its name and whether it went well, and prints no more than that where it did."""
    name, command = check
    good, said, seconds = _heard(_in_venv(*command))
    with PRINTING:
        print("{:<4} {} ({:.1f} s)".format("ok" if good else "BAD", name, seconds), flush=True)
        if not good:
            print(said, flush=True)
    return name, good


def _heard(command: list) -> tuple:
    """Run a command without showing it. Returns (whether it went well, what it said, seconds)."""
    started = time.time()
    done = subprocess.run(
        command, cwd=ROOT, env=_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True
    )
    return done.returncode == 0, done.stdout, time.time() - started


def _report(results: list) -> int:
    wrong = [name for name, good in results if not good]
    print("\nAll is well." if not wrong else "\nNot well: {}.".format(", ".join(wrong)), flush=True)
    return 1 if wrong else 0


COMMANDS = {
    "run": run,
    "test": test,
    "check": check,
    "bench": bench,
    "messages": messages,
    "lock": lock,
}


def main(arguments: list) -> int:
    """Run one command; what the reader can mend is said in a sentence."""
    if not arguments or arguments[0] not in COMMANDS:
        print("One of: " + ", ".join(COMMANDS))
        return 2
    try:
        require_python(sys.version_info[:2])
        return COMMANDS[arguments[0]](*arguments[1:])
    except Stop as stop:
        print("\n" + str(stop), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

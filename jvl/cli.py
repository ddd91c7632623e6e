"""What `make` calls: makes the environment, then runs, tests, checks or measures the product.

Only the standard library at the top, and only grammar that old Pythons read, so that an old one gets a sentence and
not a traceback. Whatever needs more is started with the Python of `.venv`.
"""

import hashlib
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
VENV_PYTHON = os.path.join(VENV, "Scripts" if os.name == "nt" else "bin", "python")
STAMP = os.path.join(VENV, "installed")
LOCKS = ("base", "production", "dev")
NEEDED = (3, 11)
WRITERS = "--ds=tests.concurrency.settings"
PRINTING = threading.Lock()
NEWER = ("python3.14", "python3.13", "python3.12", "python3.11")


class Stop(Exception):
    """Something the reader can mend; the message says how."""


# The environment ----------------------------------------------------------------------------------------------------


def require_python(version: tuple) -> None:
    """Go on with a Python that is new enough: this one, else another on the path."""
    if version >= NEEDED:
        return
    for name in NEWER:
        other = shutil.which(name)
        if other and _is_new_enough(other):
            print("Python {}.{} is too old; going on with {}.".format(version[0], version[1], name), flush=True)
            os.execv(other, [other, "-m", "jvl.cli"] + sys.argv[1:])
    raise Stop(
        "The Joint Virtual Lab needs Python {}.{} or newer; {} is {}.{}.\n"
        "Install a newer one, or name it: make run PYTHON=/path/to/python3.12".format(
            NEEDED[0], NEEDED[1], sys.executable, version[0], version[1]
        )
    )


def _is_new_enough(python: str) -> bool:
    probe = "import sys; sys.exit(sys.version_info[:2] < ({}, {}))".format(*NEEDED)
    # A name on the path may be a shim of a version manager that has no such version.
    return subprocess.call([python, "-c", probe], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0


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


def install(lock: str) -> None:
    """Make `.venv` and install a locked list into it, unless that was done already. Says each step."""
    if _is_usable() and _mark(lock) in _installed():
        return
    path = _path(lock)
    with open(path, "rb") as file:
        content = file.read()
    count = len(re.findall(rb"(?m)^[A-Za-z0-9]", content))
    steps = [("{} locked packages".format(count), lambda: _pip_install(path, count))]
    if not _is_usable():
        steps.insert(0, ("Python environment in .venv", _make_venv))
    print("Installing what is missing, once:", flush=True)
    for number, (name, work) in enumerate(steps, 1):
        started = time.time()
        print("  {}/{} {} …".format(number, len(steps), name), flush=True)
        work()
        done = "      done ({:.1f} s)      ".format(time.time() - started)
        print(("\r" if sys.stdout.isatty() else "") + done.rstrip(), flush=True)
    # A longer list contains the shorter ones.
    with open(STAMP, "a") as stamp:
        stamp.writelines(_mark(name) + "\n" for name in LOCKS[: LOCKS.index(lock) + 1])


def _path(lock: str) -> str:
    return os.path.join(ROOT, "requirements", lock + ".txt")


def _mark(lock: str) -> str:
    with open(_path(lock), "rb") as file:
        return lock + " " + hashlib.sha256(file.read()).hexdigest()


def _is_usable() -> bool:
    if not os.path.exists(os.path.join(VENV, "pyvenv.cfg")) or not os.path.exists(VENV_PYTHON):
        return False
    return subprocess.call([VENV_PYTHON, "-c", "import pip"], stderr=subprocess.DEVNULL) == 0


def _installed() -> list:
    if not os.path.exists(STAMP):
        return []
    with open(STAMP) as file:
        return file.read().splitlines()


def _make_venv() -> None:
    try:
        import ensurepip  # noqa: F401 - Debian and Ubuntu leave it out until their package is there
        import venv  # noqa: F401
    except ImportError:
        raise Stop(
            "This Python has no 'venv' module. On Debian and Ubuntu: apt install python3-venv\n"
            "Elsewhere install Python with venv and pip, and run the same command again."
        )
    if subprocess.call([sys.executable, "-m", "venv", "--clear", VENV]) != 0:
        raise Stop("The environment in .venv couldn't be made; the lines above say why.")


def _pip_install(path: str, count: int) -> None:
    # Lists are complete and hashed, so there is nothing to resolve; what isn't used needn't be compiled.
    command = [VENV_PYTHON, "-m", "pip", "install", "--require-hashes", "--no-deps", "--no-compile"]
    command += ["--disable-pip-version-check", "--no-input", "--progress-bar", "off", "-r", path]
    pip = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True)
    lines, seen = [], 0
    for line in pip.stdout or ():
        lines.append(line)
        if line.startswith(("Collecting", "Requirement already")):
            seen += 1
            _progress("{} of {}".format(seen, count))
        elif line.startswith("Installing"):
            _progress("installing    ")
    if pip.wait() != 0:
        raise Stop("".join(lines[-12:]) + "\nThe packages couldn't be installed; the lines above say why.")


def _progress(text: str) -> None:
    if sys.stdout.isatty():
        sys.stdout.write("\r      " + text)
        sys.stdout.flush()


# The commands -------------------------------------------------------------------------------------------------------


def run(port: str = "8000") -> int:
    """Serve the demo; everything it needs is made first."""
    require_free_port(port)
    install("base")
    os.chdir(ROOT)
    os.environ.setdefault("SITE_URL", "http://127.0.0.1:{}".format(port))
    # This process becomes the server, so that Ctrl-C and any signal reach it and nothing is left behind.
    os.execv(VENV_PYTHON, [VENV_PYTHON, os.path.join(ROOT, "manage.py"), "runserver", port])


def test() -> int:
    """Run every test: by layer, on PostgreSQL, in a browser, what breaks things on purpose. Two lanes side by side."""
    install("dev")
    # A file at a time where the tests of a file share a server.
    by_file = ["-n", "2", "--dist", "loadfile"]
    layers = ["tests/actions", "tests/queries", "tests/concurrency"]
    lanes = [
        [
            ("Tests by layer", _in_venv("-m", "pytest", "-n", "2")),
            ("Tests on PostgreSQL", _in_venv("-m", "tests.on_postgres", "-n", "2", *layers)),
        ],
        [
            ("Tests in a browser", _in_venv("-m", "pytest", *(by_file + ["tests/browser"]))),
            ("Tests of many writers", _in_venv("-m", "pytest", "tests/concurrency", WRITERS)),
            ("Tests of faults", _in_venv("-m", "pytest", *(by_file + ["tests/faults"]))),
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
    started = time.time()
    done = subprocess.run(
        command, cwd=ROOT, env=_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True
    )
    with PRINTING:
        print("\n=== {} ({:.0f} s)\n{}".format(name, time.time() - started, done.stdout), flush=True)
    return done.returncode == 0


CHECKS = (
    ("formatting", ("-m", "ruff", "format", "--check", "--quiet", ".")),
    ("lint", ("-m", "ruff", "check", "--quiet", ".")),
    ("imports go one way", ("-c", "import sys; from importlinter.cli import lint_imports_command as c; c()")),
    ("types", ("-m", "mypy", "--no-error-summary")),
    ("templates", ("-m", "djlint", "--lint", "--quiet", "templates")),
    ("system checks", ("manage.py", "check")),
    ("migrations", ("manage.py", "makemigrations", "--check", "--dry-run")),
    ("translations", ("-m", "jvl.translations")),
)


def check() -> int:
    """Run every check, the later ones too when an earlier one fails; print only what is wrong."""
    install("dev")
    return _report([(name, _quiet(name, _in_venv(*command))) for name, command in CHECKS])


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


def _quiet(name: str, command: list) -> bool:
    started = time.time()
    done = subprocess.run(
        command, cwd=ROOT, env=_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True
    )
    good = done.returncode == 0
    print("{:<4} {} ({:.1f} s)".format("ok" if good else "BAD", name, time.time() - started), flush=True)
    if not good:
        print(done.stdout, flush=True)
    return good


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

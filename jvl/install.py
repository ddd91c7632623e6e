"""The Python and the `.venv` that every command needs; made where they are missing, and every step is said.

Only the standard library, and only grammar that old Pythons read: see cli.py.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
VENV_PYTHON = os.path.join(VENV, "Scripts" if os.name == "nt" else "bin", "python")
STAMP = os.path.join(VENV, "installed")
LOCKS = ("base", "production", "dev")
NEEDED = (3, 11)
NEWER = ("python3.14", "python3.13", "python3.12", "python3.11")


class Stop(Exception):
    """Something the reader can mend; the message says how."""


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

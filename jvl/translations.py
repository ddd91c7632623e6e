"""The Italian catalogue: written by `make messages`, and compared with the sources by `make check`."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import polib

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("ideas", "jvl", "realtime", "templates")
CATALOGUE = Path("ideas/locale/it/LC_MESSAGES/django.po")
# What gettext's collector doesn't know by this name, it passes over.
OTHER_NAME = re.compile(r"\b[np]*gettext\w* as (?!_\b)\w+")
Key = tuple[str | None, str, str | None]  # context, one, many


def main(arguments: list[str]) -> int:
    """Write the catalogue with `--write`; otherwise print what is wrong with it, and return 1 if anything is."""
    if arguments == ["--write"]:
        collect(ROOT)
        polib.pofile(str(ROOT / CATALOGUE)).save_as_mofile(str((ROOT / CATALOGUE).with_suffix(".mo")))
        return 0
    problems = list(find_problems())
    print("\n".join(problems) or "The catalogue is complete.")
    return 1 if problems else 0


def find_problems() -> Iterator[str]:
    """List missing and doubtful translations, a compiled file that is old, and strings that were never collected, or
    never would be.
    """
    path = ROOT / CATALOGUE
    if not path.is_file():
        yield f"{CATALOGUE} is missing."
        return
    catalogue = polib.pofile(str(path))
    yield from (f"not translated: {entry.msgid!r}" for entry in catalogue.untranslated_entries())
    yield from (f"fuzzy: {entry.msgid!r}" for entry in catalogue.fuzzy_entries())
    if not path.with_suffix(".mo").is_file() or path.with_suffix(".mo").read_bytes() != catalogue.to_binary():
        yield "the .mo file isn't what the .po file says: run make messages"
    for source in (one for name in SOURCES for one in (ROOT / name).rglob("*.py")):
        for found in OTHER_NAME.findall(source.read_text()):
            yield f"{source.relative_to(ROOT)}: '{found}': nothing in it is collected; call it by its name, or _"
    if shutil.which("xgettext"):
        yield from _not_collected(catalogue)
    else:
        print("GNU gettext isn't installed: strings of the sources weren't compared with the catalogue.")


def _not_collected(catalogue: polib.POFile) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        for name in SOURCES:
            shutil.copytree(ROOT / name, Path(folder, name), ignore=shutil.ignore_patterns("__pycache__", "static"))
        shutil.copy(ROOT / "manage.py", folder)
        collect(Path(folder))
        fresh = polib.pofile(str(Path(folder, CATALOGUE)))
    known, now = _keys(catalogue), _keys(fresh)
    yield from (f"not in the catalogue: {msgid!r}" for _, msgid, _ in sorted(now - known, key=str))
    yield from (f"no longer in the sources: {msgid!r}" for _, msgid, _ in sorted(known - now, key=str))


def _keys(catalogue: polib.POFile) -> set[Key]:
    return {(entry.msgctxt, entry.msgid, entry.msgid_plural or None) for entry in catalogue if not entry.obsolete}


def collect(root: Path) -> None:
    """Bring the catalogue under `root` up to date with the sources there."""
    (root / CATALOGUE).parent.mkdir(parents=True, exist_ok=True)
    command = [sys.executable, "manage.py", "makemessages", "--locale", "it", "--no-obsolete", "--no-wrap"]
    command += ["--add-location", "file", "--verbosity", "0"]
    for folder in (".venv", "tests", "benchmarks", "var", "staticfiles"):
        command += ["--ignore", folder]
    environment = dict(os.environ, PYTHONPATH=str(root), JVL_DATA_DIR=str(root / "var"), DEBUG="1")
    subprocess.run(command, cwd=root, env=environment, check=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

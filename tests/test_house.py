"""The house itself: what is written about it in one place agrees with the others."""

import ast
import os
import re
import shutil
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from jvl import cli, install

ROOT = Path(__file__).resolve().parent.parent
SBIN = f"{os.environ.get('PATH', '')}:/usr/sbin"
LOCKS = ("base", "production", "dev")
DOCUMENTS = ["README.md", "CONTRIBUTING.md", *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md"))]
README = (ROOT / "README.md").read_text()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def locked(name: str) -> dict[str, str]:
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    return {package.lower(): version for package, version in re.findall(r"(?m)^([\w.-]+)==([^ ]+)", text)}


def package_of(requirement: str) -> str:
    return re.split(r"[\[<>=~! ]", requirement, maxsplit=1)[0].lower()


@pytest.mark.parametrize("name", LOCKS)
def test_every_locked_package_has_a_hash(name: str) -> None:
    text = (ROOT / "requirements" / f"{name}.txt").read_text()

    blocks = re.split(r"(?m)^(?=\w)", text)[1:]

    assert [block.splitlines()[0] for block in blocks if "--hash=sha256:" not in block] == []


def test_longer_locks_contain_the_shorter_ones_at_the_same_versions() -> None:
    base, production, dev = (locked(name) for name in LOCKS)

    assert base.items() <= production.items()
    assert production.items() <= dev.items()


def test_every_named_dependency_is_locked() -> None:
    extras = PROJECT["optional-dependencies"]

    named = {
        "base": PROJECT["dependencies"],
        "production": extras["production"],
        "dev": extras["dev"],
    }

    missing = {name: [one for one in named[name] if package_of(one) not in locked(name)] for name in LOCKS}
    assert missing == {"base": [], "production": [], "dev": []}


def test_the_example_of_an_environment_names_every_setting() -> None:
    settings = (ROOT / "jvl" / "settings.py").read_text()
    read = set(re.findall(r'env(?:\.\w+)?\(\s*"([A-Z_]+)"', settings))

    example = set(re.findall(r"(?m)^(?:# )?([A-Z_]+)=", (ROOT / ".env.example").read_text()))

    assert example == read


def test_nothing_but_the_settings_reads_the_environment() -> None:
    allowed = {
        "jvl/settings.py",
        "jvl/cli.py",
        "jvl/translations.py",
        "jvl/asgi.py",
        "jvl/wsgi.py",
    }
    sources = [path for name in ("jvl", "ideas", "realtime") for path in (ROOT / name).rglob("*.py")]

    readers = {str(path.relative_to(ROOT)) for path in sources if re.search(r"os\.environ|getenv", path.read_text())}

    assert readers - allowed == set()


def test_every_ignored_type_error_has_its_reason() -> None:
    sources = [path for name in ("jvl", "ideas", "realtime", "benchmarks") for path in (ROOT / name).rglob("*.py")]
    bare = re.compile(r"# type: ignore(\[[\w,-]+\])?\s*$", re.MULTILINE)

    without = [str(path.relative_to(ROOT)) for path in sources if bare.search(path.read_text())]

    assert without == []


def test_the_map_names_files_that_are_there() -> None:
    table = README.split("## The map")[1].split("All of it is under")[0]
    head, _, *rows = [line for line in table.splitlines() if line.startswith("|")]
    layers = re.findall(r"`(\w+)/`", head)

    missing = []
    for row in rows:
        for layer, cell in zip(layers, [cell.strip(" `") for cell in row.split("|")[2:-1]], strict=True):
            path = ROOT / "templates" / cell if layer == "templates" else ROOT / "ideas" / layer / f"{cell}.py"
            if cell and not path.exists():
                missing.append(str(path.relative_to(ROOT)))

    assert missing == []


def test_the_map_leaves_no_noun_out() -> None:
    nouns = {path.stem for path in (ROOT / "ideas" / "models").glob("*.py")} - {"__init__"}

    assert set(re.findall(r"(?m)^\| \*\*(\w+)\*\*", README)) == nouns


@pytest.mark.parametrize("document", DOCUMENTS)
def test_links_between_documents_lead_somewhere(document: str) -> None:
    here = ROOT / document
    links = re.findall(r"\]\((?!https?:|#|mailto:)([^)#\s]+)", here.read_text())

    assert [link for link in links if not (here.parent / link).exists()] == []


def test_the_licence_is_whole_and_named() -> None:
    text = (ROOT / "LICENSE").read_text()

    assert PROJECT["license"] == "EUPL-1.2"
    assert text.startswith("EUROPEAN UNION PUBLIC LICENCE v. 1.2")
    assert "15.Applicable Law" in text


def test_an_old_python_gets_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")

    with pytest.raises(install.Stop, match=r"needs Python 3\.11 or newer; .* is 3\.9"):
        install.require_python((3, 9))


@pytest.mark.parametrize("module", ["__init__", "install", "cli"])
def test_the_command_line_is_grammar_that_old_pythons_read(module: str) -> None:
    source = (ROOT / "jvl" / f"{module}.py").read_text()

    ast.parse(source, feature_version=(3, 6))


@pytest.mark.parametrize("port", ["", "x", "0", "65536", "-1", "80 "])
def test_a_port_that_is_none_gets_a_sentence(port: str) -> None:
    with pytest.raises(cli.Stop, match="is no port"):
        cli.require_free_port(port)


def test_a_taken_port_gets_a_sentence() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])

        with pytest.raises(cli.Stop, match=f"Port {port} can't be used"):
            cli.require_free_port(port)


def test_nginx_takes_the_example(tmp_path: Path) -> None:
    nginx, openssl = shutil.which("nginx", path=SBIN), shutil.which("openssl")
    if not nginx or not openssl:
        pytest.skip("nginx is not installed: the example in deploy/ is not tested")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    make = [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=lab.example.org"]
    subprocess.run([*make, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    example = (ROOT / "deploy" / "nginx.conf").read_text()
    example = re.sub(r"/etc/ssl/\S+/fullchain.pem", str(certificate), example)
    example = re.sub(r"/etc/ssl/\S+/privkey.pem", str(key), example)
    whole = tmp_path / "nginx.conf"
    whole.write_text(f"pid {tmp_path}/pid;\nerror_log stderr;\nevents {{}}\nhttp {{\naccess_log off;\n{example}\n}}\n")

    done = subprocess.run([nginx, "-t", "-c", whole, "-p", tmp_path], capture_output=True, text=True, check=False)

    assert "test is successful" in done.stderr, done.stderr


def django_check(**environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "-c", "import jvl.settings"],
        cwd=ROOT,
        env={**kept, "PYTHONPATH": str(ROOT), "JVL_DATA_DIR": "/nowhere", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("environment", "reason"),
    [
        ({}, "SECRET_KEY"),
        ({"SECRET_KEY": "demo-only-key-refused-when-debug-is-off", "ALLOWED_HOSTS": "a.example"}, "SECRET_KEY"),
        ({"SECRET_KEY": "short", "ALLOWED_HOSTS": "a.example"}, "SECRET_KEY"),
        ({"SECRET_KEY": "x" * 50}, "ALLOWED_HOSTS"),
        ({"SECRET_KEY": "x" * 50, "ALLOWED_HOSTS": "*"}, "ALLOWED_HOSTS"),
    ],
)
def test_an_unsafe_site_does_not_start(environment: dict[str, str], reason: str) -> None:
    done = django_check(**environment)

    assert done.returncode == 1
    assert f"ImproperlyConfigured: Set {reason}" in done.stderr


def test_a_safe_site_starts() -> None:
    assert django_check(SECRET_KEY="x" * 50, ALLOWED_HOSTS="lab.example.org").returncode == 0

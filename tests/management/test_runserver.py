import socket
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from ideas.management.prepare import prepare
from ideas.models import Call, Idea, Member, Organisation, ValueChain
from tests.services import free_port


@pytest.fixture(autouse=True)
def folder(settings: object, tmp_path: Path) -> Path:
    settings.DEBUG = True  # type: ignore[attr-defined]
    settings.DATA_DIR = tmp_path / "data"  # type: ignore[attr-defined]
    return tmp_path / "data"


def test_an_empty_site_is_prepared_once(db: None) -> None:
    first: list[str] = []
    second: list[str] = []

    prepare(first.append)
    prepare(second.append)

    assert [line.split()[0] for line in first if "/" in line.split()[0]] == ["1/4", "2/4", "3/4", "4/4"]
    assert second == []
    assert ValueChain.objects.count() == 8
    assert Call.objects.filter(is_demo=False).count() == 232
    assert Organisation.objects.filter(member_since=None).count() == 266
    assert Idea.objects.filter(is_demo=True).exists()


def test_without_debug_no_demo_comes(db: None, settings: object) -> None:
    settings.DEBUG = False  # type: ignore[attr-defined]

    prepare(lambda line: None)

    assert not Member.objects.exists()


def test_what_staff_renamed_stays(db: None, settings: object, folder: Path) -> None:
    settings.DEBUG = False  # type: ignore[attr-defined]
    prepare(lambda line: None)
    ValueChain.objects.filter(slug="fluid-power").update(name_en="Fluids")
    (folder / "prepared").unlink()

    prepare(lambda line: None)

    assert ValueChain.objects.filter(name_en="Fluids").count() == 1


def test_the_demo_listens_on_this_machine_only() -> None:
    with pytest.raises(CommandError, match="this machine only"):
        call_command("runserver", f"0.0.0.0:{free_port()}")


def test_a_taken_port_is_said() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()

        with pytest.raises(CommandError, match="is taken by another program"):
            call_command("runserver", str(other.getsockname()[1]))

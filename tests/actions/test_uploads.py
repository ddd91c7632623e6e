from datetime import UTC, datetime, timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command

from ideas.actions.imports import import_calls
from ideas.actions.uploads import begin_work, choose_columns, discard_file, end_work, keep_file, note_progress
from ideas.errors import Conflict, NotAllowed
from ideas.models import Call, Import
from ideas.queries.imports import PATIENCE
from tests.cast import signed_in

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
# Files go when the transaction is committed, so the transactions are real.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}},
    }
    return tmp_path / "imports"


def keep(by, *, name="calls.csv", at=NOW):
    return keep_file(by=by, file=ContentFile(b"title\n"), format="csv", name=name, at=at)


def kept_files(folder):
    return len(list(folder.iterdir())) if folder.exists() else 0


def test_file_is_kept_under_a_name_that_nobody_chose(staff, folder):
    preview = keep(staff, name="../../etc/passwd")

    with default_storage.open(preview.kept_as) as stream:
        content = stream.read()
    assert content == b"title\n"
    assert (preview.name, preview.applied_at) == ("../../etc/passwd", None)
    assert "passwd" not in preview.kept_as
    assert kept_files(folder) == 1


def test_file_goes_with_the_preview_that_is_discarded(staff, folder):
    preview = keep(staff)

    discard_file(by=staff, preview=preview, at=NOW)

    assert (kept_files(folder), Import.objects.count()) == (0, 0)


def test_file_goes_when_it_is_imported_and_the_log_stays(staff, folder):
    preview = keep(staff)
    import_calls(by=staff, rows=[], source="csv", name=preview.name, at=NOW, preview=preview)

    end_work(preview=preview)

    assert (kept_files(folder), Import.objects.get().kept_as) == (0, "")


def test_what_is_imported_is_not_discarded(staff):
    preview = keep(staff)
    import_calls(by=staff, rows=[], source="csv", name=preview.name, at=NOW, preview=preview)

    with pytest.raises(Conflict, match="already_imported"):
        discard_file(by=staff, preview=preview, at=NOW)


def test_previews_that_nobody_confirms_go_after_two_weeks(staff, folder):
    keep(staff)
    keep(staff, at=NOW + timedelta(days=10))

    keep(staff, at=NOW + timedelta(days=15))

    assert (kept_files(folder), Import.objects.count()) == (2, 2)


def test_two_do_not_work_on_one_file_at_once(staff):
    preview = keep(staff)
    begin_work(by=staff, preview=preview, at=NOW)

    for act in (begin_work, discard_file):
        with pytest.raises(Conflict, match="import_working"):
            act(by=staff, preview=preview, at=NOW + timedelta(seconds=30))


def test_work_that_broke_off_is_taken_up_again_after_a_silence(staff):
    preview = keep(staff)
    begin_work(by=staff, preview=preview, at=NOW)
    note_progress(preview=preview, done=3, of=9, at=NOW + timedelta(minutes=1))
    heard_last = NOW + timedelta(minutes=1)

    with pytest.raises(Conflict, match="import_working"):
        begin_work(by=staff, preview=preview, at=heard_last + PATIENCE - timedelta(seconds=1))
    begin_work(by=staff, preview=preview, at=heard_last + PATIENCE)

    assert Import.objects.get().options["working"]["done"] == 0


def test_end_of_work_keeps_what_is_said_of_the_file_and_gives_it_free(staff):
    preview = keep(staff)
    choose_columns(by=staff, preview=preview, columns={"title": "titolo"})
    begin_work(by=staff, preview=preview, at=NOW)

    end_work(preview=preview, error="It breaks off", remarks=["Not UTF-8"])

    expected = {"columns": {"title": "titolo"}, "error": "It breaks off", "remarks": ["Not UTF-8"]}
    assert Import.objects.get().options == expected
    begin_work(by=staff, preview=preview, at=NOW)


def test_only_staff_give_files(staff, researcher, folder):
    preview = keep(staff)

    with pytest.raises(NotAllowed):
        keep(researcher)
    for act in (begin_work, discard_file):
        with pytest.raises(NotAllowed):
            act(by=researcher, preview=preview, at=NOW)
    with pytest.raises(NotAllowed):
        choose_columns(by=researcher, preview=preview, columns={})

    assert (kept_files(folder), Import.objects.get().options) == (1, {})


def test_command_puts_a_file_before_the_staff_and_writes_nothing(staff, folder, tmp_path, capsys):
    file = tmp_path / "calls.csv"
    file.write_text("codice;titolo;chiude\nA;uno;18/02/2027 18:00\n")
    columns = ["identifier=codice", "title=titolo", "closes=chiude"]

    call_command("import_calls", str(file), format="csv", map=columns, preview=True)

    preview = Import.objects.get()
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "1 new, 0 changed, 0 unchanged, 0 refused"
    assert told[1].endswith(f"/imports/{preview.pk}/")
    assert (kept_files(folder), Call.objects.count(), preview.applied_at) == (1, 0, None)


def test_what_the_command_put_before_the_staff_is_imported_as_it_was_shown(staff, tmp_path):
    file = tmp_path / "calls.csv"
    file.write_text("codice;titolo;chiude\nA;uno;18/02/2027 18:00\n")
    call_command(
        "import_calls",
        str(file),
        format="csv",
        map=["identifier=codice", "title=titolo", "closes=chiude"],
        preview=True,
    )

    answer = signed_in(staff).post(f"/imports/{Import.objects.get().pk}/confirm/")

    assert answer.status_code == 303
    assert Call.objects.get().deadlines.get().local.isoformat() == "2027-02-18T18:00:00+01:00"


def test_command_keeps_no_file_that_cannot_be_read(folder, tmp_path):
    file = tmp_path / "calls.json"
    file.write_text('{"fundingData":{"GrantTenderObj":[{')

    with pytest.raises(CommandError):
        call_command("import_calls", str(file), format="eu-portal", preview=True)

    assert (kept_files(folder), Import.objects.count()) == (0, 0)

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from ideas.actions import attachments as actions
from ideas.actions.attachments import add_attachment, remove_attachment, sweep_files
from ideas.actions.ideas import change_state
from ideas.choices import IdeaState
from ideas.errors import Conflict, NotAllowed
from ideas.models import Attachment, Idea, Member, Organisation, SearchEntry
from ideas.queries.topics import board_topic, idea_topic, plan_topic
from realtime.models import Change
from tests.exchange.hostile import PDF, image
from tests.factories import make_attachment, make_member, make_partner
from tests.told import last

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("folder")]


def files(folder: Path) -> int:
    return sum(path.is_file() for path in folder.rglob("*"))


def attach(by: Member, idea: Idea, content: bytes = PDF, name: str = "Plan.pdf", **fields: Any) -> Attachment:
    fields = {"audience": "all", "client_id": "one", "at": timezone.now(), **fields}
    return add_attachment(by=by, idea=idea, file=ContentFile(content), name=name, **fields)


def code_of(refused: "pytest.ExceptionInfo[ValidationError]") -> str:
    return str(refused.value.error_dict["file"][0].code)


def changes(after: int) -> list[tuple[str, str, Any]]:
    rows = Change.objects.filter(pk__gt=after).values_list("topic__name", "kind", "payload")
    return sorted((topic, kind, payload if "card" not in kind else None) for topic, kind, payload in rows)


# Adding -------------------------------------------------------------------------------------------------------------


def test_author_attaches_a_file_and_who_sees_the_idea_is_told(researcher: Member, idea: Idea, folder: Path):
    before, at = last(), timezone.now()

    attachment = attach(researcher, idea, image("PNG"), "..\\Sketch.PNG", at=at)

    assert (attachment.name, attachment.suffix, attachment.size_bytes) == ("Sketch.png", "png", len(image("PNG")))
    assert "Sketch" not in attachment.kept_as
    assert (default_storage.size(attachment.kept_as), files(folder)) == (attachment.size_bytes, 2)
    told = {"id": attachment.pk, "idea": idea.pk}
    assert changes(before) == [
        (board_topic("members"), "card.changed", None),
        (idea_topic(idea.pk), "attachment.added", told),
    ]
    idea.refresh_from_db()
    assert idea.activity_at == at


def test_what_is_for_partners_is_told_to_the_team_alone(
    researcher: Member, administrator: Member, firm: Organisation, idea: Idea
):
    make_partner(idea, administrator, firm)
    before = last()

    attachment = attach(administrator, idea, audience="partners", name="CANARY.pdf")

    assert changes(before) == [(plan_topic(idea.pk), "attachment.added", {"id": attachment.pk, "idea": idea.pk})]
    assert not SearchEntry.objects.filter(body__icontains="canary").exists()


def test_the_name_of_a_file_can_be_searched_for(researcher: Member, idea: Idea):
    attachment = attach(researcher, idea, name="Zebrafish-trial.pdf")
    found = SearchEntry.objects.filter(idea=idea, body__icontains="zebrafish")
    assert found.exists()

    remove_attachment(by=researcher, attachment=attachment)

    assert not found.exists()


def test_a_file_that_was_streamed_to_the_disk_is_taken_from_there(researcher: Member, idea: Idea, folder: Path):
    given = TemporaryUploadedFile("Plan.pdf", "text/html", 0, None)
    given.write(PDF)
    given.size = len(PDF)

    attachment = add_attachment(
        by=researcher, idea=idea, file=given, name="Plan.pdf", audience="all", client_id="x", at=timezone.now()
    )

    given.close()
    assert ((folder / attachment.kept_as).read_bytes(), attachment.suffix) == (PDF, "pdf")


def test_sending_again_is_the_same_attachment(researcher: Member, idea: Idea, folder: Path):
    first = attach(researcher, idea)
    before = last()

    again = attach(researcher, idea)

    assert (again.pk, Attachment.objects.count(), files(folder), changes(before)) == (first.pk, 1, 1, [])


@pytest.mark.parametrize("who", ["company", "outsider", "lead", "staff"])
def test_who_is_not_on_the_team_attaches_nothing(who: str, idea: Idea, folder: Path, request: pytest.FixtureRequest):
    with pytest.raises(NotAllowed):
        attach(request.getfixturevalue(who), idea)

    assert (Attachment.objects.count(), files(folder)) == (0, 0)


def test_a_withdrawn_idea_takes_no_more_files(researcher: Member, idea: Idea, folder: Path):
    change_state(by=researcher, idea=idea, state=IdeaState.WITHDRAWN, at=timezone.now())

    with pytest.raises(Conflict) as refused:
        attach(researcher, idea)

    assert (refused.value.code, files(folder)) == ("attaching_closed", 0)


def test_a_hostile_file_leaves_nothing_behind(researcher: Member, idea: Idea, folder: Path):
    before = last()

    with pytest.raises(ValidationError) as refused:
        attach(researcher, idea, b"<script>", "a.pdf")

    assert (code_of(refused), Attachment.objects.count(), files(folder), changes(before)) == ("wrong_content", 0, 0, [])


# Room ---------------------------------------------------------------------------------------------------------------


def test_an_organisation_has_its_room_and_no_more(
    researcher: Member, idea: Idea, laboratory: Organisation, settings: Settings, folder: Path
):
    settings.ATTACHMENT_QUOTA_BYTES = 2 * len(PDF)
    for client_id in ("one", "two"):
        assert attach(researcher, idea, client_id=client_id).organisation == laboratory

    with pytest.raises(ValidationError) as refused:
        attach(researcher, idea, client_id="three")

    assert (code_of(refused), Attachment.objects.count(), files(folder)) == ("quota", 2, 2)
    assert "Laboratory" in refused.value.messages[0]


def test_room_comes_back_with_what_is_removed(researcher: Member, idea: Idea, settings: Settings):
    settings.ATTACHMENT_QUOTA_BYTES = len(PDF)
    remove_attachment(by=researcher, attachment=attach(researcher, idea))

    assert attach(researcher, idea, client_id="two").pk


def test_a_member_without_organisation_has_room_of_their_own(idea: Idea, settings: Settings):
    settings.ATTACHMENT_QUOTA_BYTES = len(PDF)
    one, other = make_member(), make_member()
    idea.authors.add(one, other)
    attach(one, idea)

    assert attach(other, idea).organisation is None
    with pytest.raises(ValidationError) as refused:
        attach(one, idea, client_id="two")
    assert code_of(refused) == "quota"


def test_an_idea_has_so_many_files_at_the_most(
    researcher: Member, idea: Idea, folder: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(actions, "MAX_PER_IDEA", 1)
    attach(researcher, idea)

    with pytest.raises(ValidationError) as refused:
        attach(researcher, idea, client_id="two")

    assert (code_of(refused), files(folder)) == ("too_many", 1)


# Removing -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["researcher", "administrator", "staff"])
def test_uploader_author_and_staff_remove_a_file_for_good(
    who: str,
    administrator: Member,
    firm: Organisation,
    idea: Idea,
    folder: Path,
    request: pytest.FixtureRequest,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
):
    by = request.getfixturevalue(who)
    make_partner(idea, administrator, firm)
    attachment = make_attachment(idea, administrator)
    before = last()

    with django_capture_on_commit_callbacks(execute=True):
        remove_attachment(by=by, attachment=attachment)

    assert (Attachment.objects.count(), files(folder)) == (0, 0)
    assert changes(before)[1] == (idea_topic(idea.pk), "attachment.removed", {"id": attachment.pk, "idea": idea.pk})


@pytest.mark.parametrize("who", ["company", "outsider", "lead"])
def test_others_remove_nothing(who: str, researcher: Member, idea: Idea, request: pytest.FixtureRequest):
    attachment = make_attachment(idea, researcher)

    with pytest.raises(NotAllowed):
        remove_attachment(by=request.getfixturevalue(who), attachment=attachment)

    assert Attachment.objects.get() == attachment


def test_removing_twice_is_once(researcher: Member, idea: Idea):
    attachment = make_attachment(idea, researcher)
    remove_attachment(by=researcher, attachment=Attachment.objects.get())
    before = last()

    remove_attachment(by=researcher, attachment=attachment)

    assert changes(before) == []


# When something breaks ----------------------------------------------------------------------------------------------


def test_a_disk_that_is_full_is_said_clearly_and_leaves_nothing(researcher: Member, idea: Idea, folder: Path):
    (folder / "attachments").write_text("no folder")  # the storage fails as a full disk does, by an OSError

    with pytest.raises(Conflict) as refused:
        attach(researcher, idea, image("PNG"), "a.png")

    assert (refused.value.code, Attachment.objects.count(), files(folder)) == ("file_not_kept", 0, 1)


def test_files_without_a_row_go_when_they_are_old(researcher: Member, idea: Idea, folder: Path):
    kept = make_attachment(idea, researcher)
    for letter in "0123456789abcdef":
        default_storage.save(f"attachments/{letter}/{letter * 32}", ContentFile(b"lost"))
    now = timezone.now()
    young = sum(sweep_files(at=now + timedelta(minutes=minute)) for minute in range(120))

    gone = sum(sweep_files(at=now + timedelta(days=2, minutes=minute)) for minute in range(240))

    assert (young, gone, files(folder)) == (0, 16, 2)
    assert default_storage.exists(kept.kept_as)
    assert default_storage.exists(kept.thumbnail_as)


def test_a_sweep_before_the_first_file_finds_nothing():
    assert sweep_files(at=timezone.now()) == 0

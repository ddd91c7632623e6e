import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from ideas.actions.comments import delete_comment, edit_comment, post_comment
from ideas.actions.joining import withdraw_join_request
from ideas.choices import IdeaState
from ideas.errors import Conflict, NotAllowed
from ideas.models import Comment, Idea, Member, Notification, Organisation
from ideas.serializers.comments import CommentSerializer
from realtime.models import Change
from tests.factories import make_comment, make_idea, make_partner
from tests.told import changes, last


def test_post_tells_the_followers_of_the_idea_and_the_author(idea: Idea, researcher: Member, company: Member):
    before = last()

    comment = make_comment(idea, company, "We have **two** packs.")

    payload = Change.objects.get(kind="comment.posted").payload
    assert payload == dict(CommentSerializer(comment).data)
    assert changes(before) == [
        ("board.members", "card.changed"),
        (f"idea.{idea.pk}", "comment.posted"),
        (f"member.{researcher.pk}", "notification.added"),
    ]
    assert comment.html == "<p>We have <strong>two</strong> packs.</p>\n"


def test_the_same_key_twenty_times_is_one_comment_and_one_change(idea: Idea, company: Member):
    before = last()

    answers = [make_comment(idea, company, "Once", client_id="key") for _ in range(20)]

    assert {dict_of(answer) for answer in answers} == {dict_of(answers[0])}
    assert Comment.objects.count() == 1
    assert [kind for _, kind in changes(before)] == ["card.changed", "comment.posted", "notification.added"]
    idea.refresh_from_db()
    assert idea.comment_count == 1


def dict_of(comment: Comment) -> str:
    return str(CommentSerializer(comment).data)


def test_the_same_key_of_two_people_is_two_comments(idea: Idea, company: Member, researcher: Member):
    make_comment(idea, company, client_id="key")
    make_comment(idea, researcher, client_id="key")

    assert Comment.objects.count() == 2


@pytest.mark.parametrize("body", ["", " \n ", "x" * 5_001, "nul\x00", "*" * 1_201])
def test_a_refused_body_publishes_nothing(idea: Idea, company: Member, body: str):
    before = last()

    with pytest.raises(ValidationError) as refusal:
        make_comment(idea, company, body)

    assert list(refusal.value.message_dict) == ["body"]
    assert (changes(before), Comment.objects.count()) == ([], 0)


def test_a_long_key_is_refused(idea: Idea, company: Member):
    with pytest.raises(ValidationError):
        make_comment(idea, company, client_id="x" * 65)

    assert changes(last()) == []


def test_a_withdrawn_idea_takes_no_comment(researcher: Member):
    idea = make_idea(researcher, state=IdeaState.WITHDRAWN)
    before = last()

    with pytest.raises(Conflict, match="commenting_closed"):
        make_comment(idea, researcher)

    assert changes(before) == []


def test_a_reply_to_a_reply_goes_under_the_first_comment(idea: Idea, company: Member, researcher: Member):
    root = make_comment(idea, company)
    reply = make_comment(idea, researcher, parent=root)

    second = make_comment(idea, company, parent=reply)

    assert second.parent == root


def test_a_deleted_comment_takes_no_reply(idea: Idea, company: Member):
    root = make_comment(idea, company)
    delete_comment(by=company, comment=root, at=timezone.now())
    before = last()

    with pytest.raises(Conflict, match="comment_deleted"):
        make_comment(idea, company, parent=root)

    assert changes(before) == []


def test_a_parent_of_another_idea_is_refused(idea: Idea, secret: Idea, researcher: Member, company: Member):
    elsewhere = make_comment(secret, researcher)

    with pytest.raises(ValidationError):
        make_comment(idea, company, parent=elsewhere)

    assert Comment.objects.filter(idea=idea).count() == 0


def test_edit_publishes_the_new_text(idea: Idea, company: Member):
    comment = make_comment(idea, company, "Old")
    before = last()

    edit_comment(by=company, comment=comment, body="New", at=timezone.now())

    assert changes(before) == [(f"idea.{idea.pk}", "comment.edited")]
    payload = Change.objects.get(kind="comment.edited").payload
    assert (payload["body"], payload["html"]) == ("New", "<p>New</p>\n")


def test_nobody_edits_anothers_comment(idea: Idea, company: Member, researcher: Member, staff: Member):
    comment = make_comment(idea, company, "Old")
    before = last()

    for member in (researcher, staff):
        with pytest.raises(NotAllowed):
            edit_comment(by=member, comment=comment, body="New", at=timezone.now())

    comment.refresh_from_db()
    assert (comment.body, changes(before)) == ("Old", [])


def test_delete_leaves_no_text_and_is_told_once(idea: Idea, company: Member):
    comment = make_comment(idea, company, "CANARY")
    before = last()

    for _ in range(2):
        delete_comment(by=company, comment=comment, at=timezone.now())

    comment.refresh_from_db()
    idea.refresh_from_db()
    assert (comment.body, comment.html, idea.comment_count) == ("", "", 0)
    assert changes(before) == [
        ("board.members", "card.changed"),
        (f"idea.{idea.pk}", "comment.deleted"),
        ("~", "erased"),
    ]


def test_deleted_text_leaves_the_log_too(idea: Idea, company: Member):
    kept = make_comment(idea, company, "Kept.")
    comment = edit_comment(
        by=company, comment=make_comment(idea, company, "CANARY"), body="CANARY 2", at=timezone.now()
    )

    delete_comment(by=company, comment=comment, at=timezone.now())

    told = Change.objects.filter(topic__name=f"idea.{idea.pk}", kind__startswith="comment.").order_by("seq")
    assert [(row.kind, row.payload["id"], row.payload["body"]) for row in told] == [
        ("comment.posted", kept.pk, "Kept."),
        ("comment.posted", comment.pk, ""),
        ("comment.edited", comment.pk, ""),
        ("comment.deleted", comment.pk, ""),
    ]
    assert [row.payload["id"] for row in Change.objects.all() if "CANARY" in str(row.payload)] == []


def test_staff_may_delete_and_others_may_not(idea: Idea, company: Member, researcher: Member, staff: Member):
    comment = make_comment(idea, company)
    before = last()

    with pytest.raises(NotAllowed):
        delete_comment(by=researcher, comment=comment, at=timezone.now())
    assert changes(before) == []

    assert delete_comment(by=staff, comment=comment, at=timezone.now()).deleted_at is not None


def test_who_no_longer_sees_the_idea_is_not_told(secret: Idea, researcher: Member, company: Member):
    # The company's comment was made while it could see the idea.
    secret.invited.add(company)
    make_comment(secret, company)
    secret.invited.remove(company)

    make_comment(secret, researcher)

    assert Notification.objects.filter(member=company).count() == 0


def test_a_deactivated_member_posts_nothing(idea: Idea, company: Member):
    company.is_active = False
    company.save()
    before = last()

    with pytest.raises(NotAllowed):
        post_comment(by=company, idea=idea, body="x", client_id="k", at=timezone.now())

    assert changes(before) == []


def test_what_is_for_partners_is_told_to_the_team_alone(
    idea: Idea, researcher: Member, administrator: Member, company: Member, outsider: Member, firm: Organisation
):
    make_partner(idea, administrator, firm)
    make_comment(idea, outsider, "Outside")
    before = last()

    comment = make_comment(idea, company, "Among us", audience="partners")

    told = Change.objects.filter(pk__gt=before)
    bells = [(f"member.{one.pk}", "notification.added") for one in (researcher, administrator)]
    assert changes(before) == sorted([(f"idea.{idea.pk}.plan", "comment.posted"), *bells])
    assert told.get(kind="comment.posted").payload == CommentSerializer(comment).data
    delete_comment(by=company, comment=comment, at=timezone.now())
    assert told.get(kind="comment.posted").payload["body"] == ""
    assert Change.objects.get(kind="comment.deleted").topic.name == f"idea.{idea.pk}.plan"


def test_an_answer_stands_in_the_discussion_of_what_it_answers(idea: Idea, researcher: Member):
    inside, outside = (make_comment(idea, researcher, audience=audience) for audience in ("partners", "all"))
    before = last()

    for parent, audience in ((inside, "all"), (outside, "partners")):
        with pytest.raises(ValidationError):
            make_comment(idea, researcher, "Astray", parent=parent, audience=audience)

    assert (Comment.objects.count(), last()) == (2, before)


def test_who_left_writes_and_changes_nothing_in_the_room(
    idea: Idea, administrator: Member, company: Member, staff: Member, firm: Organisation
):
    request = make_partner(idea, administrator, firm)
    comment = make_comment(idea, company, "Mine", audience="partners")
    withdraw_join_request(by=administrator, request=request, at=timezone.now())
    before = last()

    with pytest.raises(NotAllowed):
        make_comment(idea, company, "Again", audience="partners")
    with pytest.raises(NotAllowed):
        edit_comment(by=company, comment=comment, body="Other", at=timezone.now())
    with pytest.raises(NotAllowed):
        delete_comment(by=staff, comment=comment, at=timezone.now())

    assert (Comment.objects.get().body, last()) == ("Mine", before)

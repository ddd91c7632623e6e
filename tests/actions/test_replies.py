"""What an idea keeps of who waits for an answer, as comments come, go and change sides."""

from datetime import datetime, timedelta
from importlib import import_module

from django.apps import apps
from django.utils import timezone

from ideas.actions.comments import delete_comment, edit_comment
from ideas.actions.ideas import edit_idea
from ideas.actions.merging import consent_to_merge, propose_merge
from ideas.choices import CommentAudience
from ideas.models import Comment, Idea, Member, Organisation
from tests.factories import make_comment, make_partner

START = timezone.now() - timedelta(days=20)


def day(number: int) -> datetime:
    return START + timedelta(days=number)


def kept(idea: Idea) -> tuple[datetime | None, int | None]:
    idea.refresh_from_db()
    return idea.heard_at, idea.unanswered_id


def test_nobody_waits_where_nobody_but_authors_wrote(idea: Idea, researcher: Member):
    make_comment(idea, researcher)

    assert kept(idea) == (None, None)


def test_who_wrote_first_waits_from_then_on(idea: Idea, company: Member, outsider: Member):
    first = make_comment(idea, company, at=day(1))
    make_comment(idea, outsider, at=day(2))

    assert kept(idea) == (day(2), first.pk)


def test_an_author_answers_all_who_wait(idea: Idea, researcher: Member, company: Member):
    make_comment(idea, company, at=day(1))
    make_comment(idea, researcher, at=day(2))

    assert kept(idea) == (day(1), None)


def test_who_writes_after_the_answer_waits_anew(idea: Idea, researcher: Member, company: Member):
    make_comment(idea, company, at=day(1))
    make_comment(idea, researcher, at=day(2))
    again = make_comment(idea, company, at=day(3))

    assert kept(idea) == (day(3), again.pk)


def test_a_deleted_comment_waits_for_nothing(idea: Idea, company: Member, outsider: Member):
    first = make_comment(idea, company, at=day(1))
    second = make_comment(idea, outsider, at=day(2))

    delete_comment(by=company, comment=first, at=day(3))

    assert kept(idea) == (day(2), second.pk)


def test_with_the_last_of_them_gone_nobody_was_heard(idea: Idea, company: Member):
    comment = make_comment(idea, company, at=day(1))

    delete_comment(by=company, comment=comment, at=day(2))

    assert kept(idea) == (None, None)


def test_an_answer_taken_back_is_none(idea: Idea, researcher: Member, company: Member):
    question = make_comment(idea, company, at=day(1))
    answer = make_comment(idea, researcher, at=day(2))

    delete_comment(by=researcher, comment=answer, at=day(3))

    assert kept(idea) == (day(1), question.pk)


def test_an_edited_comment_waits_since_it_was_written(idea: Idea, company: Member):
    comment = make_comment(idea, company, at=day(1))

    edit_comment(by=company, comment=comment, body="Said better.", at=day(5))

    assert kept(idea) == (day(1), comment.pk)


def test_what_partners_say_among_themselves_isnt_heard(
    idea: Idea, researcher: Member, administrator: Member, firm: Organisation
):
    make_partner(idea, administrator, firm)

    make_comment(idea, administrator, audience=CommentAudience.PARTNERS)

    assert kept(idea) == (None, None)


def test_who_becomes_an_author_waits_no_more(idea: Idea, researcher: Member, company: Member, outsider: Member):
    make_comment(idea, company, at=day(1))
    other = make_comment(idea, outsider, at=day(2))

    edit_idea(by=researcher, idea=idea, content={"authors": [researcher, company]}, version=1, at=day(3))

    assert kept(idea) == (day(2), other.pk)


def test_who_is_an_author_no_more_waits(idea: Idea, researcher: Member, company: Member):
    edit_idea(by=researcher, idea=idea, content={"authors": [researcher, company]}, version=1, at=day(1))
    comment = make_comment(idea, company, at=day(2))

    edit_idea(by=researcher, idea=idea, content={"authors": [researcher]}, version=2, at=day(3))

    assert kept(idea) == (day(2), comment.pk)


def test_comments_wait_where_they_were_moved(
    idea: Idea, into: Idea, researcher: Member, other_author: Member, company: Member
):
    comment = make_comment(idea, company, at=day(1))
    make_comment(idea, researcher, at=day(2))
    proposal = propose_merge(by=researcher, idea=idea, into=into, joins=False, at=day(3))

    consent_to_merge(by=other_author, proposal=proposal, at=day(4))

    # Of the other idea the researcher is no author: they wrote, and nobody answered.
    assert kept(idea) == (None, None)
    assert kept(into) == (day(2), comment.pk)


def test_an_author_who_goes_along_has_answered_there_too(
    idea: Idea, into: Idea, researcher: Member, other_author: Member, company: Member
):
    make_comment(idea, company, at=day(1))
    make_comment(idea, researcher, at=day(2))
    proposal = propose_merge(by=researcher, idea=idea, into=into, at=day(3))

    consent_to_merge(by=other_author, proposal=proposal, at=day(4))

    assert kept(into) == (day(1), None)


def test_comments_of_before_are_read_by_the_migration(
    idea: Idea, into: Idea, researcher: Member, company: Member, outsider: Member
):
    make_comment(idea, company, at=day(1))
    make_comment(idea, researcher, at=day(2))
    waiting = make_comment(idea, outsider, at=day(3))
    make_comment(idea, company, at=day(4))
    gone = make_comment(into, company, at=day(1))
    delete_comment(by=company, comment=gone, at=day(2))
    Idea.objects.update(heard_at=None, unanswered=None)

    import_module("ideas.migrations.0029_replies_so_far").fill(apps, None)

    assert kept(idea) == (day(4), waiting.pk)
    assert kept(into) == (None, None)
    assert Comment.objects.count() == 5

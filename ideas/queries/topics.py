"""Which live topics a viewer may follow: the same `visible_to` as everywhere."""

from collections.abc import Sequence

from django.contrib.auth.models import AnonymousUser

from ideas.models import Call, Member
from ideas.queries.ideas import audiences_of, visible_to
from ideas.queries.meetings import meetings_visible_to
from ideas.queries.plans import plans_visible_to
from ideas.queries.shortlists import shortlists_visible_to


def idea_topic(idea_id: int) -> str:
    return f"idea.{idea_id}"


def plan_topic(idea_id: int) -> str:
    return f"idea.{idea_id}.plan"


def call_topic(call_id: int) -> str:
    return f"call.{call_id}"


def member_topic(member_id: int) -> str:
    return f"member.{member_id}"


def shortlist_topic(shortlist_id: int) -> str:
    return f"shortlist.{shortlist_id}"


def meeting_topic(meeting_id: int) -> str:
    return f"meeting.{meeting_id}"


def board_topic(audience: str) -> str:
    return f"board.{audience}"


def followable(member: Member | AnonymousUser, topics: Sequence[str]) -> set[str]:
    """Pick the topics that the viewer may follow now; an unknown one is left out like a forbidden one.

    A fixed number of queries, however many topics.
    """
    nouns = ("idea", "call", "member", "shortlist", "meeting", "plan")
    asked: dict[str, set[int]] = {noun: set() for noun in nouns}
    for topic in topics:
        noun, _, number = topic.partition(".")
        if noun == "idea" and number.endswith(".plan"):
            noun, number = "plan", number.removesuffix(".plan")
        # isdecimal alone would take other scripts' digits and numbers beyond the database's integers.
        if noun in asked and number.isascii() and number.isdecimal() and len(number) <= 18:
            asked[noun].add(int(number))
    allowed = {call_topic(pk) for pk in Call.objects.filter(id__in=asked["call"]).values_list("id", flat=True)}
    if not isinstance(member, Member) or not member.is_active:
        return allowed & set(topics)
    audiences = audiences_of(member)
    if asked["idea"]:
        seen = visible_to(member, audiences).filter(id__in=asked["idea"])
        allowed |= {idea_topic(pk) for pk in seen.values_list("id", flat=True)}
    if asked["plan"]:
        planned = plans_visible_to(member).filter(id__in=asked["plan"])
        allowed |= {plan_topic(pk) for pk in planned.values_list("id", flat=True)}
    if asked["shortlist"]:
        lists = shortlists_visible_to(member, audiences).filter(id__in=asked["shortlist"])
        allowed |= {shortlist_topic(pk) for pk in lists.values_list("id", flat=True)}
    if asked["meeting"]:
        held = meetings_visible_to(member).filter(id__in=asked["meeting"])
        allowed |= {meeting_topic(pk) for pk in held.values_list("id", flat=True)}
    allowed |= {board_topic(audience) for audience in audiences} | {member_topic(member.pk)}
    return allowed & set(topics)

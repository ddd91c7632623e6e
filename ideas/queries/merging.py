"""Reads of proposals to merge two ideas."""

from django.db.models import Q, QuerySet

from ideas.choices import IDEA_JOINABLE, MergeState
from ideas.models import Idea, Member, MergeProposal
from ideas.queries.ideas import Viewer, audiences_of, visible_to

SUGGESTED = 30


def merges_visible_to(member: Viewer) -> QuerySet[MergeProposal]:
    """Select the proposals that a member may see: those of their ideas and of their making, as long as they see both.

    A proposal names both ideas, so that who may not see one of them isn't shown it.
    """
    if not isinstance(member, Member) or not member.is_active:
        return MergeProposal.objects.none()
    seen = visible_to(member, audiences_of(member)).values("id")
    authored = Idea.authors.through.objects.filter(member_id=member.pk).values("idea_id")
    theirs = Q(proposed_by=member) | Q(idea__in=authored) | Q(into__in=authored)
    found = MergeProposal.objects.filter(theirs, idea__in=seen, into__in=seen)
    return found.select_related(
        "idea", "into", "proposed_by", "idea_consent_by", "into_consent_by", "ended_by", "idea__organisation"
    )


def open_merges_of(member: Viewer, idea: Idea) -> list[MergeProposal]:
    """List the open proposals about an idea that the member may see, the latest first. One query where none is."""
    about = Q(idea=idea) | Q(into=idea)
    found = list(MergeProposal.objects.filter(about, state=MergeState.OPEN).values_list("pk", flat=True))
    return list(merges_visible_to(member).filter(pk__in=found)) if found else []


def ideas_to_merge_into(member: Viewer, idea: Idea) -> QuerySet[Idea]:
    """Select the newest ideas of the same value chain into which an idea could go, to be suggested."""
    open_ones = visible_to(member).filter(value_chain=idea.value_chain_id, state__in=IDEA_JOINABLE)
    return open_ones.exclude(pk=idea.pk).order_by("-activity_at", "-id")[:SUGGESTED]


def ids_merged_into(idea_id: int) -> list[int]:
    """List the ids of all ideas that went into this one, by however many steps. One query where there are none."""
    found: list[int] = []
    last = [idea_id]
    while last := list(Idea.objects.filter(merged_into__in=last).order_by("pk").values_list("pk", flat=True)):
        found += last
    return found


def merged_into_for(member: Viewer, idea: Idea) -> Idea | None:
    """Find the idea into which this one went, if the member may see it."""
    return visible_to(member).filter(pk=idea.merged_into_id).first() if idea.merged_into_id else None


def merged_from_for(member: Viewer, idea: Idea) -> list[Idea]:
    """List the ideas that went into this one and that the member may see, the latest first; of others nothing is told.

    One query where none went into it.
    """
    found = list(Idea.objects.filter(merged_into=idea).values_list("pk", flat=True))
    return list(visible_to(member).filter(pk__in=found).order_by("-activity_at", "-id")) if found else []

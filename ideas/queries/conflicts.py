"""Who has an interest in an idea, and so sees nothing of what reviewers and leads say of it.

Declared by the person, or following from what is known: they write it, they work where it is proposed from (where
nobody said from where: where one of its authors works), or their organisation is in its consortium or asks to be. An
invitation alone makes no conflict: authors could silence a lead with one.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import BigIntegerField, Expression, F, Q, QuerySet
from django.db.models.functions import Coalesce

from ideas.choices import JOIN_WAITING, JoinState
from ideas.models import ConflictOfInterest, Decision, Idea, JoinRequest, Member, Organisation
from ideas.queries.prepared import Prepared, Slot

_AUTHORS = Idea.authors.through.objects
IN_OR_ASKING = sorted(JOIN_WAITING | {JoinState.ACCEPTED})


@dataclass(frozen=True)
class Interest:
    """Why a member has an interest in an idea: `kind` is author, proposer (`name` is their organisation), colleague
    (likewise, of an author of an idea that is proposed from nowhere), partner (in the consortium or asking to be), or
    declared (`name` is the reason that they gave).
    """

    kind: str
    name: str = ""


def conflicted_ideas(member: Member | Slot) -> QuerySet[Idea]:
    """Select the ideas in which a member has an interest. As a condition on other rows it's `own_interest`."""
    own = _family(Organisation.objects.filter(affiliations__member=member))
    joined = JoinRequest.objects.filter(organisation__in=own.values("id"), state__in=IN_OR_ASKING)
    return Idea.objects.order_by().filter(
        Q(id__in=Idea.authors.through.objects.filter(member=member).values("idea_id"))
        | Q(organisation__in=own.values("id"))
        | Q(organisation=None, id__in=_AUTHORS.filter(member__organisations__in=own.values("id")).values("idea_id"))
        | Q(id__in=joined.values("idea_id"))
        | Q(id__in=ConflictOfInterest.objects.filter(member=member).values("idea_id"))
    )


_INTEREST = Prepared(
    lambda member, idea: conflicted_ideas(member).filter(pk=idea).values_list("pk"),
    member=BigIntegerField(),
    idea=BigIntegerField(),
)


def own_interest(member: Member | Slot, idea: str | Idea = "pk") -> Expression:
    """Whether the member has an interest in an idea, or in that which a field names: a condition, asked row by row."""
    return _INTEREST.exists(
        member=member.pk if isinstance(member, Member) else member, idea=F(idea) if isinstance(idea, str) else idea.pk
    )


def conflicted_members(idea: Idea) -> QuerySet[Member]:
    """Select the members who have an interest in an idea: the other side of `conflicted_ideas`."""
    joined = JoinRequest.objects.filter(idea=idea, state__in=IN_OR_ASKING)
    proposing = Q(pk=idea.organisation_id) if idea.organisation_id else Q(affiliations__member__in=idea.authors.all())
    there = Organisation.objects.filter(proposing | Q(id__in=joined.values("organisation_id")))
    return Member.objects.filter(
        Q(id__in=idea.authors.values("id"))
        | Q(affiliations__organisation__in=_family(there).values("id"))
        | Q(conflicts__idea=idea)
    ).distinct()


def has_conflict(member: Member, idea: Idea) -> bool:
    """Whether a member has an interest in an idea."""
    return bool(_INTEREST.rows(member=member.pk, idea=idea.pk))


def interests_of(member: Member, idea: Idea) -> list[Interest]:
    """Say to a member why they have an interest in an idea: every reason that `conflicted_ideas` counts."""
    own = _family(Organisation.objects.filter(affiliations__member=member))
    there = JoinRequest.objects.filter(idea=idea, state__in=IN_OR_ASKING).values("organisation")
    declared = ConflictOfInterest.objects.filter(member=member, idea=idea)
    return [
        *(Interest("author") for _ in idea.authors.filter(pk=member.pk)),
        *(Interest("proposer", one.name) for one in own.filter(pk=idea.organisation_id or 0).distinct()),
        *(Interest("colleague", one.name) for one in _of_authors(own, idea)),
        *(Interest("partner", one.name) for one in own.filter(pk__in=there).order_by("name").distinct()),
        *(Interest("declared", one.reason) for one in declared),
    ]


def _of_authors(own: QuerySet[Organisation], idea: Idea) -> QuerySet[Organisation]:
    if idea.organisation_id:
        return own.none()
    return own.filter(affiliations__member__in=idea.authors.all()).order_by("name").distinct()


def conflicted_among(members: Iterable[Member], idea: Idea) -> set[int]:
    """Pick the ids of those members who have an interest in an idea."""
    asked = {member.pk for member in members}
    return set(conflicted_members(idea).filter(pk__in=asked).values_list("pk", flat=True))


def declared_conflicts() -> QuerySet[ConflictOfInterest]:
    """Select what members declared, the newest first, for cluster staff."""
    return ConflictOfInterest.objects.select_related("member", "idea").order_by("-declared_at", "-id")


def is_decided(idea: Idea) -> bool:
    """Whether a decision about the idea was published. One that is staged would be told by the answer."""
    return Decision.objects.filter(entry__idea=idea, published_at__isnull=False).exists()


def _family(organisations: QuerySet[Organisation]) -> QuerySet[Organisation]:
    """Select organisations with what they are units of, and that one's units: colleagues, all of them.

    Units have none of their own (`actions.units`), so that a family is what is under one roof.
    """
    roofs = organisations.order_by().values_list(Coalesce("parent", "id"))
    return Organisation.objects.order_by().filter(Q(id__in=roofs) | Q(parent__in=roofs))

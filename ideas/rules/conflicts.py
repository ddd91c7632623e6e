"""Who may say that they have an interest in an idea. What follows from it is `queries.conflicts`."""

from django.db.models import Exists

from ideas.models import ConflictOfInterest, Idea, Member, Review, ValueChain


def can_declare(member: Member, idea: Idea) -> bool:
    """Whoever may come to judge it: leads of its value chains, cluster staff, who was asked for a review; or did it.

    Of those, who see it: the caller loaded it by `visible_to`. One query at the most.
    """
    leads = ValueChain.objects.order_by().filter(leads=member, code__in=idea.tags["chains"])
    asked = Review.objects.order_by().filter(reviewer=member, entry__idea=idea)
    declared = ConflictOfInterest.objects.filter(member=member, idea=idea)
    judging = Exists(leads) | Exists(asked) | Exists(declared)
    return member.is_staff or Member.objects.filter(judging, pk=member.pk).exists()

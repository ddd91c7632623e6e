"""Who may say that they have an interest in an idea. What follows from it is `queries.conflicts`."""

from ideas.models import ConflictOfInterest, Idea, Member, Review, ValueChain


def can_declare(member: Member, idea: Idea) -> bool:
    """Whoever may come to judge it: leads of its value chains, cluster staff, who was asked for a review; or did it.

    Of those, who see it: the caller loaded it by `visible_to`.
    """
    leads = ValueChain.objects.filter(leads=member, code__in=idea.tags["chains"])
    if member.is_staff or leads.exists():
        return True
    asked = Review.objects.filter(reviewer=member, entry__idea=idea)
    return asked.exists() or ConflictOfInterest.objects.filter(member=member, idea=idea).exists()

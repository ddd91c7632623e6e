"""Who may curate."""

from ideas.choices import ShortlistState
from ideas.models import Member, Shortlist, ValueChain


def can_curate(member: Member, chain: ValueChain) -> bool:
    """The leads of the value chain, and cluster staff."""
    return member.is_staff or chain.leads.filter(pk=member.pk).exists()


def can_change_shortlist(member: Member, shortlist: Shortlist) -> bool:
    """Who may curate its value chain, until it is published."""
    return shortlist.state == ShortlistState.DRAFT and can_curate(member, shortlist.value_chain)

"""Who writes an organisation's profile."""

from ideas.models import Member, Organisation
from ideas.rules.joining import administers


def can_create_organisations(member: Member) -> bool:
    """Cluster staff."""
    return member.is_staff


def can_edit_organisation(member: Member, organisation: Organisation) -> bool:
    """Its administrators, and cluster staff."""
    return member.is_staff or administers(member, organisation)


def can_certify(member: Member) -> bool:
    """Whether an organisation is accredited, and a member of the cluster, is for cluster staff to say."""
    return member.is_staff

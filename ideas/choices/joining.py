"""Enumerations and the lifecycle of requests and invitations, as data."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ConsortiumRole(models.TextChoices):
    COORDINATOR = "coordinator", _("Coordinator")
    BENEFICIARY = "beneficiary", _("Beneficiary")
    AFFILIATED_ENTITY = "affiliated_entity", _("Affiliated entity")
    ASSOCIATED_PARTNER = "associated_partner", _("Associated partner")
    SUBCONTRACTOR = "subcontractor", _("Subcontractor")
    THIRD_PARTY = "third_party", _("Third party giving in-kind contributions")
    END_USER = "end_user", _("End user or pilot site")


class JoinState(models.TextChoices):
    """Where a request to join stands, or an invitation (`JoinRequest.invited_by`). Who left is withdrawn, too."""

    INVITED = "invited", _("Invited")
    UNAUTHORISED = "unauthorised", _("Awaiting authorisation")
    PENDING = "pending", _("Pending")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    WAITLISTED = "waitlisted", _("On the waiting list")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    REMOVED = "removed", pgettext_lazy("partner", "Removed")
    EXPIRED = "expired", _("Expired")


JOIN_NEXT: dict[str, frozenset[str]] = {
    JoinState.INVITED: frozenset({JoinState.ACCEPTED, JoinState.DECLINED, JoinState.WITHDRAWN, JoinState.EXPIRED}),
    JoinState.UNAUTHORISED: frozenset({JoinState.PENDING, JoinState.WITHDRAWN, JoinState.EXPIRED}),
    JoinState.PENDING: frozenset(
        {JoinState.ACCEPTED, JoinState.DECLINED, JoinState.WAITLISTED, JoinState.WITHDRAWN, JoinState.EXPIRED}
    ),
    JoinState.WAITLISTED: frozenset({JoinState.ACCEPTED, JoinState.DECLINED, JoinState.WITHDRAWN, JoinState.EXPIRED}),
    JoinState.ACCEPTED: frozenset({JoinState.WITHDRAWN, JoinState.REMOVED}),
    JoinState.DECLINED: frozenset(),
    JoinState.WITHDRAWN: frozenset(),
    JoinState.REMOVED: frozenset(),
    JoinState.EXPIRED: frozenset(),
}
# An organisation asks, without an answer, or with one that isn't the last.
JOIN_WAITING: frozenset[str] = frozenset({JoinState.UNAUTHORISED, JoinState.PENDING, JoinState.WAITLISTED})
# Somebody still has to act; what stands so for too long expires. On the waiting list nobody has to.
JOIN_DUE: frozenset[str] = frozenset({JoinState.INVITED, JoinState.UNAUTHORISED, JoinState.PENDING})
# What ends with the idea.
JOIN_UNSETTLED: frozenset[str] = JOIN_WAITING | {JoinState.INVITED}
# An organisation has at most one row in these states for a place of an idea, or for a role beside its places: a
# database constraint.
JOIN_LIVE: frozenset[str] = JOIN_UNSETTLED | {JoinState.ACCEPTED}


class JoinAct(models.TextChoices):
    """What somebody did with a request to join, or with an invitation: a line of its history."""

    ASKED = "asked", _("Asked to join")
    INVITED = "invited", _("Invited")
    AUTHORISED = "authorised", _("Authorised")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    WAITLISTED = "waitlisted", _("Put on the waiting list")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", _("Expired")
    LEFT = "left", _("Left the consortium")
    REMOVED = "removed", _("Removed from the consortium")
    CONFIRMED = "confirmed", _("Confirmed that it takes part")
    SIGNED = "signed", _("Letter signed")


class SuggestionSide(models.TextChoices):
    """Who said something of a suggestion."""

    AUTHORS = "authors", _("The idea's authors")
    ORGANISATION = "organisation", _("The organisation")


class SuggestionVerdict(models.TextChoices):
    ASIDE = "aside", _("Set it aside")
    AGAIN = "again", _("Suggest again")


class Commitment(models.TextChoices):
    INTERESTED = "interested", _("Interested")
    CONFIRMED = "confirmed", _("Confirmed")
    LETTER_SIGNED = "letter_signed", _("Letter signed")


COMMITMENT_NEXT: dict[str, str] = {
    Commitment.INTERESTED: Commitment.CONFIRMED,
    Commitment.CONFIRMED: Commitment.LETTER_SIGNED,
}

"""Refusals that the domain raises; pages and API turn them into answers. Each has a stable code."""

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CONFLICTS: dict[str, str | Promise] = {
    "already_asked": _("Your organisation has already asked to join this idea."),
    "already_imported": _("This file was imported meanwhile. This is what it changed."),
    "already_listed": _("This idea is on the list already."),
    "already_planned": _("This idea has a plan already."),
    "already_published": _("This shortlist is published: it can't be changed any more."),
    "attaching_closed": _("This idea takes no more files."),
    "call_closed": _("This call is closed. Choose another one, or none."),
    "candidate_settled": _("Somebody made a call of this news meanwhile."),
    "comment_deleted": _("This comment was deleted."),
    "commenting_closed": _("This idea takes no more comments."),
    "edited_meanwhile": _("Somebody else saved a newer version meanwhile. Both texts are below."),
    "empty_shortlist": _("Add at least one idea before you publish."),
    "file_lost": _("This file isn't in the storage any more. Ask who attached it to do so again."),
    "file_not_kept": _(
        "The file could not be kept: the storage is full, or can't be reached. Nothing was changed. Try again later."
    ),
    "import_working": _("This file is being read just now. Wait until that is done."),
    "invitation_used": _("This invitation was used or has expired. Ask for a new one."),
    "joining_closed": _("This idea takes no more requests to join."),
    "merge_ended": _("This proposal was answered or taken back meanwhile."),
    "merge_not_shared": _(
        "The authors of both ideas must see the other one. Invite them to read it first, then propose again."
    ),
    "merge_proposed": _("Somebody has already proposed to merge this idea. Answer that proposal first."),
    "merge_target_closed": _("That idea takes in no other one in its present state."),
    "milestone_gone": _("This step was taken out of the plan meanwhile."),
    "no_deadline": _("This idea has no deadline to plan for. Choose a call with one first."),
    "no_plan_steps": _("The template of plans is empty. Add steps of your own."),
    "own_organisation": _("Your organisation is in this idea already."),
    "plan_full": _("This plan has as many steps as it can take. Remove one first."),
    "slot_filled": _("This place has been filled meanwhile."),
    "stale_order": _("The list was changed meanwhile. This is the order as it is now."),
    "wrong_state": _("This can't be done in the present state."),
}


class Refusal(Exception):
    """What every refusal of the domain has: a stable `code` and a text in the reader's language."""

    code: str
    text: str | Promise


class NotAllowed(Refusal):
    """The member may see the thing, but not do this to it: 403."""

    def __init__(self, code: str = "not_allowed") -> None:
        super().__init__(code)
        self.code = code
        self.text = _("You may not do this.")


class Conflict(Refusal):
    """What the member wants doesn't fit the present state of things: 409, with a code of `CONFLICTS`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
        self.text = CONFLICTS[code]


def reason_of(refusal: ValidationError) -> str:
    """Say in one line what is wrong with which field."""
    return "; ".join(f"{name}: {' '.join(texts)}" for name, texts in refusal.message_dict.items())

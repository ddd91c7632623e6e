"""Refusals that the domain raises; pages and API turn them into answers. Each has a stable code."""

from django.core.exceptions import ValidationError
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

CONFLICTS: dict[str, str | Promise] = {
    "affiliation_answered": _("This request was answered or taken back meanwhile."),
    "affiliation_asked": _("You have asked this organisation already. It hasn't answered yet."),
    "affiliation_gone": _("This person isn't one of the organisation's people any more."),
    "already_affiliated": _("You are one of this organisation's people already."),
    "already_asked": _("Your organisation has already asked for this, or has it."),
    "already_candidate": _("This organisation is invited already, asks for the same, or has it."),
    "already_decided": _("Something was decided about this idea meanwhile, so what you said about it stays."),
    "already_imported": _("This file was imported meanwhile. This is what it changed."),
    "already_invited": _("Your organisation is invited to this already: answer the invitation."),
    "already_listed": _("This idea is on the list already."),
    "already_planned": _("This idea has a plan already."),
    "already_published": _("This shortlist is published: it can't be changed any more."),
    "attaching_closed": _("This idea takes no more files."),
    "call_closed": _("This call is closed. Choose another one, or none."),
    "candidate_settled": _("Somebody made a call of this news meanwhile."),
    "comment_deleted": _("This comment was deleted."),
    "commenting_closed": _("This idea takes no more comments."),
    "competence_changed": _("Somebody changed this word meanwhile. This is how it stands now."),
    "decision_told": _("A decision about this idea was published: it stays on the list. Decide anew instead."),
    "edited_meanwhile": _("Somebody else saved a newer version meanwhile. Both texts are below."),
    "empty_shortlist": _("Add at least one idea before you publish."),
    "file_lost": _("This file isn't in the storage any more. Ask who attached it to do so again."),
    "file_not_kept": _(
        "The file could not be kept: the storage is full, or can't be reached. Nothing was changed. Try again later."
    ),
    "import_working": _("This file is being read just now. Wait until that is done."),
    "invitation_closed": _("This invitation was used, taken back, or has expired."),
    "invitation_used": _("This invitation was used or has expired. Ask for a new one."),
    "joining_closed": _("This idea takes no more requests to join."),
    "last_administrator": _(
        "An organisation needs an administrator. Make somebody else one first, or ask the cluster's staff."
    ),
    "letter_kept": _("This is the signed letter of a partner: it stays as long as the organisation is one."),
    "letter_missing": _("Give the signed letter as a PDF file: it is kept with the request."),
    "marks_revealed": _("The marks of this idea are revealed: they can't be changed any more."),
    "meeting_begun": _("The meeting has begun: ideas can only be added at the end of its agenda."),
    "meeting_moved_on": _("The meeting has moved on meanwhile. This is where it stands now."),
    "meeting_not_running": _("The meeting isn't running: it hasn't begun yet, or has ended."),
    "merge_ended": _("This proposal was answered or taken back meanwhile."),
    "merge_not_shared": _(
        "The authors of both ideas must see the other one. Invite them to read it first, then propose again."
    ),
    "merge_proposed": _("Somebody has already proposed to merge this idea. Answer that proposal first."),
    "merge_target_closed": _("That idea takes in no other one in its present state."),
    "milestone_gone": _("This step was taken out of the plan meanwhile."),
    "no_deadline": _("This idea has no deadline to plan for. Choose a call with one first."),
    "no_further_idea": _("There is no further idea on the agenda in this direction."),
    "no_marks": _("Nobody has given a mark for this idea yet."),
    "no_plan_steps": _("The template of plans is empty. Add steps of your own."),
    "nobody_to_invite": _(
        "Nobody administers this organisation here yet, so that nobody could answer. Ask the cluster's staff."
    ),
    "own_interest": _(
        "You have an interest in this idea, so others decide whether it comes onto a list in preparation."
    ),
    "nothing_staged": _("No decision is staged here. Somebody published or withdrew it meanwhile."),
    "own_organisation": _("Your organisation is in this idea already."),
    "partner_gone": _("This organisation isn't in the consortium any more."),
    "plan_full": _("This plan has as many steps as it can take. Remove one first."),
    "request_expired": _("The time for an answer is over."),
    "review_begun": _("This reviewer has begun already: only they can say that they won't go on."),
    "review_changed": _("You saved another text of this review in another window. Both are below."),
    "review_closed": _("This idea is decided: its reviews can't be changed any more."),
    "reviews_done": _("Somebody has finished a review: by what ideas are judged can't be changed any more."),
    "round_missing": _("Say first by what the ideas of this list are reviewed."),
    "rules_changed": _("Somebody changed these rules meanwhile. Below they are as they stand now, beside yours."),
    "slot_filled": _("This place has been filled meanwhile."),
    "stale_order": _("The list was changed meanwhile. This is the order as it is now."),
    "too_many_samples": _("No more line-ups can be kept here. Remove one first."),
    "unit_has_units": _("This organisation has units of its own, so it can't be a unit itself."),
    "unit_of_unit": _("This organisation is a unit itself, so it can't have units."),
    "unit_taken": _("This organisation is a unit of another one. Let it go there first."),
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

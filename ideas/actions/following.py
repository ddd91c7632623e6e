"""Following calls, the reminders of their deadlines, and who hears of what becomes of them."""

import logging
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from ideas import publish
from ideas.actions.notifications import notify
from ideas.choices import LEAD_DAYS, MailCategory, MailFrequency, NotificationKind
from ideas.models import (
    Call,
    CallFollow,
    Deadline,
    DeadlineChange,
    Idea,
    Member,
    Notification,
    Reminded,
    Term,
    ValueChain,
)
from ideas.queries.calls import has_cut_offs
from ideas.queries.following import deadlines_ahead, followers_of, followers_of_news, news, team_ids
from ideas.rules.following import chosen_lead, due_at, leads_due
from ideas.rules.mails import category_of
from ideas.rules.plans import STILL_AHEAD

logger = logging.getLogger(__name__)
# Members told in one transaction: some tens of milliseconds, so that no other writer waits for long.
BATCH = 100
# New calls that one notification names; it counts the others.
NAMED = 10


@transaction.atomic(durable=True)
def follow(
    *,
    by: Member,
    at: datetime,
    call: Call | None = None,
    programme: str = "",
    value_chain: ValueChain | None = None,
    ket: Term | None = None,
) -> CallFollow:
    """Follow one thing: a call, or all calls of a programme, a value chain or a KET. Twice is once.

    Raises ValidationError where not exactly one is given, or no call has such a programme.
    """
    things = {"call": call, "programme": programme, "value_chain": value_chain, "ket": ket}
    if sum(bool(thing) for thing in things.values()) != 1:
        raise ValidationError(_("Choose one thing to follow."))
    if programme and not Call.objects.filter(programme=programme).exists():
        raise ValidationError({"programme": _("No call is of this programme.")})
    return CallFollow.objects.get_or_create(member=by, **things, defaults={"created_at": at})[0]


@transaction.atomic(durable=True)
def unfollow(*, by: Member, follow: CallFollow) -> None:
    """Follow it no more. Somebody else's stays; what one's own ideas aim at is followed all the same."""
    CallFollow.objects.filter(pk=follow.pk, member=by).delete()


@transaction.atomic(durable=True)
def choose_reminders_of_call(*, by: Member, call: Call, lead_days: Sequence[int] | None, at: datetime) -> CallFollow:
    """Be reminded of one call otherwise than in general (None: as in general; none at all: silence), and follow it.

    Changes of its dates are told all the same. Raises ValidationError.
    """
    chosen = None if lead_days is None else _lead_days(lead_days)
    row, _created = CallFollow.objects.get_or_create(member=by, call=call, defaults={"created_at": at})
    row.lead_days = chosen
    row.save(update_fields=["lead_days"])
    return row


@transaction.atomic(durable=True)
def choose_reminders(*, by: Member, lead_days: Sequence[int], mail: Mapping[str, str]) -> Member:
    """Choose in general how long before a deadline to be reminded, and how often to be mailed: {category: frequency}.

    What waits to be mailed of a category that is now never mailed isn't any more. Raises ValidationError by field.
    """
    by.lead_days = _lead_days(lead_days)
    if not (set(mail) <= set(MailCategory.values) and set(mail.values()) <= set(MailFrequency.values)):
        raise ValidationError({"mail": _("Choose one of the frequencies.")})
    by.mail = {**by.mail, **mail}
    by.save(update_fields=["lead_days", "mail"])
    never = [kind for kind in NotificationKind.values if by.mail.get(category_of(kind)) == MailFrequency.NEVER]
    Notification.objects.filter(member=by, mail=None, mail_at__isnull=False, kind__in=never).update(mail_at=None)
    return by


def _lead_days(days: Sequence[int]) -> list[int]:
    if not set(days) <= set(LEAD_DAYS):
        raise ValidationError({"lead_days": _("Choose among the days that are offered.")})
    return sorted(set(days), reverse=True)


# Changes of deadlines -----------------------------------------------------------------------------------------------


def tell_of_deadline(change: DeadlineChange, ideas: Sequence[Idea], at: datetime) -> list[Notification]:
    """Tell who follows the call, and the teams of `ideas`, which aim at it. A helper for actions.

    A team is told of each of its ideas; who follows the call for another reason, once. Ideas whose proposal is in
    already, or that were given up, tell nobody.
    """
    told: list[Notification] = []
    teams: set[int] = set()
    for idea in ideas:
        if idea.state in STILL_AHEAD:
            team = team_ids(Idea.objects.filter(pk=idea.pk))
            told += _tell_of_change(change, Member.objects.filter(pk__in=team, is_active=True), idea, at)
            teams |= team
    others = [follower.member for follower in followers_of(change.call) if follower.member.pk not in teams]
    return told + _tell_of_change(change, others, None, at)


def _tell_of_change(
    change: DeadlineChange, members: Iterable[Member], idea: Idea | None, at: datetime
) -> list[Notification]:
    return notify(
        members=members,
        kind=NotificationKind.DEADLINE_CHANGED,
        idea=idea,
        url=(idea or change.call).get_absolute_url(),
        key=f"deadline.{change.pk}.{idea.pk}" if idea else f"deadline.{change.pk}",
        data={
            **_words_of(change.call),
            "title": idea.title if idea else "",
            "kind": change.kind,
            "number": change.number,
            "deadline": change.deadline_number,
            "old_at": change.old_at.isoformat() if change.old_at else None,
            "new_at": change.new_at.isoformat() if change.new_at else None,
            "zone": change.zone,
        },
        at=at,
        before=change.new_at,
    )


def _words_of(call: Call) -> dict[str, Any]:
    return {"call": call.identifier, "call_title": call.title, "several": has_cut_offs(call)}


# Reminders ----------------------------------------------------------------------------------------------------------


def remind_of_deadlines(*, at: datetime) -> int:
    """Remind whoever follows of the deadlines ahead, by their lead times. Returns how many reminders were written.

    Each (member, deadline at its instant, lead time) once: for any number of schedulers, killed wherever it may be,
    whatever the clock did before. Of several lead times that have come a member is told the shortest. In batches, each
    a transaction of its own; a deadline that is moved meanwhile isn't told of any more, and one that fails is logged.
    """
    told = 0
    for deadline, reminded in deadlines_ahead(at):
        try:
            told += _remind_of(deadline, reminded, at)
        except Exception:
            # One that can't be told, such as a zone that is none, stops no other.
            logger.exception("Nobody can be reminded of deadline %s.", deadline.pk)
    return told


def _remind_of(deadline: Deadline, reminded: Reminded | None, at: datetime) -> int:
    told_to = reminded.lead if reminded and reminded.at == deadline.at else None
    due = leads_due(deadline.at, deadline.zone, deadline.kind, since=deadline.changed_at, now=at)
    due = [lead for lead in due if told_to is None or lead < told_to]
    if not due:
        return 0
    moments = {lead: due_at(deadline.at, deadline.zone, lead) for lead in due}
    people: dict[int, list[Member]] = {lead: [] for lead in due}
    for follower in followers_of(deadline.call):
        # What had come before they began to follow is not for them.
        theirs = [lead for lead in due if follower.since is None or follower.since <= moments[lead]]
        lead = chosen_lead(theirs, follower.lead_days)
        if lead is not None:
            people[lead].append(follower.member)
    batches = [(lead, all_[i : i + BATCH]) for lead, all_ in people.items() for i in range(0, len(all_), BATCH)]
    told = sum(_remind_batch(deadline, lead, batch, at) for lead, batch in batches)
    _finish(deadline, min(due))
    return told


@transaction.atomic(durable=True)
def _remind_batch(deadline: Deadline, lead: int, members: Sequence[Member], at: datetime) -> int:
    # The lock makes schedulers take turns, and an import that moves the date wait or be seen.
    if not Deadline.objects.select_for_update().filter(pk=deadline.pk, at=deadline.at).exists():
        return 0
    told = notify(
        members=members,
        kind=NotificationKind.DEADLINE_REMINDER,
        idea=None,
        url=deadline.call.get_absolute_url(),
        key=f"reminder.{deadline.pk}.{deadline.at:%Y%m%dT%H%M%S}.{lead}",
        data={
            **_words_of(deadline.call),
            "deadline": deadline.pk,
            "kind": deadline.kind,
            "number": deadline.number,
            "at": deadline.at.isoformat(),
            "zone": deadline.zone,
            "lead": lead,
        },
        at=at,
        before=deadline.at,
    )
    publish.members_told(told)
    return len(told)


@transaction.atomic(durable=True)
def _finish(deadline: Deadline, lead: int) -> None:
    """Note that everybody was reminded, so that the next round needs no look at the followers."""
    # Locked: a scheduler whose clock is ahead may have noted more.
    if not Deadline.objects.select_for_update().filter(pk=deadline.pk, at=deadline.at).exists():
        return
    known = Reminded.objects.filter(deadline=deadline, at=deadline.at, lead__lte=lead)
    if not known.exists():
        Reminded.objects.update_or_create(deadline=deadline, defaults={"at": deadline.at, "lead": lead})


# New calls ----------------------------------------------------------------------------------------------------------


@transaction.atomic(durable=True)
def tell_of_new_calls(*, at: datetime) -> int:
    """Tell the followers of programmes, value chains and KETs of the calls that came: one notification a member.

    However many calls an import brought: the first ten are named, all are counted. Each call is news once: told and
    marked in one transaction. Of closed calls nobody is told. Returns how many members were. Nobody needs to call this
    where a call is made: `manage.py tick` does.
    """
    calls = news(at)
    Call.objects.filter(pk__in=[call.pk for call in calls]).update(is_news=False)
    found = followers_of_news([call for call in calls if call.closes_at is None or call.closes_at > at])
    told: list[Notification] = []
    # Those to whom the same calls are new hear the same.
    for fresh, group in groupby(
        sorted(found, key=lambda pair: [call.pk for call in pair[1]]), key=lambda pair: pair[1]
    ):
        told += notify(
            members=[member for member, _calls in group],
            kind=NotificationKind.CALL_ADDED,
            idea=None,
            url=fresh[0].get_absolute_url() if len(fresh) == 1 else reverse("following:list"),
            key=f"calls.{calls[0].pk}",
            data={"count": len(fresh), "calls": [_named(call) for call in fresh[:NAMED]]},
            at=at,
        )
    publish.members_told(told)
    return len(told)


def _named(call: Call) -> dict[str, str]:
    return {"identifier": call.identifier, "title": call.title, "url": call.get_absolute_url()}

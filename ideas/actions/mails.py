"""Mails: what is due is collected into an outbox, and the outbox is sent. Each step may die anywhere and go on."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused, SMTPSenderRefused
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import F

from ideas.models import Mail, Member, Notification
from ideas.queries.mails import own_ideas_at, still_true, to_mail, unsent
from ideas.serializers.mails import write_mail

logger = logging.getLogger(__name__)
# How long one sender has for one mail; longer than EMAIL_TIMEOUT, after which it gives up by itself.
CLAIM = timedelta(minutes=5)
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)
MAX_ROWS = 100
# Mails that a sender tries to get before it leaves the rest to the others and to the next round.
LOOKED_AT = 50
# What a server says of one mail; after anything else the server itself is in trouble.
OF_THE_MAIL = (SMTPRecipientsRefused, SMTPSenderRefused, SMTPDataError, UnicodeError, ValueError)


def make_mails(*, at: datetime) -> int:
    """Write what is due into mails, one a member. Returns how many.

    A member's mail is written whole or not at all, in a transaction of its own; one that fails stops no other.
    """
    made = 0
    for pk in list(to_mail(at).order_by("member").values_list("member", flat=True).distinct()):
        try:
            made += _make_mail(pk, at)
        except Exception:
            logger.exception("The mail for member %s can't be written.", pk)
    return made


@transaction.atomic(durable=True)
def _make_mail(member_id: int, at: datetime) -> bool:
    # Who waited here for another scheduler finds these rows in a mail already.
    rows = list(to_mail(at).filter(member=member_id).select_for_update(of=("self",)).order_by("pk")[:MAX_ROWS])
    if not rows:
        return False
    member = Member.objects.get(pk=member_id)
    told, gone = still_true(member, rows, at)
    Notification.objects.filter(pk__in=gone).update(mail_at=None)
    if not told:
        return False
    subject, body = write_mail(member, told, own_ideas_at(member, told), at)
    mail = Mail.objects.create(
        member=member, key=f"{member_id}.{told[0].pk}", subject=subject, body=body, created_at=at
    )
    Notification.objects.filter(pk__in=[row.pk for row in told]).update(mail=mail)
    return True


def claim_mail(*, at: datetime) -> Mail | None:
    """Take the next mail to send, for five minutes, as it is right to say it now; None when nothing waits.

    Only one sender gets it. What is no longer so is taken out of it; a mail of which nothing is left is never sent.
    """
    for mail in list(unsent(at).select_related("member")[:LOOKED_AT]):
        # One statement, so that of several senders one changes the row.
        if not unsent(at).filter(pk=mail.pk).order_by().update(claimed_until=at + CLAIM, attempts=F("attempts") + 1):
            continue
        mail.attempts += 1
        try:
            if _is_still_right(mail, at):
                return mail
        except Exception as error:
            logger.exception("Mail %s can't be written anew.", mail.key)
            _note_failure(mail, error, at)
    return None


@transaction.atomic(durable=True)
def _is_still_right(mail: Mail, at: datetime) -> bool:
    """Write the mail anew where something in it is no longer so; remove it where nothing is."""
    rows = list(mail.notifications.order_by("pk"))
    told, _gone = still_true(mail.member, rows, at)
    if not told or not mail.member.is_active:
        mail.notifications.update(mail_at=None)
        mail.delete()
        return False
    if len(told) < len(rows):
        mail.subject, mail.body = write_mail(mail.member, told, own_ideas_at(mail.member, told), at)
        mail.save(update_fields=["subject", "body"])
    return True


def send_mail(*, mail: Mail, by: BaseEmailBackend, at: datetime) -> bool:
    """Send a mail that was claimed, and note how it went. Returns whether it went.

    Its Message-ID comes from its key: one that is sent again, because its sender died before it could note that it
    went, is one mail for its reader. A mail that the server refuses waits, longer each time. Raises OSError where the
    server itself is in trouble; then the mail waits as well.
    """
    host = urlsplit(settings.SITE_URL).hostname
    message = EmailMessage(
        mail.subject,
        mail.body,
        to=[mail.member.email],
        connection=by,
        headers={"Message-ID": f"<{mail.key}@{host}>", "Auto-Submitted": "auto-generated"},
    )
    try:
        by.open()
        message.send()
    except OF_THE_MAIL as error:
        _note_failure(mail, error, at)
        return False
    except OSError as error:
        _note_failure(mail, error, at)
        raise
    Mail.objects.filter(pk=mail.pk).update(sent_at=at, claimed_until=None, error="")
    return True


def _note_failure(mail: Mail, error: Exception, at: datetime) -> None:
    pause = min(FIRST_PAUSE * 2 ** (mail.attempts - 1), LONGEST_PAUSE)
    Mail.objects.filter(pk=mail.pk).update(claimed_until=at + pause, error=f"{type(error).__name__}: {error}"[:300])


@transaction.atomic(durable=True)
def forget_old(*, at: datetime, batch: int = 500) -> int:
    """Delete mails of 90 days ago and notifications of a year ago, a batch at a time. Returns how many."""
    mails = _oldest(Mail.objects.order_by("pk").values_list("pk", "created_at")[:batch], at - timedelta(days=90))
    Notification.objects.filter(mail__in=mails).update(mail=None, mail_at=None)
    rows = Notification.objects.order_by("pk").values_list("pk", "created_at")[:batch]
    old = _oldest(rows, at - timedelta(days=365))
    return Mail.objects.filter(pk__in=mails).delete()[0] + Notification.objects.filter(pk__in=old).delete()[0]


def _oldest(rows: Iterable[tuple[int, datetime]], before: datetime) -> list[int]:
    return [pk for pk, created_at in rows if created_at < before]

"""Who is signed in: a request's session and its member, each by a question that is written once.

Both are read at every request, and of so short a read most of the time goes into writing it. All else is Django's: what
a session holds and when it ends, and whether its member may still use it.
"""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.backends import ModelBackend
from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db import DEFAULT_DB_ALIAS
from django.db.models import BigIntegerField, CharField, DateTimeField
from django.utils import timezone

from ideas.models import Member
from ideas.queries.prepared import Prepared

_COLUMNS = [field.attname for field in Member._meta.concrete_fields]
_MEMBER = Prepared(lambda pk: Member.objects.filter(pk=pk).order_by().values_list(*_COLUMNS), pk=BigIntegerField())
_SESSION = Prepared(
    lambda key, now: Session.objects.filter(session_key=key, expire_date__gt=now).values_list("session_data"),
    key=CharField(),
    now=DateTimeField(),
)


class SessionStore(db.SessionStore):
    """Django's sessions in the database."""

    def _get_session_from_db(self) -> Session | None:
        rows = _SESSION.rows(key=self.session_key, now=timezone.now())
        if rows:
            return Session(session_data=rows[0][0])
        self._session_key = None
        return None


class _MembersBackend(ModelBackend):
    def get_user(self, user_id: Any) -> Member | None:
        rows = _MEMBER.rows(pk=user_id)
        member = Member.from_db(DEFAULT_DB_ALIAS, _COLUMNS, rows[0]) if rows else None
        return member if member and self.user_can_authenticate(member) else None


class MemberBackend(_MembersBackend):
    """Members by e-mail and password."""


class SignInBackend(_MembersBackend, AuthenticationBackend):
    """The same as the sign-in's own forms ask for it."""

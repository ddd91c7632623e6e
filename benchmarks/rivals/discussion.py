"""An idea in the whole product, and as many signed-in members as asked for: prints what the audience needs."""

import json
import sys
from importlib import import_module

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.contrib import auth  # noqa: E402
from django.db import transaction  # noqa: E402

from ideas.actions.members import issue_token  # noqa: E402
from ideas.models import Member  # noqa: E402
from tests.factories import affiliate, make_chain, make_idea, make_member, make_organisation  # noqa: E402


def session_of(member: Member) -> str:
    """Sign a member in, and return the cookie."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[auth.SESSION_KEY] = str(member.pk)
    session[auth.BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[auth.HASH_SESSION_KEY] = member.get_session_auth_hash()
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


def main(count: int) -> None:
    """Make everything."""
    author = make_member("Author")
    affiliate(author, make_organisation("Laboratory"))
    with transaction.atomic():
        readers = Member.objects.bulk_create(
            Member(name=f"Reader {n}", email=f"reader{n}@example.org", password="!") for n in range(count)
        )
        cookies = [session_of(member) for member in readers]
    idea = make_idea(author, chain=make_chain("MOVES"), title="Watched")
    print(json.dumps({"idea": idea.pk, "token": issue_token(member=author), "cookies": cookies}))


if __name__ == "__main__":
    main(int(sys.argv[1]))

"""pretalx, a call for papers: one event with submissions, its pages timed in its own process.

Run by a Python that has pretalx; nothing is installed here. Prepares a database of its own, answers `ready`, then for
each name of a page that it is told seconds of processor time. Its scripts are built by npm, which isn't run: its pages
go without their addresses, which costs it nothing.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from time import process_time

from benchmarks.rivals.stage import answer, use_core

SLUG = "bench"
WORDS = (  # noqa: SIM905 - as people read it
    "battery actuator twin maintenance composite gripper laser alloy hydrogen fatigue sensor robot"
).split()


def main(folder: str, number: str) -> None:
    """Serve measurements out of a folder, with so many submissions."""
    use_core(0)
    for name in ("LOGS", "MEDIA", "STATIC"):
        os.environ[f"PRETALX_FILESYSTEM_{name}"] = str(Path(folder) / name.lower())
    os.environ |= {
        "DJANGO_SETTINGS_MODULE": "pretalx.settings",
        "PRETALX_DB_NAME": str(Path(folder) / "pretalx.sqlite3"),
        "PRETALX_SITE_URL": "http://testserver",
    }
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    pages = _pages(_filled(int(number)))
    answer("ready")
    for line in sys.stdin:
        answer(pages[line.strip()]())


def _filled(number: int) -> object:
    """Make an event whose call is open, with an organiser, who is returned, and submissions as a wizard leaves them."""
    import datetime as dt

    from django.utils.timezone import now
    from django_scopes import scope, scopes_disabled
    from pretalx.event.models import Event
    from pretalx.event.utils import create_organiser_with_team
    from pretalx.person.models import SpeakerProfile, User
    from pretalx.submission.models import Submission

    organiser = User.objects.create_user(name="Organiser", email="organiser@example.org", password="-")
    owner, team = create_organiser_with_team(name="Bench", slug="benchers", users=[organiser])
    start = now() + dt.timedelta(days=60)
    with scopes_disabled():
        event = Event.objects.create(
            name="Bench",
            slug=SLUG,
            organiser=owner,
            is_public=True,
            date_from=start.date(),
            date_to=start.date() + dt.timedelta(days=2),
            timezone="Europe/Rome",
            email="bench@example.org",
            locale_array="en",
            locale="en",
        )
    with scope(event=event):
        event.build_initial_data()
        team.limit_events.add(event)
        # Without it the list answers as an unknown address does.
        team.can_change_submissions = True
        team.save()
        event.cfp.deadline = now() + dt.timedelta(days=30)
        event.cfp.text = "\n\n".join(" ".join(WORDS) for _ in range(5))
        event.cfp.save()
        kind = event.submission_types.first()
        for n in range(number):
            # Unusable: to hash a password a speaker takes minutes, and no page asks for it.
            speaker = User.objects.create(name=f"Speaker {n}", email=f"speaker{n}@example.org", password="!")
            SpeakerProfile.objects.create(user=speaker, event=event, biography=" ".join(WORDS))
            submission = Submission.objects.create(
                event=event,
                title=f"{WORDS[n % len(WORDS)].capitalize()} {n}",
                submission_type=kind,
                abstract=" ".join(WORDS),
                description=" ".join(WORDS * 5),
                content_locale="en",
            )
            submission.speakers.add(speaker)
    return organiser


def _pages(organiser: object) -> dict[str, Callable[[], float]]:
    from django.test import Client

    visitor, member = Client(), Client()
    member.force_login(organiser, backend="django.contrib.auth.backends.ModelBackend")

    def get(client: Client, path: str) -> Callable[[], float]:
        def once() -> float:
            started = process_time()
            response = client.get(path)
            seconds = process_time() - started
            assert response.status_code == 200, (path, response.status_code)
            return seconds

        return once

    return {
        "call": get(visitor, f"/{SLUG}/cfp"),
        "list": get(member, f"/orga/event/{SLUG}/submissions/"),
    }


if __name__ == "__main__":
    main(*sys.argv[1:])

"""An import of organisations beside who writes to their ideas: one waits for the other, and never both."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from time import monotonic, sleep
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from ideas.actions.board import lock_idea
from ideas.actions.organisation_imports import import_organisations
from ideas.actions.organisations import lock_organisation
from ideas.choices import OrganisationKind
from ideas.exchange.organisations import OrganisationRow
from ideas.models import Idea, Member, Organisation
from tests.factories import make_partner

pytestmark = pytest.mark.django_db(transaction=True)


def aside(work: Callable[[], Any]) -> Any:
    """Do it on a connection of its own."""
    try:
        return work()
    finally:
        connection.close()


def wait_until_somebody_waits() -> None:
    """On SQLite nobody can say: a writer waits there from its first word."""
    until = monotonic() + 10
    asked = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    while connection.vendor == "postgresql" and monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(asked)
            if cursor.fetchone()[0]:
                return
        sleep(0.02)


def test_an_import_leaves_the_organisation_to_who_has_its_idea(idea: Idea, administrator: Member, firm: Organisation):
    make_partner(idea, administrator, firm)
    Organisation.objects.filter(pk=firm.pk).update(pic="999986096", told={"cordis": {"name": "Firm"}}, name="Firm")
    row = OrganisationRow(line=2, pic="999986096", name="Firm of Pumps", kind=OrganisationKind.SME)

    def bring() -> int:
        return import_organisations(rows=[row], source="cordis", at=timezone.now()).changed

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        lock_idea(idea.pk)
        imported = pool.submit(aside, bring)
        wait_until_somebody_waits()
        named = lock_organisation(firm.pk).name

    assert (named, imported.result(30)) == ("Firm", 1)
    firm.refresh_from_db()
    assert firm.name == "Firm of Pumps"

"""Invitations, history and expiry of requests to join; several places for one organisation; places filled by hand."""

from datetime import timedelta

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q
from django.utils import timezone

STATES = [
    ("invited", "Invited"),
    ("unauthorised", "Awaiting authorisation"),
    ("pending", "Pending"),
    ("accepted", "Accepted"),
    ("declined", "Declined"),
    ("waitlisted", "On the waiting list"),
    ("withdrawn", "Withdrawn"),
    ("removed", "Removed"),
    ("expired", "Expired"),
]
ACTS = [
    ("asked", "Asked to join"),
    ("invited", "Invited"),
    ("authorised", "Authorised"),
    ("accepted", "Accepted"),
    ("declined", "Declined"),
    ("waitlisted", "Put on the waiting list"),
    ("withdrawn", "Withdrawn"),
    ("expired", "Expired"),
    ("left", "Left the consortium"),
    ("removed", "Removed from the consortium"),
    ("confirmed", "Confirmed that it takes part"),
    ("signed", "Letter signed"),
]
DUE = ["invited", "pending", "unauthorised"]
LIVE = ["accepted", "invited", "pending", "unauthorised", "waitlisted"]


def a_member() -> models.ForeignKey:
    return models.ForeignKey(
        blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+",
        to=settings.AUTH_USER_MODEL,
    )  # fmt: skip


def write_history(apps, schema_editor):
    """What the rows tell: who asked, authorised, took in and answered. When a partner confirmed, nobody kept."""
    step = apps.get_model("ideas", "JoinStep")
    for row in apps.get_model("ideas", "JoinRequest").objects.order_by("id").iterator():
        told = [("asked", row.asked_by_id, row.asked_at, "")]
        if row.authorised_at:
            told.append(("authorised", row.authorised_by_id, row.authorised_at, ""))
        gone = row.state not in ("pending", "unauthorised", "accepted")
        if row.joined_at:
            by = row.answered_by_id if row.state == "accepted" else None
            told.append(("accepted", by, row.joined_at, row.reason if row.state == "accepted" else ""))
        if gone and row.answered_at:
            act = "left" if row.joined_at and row.state == "withdrawn" else row.state
            told.append((act, row.answered_by_id, row.answered_at, row.reason))
        step.objects.bulk_create(
            step(request=row, act=act, by_id=by, at=at, reason=reason) for act, by, at, reason in told
        )


def give_time(apps, schema_editor):
    """Requests of before end 30 days from now, not at once."""
    waiting = apps.get_model("ideas", "JoinRequest").objects.filter(state__in=DUE)
    waiting.update(expires_at=timezone.now() + timedelta(days=30))


class Migration(migrations.Migration):
    dependencies = [("ideas", "0020_rule_sets")]

    operations = [
        migrations.AddField("joinrequest", "invited_by", a_member()),
        migrations.AddField("joinrequest", "expires_at", models.DateTimeField(blank=True, editable=False, null=True)),
        migrations.AddField("joinrequest", "reminded", models.BooleanField(default=False, editable=False)),
        migrations.AlterField("joinrequest", "state", models.CharField(choices=STATES, max_length=20)),
        migrations.AddField("roleslot", "outside", models.PositiveSmallIntegerField(default=0, editable=False)),
        migrations.CreateModel(
            name="JoinStep",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("act", models.CharField(choices=ACTS, max_length=20)),
                ("at", models.DateTimeField()),
                ("reason", models.TextField(blank=True)),
                ("by", a_member()),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="ideas.joinrequest"
                    ),
                ),
            ],
            options={"ordering": ["id"]},
        ),
        migrations.RemoveConstraint("joinrequest", "unique_live_request_per_organisation"),
        migrations.AddConstraint(
            "joinrequest",
            models.UniqueConstraint(
                condition=Q(state__in=LIVE, slot__isnull=False),
                fields=("slot", "organisation"),
                name="unique_live_request_per_place",
            ),
        ),
        migrations.AddConstraint(
            "joinrequest",
            models.UniqueConstraint(
                condition=Q(state__in=LIVE, slot__isnull=True),
                fields=("idea", "organisation", "role"),
                name="unique_live_request_per_role",
            ),
        ),
        migrations.AddConstraint(
            "roleslot", models.CheckConstraint(condition=Q(outside__lte=F("filled")), name="slot_outside_is_filled")
        ),
        migrations.AddIndex(
            "joinrequest",
            models.Index(condition=Q(state__in=DUE), fields=["expires_at"], name="join_request_by_expiry"),
        ),
        migrations.RunPython(write_history, migrations.RunPython.noop),
        migrations.RunPython(give_time, migrations.RunPython.noop),
    ]

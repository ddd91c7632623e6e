"""Merging by consent, targets that change with a reason, when partners joined, and which ideas expire."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q

STATES = [
    ("open", "Open"),
    ("done", "Merged"),
    ("declined", "Declined"),
    ("withdrawn", "Withdrawn"),
    ("overtaken", "Overtaken"),
]
KINDS = [
    ("comment.posted", "New comment"),
    ("join.requested", "Request to join"),
    ("join.authorisation_asked", "Authorisation asked"),
    ("join.answered", "Answer to a request to join"),
    ("idea.shortlisted", "On a shortlist"),
    ("idea.withdrawn", "Idea withdrawn"),
    ("idea.shared", "You are a co-author"),
    ("idea.expiring", "Idea about to expire"),
    ("idea.merged", "Ideas merged"),
    ("merge.proposed", "Merge proposed"),
    ("merge.ended", "Merge declined or withdrawn"),
    ("deadline.changed", "Deadline changed"),
    ("deadline.reminder", "Deadline ahead"),
    ("call.added", "New call"),
    ("search.found", "New ideas in a saved search"),
]


def a_key() -> models.BigAutoField:
    return models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


def a_member(**options: bool) -> models.ForeignKey:
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL, **options
    )


def an_idea(related_name: str) -> models.ForeignKey:
    return models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name=related_name, to="ideas.idea")


def a_call() -> models.ForeignKey:
    return models.ForeignKey(
        null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="ideas.call"
    )


def say_when_partners_joined(apps, schema_editor):
    requests = apps.get_model("ideas", "JoinRequest").objects.filter(state="accepted", joined_at=None)
    requests.update(joined_at=F("answered_at"))


class Migration(migrations.Migration):
    dependencies = [("ideas", "0011_board_in_memory_and_saved_searches")]

    operations = [
        migrations.CreateModel(
            name="MergeProposal",
            fields=[
                ("id", a_key()),
                ("state", models.CharField(choices=STATES, default="open", max_length=20)),
                ("reason", models.TextField(blank=True, verbose_name="why they belong together")),
                ("proposed_at", models.DateTimeField()),
                ("idea_consent_at", models.DateTimeField(blank=True, null=True)),
                ("into_consent_at", models.DateTimeField(blank=True, null=True)),
                ("joins", models.BooleanField(default=True)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("answer", models.TextField(blank=True, verbose_name="reason")),
                ("ended_by", a_member(blank=True, null=True)),
                ("idea", an_idea("merges_away")),
                ("into", an_idea("merges_in")),
                ("idea_consent_by", a_member(blank=True, null=True)),
                ("into_consent_by", a_member(blank=True, null=True)),
                ("proposed_by", a_member()),
            ],
            options={"ordering": ["-id"]},
        ),
        migrations.CreateModel(
            name="TargetChange",
            fields=[
                ("id", a_key()),
                ("at", models.DateTimeField()),
                ("reason", models.TextField(blank=True)),
                ("by", a_member()),
                ("idea", an_idea("target_changes")),
                ("new_call", a_call()),
                ("old_call", a_call()),
            ],
            options={"ordering": ["-id"]},
        ),
        migrations.AddField("idea", "expiry_told", models.DateField(blank=True, editable=False, null=True)),
        migrations.AddField("joinrequest", "joined_at", models.DateTimeField(blank=True, editable=False, null=True)),
        migrations.AlterField("notification", "kind", models.CharField(choices=KINDS, max_length=40)),
        migrations.AddIndex(
            "idea",
            models.Index(condition=Q(valid_until__isnull=False), fields=["valid_until"], name="idea_by_validity"),
        ),
        migrations.AddConstraint(
            "mergeproposal",
            models.UniqueConstraint(condition=Q(state="open"), fields=("idea",), name="unique_open_merge_of_idea"),
        ),
        migrations.AddConstraint(
            "mergeproposal", models.CheckConstraint(condition=~Q(idea=F("into")), name="merge_of_two_ideas")
        ),
        migrations.RunPython(say_when_partners_joined, migrations.RunPython.noop),
    ]

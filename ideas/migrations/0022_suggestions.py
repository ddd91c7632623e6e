"""What people say of suggestions, and the stamp under which all organisations are kept in memory."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ideas", "0021_invitations_to_join")]

    operations = [
        migrations.CreateModel(
            name="SuggestionStamp",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("stamp", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="SuggestionMark",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "side",
                    models.CharField(
                        choices=[("authors", "The idea's authors"), ("organisation", "The organisation")], max_length=20
                    ),
                ),
                (
                    "verdict",
                    models.CharField(choices=[("aside", "Set it aside"), ("again", "Suggest again")], max_length=20),
                ),
                ("reason", models.TextField(blank=True, verbose_name="reason")),
                ("about", models.CharField(blank=True, max_length=200)),
                ("at", models.DateTimeField()),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "idea",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="suggestion_marks", to="ideas.idea"
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="suggestion_marks",
                        to="ideas.organisation",
                    ),
                ),
                (
                    "slot",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="suggestion_marks",
                        to="ideas.roleslot",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("side", "organisation"), ("slot__isnull", False), _connector="OR"),
                        name="suggestion_of_authors_has_a_slot",
                    )
                ],
            },
        ),
    ]

"""How far reminders have gone stands beside the deadline, so that reminding isn't a change of a call."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ideas", "0008_search_replaces_text")]

    operations = [
        migrations.CreateModel(
            name="Reminded",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("lead", models.PositiveSmallIntegerField()),
                (
                    "deadline",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="reminded", to="ideas.deadline"
                    ),
                ),
            ],
        ),
        migrations.RemoveField("deadline", "reminded_for"),
        migrations.RemoveField("deadline", "reminded_lead"),
    ]

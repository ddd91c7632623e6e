"""An agenda names ideas: minutes stay when an idea is taken off the list."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ideas", "0025_reviews_decisions_meetings")]

    operations = [
        migrations.RemoveConstraint("meetingitem", "unique_entry_per_meeting"),
        migrations.RemoveField("meetingitem", "entry"),
        migrations.AddField(
            "meetingitem",
            "idea",
            # No meeting was held yet: no row gets this default.
            models.ForeignKey(
                default=0, on_delete=django.db.models.deletion.CASCADE, related_name="+", to="ideas.idea"
            ),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            "meetingitem", models.UniqueConstraint(fields=("meeting", "idea"), name="unique_idea_per_meeting")
        ),
    ]

"""What imports wrote before is what the sources told last; without this, no date of theirs could move."""

from django.db import migrations
from django.db.models import F


def dates_are_as_told(apps, schema_editor):
    deadlines = apps.get_model("ideas", "Deadline").objects.filter(told_at=None)
    deadlines.exclude(kind="milestone").exclude(call__source="hand").update(told_at=F("at"))


class Migration(migrations.Migration):
    dependencies = [("ideas", "0004_reminders_told_once")]

    operations = [migrations.RunPython(dates_are_as_told, migrations.RunPython.noop)]

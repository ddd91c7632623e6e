from secrets import token_hex

from django.db import migrations


def begin_epoch(apps, schema_editor):
    # A database made anew must not accept positions that the one before it handed out.
    apps.get_model("realtime", "Topic").objects.get_or_create(name="~", defaults={"epoch": token_hex(8)})


class Migration(migrations.Migration):
    dependencies = [("realtime", "0001_initial")]
    operations = [migrations.RunPython(begin_epoch, migrations.RunPython.noop)]

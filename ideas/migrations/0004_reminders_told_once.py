"""What `manage.py tick` keeps, so that each reminder and each new call is told once."""

from django.db import migrations, models


def known_calls_are_no_news(apps, schema_editor):
    apps.get_model("ideas", "Call").objects.update(is_news=False)


class Migration(migrations.Migration):
    dependencies = [("ideas", "0003_calls_followed_and_planned")]

    operations = [
        migrations.AddField("call", "is_news", models.BooleanField(default=True, editable=False)),
        migrations.AddField("deadline", "reminded_for", models.DateTimeField(blank=True, editable=False, null=True)),
        migrations.AddField(
            "deadline", "reminded_lead", models.PositiveSmallIntegerField(blank=True, editable=False, null=True)
        ),
        migrations.RunPython(known_calls_are_no_news, migrations.RunPython.noop),
        migrations.AddIndex(
            "call", models.Index(condition=models.Q(is_news=True), fields=["id"], name="call_news")
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("ideas", "0006_catalogue_of_calls")]

    operations = [
        migrations.AddIndex("deadline", models.Index(fields=["at", "id"], name="deadline_by_instant")),
    ]

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("ideas", "0001_initial"),
    ]

    operations = [
        migrations.RemoveIndex(model_name="idea", name="idea_audience_closing"),
    ]

"""An index by which the audiences of ideas are read without all that is counted of them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ideas", "0030_reviews_told"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="boardcount",
            index=models.Index(fields=["facet", "audience"], name="board_audiences"),
        ),
    ]

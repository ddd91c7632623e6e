from itertools import groupby

from django.db import migrations


def fill(apps, schema_editor):
    """What `actions.replies` keeps from now on, of the comments that are there already.

    By itself, after the columns: PostgreSQL changes no table in the transaction that writes a foreign key of it.
    """
    Idea, Comment = (apps.get_model("ideas", name) for name in ("Idea", "Comment"))
    pairs = set(Idea.authors.through.objects.values_list("idea_id", "member_id"))
    rows = Comment.objects.filter(audience="all", deleted_at=None).order_by("idea_id", "id")
    found = rows.values_list("idea_id", "author_id", "id", "created_at").iterator()
    for idea, comments in groupby(found, key=lambda row: row[0]):
        unanswered = heard_at = None
        for _, author, comment, at in comments:
            if (idea, author) in pairs:
                unanswered = None
            else:
                unanswered, heard_at = unanswered or comment, max(at, heard_at or at)
        if heard_at:
            Idea.objects.filter(pk=idea).update(heard_at=heard_at, unanswered=unanswered)


class Migration(migrations.Migration):
    dependencies = [("ideas", "0028_idea_replies")]
    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]

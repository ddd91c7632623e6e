"""Decisions: what members read of a decided list, what visitors may, and the version that was decided on."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ideas", "0026_agendas_of_ideas"),
    ]

    operations = [
        migrations.AddField(
            model_name="decision",
            name="idea_version",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="shortlist",
            name="public_teaser",
            field=models.BooleanField(default=False, verbose_name="public teaser"),
        ),
        migrations.AddField(
            model_name="shortlistentry",
            name="shown",
            field=models.BooleanField(default=True),
        ),
        migrations.AlterField(
            model_name="notification",
            name="kind",
            field=models.CharField(
                choices=[
                    ("comment.posted", "New comment"),
                    ("room.posted", "New comment for partners"),
                    ("join.requested", "Request to join"),
                    ("join.authorisation_asked", "Authorisation asked"),
                    ("join.answered", "Answer to a request to join"),
                    ("join.committed", "Partner confirmed"),
                    ("join.invited", "Invitation to join"),
                    ("join.ended", "Request or invitation ended"),
                    ("join.expiring", "Request or invitation about to expire"),
                    ("place.free", "Place free again"),
                    ("idea.shortlisted", "On a shortlist"),
                    ("decision.published", "Decision of the leads"),
                    ("decision.answered", "Revised idea back"),
                    ("idea.withdrawn", "Idea withdrawn"),
                    ("idea.shared", "You are a co-author"),
                    ("idea.expiring", "Idea about to expire"),
                    ("info.asked", "Information asked for"),
                    ("info.given", "Information given"),
                    ("idea.merged", "Ideas merged"),
                    ("merge.proposed", "Merge proposed"),
                    ("merge.ended", "Merge declined or withdrawn"),
                    ("deadline.changed", "Deadline changed"),
                    ("deadline.reminder", "Deadline ahead"),
                    ("call.added", "New call"),
                    ("search.found", "New ideas in a saved search"),
                    ("annex.changed", "Confidential annex"),
                    ("affiliation.asked", "Somebody says that they work in your organisation"),
                    ("affiliation.answered", "Answer of an organisation"),
                    ("affiliation.changed", "Your place in an organisation"),
                    ("unit.changed", "Sub-units of an organisation"),
                ],
                max_length=40,
            ),
        ),
        migrations.AlterField(
            model_name="shortlistchange",
            name="act",
            field=models.CharField(
                choices=[
                    ("begun", "List begun"),
                    ("added", "Idea added"),
                    ("moved", "Idea moved"),
                    ("reasoned", "Reason changed"),
                    ("removed", "Idea taken off"),
                    ("staged", "Decision staged"),
                    ("unstaged", "Staged decision withdrawn"),
                    ("decided", "Decisions published"),
                    ("published", "List published"),
                ],
                max_length=20,
            ),
        ),
    ]

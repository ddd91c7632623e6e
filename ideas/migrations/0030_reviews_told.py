"""Reviews: which window saved last, of which due time the reviewer was reminded, and what of them is told."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("ideas", "0029_replies_so_far"),
    ]

    operations = [
        migrations.AddField(
            model_name="review",
            name="saved_in",
            field=models.CharField(blank=True, max_length=40),
        ),
        migrations.AddField(
            model_name="review",
            name="reminded_of",
            field=models.DateTimeField(blank=True, null=True),
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
                    ("review.asked", "Review asked for"),
                    ("review.due", "Review about to be due"),
                    ("review.ended", "A reviewer said no"),
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
    ]

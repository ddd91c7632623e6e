"""What the search looks in: a row for each thing that can be found."""

from django.db import models

from ideas.choices import SearchKind


class SearchEntry(models.Model):
    """The words of one thing as stems (`ideas.stems`), and who may find it. Both engines index the four columns alike:
    an FTS5 table kept by triggers on SQLite, a generated tsvector on PostgreSQL (migration `search`).

    `names`: identifiers and proper names, folded and not stemmed. `head`: title and keywords. `body`: the rest.
    `gate`: the kind and the audience as tokens, so that who may not see a thing has no hit to rank or to count.
    `at`: of ideas and comments, for the newest of equals first.
    """

    kind = models.CharField(max_length=20, choices=SearchKind)
    object_id = models.BigIntegerField()
    idea = models.ForeignKey("ideas.Idea", models.CASCADE, null=True, blank=True, related_name="+")
    names = models.TextField(blank=True)
    head = models.TextField(blank=True)
    body = models.TextField(blank=True)
    gate = models.CharField(max_length=120)
    at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "object_id"], name="unique_entry_of_a_thing")]

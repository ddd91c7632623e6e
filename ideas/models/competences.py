"""The vocabulary in which organisations say what they know, what they have, and what they do for others."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ideas.choices import CompetenceKind, CompetenceState
from ideas.text import searchable

NAME_CHARS = 100
# {the list of words on an organisation: what kind of words it holds}
LISTS: dict[str, str] = {
    "competences": CompetenceKind.COMPETENCE,
    "equipment": CompetenceKind.EQUIPMENT,
    "services": CompetenceKind.SERVICE,
}


def key_of(name: str) -> str:
    """Fold a name into what it is compared by. A few letters become many when they are folded."""
    return searchable(name)[: 2 * NAME_CHARS]


class Competence(models.Model):
    """A word of the vocabulary. Members propose it by using it; staff accept it, merge it into another, or retire it.

    It has a name in one language at least. `key_it` and `key_en` are the names as they are compared, kept at the write:
    a word of one kind stands in the vocabulary once, however it is spelt. A merged one leads to the one that took its
    place; a retired one stays with who has it, and can't be chosen any more.
    """

    kind = models.CharField(_("kind"), max_length=20, choices=CompetenceKind)
    slug = models.SlugField(max_length=120)
    name_it = models.CharField(_("name in Italian"), max_length=NAME_CHARS, blank=True)
    name_en = models.CharField(_("name in English"), max_length=NAME_CHARS, blank=True)
    key_it = models.CharField(max_length=2 * NAME_CHARS, blank=True, editable=False)
    key_en = models.CharField(max_length=2 * NAME_CHARS, blank=True, editable=False)
    state = models.CharField(max_length=20, choices=CompetenceState, default=CompetenceState.PROPOSED)
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="merged")
    proposed_by = models.ForeignKey("ideas.Member", models.SET_NULL, null=True, blank=True, related_name="+")
    proposed_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey("ideas.Member", models.SET_NULL, null=True, blank=True, related_name="+")
    settled_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["key_it", "key_en", "id"]
        constraints = [
            models.UniqueConstraint(fields=["kind", "slug"], name="unique_slug_of_competence"),
            models.UniqueConstraint(
                fields=["kind", "key_it"], condition=~Q(key_it=""), name="unique_italian_name_of_competence"
            ),
            models.UniqueConstraint(
                fields=["kind", "key_en"], condition=~Q(key_en=""), name="unique_english_name_of_competence"
            ),
            models.CheckConstraint(
                condition=~Q(key_it="") | ~Q(key_en=""),
                name="competence_has_a_name",
            ),
            models.CheckConstraint(
                condition=Q(state=CompetenceState.MERGED, merged_into__isnull=False)
                | (~Q(state=CompetenceState.MERGED) & Q(merged_into=None)),
                name="merged_competence_leads_on",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.key_it, self.key_en = key_of(self.name_it), key_of(self.name_en)
        super().save(*args, **kwargs)

    @property
    def name(self) -> str:
        """The name in the reader's language, or the only one there is."""
        english = (get_language() or "it").startswith("en")
        return (self.name_en or self.name_it) if english else self.word

    @property
    def word(self) -> str:
        """The name that is kept with organisations, whatever the reader's language: the Italian one if there is one."""
        return self.name_it or self.name_en

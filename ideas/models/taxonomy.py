"""Terms that classify things: value chains, and the schemes of KETs, TRLs, S3 areas and provinces."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ideas.choices import ChainStatus, Scheme


class Named(models.Model):
    """A name in both languages; `name` is the one of the reader's language."""

    name_it = models.CharField(_("name in Italian"), max_length=200)
    name_en = models.CharField(_("name in English"), max_length=200)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return self.name_en if (get_language() or "it").startswith("en") else self.name_it


class ValueChain(Named):
    code = models.CharField(_("code"), max_length=20, unique=True)
    slug = models.SlugField(unique=True)
    description_it = models.TextField(_("description in Italian"), blank=True)
    description_en = models.TextField(_("description in English"), blank=True)
    status = models.CharField(max_length=20, choices=ChainStatus, default=ChainStatus.ACTIVE)
    glyph = models.CharField(max_length=20, blank=True, help_text=_("Line glyph of the design system."))
    position = models.PositiveSmallIntegerField(default=0)
    leads = models.ManyToManyField("ideas.Member", related_name="led_chains", blank=True)
    members = models.ManyToManyField("ideas.Member", related_name="value_chains", blank=True)

    class Meta:
        ordering = ["position", "code"]

    @property
    def description(self) -> str:
        return self.description_en if (get_language() or "it").startswith("en") else self.description_it


class Term(Named):
    """A term of a scheme. A retired one stays visible on old ideas and can't be chosen any more."""

    scheme = models.CharField(max_length=20, choices=Scheme)
    code = models.CharField(max_length=20)
    position = models.PositiveSmallIntegerField(default=0)
    retired = models.BooleanField(default=False)

    class Meta:
        ordering = ["scheme", "position"]
        constraints = [models.UniqueConstraint(fields=["scheme", "code"], name="unique_term_per_scheme")]

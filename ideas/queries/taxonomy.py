"""Reads of terms: small tables that every form and filter shows."""

from django.db.models import QuerySet

from ideas.choices import ChainStatus, Scheme
from ideas.models import Call, Term, ValueChain


def chains_in_use() -> QuerySet[ValueChain]:
    """The value chains in which an idea may be posted."""
    return ValueChain.objects.exclude(
        status__in=[ChainStatus.REJECTED, ChainStatus.RETIRED, ChainStatus.PROPOSED]
    ).order_by("position", "code")


def kets_in_use() -> QuerySet[Term]:
    """The KETs that may be chosen: the retired set stays only on old ideas."""
    return Term.objects.filter(scheme__in=[Scheme.KET_2018, Scheme.KET_2009], retired=False).order_by("position")


def all_kets() -> QuerySet[Term]:
    """Every KET that an idea may carry: those in use first, the retired set behind."""
    return Term.objects.filter(scheme__in=[Scheme.KET_2018, Scheme.KET_2009]).order_by("retired", "position")


def terms(scheme: str) -> QuerySet[Term]:
    """The terms of a scheme, in order."""
    return Term.objects.filter(scheme=scheme).order_by("position")


def programmes() -> list[str]:
    """The names of programmes that calls have, in order."""
    return list(Call.objects.exclude(programme="").order_by("programme").values_list("programme", flat=True).distinct())

"""What the live log was told: for tests of what an action publishes."""

from realtime.models import Change


def last() -> int:
    """The number of the newest change; 0 before the first."""
    newest = Change.objects.order_by("pk").last()
    return newest.pk if newest else 0


def changes(after: int = 0) -> list[tuple[str, str]]:
    """The topic and the kind of each change since, sorted."""
    return sorted(Change.objects.filter(pk__gt=after).values_list("topic__name", "kind"))

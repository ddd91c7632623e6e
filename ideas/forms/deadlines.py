"""The rows in which a call's dates are written by hand: a day and an hour mean nothing without their zone."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import ErrorDict
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ideas.actions.deadlines import HandDate
from ideas.choices import DeadlineKind, Level
from ideas.exchange.deadlines import YEARS
from ideas.models import Call, Deadline
from ideas.moments import EXACT
from ideas.queries.calls import in_time_order

MOST_DATES = 60
SPARE_ROWS = 3
FIRST, SECOND = "first", "second"
# On whose clock funders mean their hours. A zone that a date has already is offered beside these.
ZONES: dict[str, Any] = {
    "Europe/Brussels": gettext_lazy("Brussels"),
    "Europe/Rome": gettext_lazy("Rome"),
    "UTC": gettext_lazy("UTC"),
    "Europe/Athens": gettext_lazy("Athens"),
    "Europe/Berlin": gettext_lazy("Berlin"),
    "Europe/Bucharest": gettext_lazy("Bucharest"),
    "Europe/Dublin": gettext_lazy("Dublin"),
    "Europe/Helsinki": gettext_lazy("Helsinki"),
    "Europe/Istanbul": gettext_lazy("Istanbul"),
    "Europe/Lisbon": gettext_lazy("Lisbon"),
    "Europe/London": gettext_lazy("London"),
    "Europe/Madrid": gettext_lazy("Madrid"),
    "Europe/Paris": gettext_lazy("Paris"),
    "Europe/Vienna": gettext_lazy("Vienna"),
    "Europe/Warsaw": gettext_lazy("Warsaw"),
    "Europe/Zurich": gettext_lazy("Zurich"),
    "America/New_York": gettext_lazy("New York"),
    "Asia/Tokyo": gettext_lazy("Tokyo"),
}
# What a level proposes to a row whose day is written: {level: [zone, hour of a closing]}.
PROPOSED = {
    Level.EUROPEAN: ("Europe/Brussels", "17:00"),
    Level.NATIONAL: ("Europe/Rome", ""),
    Level.REGIONAL: ("Europe/Rome", ""),
}


def instants(wall: datetime, zone: str) -> list[datetime]:
    """Find the instants at which a zone's clock shows a time: one; none in the hour skipped in spring; two in the
    hour repeated in autumn, the earlier first.
    """
    clock = ZoneInfo(zone)
    found = {wall.replace(tzinfo=clock, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return sorted(at for at in found if at.astimezone(clock).replace(tzinfo=None) == wall)


def place_of(zone: str) -> str:
    """Name the place whose clock a zone is."""
    return str(ZONES.get(zone, zone))


def in_words(at: datetime, zone: str) -> str:
    """Say an instant on the funder's clock, and what the reader's clock shows then."""
    there, here = at.astimezone(ZoneInfo(zone)), timezone.localtime(at)
    words = {"there": date_format(there, EXACT), "place": place_of(zone), "zone": str(here.tzinfo)}
    if there.utcoffset() == here.utcoffset():
        return _("%(there)s in %(place)s. Your clock shows the same.") % words
    return _("%(there)s in %(place)s is %(here)s on your clock (%(zone)s).") % {
        **words,
        "here": date_format(here, EXACT),
    }


class QuietForm(forms.Form):
    """A form that can be drawn again with what was typed and without a word on what is missing."""

    def __init__(self, *args: Any, quiet: bool = False, **options: Any) -> None:
        super().__init__(*args, **options)
        self.quiet = quiet

    @property
    def errors(self) -> ErrorDict:
        return ErrorDict() if self.quiet else super().errors


class DateForm(QuietForm):
    """One date of a call. After `is_valid`, `cleaned_data["at"]` is the instant.

    A date whose clock was left as it was keeps its instant to the second.
    """

    deadline = forms.IntegerField(widget=forms.HiddenInput, required=False)
    kind = forms.ChoiceField(label=gettext_lazy("What"), choices=[("", "—"), *DeadlineKind.choices])
    day = forms.DateField(
        label=gettext_lazy("Day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d"],
    )
    hour = forms.TimeField(
        label=gettext_lazy("Hour"),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        input_formats=["%H:%M", "%H:%M:%S", "%H.%M"],
    )
    zone = forms.ChoiceField(label=gettext_lazy("On whose clock"))
    which = forms.ChoiceField(
        label=gettext_lazy("Which of the two"),
        choices=[
            ("", "—"),
            (FIRST, gettext_lazy("The first, before the clocks go back")),
            (SECOND, gettext_lazy("The second, after the clocks went back")),
        ],
        required=False,
    )
    verified = forms.BooleanField(label=gettext_lazy("The hour is certain"), required=False, initial=True)

    def __init__(self, *args: Any, known: Mapping[int, Deadline], **options: Any) -> None:
        super().__init__(*args, **options)
        self.known = known
        zones = dict.fromkeys([*ZONES, *sorted(deadline.zone for deadline in known.values())])
        field = self.fields["zone"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Choose the zone")), *((zone, place_of(zone)) for zone in zones)]

    def has_changed(self) -> bool:
        """Whether the row is a date at all: a tick on an otherwise empty row isn't one."""
        return bool(set(self.changed_data) - {"verified", "DELETE"})

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if day.year not in YEARS:
            raise ValidationError(_("Is the year right?"))
        return day

    def clean(self) -> dict[str, Any]:
        found = self.cleaned_data
        if all(found.get(name) for name in ("day", "zone")) and found.get("hour") is not None:
            wall = datetime.combine(found["day"], found["hour"])
            old = self.known.get(found.get("deadline") or 0)
            if old and clock_of(old) == (wall, found["zone"], found.get("which") or ""):
                found["at"] = old.at
            else:
                self._read(wall, found["zone"], found.get("which"))
        return found

    def _read(self, wall: datetime, zone: str, which: str | None) -> None:
        moments = instants(wall, zone)
        words = {
            "day": date_format(wall.date(), "j F Y"), "hour": date_format(wall, "H:i"), "place": place_of(zone),
        }  # fmt: skip
        if not moments:
            text = _(
                "On %(day)s the clocks in %(place)s jump over %(hour)s: this hour doesn't exist. "
                "Write the one before or after."
            )
            self.add_error("hour", ValidationError(text % words, code="skipped"))
        elif len(moments) > 1 and not which:
            text = _("On %(day)s the clocks in %(place)s show %(hour)s twice. Say which one is meant.")
            self.add_error("which", ValidationError(text % words, code="twice"))
        else:
            self.cleaned_data["at"] = moments[-1 if which == SECOND else 0]

    @property
    def asks_which(self) -> bool:
        """Whether the hour comes twice on that day, so that the row has to ask which one is meant."""
        return bool(self["which"].errors or self["which"].value())

    @property
    def words(self) -> str:
        """The date as it was read, on both clocks; nothing where it can't be read yet."""
        if self.is_bound:
            if not hasattr(self, "cleaned_data"):
                self.full_clean()
            at, zone = self.cleaned_data.get("at"), self.cleaned_data.get("zone")
        else:
            old = self.known.get(self.initial.get("deadline", 0))
            at, zone = (old.at, old.zone) if old else (None, None)
        return in_words(at, zone) if at and zone else ""


class DateRows(forms.BaseFormSet):
    """All dates of a call, and spare rows below them."""

    deletion_widget = forms.CheckboxInput

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].label = _("Take this date away")

    def dates(self) -> list[HandDate]:
        """The dates that the call shall have, from valid rows."""
        rows = [row for row in self.forms if row.has_changed() or row.cleaned_data.get("at")]
        return [_as_written(row.cleaned_data) for row in rows if not row.cleaned_data.get("DELETE")]

    def shown(self) -> str:
        """The dates in words, a line each: for two versions side by side."""
        rows = [row for row in self.forms if row.words and not row["DELETE"].value()]
        kinds = dict(DeadlineKind.choices)
        return "\n".join(f"{kinds.get(row['kind'].value(), '')}: {row.words}" for row in rows)


def date_rows(data: Any = None, *, call: Call | None = None, quiet: bool = False, more: int = 0) -> DateRows:
    """The rows for a call's dates, or for those of a new call; `more` spare ones than the browser sent."""
    deadlines = in_time_order(call) if call else []
    rows: Any = forms.formset_factory(
        DateForm, formset=DateRows, extra=SPARE_ROWS, can_delete=True, max_num=MOST_DATES, absolute_max=MOST_DATES,
        validate_max=True,
    )  # fmt: skip
    if data is not None and more:
        data = data.copy()
        sent = data.get("dates-TOTAL_FORMS", "")
        if sent.isascii() and sent.isdecimal() and len(sent) < 4:
            rows_sent, wanted = int(sent), min(int(sent) + more, MOST_DATES)
            data["dates-TOTAL_FORMS"] = str(wanted)
            for number in range(rows_sent, wanted):
                data[f"dates-{number}-verified"] = "on"
    known = {deadline.pk: deadline for deadline in deadlines}
    kwargs = {"known": known, "quiet": quiet}
    drawn: DateRows = rows(
        data, prefix="dates", initial=[_initial(deadline) for deadline in deadlines], form_kwargs=kwargs
    )
    return drawn


def clock_of(deadline: Deadline) -> tuple[datetime, str, str]:
    """What a row says of a date: the time on its clock, to the minute, its zone, and which of two."""
    local = deadline.local
    wall = local.replace(tzinfo=None, fold=0, second=0, microsecond=0)
    twice = len(instants(wall, deadline.zone)) > 1
    return wall, deadline.zone, (SECOND if local.fold else FIRST) if twice else ""


def _initial(deadline: Deadline) -> dict[str, Any]:
    wall, zone, which = clock_of(deadline)
    hour: time = wall.time()
    return {
        "deadline": deadline.pk, "kind": deadline.kind, "day": wall.date(), "hour": hour, "zone": zone,
        "which": which, "verified": deadline.verified,
    }  # fmt: skip


def _as_written(row: Mapping[str, Any]) -> HandDate:
    raw = f"{row['day'].isoformat()} {row['hour']:%H:%M} {row['zone']}"
    return HandDate(row["kind"], row["at"], row["zone"], raw, row["verified"], row["deadline"])

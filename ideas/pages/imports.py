"""Pages of imports, for cluster staff: give a file, see line by line what it would change, import it; the log."""

from collections import Counter
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ideas.actions.candidates import import_candidates
from ideas.actions.uploads import choose_columns, discard_file, keep_file
from ideas.choices import ImportOutcome, Language, Level
from ideas.exchange.calls import Options, UnreadableFile
from ideas.exchange.formats import CANDIDATE_FORMATS, COLUMN_FORMATS, read_columns
from ideas.forms.imports import FIELD_LABELS, ColumnsForm, UploadForm, format_label
from ideas.models import Import
from ideas.moments import deadline_name
from ideas.pages.parts import allowed, member_of, number_in, see_other
from ideas.pages.uploads import import_file, preview_file, work_on
from ideas.queries.imports import DATE, Line, import_page, is_worked_on
from ideas.rules.imports import can_import

LINES_A_PAGE = 100
OUTCOMES = dict(ImportOutcome.choices)
VALUES = {"level": dict(Level.choices), "language": dict(Language.choices)}


@login_required
@require_safe
def log(request: HttpRequest) -> HttpResponse:
    allowed(request, can_import)
    rows, next_before = import_page(number_in(request.GET.get("before")))
    context = {"rows": [_row(row) for row in rows], "next": f"?before={next_before}" if next_before else ""}
    return render(request, "imports/list.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    by, at = allowed(request, can_import), timezone.now()
    form = UploadForm(request.POST or None, request.FILES or None, initial={"format": request.GET.get("format")})
    if request.method != "POST" or not form.is_valid():
        return render(request, "imports/new.html", {"form": form}, status=400 if form.is_bound else 200)
    file, name = form.cleaned_data["file"], form.cleaned_data["format"]
    try:
        if name in CANDIDATE_FORMATS:
            return _take_news(request, file, name, at)
        unknown = name in COLUMN_FORMATS and _lacks_columns(ColumnsForm(header=_header(file), format=name))
    except UnreadableFile as error:
        form.add_error("file", str(error))
        return render(request, "imports/new.html", {"form": form}, status=400)
    file.seek(0)
    options = {"zone": form.cleaned_data["zone"]}
    preview = keep_file(by=by, file=file, format=name, name=file.name, at=at, options=options)
    if unknown:
        return see_other(reverse("imports:columns", args=[preview.pk]))
    if work_on(preview, by, preview_file) and "error" in preview.options:
        discard_file(by=by, preview=preview, at=at)
        form.add_error("file", preview.options["error"])
        return render(request, "imports/new.html", {"form": form}, status=400)
    return see_other(_address(preview))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def columns(request: HttpRequest, pk: int) -> HttpResponse:
    by, preview = allowed(request, can_import), _kept(pk)
    if preview.format not in COLUMN_FORMATS or preview.applied_at:
        raise Http404
    with default_storage.open(preview.kept_as) as stream:
        form = ColumnsForm(request.POST or None, header=_header(stream), format=preview.format)
    if request.method == "POST" and form.is_valid():
        choose_columns(by=by, preview=preview, columns=form.columns())
        work_on(preview, by, preview_file)
        return see_other(_address(preview))
    context = {"form": form, "preview": preview, "format": format_label(preview.format)}
    return render(request, "imports/columns.html", context, status=400 if form.is_bound else 200)


@login_required
@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    allowed(request, can_import)
    found, at = get_object_or_404(Import.objects.select_related("by"), pk=pk), timezone.now()
    if is_worked_on(found, at):
        response = render(request, "imports/working.html", {"log": _row(found), "working": _progress(found)})
        response["Refresh"] = "2"  # for pages without scripts, too
        return response
    return render(request, "imports/detail.html", _shown(request, found))


@login_required
@require_POST
def preview(request: HttpRequest, pk: int) -> HttpResponse:
    by, found = allowed(request, can_import), _kept(pk)
    work_on(found, by, preview_file)
    return see_other(_address(found))


@login_required
@require_POST
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    by, found = allowed(request, can_import), _kept(pk)
    if work_on(found, by, import_file) and found.applied_at:
        messages.success(request, _("The file is imported. Who follows a call whose date moved has been told."))
    return see_other(_address(found))


@login_required
@require_POST
def discard(request: HttpRequest, pk: int) -> HttpResponse:
    discard_file(by=allowed(request, can_import), preview=_kept(pk), at=timezone.now())
    messages.success(request, _("The file was thrown away. Nothing of it was imported."))
    return see_other(reverse("imports:list"))


def _take_news(request: HttpRequest, file: Any, name: str, at: datetime) -> HttpResponse:
    rows = CANDIDATE_FORMATS[name](file, Options())
    done = import_candidates(by=member_of(request), rows=rows, source=name, name=file.name, at=at)
    said = ngettext("%(count)s new candidate.", "%(count)s new candidates.", done.created) % {"count": done.created}
    messages.success(request, said)
    return see_other(reverse("candidates:list"))


def _header(stream: Any) -> list[str]:
    return list(read_columns(stream, Options()))


def _lacks_columns(form: ColumnsForm) -> bool:
    """Whether a person must say what the columns tell: one that is needed hasn't the name that the format knows."""
    return any(field.required and not field.initial for field in form.fields.values())


# What is shown -------------------------------------------------------------------------------------------------------


def _kept(pk: int) -> Import:
    return get_object_or_404(Import.objects.exclude(kept_as="", applied_at=None), pk=pk)


def _address(found: Import) -> str:
    return reverse("imports:detail", args=[found.pk])


def _row(found: Import) -> dict[str, Any]:
    return {
        "url": _address(found),
        "name": found.name,
        "format": format_label(found.format),
        "by": found.by.name if found.by else _("command line"),
        "at": found.applied_at or found.at,
        "state": "done" if found.applied_at else "preview" if found.kept_as else "broken",
        "counts": [(name, label, _count(found, name)) for name, label in OUTCOMES.items()],
    }


def _count(found: Import, outcome: str) -> int:
    return len(found.refused) if outcome == ImportOutcome.REFUSED else int(getattr(found, outcome))


def _progress(found: Import) -> dict[str, Any]:
    working = found.options["working"]
    return {"percent": 100 * working["done"] // working["of"] if working["of"] else 0, "imports": not found.report}


def _shown(request: HttpRequest, found: Import) -> dict[str, Any]:
    """One import, or a preview: its counts as tabs, and a page of the lines that the reader asks for."""
    row, chosen = _row(found), request.GET.get("show", "")
    kept = Counter(line["outcome"] for line in found.report)
    changes = sum(kept.values()) - kept[ImportOutcome.UNCHANGED]
    tabs = [_tab("", _("What changes"), changes, chosen)]
    tabs += [_tab(name, label, kept[name], chosen) for name, label in OUTCOMES.items() if kept[name]]
    lines = [line for line in found.report if _is_shown(line, chosen)]
    start = min(number_in(request.GET.get("from")) or 0, len(lines))
    end = start + LINES_A_PAGE
    return {
        "log": row,
        "tabs": tabs if len(tabs) > 1 else [],
        "lines": [_line(line) for line in lines[start:end]],
        "shown": f"{start + 1}–{min(end, len(lines))}",
        "total": len(lines),
        "next": _there(chosen, end) if end < len(lines) else "",
        "previous": _there(chosen, max(start - LINES_A_PAGE, 0)) if start else "",
        "error": found.options.get("error", ""),
        "remarks": found.options.get("remarks", []),
        "unlisted": found.options.get("unlisted", 0),
        "has_columns": found.format in COLUMN_FORMATS,
        "pk": found.pk,
    }


def _tab(name: str, label: object, count: int, chosen: str) -> dict[str, Any]:
    return {"label": label, "count": count, "url": _there(name, 0), "current": name == chosen}


def _there(show: str, start: int) -> str:
    query = "&".join([*([f"show={show}"] if show else []), *([f"from={start}"] if start else [])])
    return f"?{query}" if query else "./"


def _is_shown(line: Line, chosen: str) -> bool:
    if chosen in OUTCOMES:
        return bool(line["outcome"] == chosen)
    return bool(line["outcome"] != ImportOutcome.UNCHANGED)


def _line(line: Line) -> dict[str, Any]:
    dates = [dict(zip(DATE, date, strict=True)) for date in line.get("dates", ())]
    return {
        **line,
        "label": OUTCOMES[line["outcome"]],
        "url": reverse("calls:detail", args=[line["slug"]]) if line.get("slug") else "",
        "fields": [
            {"label": FIELD_LABELS.get(name, name), "old": _value(name, old), "new": _value(name, new)}
            for name, old, new in line.get("fields", ())
        ],
        "dates": [_date(date, several=any(date["number"] > 1 for date in dates)) for date in dates],
    }


def _value(name: str, text: str) -> Any:
    return format_label(text) if name == "source" else VALUES.get(name, {}).get(text, text)


def _date(date: dict[str, Any], *, several: bool) -> dict[str, Any]:
    name = deadline_name(SimpleNamespace(**date), several=several)
    return {**date, "name": name, "old": _clock(date["old"], date["zone"]), "new": _clock(date["new"], date["zone"])}


def _clock(instant: str | None, zone: str) -> str:
    """Say an instant of the log on the call's own clock."""
    return date_format(datetime.fromisoformat(instant).astimezone(ZoneInfo(zone)), _("j M Y, H:i")) if instant else ""

"""Pages of calls: what they ask, when they close, which ideas fit, and how staff bring them in.."""

from django.urls import URLPattern, path

from ideas.pages import call_drawings, calls, calls_staff, candidates, deadlines, imports, matching, rule_sets

pages: dict[str, list[URLPattern]] = {
    "calls": [
        path("calls/", calls.board, name="list"),
        path("calls/month/", call_drawings.month, name="month"),
        path("calls/timeline/", call_drawings.timeline, name="timeline"),
        path("calls/compare/", calls.compare, name="compare"),
        path("calls/new/", calls_staff.new, name="new"),
        path("calls/tags/", calls_staff.tags, name="tags"),
        path("calls/<slug:slug>/edit/", calls_staff.edit, name="edit"),
        path("calls/<slug:slug>/rules/", rule_sets.of_call, name="rules"),
        path("calls/<slug:slug>/", calls.detail, name="detail"),
        path("calls/<slug:slug>/calendar.ics", deadlines.of_call, name="calendar"),
    ],
    "rule_sets": [
        path("rule-sets/", rule_sets.overview, name="list"),
        path("rule-sets/new/", rule_sets.new, name="new"),
        path("rule-sets/<slug:code>/", rule_sets.edit, name="edit"),
    ],
    "deadlines": [
        path("calendar/", deadlines.subscribe, name="subscribe"),
        path("calendar/renew/", deadlines.renew, name="renew"),
        path("calendar/all.ics", deadlines.everything, name="everything"),
        path("calendar/level/<slug:level>.ics", deadlines.of_level, name="of_level"),
        path("calendar/chain/<slug:slug>.ics", deadlines.of_chain, name="of_chain"),
        path("calendar/<str:token>.ics", deadlines.own, name="own"),
    ],
    "matching": [
        path("ideas/<str:reference>/calls/", matching.calls, name="calls"),
        path("ideas/<str:reference>/calls/aim/", matching.aim, name="aim"),
    ],
    "imports": [
        path("imports/", imports.log, name="list"),
        path("imports/new/", imports.new, name="new"),
        path("imports/<int:pk>/", imports.detail, name="detail"),
        path("imports/<int:pk>/columns/", imports.columns, name="columns"),
        path("imports/<int:pk>/preview/", imports.preview, name="preview"),
        path("imports/<int:pk>/confirm/", imports.confirm, name="confirm"),
        path("imports/<int:pk>/discard/", imports.discard, name="discard"),
    ],
    "candidates": [
        path("candidates/", candidates.overview, name="list"),
        path("candidates/<int:pk>/aside/", candidates.aside, name="aside"),
        path("candidates/<int:pk>/back/", candidates.back, name="back"),
    ],
}

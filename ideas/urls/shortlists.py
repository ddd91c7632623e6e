"""Pages on which leads choose among ideas.."""

from django.urls import URLPattern, path

from ideas.pages import (
    adding,
    comparisons,
    conflicts,
    decided,
    decisions,
    desk,
    review_rounds,
    reviews,
    shortlist_papers,
    shortlists,
)

pages: dict[str, list[URLPattern]] = {
    "desk": [
        path("desk/", desk.page, name="page"),
    ],
    "comparisons": [
        path("compare/", comparisons.detail, name="detail"),
    ],
    "decisions": [
        path("shortlist-entries/<int:pk>/decision/", decisions.stage, name="stage"),
        path("shortlist-entries/<int:pk>/decision/withdraw/", decisions.withdraw, name="withdraw"),
        path("shortlist-entries/<int:pk>/changes/", decided.changes, name="changes"),
        path("shortlists/<int:pk>/decisions/publish/", decisions.publish, name="publish"),
        path("ideas/<str:reference>/decisions/", decided.told, name="told"),
    ],
    "shortlists": [
        path("shortlists/", shortlists.overview, name="list"),
        path("shortlists/new/", shortlists.new, name="new"),
        path("shortlists/<int:pk>/", shortlists.detail, name="detail"),
        path("shortlists/<int:pk>/publish/", shortlists.publish, name="publish"),
        path("shortlists/<int:pk>/list.<str:kind>", shortlist_papers.export, name="export"),
        path("shortlists/<int:pk>/paper/", shortlist_papers.paper, name="paper"),
        path("ideas/<str:reference>/shortlist/", adding.add, name="add"),
        path("shortlist-entries/<int:pk>/move/", shortlists.move, name="move"),
        path("shortlist-entries/<int:pk>/rationale/", shortlists.rationale, name="rationale"),
        path("shortlist-entries/<int:pk>/remove/", shortlists.remove, name="remove"),
    ],
}

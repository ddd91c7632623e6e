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
    "reviews": [
        path("reviews/", reviews.queue, name="list"),
        path("reviews/<int:pk>/", reviews.detail, name="detail"),
        path("reviews/<int:pk>/keep/", reviews.keep, name="keep"),
        path("reviews/<int:pk>/reopen/", reviews.reopen, name="reopen"),
        path("reviews/<int:pk>/decline/", reviews.decline, name="decline"),
        path("reviews/<int:pk>/take-back/", review_rounds.take_back, name="take_back"),
        path("shortlists/<int:pk>/reviews/", review_rounds.overview, name="overview"),
        path("shortlists/<int:pk>/reviews/round/", review_rounds.edit_round, name="round"),
        path("shortlists/<int:pk>/reviews/ask/", review_rounds.ask_all, name="ask_all"),
        path("shortlist-entries/<int:pk>/reviewers/", review_rounds.reviewers, name="reviewers"),
        path("shortlist-entries/<int:pk>/review/", reviews.begin, name="begin"),
    ],
    "conflicts": [
        path("conflicts/", conflicts.overview, name="list"),
        path("ideas/<str:reference>/interest/", conflicts.declare, name="declare"),
        path("ideas/<str:reference>/interest/take-back/", conflicts.withdraw, name="withdraw"),
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

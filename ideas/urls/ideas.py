"""Pages of an idea and of what is written about it: texts, files, comments, papers, merges.."""

from django.urls import URLPattern, path

from ideas.pages import (
    annexes,
    attachments,
    board,
    comments,
    drafts,
    exports,
    history,
    idea_form,
    ideas,
    insights,
    intake,
    merging,
    outlines,
    papers,
    preview,
    similar,
    versions,
)

pages: dict[str, list[URLPattern]] = {
    # Before the pages of ideas, whose references would take its address.
    "outlines": [
        path("ideas/outline/", outlines.panel, name="panel"),
    ],
    "ideas": [
        path("", board.board, name="list"),
        path("ideas/new/", idea_form.new, name="new"),
        path("ideas/similar/", similar.similar, name="similar"),
        path("ideas/<str:reference>/", ideas.detail, name="detail"),
        path("ideas/<str:reference>/edit/", idea_form.edit, name="edit"),
        path("ideas/<str:reference>/preview/", preview.preview, name="preview"),
        path("ideas/<str:reference>/state/", ideas.state, name="state"),
        path("ideas/<str:reference>/renew/", ideas.renew, name="renew"),
        path("ideas/<str:reference>/history/", history.detail, name="history"),
    ],
    "drafts": [
        path("drafts/save/", drafts.save, name="save"),
        path("drafts/discard/", drafts.discard, name="discard"),
    ],
    "versions": [
        path("ideas/<str:reference>/versions/", versions.overview, name="list"),
    ],
    "exports": [
        path("export/ideas.<str:kind>", exports.ideas, name="ideas"),
    ],
    "attachments": [
        path("ideas/<str:reference>/attachments/", attachments.overview, name="list"),
        path("ideas/<str:reference>/attachments/add/", attachments.add, name="add"),
        path("attachments/<int:pk>/", attachments.download, name="download"),
        path("attachments/<int:pk>/thumbnail/", attachments.thumbnail, name="thumbnail"),
        path("attachments/<int:pk>/remove/", attachments.remove, name="remove"),
    ],
    "annexes": [
        path("ideas/<str:reference>/annex/", annexes.detail, name="detail"),
        path("ideas/<str:reference>/annex/edit/", annexes.edit, name="edit"),
    ],
    "intake": [
        path("bring-ideas/", intake.new, name="new"),
        path("bring-ideas/<int:pk>/", intake.detail, name="detail"),
        path("bring-ideas/<int:pk>/columns/", intake.columns, name="columns"),
        path("bring-ideas/<int:pk>/confirm/", intake.confirm, name="confirm"),
        path("bring-ideas/<int:pk>/discard/", intake.discard, name="discard"),
    ],
    "papers": [
        path("ideas/<str:reference>/pitch/", papers.pitch, name="pitch"),
        path("ideas/<str:reference>/pitch.docx", papers.document, name="document"),
        path("ideas/<str:reference>/partner-search/", papers.partner_search, name="partner_search"),
        path("ideas/<str:reference>/partner-search.<str:kind>", papers.partner_search_file, name="partner_search_file"),
    ],
    "insights": [
        path("insights/", insights.page, name="page"),
        path("insights/<str:name>.csv", insights.table, name="table"),
        path("insights.xlsx", insights.workbook, name="workbook"),
    ],
    "merging": [
        path("ideas/<str:reference>/merge/", merging.propose, name="propose"),
        path("merges/<int:pk>/", merging.detail, name="detail"),
        path("merges/<int:pk>/consent/", merging.consent, name="consent"),
        path("merges/<int:pk>/end/", merging.end, name="end"),
    ],
    "comments": [
        path("ideas/<str:reference>/comments/", comments.thread, name="list"),
        path("ideas/<str:reference>/comments/post/", comments.post, name="post"),
        path("ideas/<str:reference>/comments/rooms/", comments.rooms, name="rooms"),
        path("comments/<int:pk>/edit/", comments.edit, name="edit"),
        path("comments/<int:pk>/delete/", comments.delete, name="delete"),
    ],
}

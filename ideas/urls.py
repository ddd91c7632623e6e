"""Addresses of the domain: pages by noun, and the API. URL names are `noun:verb`."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from ideas.api.urls import urlpatterns as api
from ideas.pages import (
    accounts,
    adding,
    affiliations,
    annexes,
    attachments,
    board,
    call_drawings,
    calls,
    calls_staff,
    candidates,
    comments,
    comparisons,
    competences,
    deadlines,
    drafts,
    exports,
    following,
    history,
    idea_form,
    ideas,
    imports,
    insights,
    intake,
    join_requests,
    joining,
    matching,
    members,
    merging,
    network,
    notifications,
    organisation_form,
    organisations,
    outlines,
    papers,
    partners,
    plan_steps,
    plans,
    preview,
    rule_sets,
    search,
    searches,
    shortlist_papers,
    shortlists,
    similar,
    site,
    slots,
    style,
    suggestions,
    units,
    versions,
)

idea_pages = [
    path("", board.board, name="list"),
    path("ideas/new/", idea_form.new, name="new"),
    path("ideas/similar/", similar.similar, name="similar"),
    path("ideas/<str:reference>/", ideas.detail, name="detail"),
    path("ideas/<str:reference>/edit/", idea_form.edit, name="edit"),
    path("ideas/<str:reference>/preview/", preview.preview, name="preview"),
    path("ideas/<str:reference>/state/", ideas.state, name="state"),
    path("ideas/<str:reference>/renew/", ideas.renew, name="renew"),
    path("ideas/<str:reference>/history/", history.detail, name="history"),
]
outline_pages = [
    path("ideas/outline/", outlines.panel, name="panel"),
]
draft_pages = [
    path("drafts/save/", drafts.save, name="save"),
    path("drafts/discard/", drafts.discard, name="discard"),
]
version_pages = [
    path("ideas/<str:reference>/versions/", versions.overview, name="list"),
]
export_pages = [
    path("export/ideas.<str:kind>", exports.ideas, name="ideas"),
]
attachment_pages = [
    path("ideas/<str:reference>/attachments/", attachments.overview, name="list"),
    path("ideas/<str:reference>/attachments/add/", attachments.add, name="add"),
    path("attachments/<int:pk>/", attachments.download, name="download"),
    path("attachments/<int:pk>/thumbnail/", attachments.thumbnail, name="thumbnail"),
    path("attachments/<int:pk>/remove/", attachments.remove, name="remove"),
]
annex_pages = [
    path("ideas/<str:reference>/annex/", annexes.detail, name="detail"),
    path("ideas/<str:reference>/annex/edit/", annexes.edit, name="edit"),
]
intake_pages = [
    path("bring-ideas/", intake.new, name="new"),
    path("bring-ideas/<int:pk>/", intake.detail, name="detail"),
    path("bring-ideas/<int:pk>/columns/", intake.columns, name="columns"),
    path("bring-ideas/<int:pk>/confirm/", intake.confirm, name="confirm"),
    path("bring-ideas/<int:pk>/discard/", intake.discard, name="discard"),
]
paper_pages = [
    path("ideas/<str:reference>/pitch/", papers.pitch, name="pitch"),
    path("ideas/<str:reference>/pitch.docx", papers.document, name="document"),
    path("ideas/<str:reference>/partner-search/", papers.partner_search, name="partner_search"),
    path("ideas/<str:reference>/partner-search.<str:kind>", papers.partner_search_file, name="partner_search_file"),
]
insight_pages = [
    path("insights/", insights.page, name="page"),
    path("insights/<str:name>.csv", insights.table, name="table"),
    path("insights.xlsx", insights.workbook, name="workbook"),
]
merging_pages = [
    path("ideas/<str:reference>/merge/", merging.propose, name="propose"),
    path("merges/<int:pk>/", merging.detail, name="detail"),
    path("merges/<int:pk>/consent/", merging.consent, name="consent"),
    path("merges/<int:pk>/end/", merging.end, name="end"),
]
comment_pages = [
    path("ideas/<str:reference>/comments/", comments.thread, name="list"),
    path("ideas/<str:reference>/comments/post/", comments.post, name="post"),
    path("ideas/<str:reference>/comments/rooms/", comments.rooms, name="rooms"),
    path("comments/<int:pk>/edit/", comments.edit, name="edit"),
    path("comments/<int:pk>/delete/", comments.delete, name="delete"),
]
joining_pages = [
    path("join-requests/", join_requests.mine, name="list"),
    path("ideas/<str:reference>/join/", join_requests.ask, name="ask"),
    path("ideas/<str:reference>/invite/", join_requests.invite, name="invite"),
    path("ideas/<str:reference>/consortium/", joining.consortium, name="consortium"),
    path("ideas/<str:reference>/slots/new/", slots.new, name="new_slot"),
    path("slots/<int:pk>/edit/", slots.edit, name="edit_slot"),
    path("slots/<int:pk>/remove/", slots.remove, name="remove_slot"),
    path("ideas/<str:reference>/places/", slots.places, name="places"),
    path("slots/<int:pk>/move/", slots.move, name="move_slot"),
    path("slots/<int:pk>/split/", slots.split, name="split_slot"),
    path("slots/<int:pk>/fill/", slots.fill, name="fill_slot"),
    path("slots/<int:pk>/reopen/", slots.reopen, name="reopen_slot"),
    path("join-requests/<int:pk>/<str:step>/", join_requests.answer, name="answer"),
]
partner_pages = [
    path("ideas/<str:reference>/sheet/", partners.detail, name="detail"),
    path("ideas/<str:reference>/sheet.docx", partners.sheet_file, name="sheet_file"),
    path("ideas/<str:reference>/sheet/<slug:slug>/", partners.edit, name="edit"),
    path("ideas/<str:reference>/sheet/<slug:slug>/letter/", partners.letter, name="letter"),
    path("ideas/<str:reference>/sheet/<slug:slug>/letter.docx", partners.letter_file, name="letter_file"),
    path("join-requests/<int:pk>/sign/", partners.sign, name="sign"),
]
call_pages = [
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
]
rule_set_pages = [
    path("rule-sets/", rule_sets.overview, name="list"),
    path("rule-sets/new/", rule_sets.new, name="new"),
    path("rule-sets/<slug:code>/", rule_sets.edit, name="edit"),
]
deadline_pages = [
    path("calendar/", deadlines.subscribe, name="subscribe"),
    path("calendar/renew/", deadlines.renew, name="renew"),
    path("calendar/all.ics", deadlines.everything, name="everything"),
    path("calendar/level/<slug:level>.ics", deadlines.of_level, name="of_level"),
    path("calendar/chain/<slug:slug>.ics", deadlines.of_chain, name="of_chain"),
    path("calendar/<str:token>.ics", deadlines.own, name="own"),
]
plan_pages = [
    path("ideas/<str:reference>/plan/", plans.detail, name="detail"),
    path("ideas/<str:reference>/plan/make/", plans.make, name="make"),
    path("ideas/<str:reference>/plan/tick/", plans.tick, name="tick"),
    path("ideas/<str:reference>/plan/new/", plans.new, name="new"),
    path("ideas/<str:reference>/plan.ics", plans.calendar, name="calendar"),
    path("milestones/<int:pk>/edit/", plans.edit, name="edit"),
    path("milestones/<int:pk>/remove/", plans.remove, name="remove"),
    path("plan-steps/", plan_steps.steps, name="steps"),
    path("plan-steps/<int:pk>/", plan_steps.edit, name="edit_step"),
]
matching_pages = [
    path("ideas/<str:reference>/calls/", matching.calls, name="calls"),
    path("ideas/<str:reference>/calls/aim/", matching.aim, name="aim"),
]
suggestion_pages = [
    path("ideas/<str:reference>/partners/", suggestions.partners, name="partners"),
    path("slots/<int:pk>/suggestions/invite/", suggestions.invite, name="invite"),
    path("slots/<int:pk>/suggestions/mark/", suggestions.mark_partner, name="mark_partner"),
    path("suggestions/", suggestions.mine, name="mine"),
    path("organisations/<slug:slug>/ideas/", suggestions.ideas, name="ideas"),
    path("organisations/<slug:slug>/ideas/mark/", suggestions.mark_idea, name="mark_idea"),
    path("gaps/", suggestions.gaps, name="gaps"),
]
import_pages = [
    path("imports/", imports.log, name="list"),
    path("imports/new/", imports.new, name="new"),
    path("imports/<int:pk>/", imports.detail, name="detail"),
    path("imports/<int:pk>/columns/", imports.columns, name="columns"),
    path("imports/<int:pk>/preview/", imports.preview, name="preview"),
    path("imports/<int:pk>/confirm/", imports.confirm, name="confirm"),
    path("imports/<int:pk>/discard/", imports.discard, name="discard"),
]
candidate_pages = [
    path("candidates/", candidates.overview, name="list"),
    path("candidates/<int:pk>/aside/", candidates.aside, name="aside"),
    path("candidates/<int:pk>/back/", candidates.back, name="back"),
]
organisation_pages = [
    path("organisations/", organisations.directory, name="list"),
    path("organisations/new/", organisation_form.new, name="new"),
    path("organisations/<slug:slug>/", organisations.detail, name="detail"),
    path("organisations/<slug:slug>/edit/", organisation_form.edit, name="edit"),
]
competence_pages = [
    path("competences/", competences.overview, name="list"),
    path("competences/suggestions/", competences.suggestions, name="suggestions"),
    path("competences/<int:pk>/", competences.detail, name="detail"),
]
affiliation_pages = [
    path("organisations/<slug:slug>/people/", affiliations.people, name="people"),
    path("organisations/<slug:slug>/work-here/", affiliations.ask, name="ask"),
    path("affiliation-requests/<int:pk>/<str:step>/", affiliations.answer, name="answer"),
    path("affiliations/<int:pk>/<str:step>/", affiliations.change, name="change"),
]
unit_pages = [
    path("organisations/<slug:slug>/units/add/", units.add, name="add"),
    path("organisations/<slug:slug>/units/let-go/", units.let_go, name="let_go"),
]
network_pages = [
    path("network/", network.page, name="page"),
]
comparison_pages = [
    path("compare/", comparisons.detail, name="detail"),
]
shortlist_pages = [
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
]
following_pages = [
    path("following/", following.overview, name="list"),
    path("following/follow/", following.follow, name="follow"),
    path("following/choices/", following.choose, name="choose"),
    path("following/<int:pk>/unfollow/", following.unfollow, name="unfollow"),
    path("following/calls/<slug:slug>/reminders/", following.reminders, name="reminders"),
]
notification_pages = [
    path("notifications/", notifications.bell, name="list"),
    path("notifications/read/", notifications.read, name="read"),
]
member_pages = [
    path("profile/", members.profile, name="profile"),
    path("invitations/new/", members.invite, name="invite"),
    path("invitations/<int:pk>/withdraw/", members.withdraw, name="withdraw_invitation"),
    path("invitations/<str:token>/", members.accept, name="accept"),
]

search_pages = [
    path("search/", search.results, name="list"),
    path("search/suggestions/", search.suggestions, name="suggestions"),
]
saved_pages = [
    path("searches/", searches.overview, name="list"),
    path("searches/new/", searches.save, name="save"),
    path("searches/<int:pk>/", searches.visit, name="visit"),
    path("searches/<int:pk>/alerts/", searches.alerts, name="alerts"),
    path("searches/<int:pk>/remove/", searches.remove, name="remove"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    # First, since what stands last is looked for longest.
    path("api/", include(api)),
    # Before the pages of ideas, whose references would take its address.
    path("", include((outline_pages, "outlines"))),
    path("", include((idea_pages, "ideas"))),
    path("", include((draft_pages, "drafts"))),
    path("", include((version_pages, "versions"))),
    path("", include((export_pages, "exports"))),
    path("", include((attachment_pages, "attachments"))),
    path("", include((annex_pages, "annexes"))),
    path("", include((intake_pages, "intake"))),
    path("", include((paper_pages, "papers"))),
    path("", include((insight_pages, "insights"))),
    path("", include((merging_pages, "merging"))),
    path("", include((comment_pages, "comments"))),
    # Before the steps of requests: the last one takes a file.
    path("", include((partner_pages, "partners"))),
    path("", include((joining_pages, "joining"))),
    path("", include((call_pages, "calls"))),
    path("", include((rule_set_pages, "rule_sets"))),
    path("", include((plan_pages, "plans"))),
    path("", include((deadline_pages, "deadlines"))),
    path("", include((matching_pages, "matching"))),
    path("", include((suggestion_pages, "suggestions"))),
    path("", include((import_pages, "imports"))),
    path("", include((candidate_pages, "candidates"))),
    path("", include((organisation_pages, "organisations"))),
    path("", include((competence_pages, "competences"))),
    path("", include((affiliation_pages, "affiliations"))),
    path("", include((unit_pages, "units"))),
    path("", include((network_pages, "network"))),
    path("", include((comparison_pages, "comparisons"))),
    path("", include((shortlist_pages, "shortlists"))),
    path("", include((following_pages, "following"))),
    path("", include((notification_pages, "notifications"))),
    path("", include((member_pages, "members"))),
    path("", include((search_pages, "search"))),
    path("", include((saved_pages, "searches"))),
    path("account/", include(accounts.urlpatterns)),
    path("language/", members.set_language, name="set_language"),
    path("healthz", site.healthz, name="healthz"),
    path("readyz", site.readyz, name="readyz"),
]
if settings.DEBUG:
    urlpatterns.append(path("style/", include(([path("", style.style_page, name="page")], "style"))))

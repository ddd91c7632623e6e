"""Pages of who joins an idea: places and requests, the consortium sheet, the plan, suggestions.."""

from django.urls import URLPattern, path

from ideas.pages import join_requests, joining, partners, plan_steps, plans, slots, suggestions

pages: dict[str, list[URLPattern]] = {
    # Before the steps of requests: the last one takes a file.
    "partners": [
        path("ideas/<str:reference>/sheet/", partners.detail, name="detail"),
        path("ideas/<str:reference>/sheet.docx", partners.sheet_file, name="sheet_file"),
        path("ideas/<str:reference>/sheet/<slug:slug>/", partners.edit, name="edit"),
        path("ideas/<str:reference>/sheet/<slug:slug>/letter/", partners.letter, name="letter"),
        path("ideas/<str:reference>/sheet/<slug:slug>/letter.docx", partners.letter_file, name="letter_file"),
        path("join-requests/<int:pk>/sign/", partners.sign, name="sign"),
    ],
    "joining": [
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
    ],
    "plans": [
        path("ideas/<str:reference>/plan/", plans.detail, name="detail"),
        path("ideas/<str:reference>/plan/make/", plans.make, name="make"),
        path("ideas/<str:reference>/plan/tick/", plans.tick, name="tick"),
        path("ideas/<str:reference>/plan/new/", plans.new, name="new"),
        path("ideas/<str:reference>/plan.ics", plans.calendar, name="calendar"),
        path("milestones/<int:pk>/edit/", plans.edit, name="edit"),
        path("milestones/<int:pk>/remove/", plans.remove, name="remove"),
        path("plan-steps/", plan_steps.steps, name="steps"),
        path("plan-steps/<int:pk>/", plan_steps.edit, name="edit_step"),
    ],
    "suggestions": [
        path("ideas/<str:reference>/partners/", suggestions.partners, name="partners"),
        path("slots/<int:pk>/suggestions/invite/", suggestions.invite, name="invite"),
        path("slots/<int:pk>/suggestions/mark/", suggestions.mark_partner, name="mark_partner"),
        path("suggestions/", suggestions.mine, name="mine"),
        path("organisations/<slug:slug>/ideas/", suggestions.ideas, name="ideas"),
        path("organisations/<slug:slug>/ideas/mark/", suggestions.mark_idea, name="mark_idea"),
        path("gaps/", suggestions.gaps, name="gaps"),
    ],
}

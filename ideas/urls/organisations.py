"""Pages of organisations and their people, and of who works with whom.."""

from django.urls import URLPattern, path

from ideas.pages import affiliations, competences, members, network, organisation_form, organisations, units

pages: dict[str, list[URLPattern]] = {
    "organisations": [
        path("organisations/", organisations.directory, name="list"),
        path("organisations/new/", organisation_form.new, name="new"),
        path("organisations/<slug:slug>/", organisations.detail, name="detail"),
        path("organisations/<slug:slug>/edit/", organisation_form.edit, name="edit"),
    ],
    "competences": [
        path("competences/", competences.overview, name="list"),
        path("competences/suggestions/", competences.suggestions, name="suggestions"),
        path("competences/<int:pk>/", competences.detail, name="detail"),
    ],
    "affiliations": [
        path("organisations/<slug:slug>/people/", affiliations.people, name="people"),
        path("organisations/<slug:slug>/work-here/", affiliations.ask, name="ask"),
        path("affiliation-requests/<int:pk>/<str:step>/", affiliations.answer, name="answer"),
        path("affiliations/<int:pk>/<str:step>/", affiliations.change, name="change"),
    ],
    "units": [
        path("organisations/<slug:slug>/units/add/", units.add, name="add"),
        path("organisations/<slug:slug>/units/let-go/", units.let_go, name="let_go"),
    ],
    "network": [
        path("network/", network.page, name="page"),
    ],
    "members": [
        path("profile/", members.profile, name="profile"),
        path("invitations/new/", members.invite, name="invite"),
        path("invitations/<int:pk>/withdraw/", members.withdraw, name="withdraw_invitation"),
        path("invitations/<str:token>/", members.accept, name="accept"),
    ],
}

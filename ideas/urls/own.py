"""Pages of what a member follows, is told and looks for.."""

from django.urls import URLPattern, path

from ideas.pages import following, notifications, search, searches

pages: dict[str, list[URLPattern]] = {
    "following": [
        path("following/", following.overview, name="list"),
        path("following/follow/", following.follow, name="follow"),
        path("following/choices/", following.choose, name="choose"),
        path("following/<int:pk>/unfollow/", following.unfollow, name="unfollow"),
        path("following/calls/<slug:slug>/reminders/", following.reminders, name="reminders"),
    ],
    "notifications": [
        path("notifications/", notifications.bell, name="list"),
        path("notifications/read/", notifications.read, name="read"),
    ],
    "search": [
        path("search/", search.results, name="list"),
        path("search/suggestions/", search.suggestions, name="suggestions"),
    ],
    "searches": [
        path("searches/", searches.overview, name="list"),
        path("searches/new/", searches.save, name="save"),
        path("searches/<int:pk>/", searches.visit, name="visit"),
        path("searches/<int:pk>/alerts/", searches.alerts, name="alerts"),
        path("searches/<int:pk>/remove/", searches.remove, name="remove"),
    ],
}

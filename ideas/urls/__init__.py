"""Addresses of the domain: pages by noun, and the API. URL names are `noun:verb`."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from ideas.api.urls import urlpatterns as api
from ideas.pages import accounts, members, site, style
from ideas.urls import calls, consortia, ideas, meetings, organisations, own, shortlists

# {noun: its pages}: the noun is the namespace of their names. Who comes first is asked first.
PAGES = (
    ideas.pages | consortia.pages | calls.pages | organisations.pages | shortlists.pages | meetings.pages | own.pages
)

urlpatterns: list[URLPattern | URLResolver] = [
    # First, since what stands last is looked for longest.
    path("api/", include(api)),
    *(path("", include((pages, noun))) for noun, pages in PAGES.items()),
    path("account/", include(accounts.urlpatterns)),
    path("language/", members.set_language, name="set_language"),
    path("healthz", site.healthz, name="healthz"),
    path("readyz", site.readyz, name="readyz"),
]
if settings.DEBUG:
    urlpatterns.append(path("style/", include(([path("", style.style_page, name="page")], "style"))))

"""Every address of the site."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("ideas.urls")),
    path("staff/admin/", admin.site.urls),
]

handler500 = "ideas.pages.site.server_error"

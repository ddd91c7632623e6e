"""Django's admin site, for staff who are superusers: terms, value chains, organisations.

Ideas, people and calls are not in it: what changes them is told to who follows, and only actions do that.

Signing in, signing out and passwords go through the same pages as everywhere: their rate limits, and the sockets that
close at once.
"""

from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.account.views import logout
from django.contrib import admin
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from ideas.actions.search import index_organisations
from ideas.models import Organisation, Term, ValueChain


def change_password(request: HttpRequest, extra_context: object = None) -> HttpResponse:
    return redirect("account_change_password")


def sign_out(request: HttpRequest, extra_context: object = None) -> HttpResponse:
    answer: HttpResponse = logout(request)
    return answer


admin.site.site_header = admin.site.site_title = "Joint Virtual Lab"
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]  # the way that allauth documents
admin.site.logout = sign_out  # type: ignore[method-assign,assignment]  # our own pages take its place
admin.site.password_change = change_password  # type: ignore[method-assign,assignment]  # likewise


@admin.register(ValueChain)
class ValueChainAdmin(admin.ModelAdmin):
    list_display = ("code", "name_it", "name_en", "status", "position")
    filter_horizontal = ("leads",)
    exclude = ("members",)

    def has_delete_permission(self, request: HttpRequest, obj: ValueChain | None = None) -> bool:
        return False


@admin.register(Term)
class TermAdmin(admin.ModelAdmin):
    list_display = ("code", "scheme", "name_it", "name_en", "retired", "position")
    list_filter = ("scheme", "retired")
    search_fields = ("code", "name_it", "name_en")

    def has_delete_permission(self, request: HttpRequest, obj: Term | None = None) -> bool:
        return False


@admin.register(Organisation)
class OrganisationAdmin(admin.ModelAdmin):
    list_display = ("name", "kind", "accredited", "province", "member_since")
    list_filter = ("kind", "accredited")
    search_fields = ("name", "short_name")
    prepopulated_fields = {"slug": ("name",)}
    # Words are kept from the vocabulary, texts are rendered at the write: only actions do that.
    exclude = ("competences", "equipment", "services", "vocabulary", "description_it", "description_en", "version")

    def save_model(self, request: HttpRequest, obj: Organisation, form: "ModelForm[Any]", change: bool) -> None:
        super().save_model(request, obj, form, change)
        index_organisations([obj])

    def has_delete_permission(self, request: HttpRequest, obj: Organisation | None = None) -> bool:
        return False

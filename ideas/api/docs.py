"""The API's description, and its readable page, drawn by Swagger UI from this site's own files."""

from functools import cache
from typing import Any

from django.http import HttpResponse
from django.utils import translation
from django.utils.encoding import force_bytes
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView
from rest_framework.decorators import api_view
from rest_framework.exceptions import NotFound
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

FORMATS: dict[str, type[BaseRenderer]] = {one.media_type: one for one in SpectacularAPIView.renderer_classes}


@cache
def described(language: str, media_type: str) -> bytes:
    """Write the description in a language and a format. It takes a second, and is the same for everybody."""
    return force_bytes(FORMATS[media_type]().render(_schema(language)))


@cache
def _schema(language: str) -> dict[str, Any]:
    with translation.override(language):
        schema: dict[str, Any] = SchemaGenerator().get_schema(public=True)
    return schema


class SchemaView(SpectacularAPIView):
    """The description, made once a process. What the library takes from the address (`lang`, `version`) is left out:
    there is one version, and the language is chosen as for every answer.
    """

    @extend_schema(exclude=True)
    def get(self, request: Request, *args: Any, **kwargs: Any) -> HttpResponse:
        renderer = request.accepted_renderer
        content = described(translation.get_language(), renderer.media_type)
        answer = HttpResponse(content, content_type=f"{renderer.media_type}; charset=utf-8")
        answer["Content-Disposition"] = f'inline; filename="Joint Virtual Lab.{renderer.format}"'
        return answer


class DocsView(SpectacularSwaggerSplitView):
    """The frame is one of our pages; the script that starts Swagger UI comes from an address of its own."""

    template_name = "api/docs.html"


@extend_schema(exclude=True)
@api_view(["GET", "POST", "PUT", "PATCH", "DELETE"])
def unknown(request: Request, rest: str) -> Response:
    raise NotFound

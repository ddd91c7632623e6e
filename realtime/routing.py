"""The address of the socket."""

from channels.routing import URLRouter
from django.urls import path

from realtime.endpoint import live

websocket_urlpatterns = [path("ws/", live)]  # type: ignore[arg-type]  # an ASGI application, not a view
websocket_application = URLRouter(websocket_urlpatterns)

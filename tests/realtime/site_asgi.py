"""The test site's application."""

from channels.routing import ProtocolTypeRouter
from django.contrib.staticfiles.handlers import ASGIStaticFilesHandler
from django.core.asgi import get_asgi_application

pages = ASGIStaticFilesHandler(get_asgi_application())

from realtime.routing import websocket_application  # noqa: E402

application = ProtocolTypeRouter({"http": pages, "websocket": websocket_application})

"""The server's entry point: pages and API by Django, sockets by `realtime`."""

import os

from channels.routing import ProtocolTypeRouter
from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jvl.settings")
pages = get_asgi_application()  # before any import that needs the app registry

from realtime.routing import websocket_application

application = ProtocolTypeRouter({"http": pages, "websocket": websocket_application})

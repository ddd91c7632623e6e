"""Pages and API alone, for a WSGI server beside the sockets' own process."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "jvl.settings")
application = get_wsgi_application()

"""The page at `/`: text goes in, and what becomes of it is seen and heard."""

from triolet_adapters.service.page._routes import page_routes as page_routes
from triolet_adapters.service.page._status import Status as Status

"""One process of the service: what all its requests share."""

from triolet_adapters.service.process._service import Service as Service
from triolet_adapters.service.process._service import Watch as Watch

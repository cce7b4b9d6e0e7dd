"""Connections of clients, and what a server of the protocol leaves to us about them."""

from triolet_adapters.service.connections._attended import Attended as Attended
from triolet_adapters.service.connections._connections import Connections as Connections

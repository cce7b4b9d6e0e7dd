"""Connections of clients, and what a server of the protocol leaves to us about them."""

from triolet_adapters.service.connections._attended import Attended as Attended
from triolet_adapters.service.connections._connections import Connections as Connections
from triolet_adapters.service.connections._websocket import ClientWebSocket as ClientWebSocket
from triolet_adapters.service.connections._websocket import accept as accept

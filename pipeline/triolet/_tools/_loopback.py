"""Names of this machine."""

from __future__ import annotations

import ipaddress


def is_this_machine(host: str) -> bool:
    """Whether a host, without its port, is this machine: `localhost`, a name that ends in `.localhost`, a loopback address."""
    host = host.lower().removesuffix(".")
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False

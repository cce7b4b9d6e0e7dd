"""API keys, of which only hashes are kept."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping

from triolet_adapters.service.config import hash_of

_MARK = "tri-"
"""What a key begins with, so that programs which look for secrets in source code find one."""

_LONGEST = 512
"""Characters of a key that is looked at. Ours have 47; more is nobody's."""


def new_key() -> str:
    """A new key: 256 random bits."""
    return _MARK + secrets.token_urlsafe(32)


class Keys:
    """The keys of all clients, by their names."""

    def __init__(self, hashes: Mapping[str, str]) -> None:
        """Take the hash of each client's key."""
        self._hashes = [(name, digest.encode()) for name, digest in hashes.items()]

    def __bool__(self) -> bool:
        return bool(self._hashes)

    def owner(self, key: str) -> str | None:
        """Whose key this is. All are compared, each in constant time: how long it takes tells nothing about any of them."""
        given = hash_of(key[:_LONGEST]).encode()
        found = None
        for name, digest in self._hashes:
            if hmac.compare_digest(given, digest):
                found = name
        return found

"""What is kept of a key."""

from __future__ import annotations

import hashlib


def hash_of(key: str) -> str:
    """The SHA-256 of a key. It needs no salt and no slow hash: a key of 256 random bits cannot be guessed."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()

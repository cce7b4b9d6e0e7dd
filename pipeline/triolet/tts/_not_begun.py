"""How a session says that a commit was never made."""

from __future__ import annotations

from triolet.errors import ConnectionLost


class NotBegun(ConnectionLost):
    """The commit was not begun, since its session takes no more: nothing has failed. A session pool makes it on another session,
    and nobody counts it as an attempt.
    """

"""The sessions of a process, by their names."""

from __future__ import annotations

from triolet_adapters.service.live._session import LiveSession


class LiveSessions:
    """The sessions that are open, those that wait for their client among them."""

    def __init__(self) -> None:
        self._by_name: dict[str, LiveSession] = {}

    def __len__(self) -> int:
        return len(self._by_name)

    @property
    def speaking(self) -> int:
        """How many of them have a turn that is spoken or waits."""
        return sum(session.busy for session in self._by_name.values())

    def find(self, name: str | None, caller: str) -> LiveSession | None:
        """The session of this name, if it is this caller's."""
        session = self._by_name.get(name or "")
        return session if session is not None and session.caller == caller and not session.over else None

    def add(self, session: LiveSession) -> None:
        """Remember a session."""
        self._by_name[session.output.session] = session

    def remove(self, session: LiveSession) -> None:
        """Forget a session."""
        self._by_name.pop(session.output.session, None)

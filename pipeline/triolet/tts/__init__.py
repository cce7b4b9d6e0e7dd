"""The contract for voices, their limits, their sessions, and the WebSocket below."""

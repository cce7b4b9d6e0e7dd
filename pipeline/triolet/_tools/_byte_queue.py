"""A queue of bytes. It keeps them in the chunks in which they came, and joins chunks only when they are taken."""

from __future__ import annotations


class ByteQueue:
    """First in, first out. `len(queue)` is the number of bytes in it."""

    __slots__ = ("_chunks", "_size", "_skip")

    def __init__(self) -> None:
        self._chunks: list[bytes] = []  # a deque takes 700 bytes even when it is empty
        self._skip = 0
        """Bytes of the first chunk that are already taken."""
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def put(self, data: bytes) -> None:
        """Add bytes at the end."""
        if data:
            self._chunks.append(data)
            self._size += len(data)

    def take(self, size: int) -> bytes:
        """Remove and return the first `size` bytes. `size` must not exceed `len`. A whole chunk is returned without a copy."""
        self._size -= size
        taken: list[bytes] = []
        while size:
            chunk, skip = self._chunks[0], self._skip
            part = chunk[skip : skip + size] if skip or size < len(chunk) else chunk
            size -= len(part)
            self._skip += len(part)
            if self._skip == len(chunk):
                self._chunks.pop(0)
                self._skip = 0
            taken.append(part)
        return taken[0] if len(taken) == 1 else b"".join(taken)

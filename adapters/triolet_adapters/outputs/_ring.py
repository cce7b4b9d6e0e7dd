"""The samples between an event loop and a device's own thread, and how many of them have been heard."""

from __future__ import annotations

import threading
from collections import deque

from triolet import SAMPLE_BYTES, faded_out


class SampleRing:
    """A bounded buffer that one thread fills and another empties. Each call holds the lock for some microseconds.

    A device is a delay line: what it pulls is heard `latency` samples of its clock later. It pulls without pause, silence
    where there are no samples, so its own count of samples is the clock.
    """

    def __init__(self, capacity: int) -> None:
        """`capacity` in samples."""
        self.latency = 0
        """Samples between a pull and the listener. Set it before the first `accept`."""
        self._lock = threading.Lock()
        self._capacity = capacity
        self._waiting = bytearray()
        self._tail = b""  # a fade-out: sounds, is nobody's words, counts for nothing
        self._pulled = 0  # samples that the device has taken, silence included
        self._in_device: deque[tuple[int, int]] = deque()  # (position on the device's clock, samples), in order
        self._heard = 0  # of those no longer in `_in_device`
        self._paused = False

    @property
    def pulled(self) -> int:
        """The device's clock, in samples."""
        return self._pulled

    @property
    def room(self) -> int:
        """How many samples `accept` takes now."""
        with self._lock:
            return self._capacity - len(self._waiting) // SAMPLE_BYTES

    @property
    def heard(self) -> int:
        """How many accepted samples have left the device."""
        with self._lock:
            return self._settle()

    @property
    def unheard(self) -> int:
        """How many accepted samples have not left the device."""
        with self._lock:
            self._settle()
            partly = self._partly()
            return len(self._waiting) // SAMPLE_BYTES + sum(count for _, count in self._in_device) - partly

    def accept(self, pcm: bytes) -> None:
        """Put whole samples at the end; at most `room`."""
        with self._lock:
            self._waiting += pcm

    def pull(self, samples: int) -> bytes:
        """Take so many samples for the device, silence for those that are missing."""
        size = samples * SAMPLE_BYTES
        with self._lock:
            out, self._tail = self._tail[:size], self._tail[size:]
            if not self._paused:
                taken = bytes(self._waiting[: size - len(out)])
                del self._waiting[: len(taken)]
                if taken:
                    start = self._pulled + len(out) // SAMPLE_BYTES
                    self._in_device.append((start, len(taken) // SAMPLE_BYTES))
                out += taken
            self._pulled += samples
            self._settle()
        return out.ljust(size, b"\0")

    def flush(self, fade: int) -> None:
        """Drop all samples but the next `fade`, which fade out so that nothing clicks. `heard` stands still."""
        with self._lock:
            self._heard = self._settle()
            self._in_device.clear()
            self._tail = faded_out(bytes(self._waiting[: fade * SAMPLE_BYTES])) if not self._paused else b""
            self._waiting.clear()

    def pause(self) -> None:
        """Give the device silence and keep what is waiting."""
        with self._lock:
            self._paused = True

    def resume(self) -> None:
        """Go on with the next sample."""
        with self._lock:
            self._paused = False

    def _settle(self) -> int:
        """Forget what has left the device, and return `heard`. Call it with the lock held."""
        while self._in_device and sum(self._in_device[0]) <= self._pulled - self.latency:
            self._heard += self._in_device.popleft()[1]
        return self._heard + self._partly()

    def _partly(self) -> int:
        if not self._in_device:
            return 0
        return max(0, self._pulled - self.latency - self._in_device[0][0])

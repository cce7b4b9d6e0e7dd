"""Everything that can be done to the system, by name."""

from __future__ import annotations

import enum


class Kind(enum.Enum):
    """One thing that goes wrong, or that a user does. The value is how a report calls it."""

    # The network, all the time.
    DELAY = "network: 50 ms and more each way"
    JITTER = "network: uneven delays"
    SPLIT = "network: reads of a few bytes"
    WINDOW = "network: a small window"
    BANDWIDTH = "network: a slow line"

    # The network, after any byte.
    LINE_RESET = "line: reset after some bytes"
    LINE_DEAD = "line: dead after some bytes, nobody is told"

    # A connect.
    REFUSED = "connect: refused"
    UNREACHABLE = "connect: nobody answers"
    HTTP_429 = "connect: 429"
    HTTP_503 = "connect: 503"
    HTTP_401 = "connect: 401"
    NO_HANDSHAKE = "connect: no word after TCP"
    NO_SESSION = "connect: no session after the handshake"
    BROKEN_HANDSHAKE = "connect: reset in the handshake"

    # A commit.
    RESET = "commit: reset"
    HALF_OPEN = "commit: the line is dead, nobody is told"
    VANISH = "commit: the server is gone, nobody is told"
    CLOSE = "commit: closed by the server"
    CRASH = "commit: the server crashes, and is back later"
    RESTART = "commit: the server restarts"
    STALL = "commit: a stall longer than a deadline"
    HESITATE = "commit: a stall shorter than a deadline"
    SLOW = "commit: slower than speech"
    ERROR = "commit: an error of the service"
    THROTTLED = "commit: a limit of rate"
    REFUSED_TEXT = "commit: the text is refused"
    NO_AUDIO = "commit: no audio"
    TOO_MUCH = "commit: audio without end"

    # While nothing is said.
    IDLE_RESET = "idle: reset"
    IDLE_DEAD = "idle: the line is dead, nobody is told"
    IDLE_CLOSE = "idle: closed by the server"
    OUTAGE = "idle: the server crashes, and is back later"

    # The LLM.
    LLM_PAUSE = "LLM: pauses"
    LLM_BURST = "LLM: bursts"
    LLM_RAISE = "LLM: raises"

    # The listener, and who acts for it.
    INTERRUPT = "listener: interrupts"
    INTERRUPT_AGAIN = "listener: interrupts what is said after a loss"
    CANCEL = "listener: the turn is cancelled"
    REPLACE = "listener: another turn replaces it"
    PAUSE = "listener: pauses and goes on"
    PAUSE_THEN_INTERRUPT = "listener: pauses, then interrupts"
    DEVICE_STALL = "listener: the device stalls"
    SETTINGS = "listener: another voice for a turn"
    LEAVE = "listener: hangs up"
    FILE = "listener: a file"

    # What follows from them where there are several vendors.
    FAILOVER = "failover: another vendor speaks"
    PROBE = "failover: a vendor is probed"
    TAKEN_BACK = "failover: a vendor is taken back"

    # What follows where audio is late.
    HEDGED = "late: a second session is asked for the same words"


NETWORK = (Kind.DELAY, Kind.JITTER, Kind.SPLIT, Kind.WINDOW, Kind.BANDWIDTH)
LINE = (Kind.LINE_RESET, Kind.LINE_DEAD)
CONNECT = (
    Kind.REFUSED,
    Kind.UNREACHABLE,
    Kind.HTTP_429,
    Kind.HTTP_503,
    Kind.HTTP_401,
    Kind.NO_HANDSHAKE,
    Kind.NO_SESSION,
    Kind.BROKEN_HANDSHAKE,
)
COMMIT = (
    Kind.RESET,
    Kind.HALF_OPEN,
    Kind.VANISH,
    Kind.CLOSE,
    Kind.CRASH,
    Kind.RESTART,
    Kind.STALL,
    Kind.HESITATE,
    Kind.SLOW,
    Kind.ERROR,
    Kind.THROTTLED,
    Kind.REFUSED_TEXT,
    Kind.NO_AUDIO,
    Kind.TOO_MUCH,
)
IDLE = (Kind.IDLE_RESET, Kind.IDLE_DEAD, Kind.IDLE_CLOSE, Kind.OUTAGE)
LLM = (Kind.LLM_PAUSE, Kind.LLM_BURST, Kind.LLM_RAISE)
LISTENER = (
    Kind.INTERRUPT,
    Kind.CANCEL,
    Kind.REPLACE,
    Kind.PAUSE,
    Kind.PAUSE_THEN_INTERRUPT,
    Kind.DEVICE_STALL,
)

HARMLESS = (Kind.HESITATE, Kind.SLOW)
"""What a vendor does that takes time and loses nothing."""

FATAL = (Kind.HTTP_401, Kind.REFUSED_TEXT)
"""What another try cannot help."""


class Since(enum.Enum):
    """What something that is done to a turn waits for, before it waits some time more."""

    ASKED = "it was asked for"
    COMMIT = "its first commit"
    SOUND = "its first sample is given to the output"
    DRAIN = "the output waits for its last sample"
    FILLER = "its filler is given to the output"
    AGAIN = "a commit begins with a word that was committed before"
    STEP = "so many steps of all tasks since the conversation began"


class Moment(enum.Enum):
    """What a turn was at when it was ended, as it is seen from outside."""

    WAITING = "behind another turn"
    THINKING = "before the first token"
    CONNECTING = "connecting"
    WRITING = "between token and commit"
    COMMITTING = "committing"
    PLAYING = "playing"
    DRAINING = "draining"
    FILLING = "filler"

"""How the local server behaves where the service's behaviour is not certain: every guess is a switch."""

from __future__ import annotations

from typing import Literal

import attrs

from triolet_adapters.tts.frame.server import LocalServerOptions


@attrs.frozen(kw_only=True)
class CosyVoiceServerOptions(LocalServerOptions):
    """The defaults are what the newest of the vendor's pages says or, where they say nothing, what others saw of the service."""

    models: tuple[str, ...] | None = None
    """The models that are known; a task of any other fails with `ModelNotFound`. None: all are."""
    voices: tuple[str, ...] | None = None
    """The voices that are known; a task of any other fails with `[tts:]Engine return error code: 418`. None: all are."""
    idle_timeout: float | None = 60.0
    """Seconds without a task after which the connection is closed. Documented."""
    text_timeout: float = 23.0
    """Seconds for which a task may wait for text; then it fails. Documented."""
    start_delay: float = 0.0
    """Seconds from `run-task` to `task-started`. What comes between them fails the task, as documented."""
    max_text: int = 20_000
    """Characters of one `continue-task`, a Han character as two."""
    max_task: int = 200_000
    """The same for all text of a task."""
    splits: bool = True
    """Whether the text is cut into sentences, and each is said as soon as it is complete. Documented; where sentences end is a guess."""
    cancel: Literal["ends", "ignored"] = "ends"
    """What the directive `cancel` does: it ends the task at once, as documented for Beijing, or the task is said to its end."""
    late_cancel: Literal["ignored", "fails"] = "ignored"
    """What is done to a cancel that comes when its task has ended, as it may where both cross."""
    second_task: Literal["replaces", "fails"] = "replaces"
    """What a `run-task` does to the task that is running: it ends it without a word, as one page says, or it is refused."""
    word_times: Literal["sentence-end", "cumulative", "task-finished", "none"] = "sentence-end"
    """Where the words of a task that asks for their times are told: as newer pages say; also before each piece of audio, those so far, as others
    saw; at the end of the task, as an older page says; nowhere, as for voices that have none."""
    times: Literal["task", "sentence"] = "task"
    """From where word times count: no page says."""
    usage: Literal["both", "sentence-end"] = "both"
    """Which events tell the billed characters. Others saw that `task-finished` does not."""
    piece: float = 0.1
    """Seconds of audio in a message."""

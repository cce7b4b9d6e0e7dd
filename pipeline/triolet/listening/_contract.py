"""What a detector of voices tells, and what is paused and interrupted."""

from __future__ import annotations

from typing import Protocol


class UserSpeech(Protocol):
    """What a detector of voices (VAD) and a recogniser (STT) tell of the user. All are plain calls.

    A VAD calls `started` and `stopped`; an STT calls `transcript`. Either may do without the other. The calls may come in any
    order, and more than once.
    """

    def started(self) -> None:
        """A voice begins: at the first sign of it."""

    def stopped(self) -> None:
        """The voice has ended, or pauses. Without a voice it does nothing."""

    def transcript(self, words: str, *, final: bool = True) -> None:
        """These words have been recognised.

        Args:
            words: all words of the utterance so far, in any writing. What stands in brackets, such as `[coughs]`, is no word.
            final: whether the recogniser has finished the utterance; false for words that may still change.
        """


class Interruptible(Protocol):
    """What a user can talk over: a `Conversation`, or anything that has its three calls."""

    def pause(self) -> None:
        """Stop the sound, until `resume()`."""

    def resume(self) -> None:
        """Go on where it was paused. Without a pause it does nothing."""

    def interrupt(self) -> None:
        """End what is being said, paused or not."""

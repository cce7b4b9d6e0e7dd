"""What the log says of a turn: that it began, and how it ended. Never its text."""

from __future__ import annotations

import logging

from triolet.chain._context import TurnContext
from triolet.turn._number import current, named_turn
from triolet.turn._phrase_result import PhraseState
from triolet.turn._result import TurnResult

logger = logging.getLogger("triolet.turns")


class Logged:
    """Logs the beginning and the end of a turn at INFO. What is logged in its tasks meanwhile can name it (`named_turn`)."""

    __slots__ = ("_token", "_turn")

    def __init__(self, turn: TurnContext) -> None:
        self._turn = turn

    def __enter__(self) -> None:
        self._token = current.set(self._turn.number)
        logger.info("%sbegins", named_turn())

    def __exit__(self, *_: object) -> None:
        if logger.isEnabledFor(logging.INFO):
            logger.info("%s%s", named_turn(), _end(self._turn.timeline.result))
        current.reset(self._token)


def _end(result: TurnResult) -> str:
    whole = sum(phrase.state is PhraseState.HEARD for phrase in result.phrases)
    said = f"{whole} of {len(result.phrases)} phrases heard whole, {result.seconds:.1f} s of speech"
    if result.error is not None:  # its type alone: a service's own words may quote the text
        return f"failed with {result.error.partition(':')[0]}: {said}"
    return f"{'interrupted' if result.interrupted else 'ends'}: {said}"

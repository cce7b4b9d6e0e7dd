"""The stage that turns numbers and signs into words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from triolet._model._kinds import KINDS, checked
from triolet._model._text import NormalizedClause
from triolet.chain._batches import Batches, PulledStage
from triolet.chain._context import TurnContext
from triolet.verbalization._core import VerbalizerCore
from triolet.verbalization._lexicon import Lexicon


class Verbalizer(PulledStage[NormalizedClause, NormalizedClause]):
    """Says numbers, prices, dates, units and signs in words, for a voice that does not do so itself.

    It stands between `TextNormalizer` and `Phraser`, and works in their task. What it rewrites is one unit, so that heard text
    stays a slice of the raw text. Languages beyond the ten pass as they are.
    """

    buffer = 4
    """Clauses that may wait: about a sentence."""

    def __init__(
        self,
        *,
        only: Iterable[str] | None = None,
        region: str = "",
        lexicon: Lexicon | Sequence[Lexicon] = (),
    ) -> None:
        """Make the stage.

        Args:
            only: the kinds to rewrite, of `Verbalizer.kinds`; all of them by default. What is of another kind stays as it is.
            region: an ISO 3166-1 code, such as `"GB"`, where it decides: the order of dates, what `$` is. The region of a
                clause's own language tag counts first.
            lexicon: how certain words are said; several are tried in order. They work with any `only`.

        Raises:
            ValueError: a kind does not exist.
        """
        self.only = KINDS if only is None else checked(frozenset(only))
        self.region = region
        self.lexicon = (lexicon,) if isinstance(lexicon, Lexicon) else tuple(lexicon)

    kinds = KINDS
    """Every kind of what is rewritten."""

    def _pull(self, upstream: Batches[NormalizedClause], turn: TurnContext) -> Batches[NormalizedClause]:
        """The clauses that come, in words."""
        return _Verbalized(upstream, VerbalizerCore(self.only, region=self.region, lexicon=self.lexicon))


class _Verbalized(Batches[NormalizedClause]):
    """Batches of clauses, in words."""

    def __init__(self, upstream: Batches[NormalizedClause], core: VerbalizerCore) -> None:
        self._upstream = upstream
        self._core = core

    async def next(self) -> list[NormalizedClause]:
        """Wait until something can be said. Return it."""
        return [self._core.feed(clause) for clause in await self._upstream.next()]

    def waiting(self) -> list[NormalizedClause]:
        """What can be said now."""
        return [self._core.feed(clause) for clause in self._upstream.waiting()]

    def close(self) -> None:
        """Nothing is held here."""
        self._upstream.close()

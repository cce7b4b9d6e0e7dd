"""Clauses that a mark keeps together, such as a link that goes over a comma."""

from __future__ import annotations

from collections.abc import Sequence

from triolet._model._text import Clause, SpeechUnit


def as_one(clauses: Sequence[Clause]) -> Clause:
    """The clause that all of them are together."""
    first, last = clauses[0], clauses[-1]
    if first is last:
        return first
    return Clause(
        text="".join(clause.text for clause in clauses),
        start=first.start,
        end=last.end,
        boundary=last.boundary,
        opening=first.opening,
        kind=first.kind,
        marker=first.marker,
        language=first.language,
    )


def shared_out(clauses: list[Clause], units: list[SpeechUnit]) -> list[tuple[Clause, list[SpeechUnit]]]:
    """Each clause with the units that begin in it. Clauses that one unit spans become one clause."""
    shares: list[tuple[Clause, list[SpeechUnit]]] = []
    group: list[Clause] = []
    own: list[SpeechUnit] = []
    at = 0
    for clause in clauses:
        group.append(clause)
        while at < len(units) and units[at].start < clause.end:
            own.append(units[at])
            at += 1
        if own and own[-1].end > clause.end:
            continue
        shares.append((as_one(group), own))
        group, own = [], []
    return shares

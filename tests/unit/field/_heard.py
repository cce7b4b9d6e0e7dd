"""What was heard of which commit, read from the samples."""

from __future__ import annotations

import attrs

from triolet.testing import ToneTTS, decode

RATE = 8000

TEXT = (
    "First we look at the map. Then we choose a way, and we pack. At last we walk! Do you come along? "
    "It is not far. We shall be there by noon, I think."
)

SHARED = 3
"""Samples that two neighbouring commits may have in common, so that either may seem to own them."""


def voice(*, first_audio: float = 0.2, pace: float | None = 3.0) -> ToneTTS:
    """A voice of the pace of a service."""
    return ToneTTS(sample_rate=RATE, first_audio=first_audio, pace=pace)


@attrs.frozen
class Heard:
    """A commit, and how many of its samples were heard, from the first on."""

    text: str
    samples: int
    of: int

    @property
    def whole(self) -> bool:
        return self.samples >= self.of


def commits_heard(tts: ToneTTS, pcm: bytes) -> list[Heard]:
    """In order. Fails if a sample is heard twice, left out, or of no commit."""
    commits = {(commit.connection, commit.commit): commit for commit in tts.commits}
    heard: dict[tuple[int, int], Heard] = {}
    decoded = decode(pcm)
    for run in decoded.runs:
        key = (run.connection, run.commit)
        at = heard[key].samples if key in heard else 0
        assert abs(run.start - at) <= SHARED, "a gap or a repetition"
        assert key not in heard or key == list(heard)[-1], "two commits are mixed"
        heard[key] = Heard(commits[key].text, run.stop, commits[key].samples)
    assert decoded.unreadable <= SHARED * len(decoded.runs)
    return list(heard.values())


def words(heard: list[Heard]) -> str:
    """The texts of commits that were heard whole, as one."""
    assert all(each.whole for each in heard), "a commit was cut"
    return " ".join(each.text for each in heard)

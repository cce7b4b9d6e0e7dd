"""Who has a document: one at a time, and no one for ever."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from triolet_adapters.narration import _claims
from triolet_adapters.narration._claims import CLAIM_LEASE, Claim, Sight, Watch, last_claim, try_claim


def claimed(folder: Path, overdue: Sight | None = None) -> Claim:
    claim = try_claim(folder, "n", overdue)
    assert isinstance(claim, Claim)
    return claim


def test_a_claim_excludes_others_until_it_is_given_back(tmp_path: Path) -> None:
    claim = claimed(tmp_path)
    assert isinstance(try_claim(tmp_path, "n"), Sight)
    assert isinstance(try_claim(tmp_path, "m"), Claim)
    claim.release()
    assert claimed(tmp_path).number == 1


def test_one_that_has_lapsed_is_taken_once_and_its_holder_has_lost_it(tmp_path: Path) -> None:
    late, sight = claimed(tmp_path), try_claim(tmp_path, "n")
    assert isinstance(sight, Sight)
    taken = claimed(tmp_path, sight)
    assert not isinstance(try_claim(tmp_path, "n", sight), Claim)
    assert (late.held(), taken.held()) == (False, True)
    late.release()
    assert taken.held()
    taken.release()
    assert last_claim(tmp_path, "n") == 0


def test_a_sign_of_life_keeps_it(tmp_path: Path) -> None:
    claim, sight = claimed(tmp_path), try_claim(tmp_path, "n")
    assert isinstance(sight, Sight)
    claim.beat()
    assert not isinstance(try_claim(tmp_path, "n", sight), Claim)


def test_one_of_a_process_that_has_ended_is_taken_at_once(tmp_path: Path) -> None:
    """But not if it ran on another machine: nobody here can tell whether it does still."""
    claim = claimed(tmp_path)
    gone = 2**22 + 1  # above the most that Linux gives
    text = claim.path.read_text()
    claim.path.write_text(text.replace(f'"pid": {os.getpid()}', f'"pid": {gone}'))
    assert claimed(tmp_path).number == 2
    (tmp_path / "n.2").write_text(text.replace(_claims.machine(), "elsewhere"))
    assert isinstance(try_claim(tmp_path, "n"), Sight)


@given(st.lists(st.tuples(st.floats(0, 200), st.booleans()), min_size=1, max_size=20))
def test_a_claim_lapses_after_a_lease_without_a_change_and_not_before(steps: list[tuple[float, bool]]) -> None:
    watch, now, touched, since = Watch(), 0.0, 0, None
    for wait, beat in steps:
        now += wait
        if beat:
            touched, since = touched + 1, None
        lapsed = watch.lapsed("n", Sight(1, touched), now)
        since = now if since is None else since
        assert lapsed == (now - since >= CLAIM_LEASE)


@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from(["try", "take", "beat", "release", "die"])), max_size=25))
def test_at_most_one_holds_a_document_whatever_happens(steps: list[tuple[int, str]]) -> None:
    holders: dict[int, Claim] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for actor, deed in steps:
            mine = holders.get(actor)
            if deed in ("try", "take") and mine is None:
                seen = try_claim(folder, "n")
                if deed == "take" and isinstance(seen, Sight):
                    seen = try_claim(folder, "n", seen)  # as if it had lapsed
                    assert isinstance(seen, Claim)
                if isinstance(seen, Claim):
                    holders[actor] = seen
            elif mine is not None and deed == "beat":
                mine.beat()
            elif mine is not None and deed == "release":
                holders.pop(actor).release()
            elif deed == "die":
                holders.pop(actor, None)
            assert sum(claim.held() for claim in holders.values()) <= 1

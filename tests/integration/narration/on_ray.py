"""Documents to files on Ray: `pip install -e '.[ray]'`, then `pytest tests/integration/narration/on_ray.py`.

The name keeps it out of `make test`: Ray is 70 MB, which no other test needs. The workflow `nightly` runs it.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from tests.integration.narration.test_narrate import order, outputs, written

from triolet.testing import ToneTTS
from triolet_adapters.narration import State, find_documents, narrate_on_ray


async def test_ray_gives_the_same(tmp_path: Path) -> None:
    docs = find_documents([str(written(tmp_path, a="One.", b="Two."))], tmp_path)
    for state in (State.DONE, State.SKIPPED):
        summary = await narrate_on_ray(docs, order(tmp_path / "out", partial(ToneTTS)))
        assert [outcome.state for outcome in summary.outcomes] == [state] * 2
    assert outputs(tmp_path / "out") == {"a.wav", "b.wav"}

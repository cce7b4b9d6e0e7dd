"""What is done, and what is not."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from triolet_adapters.narration._manifest import Record, fingerprint, is_done

NAMES = st.text(min_size=1, max_size=8)
RECORDS = st.builds(
    Record, text=NAMES, settings=NAMES, outputs=st.dictionaries(NAMES, st.integers(0, 9), max_size=3),
    seconds=st.floats(0, 9),
)  # fmt: skip


@given(RECORDS, st.data())
def test_it_is_done_only_if_text_settings_and_outputs_are_the_same(record: Record, data: st.DataObject) -> None:
    again = Record.from_json(record.to_json())
    assert again == record
    assert is_done(again, record.text, record.settings, record.outputs) == bool(record.outputs)
    assert not is_done(again, record.text + "!", record.settings, record.outputs)
    assert not is_done(again, record.text, record.settings + "!", record.outputs)
    if record.outputs:
        missing = data.draw(st.sampled_from(sorted(record.outputs)))
        sizes = {name: size for name, size in record.outputs.items() if name != missing}
        assert not is_done(again, record.text, record.settings, sizes)
        assert not is_done(again, record.text, record.settings, {**sizes, missing: record.outputs[missing] + 1})


@given(RECORDS, st.integers(0, 40))
def test_a_record_that_is_damaged_is_none(record: Record, cut: int) -> None:
    assert Record.from_json(record.to_json()[: -1 - cut]) is None
    assert Record.from_json(b"[]") is None
    assert Record.from_json('{"version": 2}') is None


def test_equal_settings_have_equal_fingerprints() -> None:
    assert fingerprint({"a": 1, "b": None}) == fingerprint({"b": None, "a": 1}) != fingerprint({"a": 2, "b": None})

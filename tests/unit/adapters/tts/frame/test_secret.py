"""Keys that show nowhere."""

from __future__ import annotations

import pytest

from triolet_adapters.tts.frame._secret import Secret


@pytest.mark.parametrize(
    ("key", "shown"), [("sk-0123456", "said *** twice: ***"), ("a", "said a twice: a"), ("", "said  twice: ")]
)
def test_a_key_is_taken_out_and_a_placeholder_leaves_words_whole(key: str, shown: str) -> None:
    assert Secret(key).removed_from(f"said {key} twice: {key}") == shown

"""How certain words are said: from a dictionary, TOML or W3C PLS."""

from __future__ import annotations

from pathlib import Path

import pytest

from triolet import Lexicon

PLS = """<?xml version="1.0" encoding="UTF-8"?>
<lexicon version="1.0" xmlns="http://www.w3.org/2005/01/pronunciation-lexicon" alphabet="ipa" xml:lang="en-US">
  <lexeme><grapheme>W3C</grapheme><alias>World Wide Web Consortium</alias></lexeme>
  <lexeme><grapheme>newton</grapheme><grapheme>Newton</grapheme><phoneme>ˈnjuːtən</phoneme><phoneme prefer="true">ˈnuːtən</phoneme></lexeme>
  <lexeme><grapheme>x</grapheme><phoneme alphabet="x-sampa">eks</phoneme></lexeme>
</lexicon>
"""


def said(lexicon: Lexicon, text: str) -> str:
    at, parts = 0, []
    for start, end, words in lexicon.find(text):
        parts += [text[at:start], words]
        at = end
    return "".join([*parts, text[at:]])


def test_whole_words_only_and_the_longest_first() -> None:
    lexicon = Lexicon({"SQL": "sequel", "SQL Server": "sequel server", "cat": "kitty"})
    assert said(lexicon, "SQL, SQL Server, MySQL, SQLite.") == "sequel, sequel server, MySQL, SQLite."
    assert said(lexicon, "A cat in a category; Cat!") == "A kitty in a category; kitty!"


def test_a_word_with_a_capital_is_found_as_it_is_given() -> None:
    assert said(Lexicon({"US": "United States"}), "US and us") == "United States and us"
    assert said(Lexicon({"US": "United States"}, ignore_case=True), "US and us") == "United States and United States"


def test_words_of_scripts_without_spaces() -> None:
    assert said(Lexicon({"重庆": "崇庆"}, language="zh"), "我在重庆。") == "我在崇庆。"


def test_toml(tmp_path: Path) -> None:
    path = tmp_path / "words.toml"
    path.write_text('language = "en-GB"\n[words]\nSQL = "sequel"\n[phonemes]\nnewton = "ˈnjuːtən"\n', encoding="utf-8")
    lexicon = Lexicon.from_toml(path)
    assert (lexicon.language, lexicon.entries, lexicon.phonemes) == ("en", {"SQL": "sequel"}, {"newton": "ˈnjuːtən"})
    path.write_text("[word]\nSQL = 'sequel'\n", encoding="utf-8")
    with pytest.raises(ValueError, match="unknown word"):
        Lexicon.from_toml(path)


def test_pls(tmp_path: Path) -> None:
    path = tmp_path / "words.pls"
    path.write_text(PLS, encoding="utf-8")
    lexicon = Lexicon.from_pls(path)
    assert lexicon.language == "en"
    assert lexicon.entries == {"W3C": "World Wide Web Consortium"}
    assert lexicon.phonemes == {"newton": "ˈnuːtən", "Newton": "ˈnuːtən"}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('<!DOCTYPE l [<!ENTITY a "b">]><lexicon/>', "document type"),
        ("<html/>", "root is not"),
        ("<lexicon", "no PLS 1.0 file"),
    ],
)
def test_what_is_no_pls_is_refused(tmp_path: Path, text: str, what: str) -> None:
    path = tmp_path / "words.pls"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=what):
        Lexicon.from_pls(path)


def test_a_word_without_characters_is_refused() -> None:
    with pytest.raises(ValueError, match="1 to 200 characters"):
        Lexicon({" ": "x"})

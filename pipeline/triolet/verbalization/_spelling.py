"""E-mail addresses, URLs, paths and file names, said as a person reads them out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from triolet._tools._lazy_regex import lazy_regex
from triolet.verbalization._found import Found
from triolet.verbalization._language import Language

MAY_BE_ADDRESS = lazy_regex(r"[@/\\_.(](?:(?<=[@/\\_])|(?<=[A-Za-z0-9]\.)[a-z]|(?<=[A-Za-z0-9]\()\))")
"""A text without this has no address."""
_LONGEST_URL = 300
_TOP = "com|org|net|edu|gov|io|ai|dev|app|info|de|fr|it|es|pt|br|ru|jp|kr|cn|uk|eu|us|ch|at|nl|be|ca|au|in|me|tv|co|xyz|cloud"
_ENDINGS = (
    "py|js|ts|tsx|jsx|md|txt|json|csv|pdf|png|jpe?g|gif|svg|html?|css|ya?ml|toml|ini|cfg|sh|bat|exe|zip|gz|tar|docx?|xlsx?|pptx?|"
    "cpp|hpp|rs|go|java|rb|php|sql|log|xml|wav|mp3|mp4|ipynb|lock|conf|env"
)
_EMAIL = r"(?<![A-Za-z0-9._%+-])[A-Za-z0-9._%+-]{1,64}+@[A-Za-z0-9-]{1,63}+(?:\.[A-Za-z0-9-]{1,63}+){1,5}"
_URL = rf"(?<![A-Za-z0-9])(?:https?://|ftp://|www\.)[!#-;=?-~]{{1,{_LONGEST_URL}}}"
_HOST = rf"(?<![\w.@/-])(?:[A-Za-z0-9-]{{1,63}}+\.){{1,4}}(?:{_TOP})(?:/[A-Za-z0-9._~/?=&%#-]{{0,200}})?(?![A-Za-z0-9])"
_UNIX = r"(?<![\w./~-])(?:~|\.{1,2})?(?:/[A-Za-z0-9._+-]{1,64}+){2,20}/?"
_HOME = r"(?<![\w./~-])(?:~|\.{1,2})/[A-Za-z0-9._+-]{1,64}+/?"
_WINDOWS = r"(?<![A-Za-z0-9])[A-Za-z]:\\[A-Za-z0-9._+-]{1,64}+(?:\\[A-Za-z0-9._+-]{1,64}+){0,20}"
_FILE = rf"(?<![^\W\u2E80-\uD7AF])(?<![./-])[A-Za-z0-9_-]{{1,64}}+(?:\.[A-Za-z0-9_-]{{1,32}}+){{0,3}}?\.(?:{_ENDINGS})(?![A-Za-z0-9])"
_HANDLE = r"(?<![A-Za-z0-9._%+-])(?!#[A-Z]{1,4}-?[0-9])[@#][A-Za-z][A-Za-z0-9_]{0,63}+"
_SNAKE = r"(?<![A-Za-z0-9_])[A-Za-z][A-Za-z0-9]{0,40}+(?:_[A-Za-z0-9]{1,40}+){1,10}(?![A-Za-z0-9_])"
_CALL = r"(?<![A-Za-z0-9_.])[A-Za-z][A-Za-z0-9]{0,60}+\(\)|(?<=[A-Za-z0-9_])\(\)"
_ADDRESS = lazy_regex(
    rf"(?P<call>{_CALL})|(?P<email>{_EMAIL})|(?P<url>{_URL})|(?P<host>{_HOST})|(?P<windows>{_WINDOWS})|(?P<path>{_UNIX}|{_HOME})|(?P<file>{_FILE})"
    rf"|(?P<handle>{_HANDLE})|(?P<snake>{_SNAKE})"
)
_PART = lazy_regex(r"[^\W\d_]+|[0-9]+|.", re.DOTALL)
_HUMP = lazy_regex(r"(?<=[a-z0-9])(?=[A-Z])")
_SCHEME = lazy_regex(r"(?:https?|ftp)://")


def addresses(text: str, words: Language) -> Iterator[Found]:
    """All addresses, in the order of the text."""
    for one in _ADDRESS.finditer(text):
        written = one[0].rstrip(".,;:!?-") if one.lastgroup in ("url", "path", "host") else one[0]
        end = one.start() + len(written)
        if one.lastgroup == "call":
            name = _HUMP.sub(" ", written.removesuffix("()"))
            yield Found(one.start(), end, "addresses", name)
            continue
        yield Found(one.start(), end, "addresses", read_out(_SCHEME.sub("", written, count=1), words))


def read_out(written: str, words: Language) -> str:
    """The words and the signs of an address, one after another."""
    names = {
        ".": words.dot, "@": words.at, "/": words.slash, "\\": words.backslash, "-": words.dash, "_": words.underscore,
        ":": words.colon, "#": words.hashtag, "+": words.plus, "=": words.symbols.get("=", ""), "&": words.symbols.get("&", ""),
        "%": words.percent.one, "~": words.tilde, "?": words.question_mark,
    }  # fmt: skip
    said: list[str] = []
    for part in _PART.findall(written):
        if part.isdigit():
            said.append(words.digits(part) if len(part) > 2 or part[0] == "0" else words.cardinal(int(part)))
        elif part.isalpha():
            said.append(" ".join(part.upper()) if part.lower() in _SPELLED else part)
        elif name := names.get(part, ""):
            said.append(name)
    return " ".join(said)


_SPELLED = frozenset(
    {
        "www",
        "html",
        "htm",
        "pdf",
        "py",
        "js",
        "ts",
        "cfg",
        "csv",
        "xml",
        "css",
        "png",
        "jpg",
        "svg",
        "mp3",
        "mp4",
        "http",
        "https",
    }
)

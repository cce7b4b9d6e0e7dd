"""What MkDocs does besides: the generated parts of the reference, and links from names to it."""

from __future__ import annotations

import gc
import re
from typing import Any

from docs._tools import bounds, command, metrics, settings
from docs._tools.public_names import ROOT, documented, expanded

_RECIPE = re.compile(r"^([ \t]*)# (recipes/\w+\.py)$", re.MULTILINE)
_CODE = re.compile(r"<code>([A-Za-z_]\w*(?:\.\w+)?)(?:\([^<]*\))?</code>")
_LINK_OR_HEADING = re.compile(r"<(a|h[1-6]|pre)\b.*?</\1>", re.DOTALL)


def on_startup(*, command: str, **_: Any) -> None:
    """Look for no garbage while a site is built: there is little, and looking for it takes a fifth of the time."""
    if command == "build":
        gc.disable()


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Fill in what the code says."""
    markdown = _RECIPE.sub(_recipe, expanded(markdown))
    if "<!-- bounds -->" in markdown:
        markdown = markdown.replace("<!-- bounds -->", bounds.tables())
    if "<!-- command -->" in markdown:
        markdown = markdown.replace("<!-- command -->", command.sections())
    if "<!-- metrics -->" in markdown:
        markdown = markdown.replace("<!-- metrics -->", metrics.table())
    if "<!-- settings -->" in markdown:
        markdown = markdown.replace("<!-- settings -->", settings.tables())
    return markdown


def _recipe(match: re.Match[str]) -> str:
    """The text of a recipe, in place of its name."""
    lines = (ROOT / match[2]).read_text("utf-8").rstrip().split("\n")
    return "\n".join(f"{match[1]}{line}".rstrip() for line in lines)


def on_page_content(html: str, page: Any, **_: Any) -> str:
    """Link each public name, where it stands for the first time on a page, to its place in the reference."""
    if page.file.src_uri.startswith("reference/"):
        return html
    seen: set[str] = set()

    def link(match: re.Match[str]) -> str:
        name = match[1]
        owner, _, member = name.partition(".")
        path = documented().get(owner)
        if path is None or name in seen:
            return match[0]
        seen.add(name)
        target = f"{path}.{member}" if member else path
        return f'<autoref identifier="{target}" optional>{match[0]}</autoref>'

    parts: list[str] = []
    at = 0
    for kept in _LINK_OR_HEADING.finditer(html):
        parts += [_CODE.sub(link, html[at : kept.start()]), kept[0]]
        at = kept.end()
    return "".join([*parts, _CODE.sub(link, html[at:])])

"""The site is built without a warning, its links lead somewhere, and every public name is in it."""

from __future__ import annotations

import html
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from docs._tools import public_names
from tests.integration.docs.markdown import ROOT

MODULES = [
    "triolet",
    "triolet.errors",
    "triolet.asyncio",
    "triolet.blocking",
    "triolet.events",
    "triolet.websocket",
    "triolet.testing",
    "triolet_adapters.sources",
    "triolet_adapters.outputs",
    "triolet_adapters.tts",
    "triolet_adapters.tts.qwen",
]


_TAG = re.compile(r"<[a-zA-Z][^>]*>")
_GIVEN = re.compile(r'\s(id|name|href|src)=(?:"([^"]*)"|([^\s">]+))')


class Read:
    """Where a page can be linked to, and what it links to. The site's own HTML; a parser for any takes ten times as long."""

    def __init__(self, page: str) -> None:
        self.anchors: set[str] = set()
        self.links: set[str] = set()
        for tag in _TAG.findall(page):
            for name, quoted, bare in _GIVEN.findall(tag):
                found = self.anchors if name in ("id", "name") else self.links
                found.add(html.unescape(quoted or bare))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Read]:
    """All pages of the site, built anew."""
    folder = tmp_path_factory.mktemp("site")
    environment = dict(os.environ) | {
        "NO_MKDOCS_2_WARNING": "1",
        "DOCS_SEARCH": "false",
        "DOCS_SIGNATURES": "false",
        "DOCS_COLOURS": "false",
        "PYTHONPATH": os.pathsep.join(path for path in [str(ROOT), *sys.path] if path),
    }
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "WARNING" not in done.stderr
    return {path: Read(path.read_text("utf-8")) for path in folder.rglob("*.html")}


def test_links_lead_somewhere(site: dict[Path, Read]) -> None:
    checked = 0
    for path, page in site.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or path.name == "404.html":
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            assert target.exists(), f"{path.name}: {link}"
            if parts.fragment and target in site:
                assert unquote(parts.fragment) in site[target].anchors | {"__codelineno-0-1"}, f"{path.name}: {link}"
            checked += 1
    assert checked > 1000


def test_nothing_is_fetched_from_elsewhere(site: dict[Path, Read]) -> None:
    for path in site:
        text = path.read_text("utf-8")
        assert '<script src="http' not in text
        assert '<link rel="stylesheet" href="http' not in text


@pytest.mark.parametrize("module", MODULES)
def test_every_public_name_is_explained(module: str, site: dict[Path, Read]) -> None:
    anchors = {anchor for page in site.values() for anchor in page.anchors}
    elsewhere = {"triolet.events.Timeline", "triolet_adapters.tts.qwen.QwenTTS"}  # a name of two modules
    names = {f"{module}.{name}" for name in public_names.names(module)}
    assert names - anchors <= elsewhere


def test_the_reference_names_nothing_that_is_not_there() -> None:
    for name, path in public_names.documented().items():
        module = path.rpartition(".")[0]
        assert name in public_names.names(module), path

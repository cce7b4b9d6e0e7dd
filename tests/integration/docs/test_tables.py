"""The tables of the pages are what the code says."""

from __future__ import annotations

import inspect
import tomllib

import httpx2
from docs._tools import bounds
from tests.integration.docs.markdown import ROOT, codes, table

from triolet_adapters.sources import BASE_URLS, LocalLLM, OpenAIChat
from triolet_adapters.sources._chat import _key_variable
from triolet_adapters.tts.omni import DIALECTS
from triolet_adapters.tts.openai import SERVICES
from triolet_adapters.tts.qwen import QwenTTS
from triolet_adapters.tts.qwen.client import REGIONS

HOW_TO = ROOT / "docs" / "how-to"


def test_the_regions_are_those_of_the_code() -> None:
    rows = table(HOW_TO / "use-qwen-tts.md", "`region=`", "host")
    assert {codes(region)[0]: codes(host)[0] for region, host in rows} == REGIONS
    default = inspect.signature(QwenTTS).parameters["region"].default
    assert [region for region, _ in rows if "(default)" in region] == [f"`{default}` (default)"]


def test_the_base_urls_are_those_of_the_code() -> None:
    rows = table(HOW_TO / "speak-an-llm.md", "service", "`base_url`", "key")
    assert [codes(url)[0] for _, url, _ in rows] == list(BASE_URLS.values())
    for _, url, key in rows:
        assert (_key_variable(httpx2.URL(codes(url)[0]).host) or "") == "".join(codes(key))


def test_the_extras_are_those_of_the_package() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    rows = table(HOW_TO / "install.md", "extra", "for")
    assert [codes(extra)[0] for extra, _ in rows] == list(project["optional-dependencies"])


def test_a_bound_has_a_figure_and_a_reason() -> None:
    for name in bounds.all_names():
        assert float(bounds.shown(name).split()[0].replace(",", "")) == bounds.default(name), name
        assert len(bounds.reason(name).split()) > 3, name


def test_no_deadline_or_bound_is_left_out() -> None:
    named = set(bounds.all_names())
    deadlines = {
        f"{kind.__name__}.{name}"
        for kind in (OpenAIChat, LocalLLM)
        for name in inspect.signature(kind).parameters
        if name.endswith("_deadline")
    }
    assert deadlines <= named
    assert {name.partition(".")[0] for name in named} >= set(bounds.OPTIONS)


def test_the_services_and_dialects_are_those_of_the_code() -> None:
    page = HOW_TO / "use-a-vendors-voice.md"
    rows = table(page, "`service`", "base URL", "model and voice by default", "streams as")
    assert [(codes(name)[0], codes(base)[0], model, streams) for name, base, model, streams in rows] == [
        (name, known.base_url, f"{known.model}, {known.voice}", ", ".join(known.stream_formats))
        for name, known in SERVICES.items()
    ]
    rows = table(page, "`dialect`", "base URL", "key", "a phrase is", "speed")
    assert [(codes(row[0])[0], codes(row[1])[0]) for row in rows] == [
        (name, dialect.base_url) for name, dialect in DIALECTS.items()
    ]

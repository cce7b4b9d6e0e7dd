"""The waterfall of a turn as SVG: time runs to the right, a row for each phrase."""

from __future__ import annotations

from html import escape

from triolet_adapters.watching.trace._picture import PhrasePicture, TurnPicture

WIDTH, GUTTER, RIGHT = 960, 240, 20
ROW, TOP, BAR = 26, 88, 14
WORDS = 30
"""Characters of a phrase that fit into the gutter."""

STYLE = """
.trace{--paper:#fff;--ink:#1b1f24;--dim:#5b636d;--line:#d9dde2;--wait:#c3c9d1;--ask:#e0a52e;--come:#5a8fd6;--heard:#1a8a62;
--lost:#c2384c;--token:#5a6f8c;background:var(--paper);font:13px system-ui,sans-serif;max-width:100%}
@media (prefers-color-scheme:dark){.trace{--paper:#14181d;--ink:#e8ebee;--dim:#9aa4af;--line:#323941;--wait:#4b545e;--ask:#e0a52e;
--come:#6ea3ea;--heard:#36b98a;--lost:#f06a7d;--token:#9db4d3}}
.trace text{fill:var(--ink)}.trace .dim{fill:var(--dim)}.trace .axis{stroke:var(--line)}.trace .token{stroke:var(--token);stroke-width:1.5}
.trace .clause{stroke:var(--ink);stroke-width:1.5}.trace .wait{fill:var(--wait)}.trace .ask{fill:var(--ask)}.trace .come{fill:var(--come)}
.trace .heard{fill:var(--heard)}.trace .lost{fill:var(--lost)}.trace .gap{fill:var(--lost);opacity:.22}
.trace .mark{stroke:var(--lost);stroke-dasharray:4 3;stroke-width:1.5}.trace .first{stroke:var(--heard);stroke-dasharray:4 3;stroke-width:1.5}
.trace .now .words{font-weight:700}.trace #head{stroke:var(--ink);stroke-width:1.5}
"""


def svg(picture: TurnPicture, *, head: bool = False) -> str:
    """The picture, complete with its style. `head`: with a line that a page moves while it plays."""
    height = TOP + ROW * len(picture.phrases) + 46
    bottom = TOP + ROW * len(picture.phrases)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" class="trace" viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="title"',
        f' data-seconds="{picture.seconds:.3f}" data-left="{GUTTER}" data-right="{WIDTH - RIGHT}">',
        f'<title id="title">{escape(summary(picture))}</title><style>{STYLE}</style>',
        f'<rect width="{WIDTH}" height="{height}" fill="var(--paper)"/>',
        *_axis(picture, bottom),
        '<text x="14" y="46">tokens</text><text x="14" y="70">clauses</text>',
        _ticks("token", picture, picture.tokens, 35, 14),
        _ticks("clause", picture, picture.clauses, 59, 14),
    ]
    for start, end in picture.gaps:
        parts.append(
            f'<rect class="gap" x="{_x(picture, start)}" y="{TOP - 8}" width="{_width(picture, start, end)}" '
            f'height="{bottom - TOP + 8}"><title>silence of {end - start:.2f} s: the audio was late</title></rect>'
        )
    parts += [_row(picture, number, phrase) for number, phrase in enumerate(picture.phrases)]
    if picture.first_audible is not None:
        parts.append(
            _line("first", picture, picture.first_audible, bottom, f"first sound, {picture.first_audible:.2f} s")
        )
    if picture.outcome in {"interrupted", "failed"} and picture.end is not None:
        parts.append(_line("mark", picture, picture.end, bottom, f"{picture.outcome}, {picture.end:.2f} s"))
    parts.append(_legend(bottom + 34))
    if head:
        parts.append(f'<line id="head" x1="{GUTTER}" x2="{GUTTER}" y1="28" y2="{bottom}"/>')
    return "".join([*parts, "</svg>\n"])


def summary(picture: TurnPicture) -> str:
    """The turn in a line."""
    first = "no sound" if picture.first_audible is None else f"first sound after {picture.first_audible:.2f} s"
    late = sum(end - start for start, end in picture.gaps)
    gaps = "no gap" if not picture.gaps else f"{_counted(len(picture.gaps), 'gap')} of {late:.2f} s"
    return f"{picture.outcome}: {_counted(len(picture.phrases), 'phrase')}, {first}, {gaps}, {picture.seconds:.1f} s in all"


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _x(picture: TurnPicture, seconds: float) -> str:
    scale = (WIDTH - GUTTER - RIGHT) / picture.seconds
    return f"{GUTTER + min(max(0.0, seconds), picture.seconds) * scale:.1f}"


def _width(picture: TurnPicture, start: float, end: float) -> str:
    return f"{max(1.0, float(_x(picture, end)) - float(_x(picture, start))):.1f}"


def _axis(picture: TurnPicture, bottom: int) -> list[str]:
    step = next((step for step in (0.1, 0.25, 0.5, 1, 2, 5, 10, 15, 30, 60, 120) if picture.seconds / step <= 12), 300)
    parts: list[str] = []
    for number in range(int(picture.seconds / step) + 1):
        at = number * step
        x = _x(picture, at)
        parts.append(
            f'<path class="axis" d="M{x} 28V{bottom}"/><text class="dim" x="{x}" y="20" text-anchor="middle">{at:g} s</text>'
        )
    return parts


def _ticks(kind: str, picture: TurnPicture, times: tuple[float, ...], y: int, height: int) -> str:
    marks = "".join(f"M{_x(picture, time)} {y}v{height}" for time in times)
    return f'<path class="{kind}" d="{marks}"/>' if marks else ""


def _row(picture: TurnPicture, number: int, phrase: PhrasePicture) -> str:
    y = TOP + ROW * number
    words = phrase.words if len(phrase.words) <= WORDS else f"{phrase.words[: WORDS - 1].rstrip()}…"
    parts = [
        f'<g data-phrase="{phrase.index}" data-sounds="{_times(phrase)}"><title>{escape(told(phrase))}</title>',
        f'<text class="words" x="14" y="{y + 11}">{escape(words or f"phrase {phrase.index}")}</text>',
    ]

    def bar(kind: str, start: float, end: float, top: int, height: int) -> None:
        parts.append(
            f'<rect class="{kind}" x="{_x(picture, start)}" y="{top}" width="{_width(picture, start, end)}" height="{height}"/>'
        )

    if phrase.ready is not None and phrase.committed is not None and phrase.committed > phrase.ready:
        bar("wait", phrase.ready, phrase.committed, y + 4, 4)
    for commit in phrase.commits:
        end = commit.end if commit.end is not None else picture.seconds
        first = commit.first_audio if commit.first_audio is not None else end
        bar("lost" if commit.outcome in {"lost", "failed"} else "ask", commit.at, first, y, 6)
        if commit.first_audio is not None:
            bar("come", first, end, y, 6)
    for start, end in phrase.sounds:
        bar("heard", start, end, y + 7, BAR - 7)
    return "".join([*parts, "</g>"])


def _times(phrase: PhrasePicture) -> str:
    return " ".join(f"{start:.3f}-{end:.3f}" for start, end in phrase.sounds)


def told(phrase: PhrasePicture) -> str:
    """What happened to a phrase, in a line."""
    parts = [f"{phrase.words or f'phrase {phrase.index}'}:"]
    if phrase.ready is not None:
        parts.append(f"ready {phrase.ready:.2f} s,")
    for commit in phrase.commits:
        parts.append(f"committed {commit.at:.2f} s,")
        if commit.first_audio is not None:
            parts.append(f"first audio {commit.first_audio:.2f} s,")
        if commit.end is not None:
            parts.append(f"{commit.outcome} {commit.end:.2f} s,")
    parts += [f"sounds {start:.2f} to {end:.2f} s," for start, end in phrase.sounds]
    parts.append(phrase.state if phrase.reason is None else f"{phrase.state} ({phrase.reason})")
    return " ".join(parts)


def _line(kind: str, picture: TurnPicture, at: float, bottom: int, label: str) -> str:
    x = float(_x(picture, at))
    anchor, x_text = ("end", x - 5) if x > WIDTH - 180 else ("start", x + 5)
    return (
        f'<path class="{kind}" d="M{x:.1f} 28V{bottom}"/>'
        f'<text class="dim" x="{x_text:.1f}" y="{bottom + 13}" text-anchor="{anchor}">{escape(label)}</text>'
    )


def _legend(y: int) -> str:
    parts: list[str] = []
    x = 14
    for kind, label in (
        ("wait", "ready, waits"), ("ask", "committed"), ("come", "audio comes"), ("heard", "heard"), ("lost", "lost or failed"),
        ("gap", "late: silence"),
    ):  # fmt: skip
        parts.append(
            f'<rect class="{kind}" x="{x}" y="{y - 9}" width="12" height="10"/><text class="dim" x="{x + 17}" y="{y}">{label}</text>'
        )
        x += 36 + 7 * len(label)
    return "".join(parts)

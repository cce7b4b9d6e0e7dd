"""A page with the picture of a turn and its sound. It needs nothing else: one file, which may be sent to somebody."""

from __future__ import annotations

import base64
from html import escape

from triolet_adapters.watching.trace._picture import PhrasePicture, TurnPicture
from triolet_adapters.watching.trace._svg import summary, svg

_STYLE = """
:root{color-scheme:light dark;--paper:#fff;--ink:#1b1f24;--dim:#5b636d;--line:#d9dde2;--now:#e2f3ec}
@media (prefers-color-scheme:dark){:root{--paper:#14181d;--ink:#e8ebee;--dim:#9aa4af;--line:#323941;--now:#1d3a30}}
body{margin:0 auto;padding:1rem;max-width:62rem;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,sans-serif}
h1{font-size:1.3rem;margin:.2rem 0}p{color:var(--dim);margin:.2rem 0 1rem}audio{width:100%;margin-bottom:.5rem}
.scroll{overflow-x:auto;border:1px solid var(--line);border-radius:6px}.scroll:focus-visible{outline:2px solid #5a8fd6}
.scroll svg{display:block;min-width:46rem;width:100%;cursor:crosshair}
table{border-collapse:collapse;width:100%;margin-top:1rem;font-size:.9rem}th,td{text-align:left;padding:.3rem .5rem;
border-bottom:1px solid var(--line);vertical-align:top}td.n,th.n{text-align:right;white-space:nowrap}tr.now{background:var(--now)}
td button{font:inherit;color:inherit;background:none;border:0;padding:0;text-align:left;text-decoration:underline dotted;cursor:pointer}
@media (max-width:40rem){thead{position:absolute;clip-path:inset(50%)}tr{display:grid;grid-template-columns:1fr 1fr;padding:.4rem 0}
tr td:first-child{grid-column:1/-1}td,td.n{border:0;padding:0 .3rem;text-align:left}td.n::before{content:attr(data-what) " ";color:var(--dim)}
tr{border-bottom:1px solid var(--line)}}
"""

_SCRIPT = """
const svg = document.querySelector("svg.trace"), audio = document.querySelector("audio"), head = document.getElementById("head")
if (audio) {
  const left = +svg.dataset.left, right = +svg.dataset.right, seconds = +svg.dataset.seconds
  const phrases = [...svg.querySelectorAll("[data-phrase]")].map(row => ({
    row, line: document.querySelector(`tr[data-phrase="${row.dataset.phrase}"]`),
    sounds: row.dataset.sounds.split(" ").filter(Boolean).map(run => run.split("-").map(Number)),
  }))
  const show = () => {
    const now = audio.currentTime, x = left + (right - left) * Math.min(1, now / seconds)
    head.setAttribute("x1", x)
    head.setAttribute("x2", x)
    for (const { row, line, sounds } of phrases) {
      const sounding = sounds.some(([from, to]) => from <= now && now < to)
      row.classList.toggle("now", sounding)
      line.classList.toggle("now", sounding)
    }
    if (!audio.paused) requestAnimationFrame(show)
  }
  for (const event of ["play", "seeking", "seeked", "pause"]) audio.addEventListener(event, show)
  svg.addEventListener("click", ({ clientX }) => {
    const box = svg.getBoundingClientRect(), x = (clientX - box.left) * svg.viewBox.baseVal.width / box.width
    if (x >= left) audio.currentTime = Math.max(0, (x - left) / (right - left) * seconds)
  })
  for (const button of document.querySelectorAll("button[data-at]"))
    button.addEventListener("click", () => { audio.currentTime = +button.dataset.at; audio.play() })
}
"""


def page(picture: TurnPicture, *, title: str, wav: bytes | None = None) -> str:
    """The page. `wav`: the sound, in the seconds of the picture; without it the page is silent."""
    sound = ""
    if wav is not None:
        data = base64.b64encode(wav).decode()
        sound = f'<audio controls preload="auto" aria-label="The turn, as it was heard" src="data:audio/wav;base64,{data}"></audio>'
    note = "" if picture.realtime else " It was written to a file: the sound is in the seconds of the file."
    rows = "".join(_row(phrase, playable=wav is not None) for phrase in picture.phrases)
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; media-src data:">
<title>{escape(title)}</title>
<style>{_STYLE}</style>
</head>
<body>
<main>
<h1>{escape(title)}</h1>
<p>{escape(summary(picture))}.{note}</p>
{sound}
<div class="scroll" tabindex="0" role="region" aria-label="Waterfall of the turn">{svg(picture, head=wav is not None)}</div>
<table>
<caption hidden>Phrases, with times in seconds from the beginning of the turn</caption>
<thead><tr><th>phrase</th><th class="n">ready</th><th class="n">committed</th><th class="n">first audio</th><th class="n">sounds</th><th>outcome</th></tr></thead>
<tbody>{rows}</tbody>
</table>
</main>
<script>{_SCRIPT}</script>
</body>
</html>
"""


def _row(phrase: PhrasePicture, *, playable: bool) -> str:
    words = escape(phrase.words or f"phrase {phrase.index}")
    if playable and phrase.sounds:
        words = f'<button type="button" data-at="{phrase.sounds[0][0]:.3f}">{words}</button>'
    tries = f", {len(phrase.commits)} commits" if len(phrase.commits) > 1 else ""
    reason = "" if phrase.reason is None else f": {escape(phrase.reason)}"
    sounds = phrase.sounds[0][0] if phrase.sounds else None
    told = {"ready": phrase.ready, "committed": phrase.committed, "first audio": phrase.first_audio, "sounds": sounds}
    times = "".join(
        f'<td class="n" data-what="{what}">{"-" if time is None else f"{time:.2f}"}</td>' for what, time in told.items()
    )
    return f'<tr data-phrase="{phrase.index}"><td>{words}</td>{times}<td>{phrase.state}{tries}{reason}</td></tr>'

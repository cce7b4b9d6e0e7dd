// The page of the service: what is written, cut, committed and heard, while it happens.

import { TrioletPlayer } from "./triolet-player.js"

const at = id => document.getElementById(id)
const EXAMPLE = "Speech need not wait for the text. While a language model is still writing, each sentence is cut, committed to the " +
  "voice, and heard. It costs about $0.02, and takes 3 min. If you interrupt, the page knows which words you have heard."

at("text").value = EXAMPLE

// ------------------------------------------------------------------------------------------------- what the service has

let models = []
let hasLanguageModel = false

function asked(path) {
  const key = at("key").value
  return fetch(path, { headers: key ? { Authorization: `Bearer ${key}` } : {} })
}

async function readServices() {
  let answer
  try {
    answer = await asked("v1/status")
  } catch {
    at("services").replaceChildren(item("The service does not answer."))
    return
  }
  if (answer.status === 401) {
    at("key-label").hidden = false
    at("settings").open = true
    at("services").replaceChildren(item("This service wants a key: give it above."))
    return
  }
  const status = await answer.json()
  hasLanguageModel = status.language_model
  at("ask").disabled = !hasLanguageModel
  if (!hasLanguageModel && at("ask").checked) document.querySelector("[value=say]").checked = true
  at("services").replaceChildren(...status.models.map(service), item(`language model: ${hasLanguageModel ? "there is one" : "none"}`))
  if (models.length) return // what was chosen stays
  models = status.models
  const chosen = at("model").value || status.default
  at("model").replaceChildren(...models.map(({ model }) => new Option(model, model, false, model === chosen)))
  showModel()
}

/** A model; below it its providers, where there are several or the only one is down. */
function service({ model, up, providers }) {
  const li = item(`${model}: ${said(up)}`)
  if (providers.length === 1 && up !== false) return li
  const list = document.createElement("ul")
  list.append(
    ...providers.map(({ provider, up, speaks, since, reason }) => {
      const when = since && ` since ${new Date(since).toLocaleTimeString()}`
      const why = reason && (up ? `, was down before: ${reason}` : `: ${reason}`)
      return item(`${provider}: ${said(up)}${when ?? ""}${why ?? ""}${speaks && providers.length > 1 ? " (speaks)" : ""}`)
    }),
  )
  li.append(list)
  return li
}

function said(up) {
  return up === null ? "not asked yet" : up ? "up" : "down"
}

function item(text) {
  const li = document.createElement("li")
  li.textContent = text
  return li
}

function showModel() {
  const model = models.find(({ model }) => model === at("model").value)
  if (!model) return
  at("voices").replaceChildren(...model.voices.map(voice => new Option(voice, voice)))
  if (!model.voices.includes(at("voice").value)) at("voice").value = model.voice ?? ""
  at("language").placeholder = model.language
  at("speed").disabled = model.speed === null
  if (model.speed) [at("speed").min, at("speed").max] = model.speed
}

at("model").addEventListener("change", showModel)
at("key").addEventListener("change", readServices)
for (const name of ["speed", "rate"])
  at(name).addEventListener("input", () => (at(`${name}-shown`).textContent = name === "speed" ? Number(at(name).value).toFixed(2) : at(name).value))

// -------------------------------------------------------------------------------------------------------------- the turn

/** Everything that is known of one turn. Offsets count code points, as the service does. */
class Turn {
  constructor(number) {
    this.number = number
    this.text = []
    this.tokens = [] // [seconds, code points so far]
    this.phrases = []
    this.gaps = []
    this.heard = 0
    this.began = performance.now()
    this.ended = null
    this.audible = null
  }

  get seconds() {
    return this.ended ? this.ended.after : (performance.now() - this.began) / 1000
  }

  write(text) {
    this.text.push(...text)
    this.tokens.push([(performance.now() - this.began) / 1000, this.text.length])
  }

  take(message) {
    const phrase = this.phrases[message.phrase]
    switch (message.type) {
      case "turn.started":
        this.began = performance.now()
        for (const token of this.tokens) token[0] = 0
        return
      case "turn.text":
        return this.write(message.text)
      case "turn.audible":
        this.audible = message.after
        return
      case "turn.gap":
        this.gaps.push(message)
        return
      case "turn.heard":
        this.heard = Math.max(this.heard, message.end)
        return
      case "phrase.ready":
        this.phrases[message.phrase] = { ...message, state: "ready", at: { ready: message.after } }
        return
      case "turn.ended":
        this.ended = message
        this.heard = [...message.heard].length
        return
    }
    if (!phrase) return
    const state = message.type.slice("phrase.".length)
    phrase.at[state] ??= message.after
    if (state === "heard") phrase.whole = message.whole
    if (state !== "audio") phrase.state = state === "heard" && !message.whole ? "playing" : state
  }
}

let turn = null
let unclaimed = null // a turn that was written and has no number yet
let lastSeq = 0

function span(kind, text) {
  const element = document.createElement("span")
  element.className = kind
  element.textContent = text
  return element
}

function showTurn() {
  const parts = []
  let end = 0
  const piece = (kind, start, stop) => {
    if (stop > start) parts.push(span(kind, turn.text.slice(start, stop).join("")))
  }
  for (const phrase of turn.phrases) {
    if (!phrase) continue
    const stop = Math.max(end, phrase.end)
    const heard = phrase.state === "heard" ? stop : Math.min(stop, Math.max(end, turn.heard))
    piece("heard", end, heard)
    piece(phrase.state, heard, stop)
    end = stop
  }
  const heard = Math.max(end, turn.ended ? turn.heard : 0)
  piece("heard", end, heard)
  piece("written", heard, turn.text.length)
  at("turn").replaceChildren(...parts)
}

// --------------------------------------------------------------------------------------------------------- the waterfall

const SVG = "http://www.w3.org/2000/svg"
const ROW = 20
const LEFT = 56
const SHORTEST = 4 // seconds that fit in any case

function draw() {
  const svg = at("waterfall")
  const width = Math.max(at("scroll").clientWidth - 2, LEFT + 1)
  const seconds = Math.max(SHORTEST, turn.seconds * 1.02)
  const phrases = turn.phrases.filter(Boolean)
  const height = ROW * (phrases.length + 2) + 6
  const x = time => LEFT + ((width - LEFT - 8) * time) / seconds
  const parts = []
  const add = (name, attributes, text) => {
    const element = document.createElementNS(SVG, name)
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value)
    if (text !== undefined) element.textContent = text
    parts.push(element)
  }
  const step = [0.5, 1, 2, 5, 10, 20, 60, 120, 300].find(step => x(step) - x(0) > 44) ?? 600
  for (let time = 0; time <= seconds; time += step) {
    add("line", { class: "tick", x1: x(time), x2: x(time), y1: ROW, y2: height })
    add("text", { x: x(time) + 2, y: ROW - 6 }, `${time} s`)
  }
  add("text", { x: 4, y: 2 * ROW - 5 }, "tokens")
  const shown = Math.ceil(turn.tokens.length / 600) // a long answer has more than there are pixels
  turn.tokens.forEach(([time], index) => index % shown || add("line", { class: "token", x1: x(time), x2: x(time), y1: ROW + 5, y2: 2 * ROW - 3 }))
  const now = turn.seconds
  phrases.forEach((phrase, row) => {
    const y = ROW * (row + 2) + 3
    const { committed, audio, playing, heard } = phrase.at
    const bar = (kind, start, stop) => {
      if (start !== undefined && stop > start) add("rect", { class: kind, x: x(start), y, width: Math.max(1, x(stop) - x(start)), height: ROW - 6, rx: 2 })
    }
    add("text", { x: 4, y: y + ROW - 9 }, `${phrase.phrase + 1}`)
    bar("committed", committed, audio ?? playing ?? now)
    bar("ready", audio, playing ?? now)
    bar("heard", playing, heard ?? now)
  })
  for (const { after, seconds: length } of turn.gaps)
    add("rect", { class: "gap", x: x(after), y: ROW, width: Math.max(2, x(after + length) - x(after)), height: height - ROW, opacity: 0.5 })
  if (!turn.ended) add("line", { class: "now", x1: x(now), x2: x(now), y1: ROW, y2: height })
  svg.setAttribute("viewBox", `0 0 ${width} ${height}`)
  svg.setAttribute("height", height)
  svg.setAttribute("aria-label", described())
  svg.replaceChildren(...parts)
}

/** The picture in words. */
function described() {
  const lines = turn.phrases.filter(Boolean).map(({ phrase, spoken, at }) => {
    const times = Object.entries(at).map(([what, time]) => `${what} after ${time.toFixed(1)} s`)
    return `Phrase ${phrase + 1}, "${spoken.trim()}": ${times.join(", ")}.`
  })
  return `Turn ${turn.number ?? ""}. ${lines.join(" ")}`
}

function showCaption({ caption, said }) {
  at("caption").replaceChildren(span("said", said), span("unsaid", caption.slice(said.length)))
}

let drawing = false
function show() {
  if (drawing) return
  drawing = true
  requestAnimationFrame(() => {
    drawing = false
    if (!turn) return
    showTurn()
    draw()
    if (!turn.ended) setTimeout(show, 80)
  })
}

function showResult({ heard, unheard, interrupted, error, first_audible: first }) {
  const when = first === null ? "Nothing was heard." : `First sound after ${Math.round(1000 * first)} ms.`
  const rest = error ? `It ended with an error: ${error}.` : interrupted ? `Interrupted: ${[...unheard].length} characters were not heard.` : "All of it was heard."
  at("result").textContent = `${when} ${rest}`
  at("caption").replaceChildren()
  at("result").dataset.heard = heard
}

// ---------------------------------------------------------------------------------------------------------- the session

let player = null
let address = ""
let writer = 0 // counts what is being written, so that an interruption ends it

function addressNow() {
  const query = new URLSearchParams({ model: at("model").value, progress: "words" })
  if (at("language").value) query.set("language", at("language").value)
  if (at("voice").value) query.set("voice", at("voice").value)
  if (!at("speed").disabled && Number(at("speed").value) !== 1) query.set("speed", at("speed").value)
  return `v1/speech?${query}`
}

function connected() {
  const wanted = addressNow()
  if (player && wanted === address) return player
  player?.close()
  address = wanted
  lastSeq = 0
  const key = at("key").value
  player = new TrioletPlayer(wanted, { protocols: key ? ["triolet", `triolet-key.${key}`] : [] })
  player.addEventListener("message", ({ detail }) => take(detail))
  player.addEventListener("state", ({ detail }) => (at("state").textContent = { connected: "Connected.", connecting: "Connecting ...", closed: "Not connected." }[detail]))
  player.addEventListener("error", ({ detail }) => {
    at("result").textContent = detail.message
    player = null
    idle()
    readServices()
  })
  window.player = player
  return player
}

function take(message) {
  if (message.seq !== undefined) {
    if (message.seq <= lastSeq) return // told again after the connection broke
    lastSeq = message.seq
  }
  if (message.type === "error") {
    at("result").textContent = message.message
    if (message.code !== "missed") idle()
    return
  }
  if (message.type === "draining") {
    at("state").textContent = "The service ends soon."
    return
  }
  if (message.turn === undefined) return
  if (turn?.number !== message.turn) {
    if (message.type !== "turn.started" && message.type !== "turn.ended") return
    turn = unclaimed ?? new Turn(message.turn)
    turn.number = message.turn
    unclaimed = null
  }
  turn.take(message)
  if (message.type === "turn.heard") showCaption(message)
  if (message.type === "turn.ended") {
    showResult(message)
    idle()
    readServices()
  }
  show()
}

function idle() {
  writer++
  at("interrupt").disabled = at("pause").disabled = true
  at("pause").setAttribute("aria-pressed", "false")
}

async function write(text, mine) {
  const own = (turn = unclaimed = new Turn())
  own.text = []
  for (const token of text.match(/\s*\S{1,6}|\s+$/g) ?? []) {
    if (writer !== mine) return
    player.send({ type: "text", text: token })
    own.write(token)
    show()
    await new Promise(done => setTimeout(done, 1000 / Number(at("rate").value)))
  }
  if (writer === mine) player.send({ type: "turn.end" })
}

async function speak(event) {
  event?.preventDefault()
  const text = at("text").value
  if (!text.trim()) {
    at("result").textContent = "There is no text: write some."
    at("text").focus()
    return
  }
  const busy = turn && !turn.ended
  const same = connected()
  if (busy && same) player.send({ type: "interrupt" })
  await player.start()
  at("result").textContent = ""
  at("interrupt").disabled = at("pause").disabled = false
  const mine = ++writer
  if (at("ask").checked) {
    turn = unclaimed = new Turn()
    player.send({ type: "ask", text })
    at("text").value = ""
    show()
  } else await write(text, mine)
}

function interrupt() {
  if (at("interrupt").disabled) return
  writer++
  player?.send({ type: "interrupt" })
}

at("form").addEventListener("submit", speak)
at("interrupt").addEventListener("click", interrupt)
at("pause").addEventListener("click", () => {
  const paused = at("pause").getAttribute("aria-pressed") !== "true"
  at("pause").setAttribute("aria-pressed", String(paused))
  player?.send({ type: paused ? "pause" : "resume" })
})
for (const radio of document.querySelectorAll("[name=mode]"))
  radio.addEventListener("change", () => {
    at("label").textContent = at("ask").checked ? "Question" : "Text"
    if (at("ask").checked && at("text").value === EXAMPLE) at("text").value = "Why is the sky blue?"
    else if (!at("ask").checked && !at("text").value) at("text").value = EXAMPLE
  })
document.addEventListener("keydown", event => {
  if (event.key === "Escape") interrupt()
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) speak()
})
addEventListener("resize", show)
setInterval(() => document.hidden || (turn && !turn.ended) || readServices(), 10_000) // what is up, for whoever looks at it
readServices()

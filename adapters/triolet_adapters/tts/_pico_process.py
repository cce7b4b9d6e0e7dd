"""The process in which Pico speaks: `python _pico_process.py FOLDER`, where FOLDER holds the package py_nanotts. It imports nothing of Triolet.

A request is one line of JSON, {"text", "voice", "speed"}. The answer is four bytes, the number of bytes of PCM, and so many bytes. It ends
with its standard input.

It is a process of its own because Pico holds Python's lock while it speaks, and has texts on which it never ends.
"""

import json
import sys

VOLUME = 0.35
"""Of what Pico makes by itself, which is so loud that peaks are cut off: -19 dBFS, as loud as the English voice of hibari."""


def main() -> None:
    """Answer until there are no more requests."""
    sys.path.append(sys.argv[1])
    from py_nanotts import NanoTTS  # noqa: PLC0415 -- from the folder that was just given

    pico = NanoTTS()
    for line in sys.stdin.buffer:
        request = json.loads(line)
        pcm = pico.speak(request["text"], voice=request["voice"], speed=request["speed"], volume=VOLUME)
        sys.stdout.buffer.write(len(pcm).to_bytes(4, "big") + pcm)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()

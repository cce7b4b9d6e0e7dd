"""The program of LocalLLM's process: llama.cpp's own server, by the package xllamacpp.

    python _llama_server.py MODEL.gguf CONTEXT THREADS

It writes the server's address to its standard output when the model is loaded, and ends when its standard input does: so it never
outlives the process that started it, however that one ends.
"""

from __future__ import annotations

import importlib
import os
import signal
import sys
from typing import Any


def main(model: str, context: str, threads: str) -> None:
    """Serve until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that started this one
    answer = os.dup(1)
    os.dup2(2, 1)  # llama.cpp logs to both

    xllamacpp: Any = importlib.import_module("xllamacpp")  # untyped; loads llama.cpp, which writes to its outputs
    params = xllamacpp.CommonParams()
    params.model.path = model
    params.model_alias = {"smollm2"}
    params.hostnames = ["127.0.0.1"]
    params.port = 0
    params.n_ctx = int(context)
    params.n_parallel = 1
    params.cpuparams.n_threads = int(threads)
    params.ui = False
    params.verbosity = 1  # errors and warnings: the log of a long talk stays small
    server = xllamacpp.Server(params)
    os.write(answer, server.listening_address.encode() + b"\n")
    os.close(answer)
    while os.read(0, 1024):
        pass
    os._exit(0)  # without waiting for an answer that is being written


if __name__ == "__main__":
    main(*sys.argv[1:])

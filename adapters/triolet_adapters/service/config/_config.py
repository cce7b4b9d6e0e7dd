"""What the service is told: defaults, then a TOML file, then the environment, then flags. Pure."""

from __future__ import annotations

import json
import re
import tomllib
import typing
from collections.abc import Mapping
from typing import Any, Literal, TypeVar

import attrs

from triolet import is_this_machine
from triolet_adapters.service.config._hashing import hash_of
from triolet_adapters.service.config._settings import WrongEntry, read_value, setting

PREFIX = "TRIOLET_SERVE_"
"""Of the environment variables: `TRIOLET_SERVE_PORT`, `TRIOLET_SERVE_LIMITS_CHARACTERS`."""

KEY_VARIABLE = f"{PREFIX}KEY"
"""The variable that holds a key itself, for a service with one: `triolet serve tts` has the same. An empty one counts as none."""

ENVIRONMENT = "environment"
"""The name of that key."""

TTSName = Literal[
    "local", "kokoro", "qwen", "openai", "elevenlabs", "deepgram", "cosyvoice", "omni", "cartesia", "tone"
]

MODEL = "triolet"
"""The model that is the voice of this machine, unless a voice of that name is configured."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_HASH = re.compile(r"[0-9a-f]{64}")


@attrs.frozen(kw_only=True)
class VoiceConfig:
    """`[voices.NAME]`: a voice that clients name as the model."""

    tts: TTSName = setting(  # noqa: RUF009 -- it makes an attrs.field
        attrs.NOTHING, "Whose voice it is. tone: no voice but tones, to measure the service itself."
    )
    model: str | None = setting(None, "The model at that vendor. Default: the vendor's own.")
    voice: str | None = setting(None, "The voice where a client names none. Default: the vendor's own.")
    voices: tuple[str, ...] = setting(
        (), "The voices that clients may name. Default: any, of which the vendor takes what it has."
    )
    aliases: Mapping[str, str] = setting(
        attrs.Factory(dict[str, str]),
        'Other names of voices, for programs that ask for those of another vendor: { alloy = "heart" }.',
    )
    language: str | None = setting(None, "The language of the text, where a client names none. Default: auto.")
    url: str | None = setting(None, "Where the voice is. Default: the vendor's service.")
    region: str | None = setting(None, "The region of qwen or cosyvoice; a key belongs to one.")
    key_env: str | None = setting(
        None, "The environment variable that has the vendor's key. Default: the vendor's own, as DASHSCOPE_API_KEY."
    )
    insecure: bool = setting(False, "Whether the key may be sent unencrypted to another machine.")
    fallback: tuple[str, ...] = setting((), "The voices that speak while this one cannot, in this order.")


@attrs.frozen(kw_only=True)
class KeyConfig:
    """`[keys.NAME]`: a key that a client may present. Only its hash is here; `triolet serve key NAME` makes one."""

    sha256: str = setting(attrs.NOTHING, "The SHA-256 of the key, in hexadecimal.")
    requests_per_minute: int | None = setting(
        None, "Requests in any minute. Default: as limits.requests_per_minute.", at_least=1
    )
    concurrent: int | None = setting(None, "Turns at a time. Default: as limits.concurrent.", at_least=1)


@attrs.frozen(kw_only=True)
class Limits:
    """`[limits]`: how much the service takes, of all and of each client."""

    characters: int = setting(4096, "Characters of one request's input. 4096 is OpenAI's bound.", at_least=1)
    body: int = setting(
        131_072, "Bytes of a request's body. 128 KiB: the input as JSON escapes, and instructions.", at_least=1024
    )
    message: int = setting(
        65_536, "Bytes of one WebSocket message. Tokens have some 5, acknowledgements 50.", at_least=1024
    )
    connections: int = setting(
        1000,
        "Connections at a time, of one worker. For a further one, that without a request for longest is closed. 30 MB in all.",
        at_least=1,
    )
    turns: int = setting(
        100, "Turns and live connections at a time, of one worker; a further one gets 503.", at_least=1
    )
    concurrent: int = setting(
        20, "Turns and live connections at a time of one key, or, without keys, of all clients together.", at_least=1
    )
    requests_per_minute: int = setting(
        600, "Requests in any minute of one key, or, without keys, of all clients.", at_least=1
    )
    header_timeout: float = setting(
        10.0, "Seconds from a connection, or from its last answer, until a request's head is complete.", above=0
    )
    body_timeout: float = setting(10.0, "Seconds from a request's head until its body is complete.", above=0)
    send_timeout: float = setting(
        60.0,
        "Seconds in which a client must take what it is sent; one that takes nothing for a minute does not listen.",
        above=0,
    )
    turn_timeout: float = setting(
        900.0,
        "Seconds that a request may last. 4096 characters are 5 minutes of speech, which a client may take slowly.",
        above=0,
    )
    pause_timeout: float = setting(
        900.0,
        "Seconds that a WebSocket client may pause a turn, which holds its place among all turns meanwhile; then it is interrupted. As turn_timeout.",
        above=0,
    )
    max_lag: float | None = setting(
        0.5,
        "Seconds that the event loop may be late; then WebSocket turns are refused. Half of what a client of them holds.",
        above=0,
    )
    drain_timeout: float = setting(
        8.0, "Seconds from SIGTERM in which turns may end. `docker stop` kills after 10.", above=0
    )


@attrs.frozen(kw_only=True)
class LLMConfig:
    """`[llm]`: what answers on the page and to `ask`: any server of OpenAI's chat completions."""

    url: str | None = setting(None, "Its base URL. Default: a small model on this machine, if local-llm is installed.")
    model: str | None = setting(None, "The model's name there.")
    key_env: str | None = setting(None, "The environment variable that has its key. Default: OPENAI_API_KEY.")
    system: str | None = setting(None, "The system prompt. Default: one that asks for short spoken answers.")


@attrs.frozen(kw_only=True)
class ServiceConfig:
    """All settings of the service. Make one by `ServiceConfig.read`, or in Python."""

    host: str = setting("127.0.0.1", "The address to listen on. The default takes connections of this machine only.")
    port: int = setting(8765, "The port; 0 takes a free one.", at_least=0)
    workers: int = setting(1, "Processes that share the port. Each has its own sessions and counts.", at_least=1)
    insecure_no_key: bool = setting(
        False, "Whether other machines may use the service although no keys are configured."
    )
    allowed_hosts: tuple[str, ...] = setting(
        (), "Names by which clients may call the service, besides localhost, `host` and any address; * for any."
    )
    allowed_origins: tuple[str, ...] = setting(
        (),
        "Web pages that may use it, such as https://app.example, besides its own and those of this machine; * for any.",
    )
    default: str = setting(MODEL, "The model where a client names none.")
    page: bool = setting(True, "Whether the page to try it is served at /.")
    log: Literal["text", "json"] = setting(
        "text", "How logs are written to standard error: for people, or a JSON object a line."
    )
    log_text: bool = setting(False, "Whether logs hold what clients have said.")
    record_dir: str | None = setting(
        None,
        "Where the timeline of each turn is kept, for triolet trace; nothing deletes it. Texts only with log_text.",
    )
    redis: str | None = setting(
        None,
        "The URL of a Redis or Valkey in which all processes count the limits of keys and of vendors' accounts. Default: each counts for itself.",
    )
    cache: str | None = setting(
        None,
        "The folder of this machine in which phrases that come again are kept, of up to 200 characters, with their texts. Default: none are.",
    )
    cache_bytes: int = setting(
        268_435_456,
        "The most bytes of phrases in that folder, and as many in Redis. 256 MiB are an hour and a half of speech.",
        at_least=1,
    )
    cache_redis: bool = setting(
        False,
        "Whether machines share the phrases they keep, in `redis`. It then holds texts and sound, not only numbers.",
    )
    name: str | None = setting(
        None,
        "How the names of this process's sessions begin, for a balancer that brings clients back. Default: nothing.",
    )
    limits: Limits = attrs.field(factory=Limits)
    llm: LLMConfig = attrs.field(factory=LLMConfig)
    voices: Mapping[str, VoiceConfig] = attrs.field(factory=dict[str, VoiceConfig])
    """By the name of the model."""
    keys: Mapping[str, KeyConfig] = attrs.field(factory=dict[str, KeyConfig], repr=False)
    """By the name of the client."""

    def __attrs_post_init__(self) -> None:
        if self.port > 65_535:
            raise WrongEntry(f"port is {self.port}; it must be at most 65535")
        for name, key in self.keys.items():
            if not _HASH.fullmatch(key.sha256):
                raise WrongEntry(
                    f"[keys.{name}] sha256 must be 64 hexadecimal digits: triolet serve key {name} makes them"
                )
        for name, voice in self.voices.items():
            for other in voice.fallback:
                if other not in self.voices and other != MODEL:
                    raise WrongEntry(f"[voices.{name}] fallback names {other!r}, which is no voice of [voices]")
                if other == name or (other in self.voices and self.voices[other].fallback):
                    raise WrongEntry(
                        f"[voices.{name}] fallback names {other!r}, which must be another, without a fallback"
                    )
        if self.cache_redis and (self.cache is None or self.redis is None):
            raise WrongEntry("cache_redis needs cache, a folder of this machine, and redis, the URL")
        if self.default not in self.voices and self.default != MODEL:
            raise WrongEntry(f"default names {self.default!r}, which is no voice of [voices]")
        if not self.keys and not self.insecure_no_key and not is_this_machine(self.host):
            raise WrongEntry(
                f"host {self.host} lets other machines connect, and there are no keys: make one (triolet serve key NAME), "
                "or allow it (--insecure-no-key)"
            )

    @classmethod
    def read(
        cls,
        toml: str = "",
        environment: Mapping[str, str] | None = None,
        flags: Mapping[str, Any] | None = None,
        *,
        name: str = "configuration",
    ) -> ServiceConfig:
        """Put the settings together; a later one replaces an earlier: defaults, the file, the environment, flags.

        Args:
            toml: the text of the file.
            environment: variables; those that begin with `TRIOLET_SERVE_` count. None by default.
            flags: values by name; None says that a flag was not given.
            name: the file's name, for errors.

        Raises:
            WrongEntry: an entry is unknown, of another type, or out of its bounds. One line, which names it.
        """
        try:
            table = tomllib.loads(toml)
        except tomllib.TOMLDecodeError as error:
            raise WrongEntry(f"{name} is no TOML: {error}") from None
        try:
            _check(table)
        except WrongEntry as error:
            raise WrongEntry(f"{name}: {error}") from None
        for variable, text in (environment or {}).items():
            if variable.startswith(PREFIX):
                _put_variable(table, variable, text)
        table |= {flag: value for flag, value in (flags or {}).items() if value is not None}
        return _made(table)

    def table(self) -> dict[str, Any]:
        """What `read` would read: plain values, for another process."""
        table: dict[str, Any] = json.loads(json.dumps(attrs.asdict(self, filter=lambda _, value: value is not None)))
        return table

    @classmethod
    def of_table(cls, table: Mapping[str, Any]) -> ServiceConfig:
        """The settings of such a table."""
        return _made(dict(table))


_Settings = TypeVar("_Settings", VoiceConfig, KeyConfig, Limits, LLMConfig)
_TABLES: Mapping[str, type[Any]] = {"limits": Limits, "llm": LLMConfig}
_NAMED: Mapping[str, type[Any]] = {"voices": VoiceConfig, "keys": KeyConfig}


def kinds(settings: type[Any]) -> dict[str, Any]:
    """The settings of a class that are no tables, each with its type."""
    hints = typing.get_type_hints(settings)
    return {field.name: hints[field.name] for field in attrs.fields(settings) if "meaning" in field.metadata}


def _check(table: Mapping[str, Any]) -> None:
    """See that a file is one; what is wrong is told before the environment could hide it."""
    elsewhere = {"insecure_no_key": True, "redis": "redis://", "cache": "."}  # may be in the environment, or a flag
    _made({**elsewhere, **table})


def _made(table: dict[str, Any]) -> ServiceConfig:
    parts: dict[str, Any] = {}
    for part, settings in _TABLES.items():
        parts[part] = _part(settings, table.pop(part, {}), part)
    for part, settings in _NAMED.items():
        entries = table.pop(part, {})
        if not isinstance(entries, Mapping):
            raise WrongEntry(f"{part} must be tables: [{part}.NAME]")
        for name in typing.cast("Mapping[str, Any]", entries):
            if not _NAME.fullmatch(name):
                raise WrongEntry(f"[{part}.{name}]: a name has up to 64 letters, digits, dots, hyphens and underscores")
        named = typing.cast("Mapping[str, Any]", entries)
        parts[part] = {name: _part(settings, entry, f"{part}.{name}") for name, entry in named.items()}
    return ServiceConfig(**_values(ServiceConfig, table, ""), **parts)


def _part(settings: type[_Settings], table: Any, where: str) -> _Settings:
    if isinstance(table, settings):
        return table
    if not isinstance(table, Mapping):
        raise WrongEntry(f"{where} must be a table: [{where}]")
    values = _values(settings, typing.cast("Mapping[str, Any]", table), f"[{where}] ")
    for field in attrs.fields(settings):
        if field.default is attrs.NOTHING and field.name not in values:
            raise WrongEntry(f"[{where}] has no {field.name}")
    try:
        return settings(**values)
    except WrongEntry as error:
        raise WrongEntry(f"[{where}] {error}") from None


def _values(settings: type[Any], table: Mapping[str, Any], where: str) -> dict[str, Any]:
    known = kinds(settings)
    for name in table:
        if name not in known:
            raise WrongEntry(f"{where}{name} is not known; there are {', '.join(known)}")
    return {name: read_value(value, known[name], f"{where}{name}") for name, value in table.items()}


def _put_variable(table: dict[str, Any], variable: str, text: str) -> None:
    """Read one variable into the table.

    Raises:
        WrongEntry: it names no setting, or has a wrong value.
    """
    if variable == KEY_VARIABLE:
        if text:
            table["keys"] = {**table.get("keys", {}), ENVIRONMENT: {"sha256": hash_of(text)}}
        return
    name = variable.removeprefix(PREFIX).lower()
    for part, settings in _TABLES.items():
        if name.startswith(f"{part}_") and (inner := name.removeprefix(f"{part}_")) in kinds(settings):
            table[part] = {**table.get(part, {}), inner: read_value(text, kinds(settings)[inner], variable)}
            return
    if name not in kinds(ServiceConfig):
        raise WrongEntry(f"{variable} names no setting; there are {PREFIX}PORT and others, see the reference")
    table[name] = read_value(text, kinds(ServiceConfig)[name], variable)

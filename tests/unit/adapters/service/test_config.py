"""What the service is told, and what is said about what it cannot be told."""

from __future__ import annotations

import json
from typing import Any

import pytest

from triolet_adapters.service import KeyConfig, ServiceConfig, VoiceConfig, WrongEntry
from triolet_adapters.service.config import hash_of

TOML = """
port = 9000
allowed_hosts = ["speech.example"]

[limits]
characters = 200
max_lag = 0.2

[voices.cherry]
tts = "qwen"
model = "qwen3-tts-flash-realtime"
key_env = "MY_KEY"
fallback = ["triolet"]
aliases = { alloy = "Cherry" }

[keys.phone]
sha256 = "%s"
concurrent = 3
""" % hash_of("tri-phone")  # noqa: UP031 -- TOML has braces of its own


def test_later_ones_replace_earlier_ones() -> None:
    environment = {"TRIOLET_SERVE_LIMITS_CHARACTERS": "300", "TRIOLET_SERVE_PORT": "9001", "HOME": "/root"}
    config = ServiceConfig.read(TOML, environment, {"port": 9002, "host": None})
    assert (config.port, config.limits.characters, config.host) == (9002, 300, "127.0.0.1")
    assert config.limits.max_lag == 0.2
    assert config.allowed_hosts == ("speech.example",)
    assert config.voices["cherry"].fallback == ("triolet",)
    assert config.voices["cherry"].aliases == {"alloy": "Cherry"}
    assert config.keys["phone"] == KeyConfig(sha256=hash_of("tri-phone"), concurrent=3)
    assert ServiceConfig.of_table(json.loads(json.dumps(config.table()))) == config


def test_the_environment_may_have_the_key_itself() -> None:
    config = ServiceConfig.read("", {"TRIOLET_SERVE_KEY": "tri-secret", "TRIOLET_SERVE_HOST": "0.0.0.0"})
    assert config.keys == {"environment": KeyConfig(sha256=hash_of("tri-secret"))}
    assert "tri-secret" not in repr(config) + json.dumps(config.table())
    assert not ServiceConfig.read("", {"TRIOLET_SERVE_KEY": ""}).keys


@pytest.mark.parametrize(
    ("toml", "environment", "flags", "said"),
    [
        ("port = ", {}, {}, "service.toml is no TOML: "),
        (
            "cache_redis = true",
            {"TRIOLET_SERVE_CACHE": "/tmp"},
            {},
            "cache_redis needs cache, a folder of this machine, ",
        ),
        ("prot = 1", {}, {}, "service.toml: prot is not known; there are host, port, "),
        ("port = 'x'", {}, {}, "service.toml: port must be a whole number, not 'x'"),
        ("port = true", {}, {}, "service.toml: port must be a whole number, not True"),
        ("port = 70000", {}, {}, "service.toml: port is 70000; it must be at most 65535"),
        ("log = 'xml'", {}, {}, "service.toml: log must be text or json, not 'xml'"),
        ("limits = 3", {}, {}, "service.toml: limits must be a table: [limits]"),
        ("[limits]\ncharacters = 0", {}, {}, "service.toml: [limits] characters is 0; it must be at least 1"),
        ("[limits]\nsend_timeout = 0", {}, {}, "service.toml: [limits] send_timeout is 0; it must be above 0"),
        ("[limits]\nsize = 1", {}, {}, "service.toml: [limits] size is not known; there are characters, "),
        ("[voices.a]\nvoice = 'b'", {}, {}, "service.toml: [voices.a] has no tts"),
        ("[voices.a]\ntts = 'b'", {}, {}, "service.toml: [voices.a] tts must be local or kokoro or qwen or"),
        ("[voices.a]\ntts = 'local'\nfallback = ['b']", {}, {}, "[voices.a] fallback names 'b', which is no voice"),
        ("[voices.a]\ntts = 'local'\naliases = ['b']", {}, {}, "[voices.a] aliases must be a table of texts"),
        ("[voices.'a b']\ntts = 'local'", {}, {}, "[voices.a b]: a name has up to 64 letters"),
        ("[keys.a]\nsha256 = 'x'", {}, {}, "[keys.a] sha256 must be 64 hexadecimal digits: triolet serve key a"),
        ("default = 'a'", {}, {}, "default names 'a', which is no voice of [voices]"),
        ("", {"TRIOLET_SERVE_PORT": "x"}, {}, "TRIOLET_SERVE_PORT must be a whole number, not 'x'"),
        ("", {"TRIOLET_SERVE_PROT": "1"}, {}, "TRIOLET_SERVE_PROT names no setting"),
        ("", {}, {"host": "0.0.0.0"}, "host 0.0.0.0 lets other machines connect, and there are no keys: make one"),
    ],
)
def test_what_is_wrong_is_named(toml: str, environment: dict[str, str], flags: dict[str, Any], said: str) -> None:
    with pytest.raises(WrongEntry) as caught:
        ServiceConfig.read(toml, environment, flags, name="service.toml")
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_service_for_others_needs_keys_or_your_word() -> None:
    assert ServiceConfig(host="0.0.0.0", insecure_no_key=True).host == "0.0.0.0"
    assert ServiceConfig(host="0.0.0.0", keys={"a": KeyConfig(sha256=hash_of("k"))}).host == "0.0.0.0"
    assert ServiceConfig(voices={"a": VoiceConfig(tts="tone")}, default="a").default == "a"

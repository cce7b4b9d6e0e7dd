"""wss:// with real TLS: certificates are verified."""

import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import trio
import trustme

from triolet.errors import ConnectionFailed
from triolet.testing import ToneTTS
from triolet_adapters.tts.qwen import QwenServer, QwenTTS


@asynccontextmanager
async def served_with_tls(authority: trustme.CA, name: str) -> AsyncGenerator[str, None]:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(name).configure_cert(context)  # pyright: ignore[reportUnknownMemberType] -- pyOpenSSL's, absent
    sockets = await trio.open_tcp_listeners(0, host="127.0.0.1")
    port: int = sockets[0].socket.getsockname()[1]
    listeners = [trio.SSLListener(listener, context, https_compatible=True) for listener in sockets]
    async with trio.open_nursery() as nursery:
        await nursery.start(trio.serve_listeners, QwenServer(ToneTTS()).handle_stream, listeners)
        yield f"wss://localhost:{port}"
        nursery.cancel_scope.cancel()


async def test_a_trusted_certificate_is_accepted(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    async with served_with_tls(authority, "localhost") as url, QwenTTS(url=url, api_key="sk-1").connect() as session:
        pcm = bytearray()
        await session.commit("In secret.", pcm.extend)
        assert pcm


async def test_an_unknown_authority_and_a_wrong_name_are_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    authority = trustme.CA()
    refused: list[ConnectionFailed] = []

    async def try_it(name: str) -> None:
        async with served_with_tls(authority, name) as url:
            try:
                async with QwenTTS(url=url, api_key="sk-1").connect():
                    raise AssertionError("must not open")
            except ConnectionFailed as error:
                refused.append(error)

    await try_it("localhost")
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    await try_it("another.example")
    assert len(refused) == 2
    for error in refused:
        assert "certificate of localhost" in str(error)
        assert "SSL_CERT_FILE" in str(error)
        assert not error.retryable

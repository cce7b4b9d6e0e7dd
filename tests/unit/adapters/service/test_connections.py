"""The stream of a connection, between the server of the protocol and who takes it over."""

from __future__ import annotations

import socket

import pytest
import trio

from triolet_adapters.service.connections._connections import ClientStream


@pytest.mark.usefixtures("autojump_clock")
async def test_a_client_that_left_before_its_answer_holds_nobody() -> None:
    here, client = socket.socketpair()
    with here, client:
        stream = ClientStream(trio.SocketStream(trio.socket.from_stdlib_socket(here)), 1.0, {})
        client.shutdown(socket.SHUT_WR)
        assert await stream.receive_some() == b""  # the server of the protocol reads no more
        with trio.fail_after(1):
            taken = await stream.take_over()
        assert await taken.receive_some() == b""


@pytest.mark.usefixtures("autojump_clock")
async def test_a_connection_that_broke_before_its_answer_holds_nobody() -> None:
    here, client = socket.socketpair()
    with here:
        stream = ClientStream(trio.SocketStream(trio.socket.from_stdlib_socket(here)), 1.0, {})
        await stream.send_all(b"unread")
        client.close()  # with bytes unread: that is a reset
        with pytest.raises(trio.BrokenResourceError):
            await stream.receive_some()
        stream._answered = False
        with trio.fail_after(1):
            await stream.take_over()

"""Which refusals of a service are worth another try, and which are of too many requests."""

from __future__ import annotations

import pytest

from triolet.errors import AuthenticationFailed, ServiceError
from triolet_adapters.tts.frame._body import refusal


def of(status: int, body: str = "") -> ServiceError:
    error = refusal(status, "Words", {}, body, "tts.example")
    assert isinstance(error, ServiceError)
    return error


@pytest.mark.parametrize("status", [408, 409, 425, 429, 500, 502, 503, 504])
def test_what_passes_is_tried_again(status: int) -> None:
    assert of(status).retryable
    assert of(status).throttled == (status == 429)


@pytest.mark.parametrize("status", [301, 400, 404, 405, 413, 415, 422])
def test_what_does_not_pass_is_not(status: int) -> None:
    assert not of(status).retryable
    assert not of(status).throttled


@pytest.mark.parametrize("status", [429, 500])
def test_a_quota_that_is_used_up_does_not_pass(status: int) -> None:
    error = of(status, '{"error": {"code": "insufficient_quota", "message": "You have no credit."}}')
    assert not error.retryable
    assert not error.throttled
    assert error.code == "insufficient_quota"


@pytest.mark.parametrize("status", [401, 403])
def test_a_wrong_key_is_told_as_such(status: int) -> None:
    assert isinstance(refusal(status, "Words", {}, "", "tts.example"), AuthenticationFailed)

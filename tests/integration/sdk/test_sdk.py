"""The vendor's SDK against the local server."""

from tests.integration.sdk._sdk import SDK, with_sdk

from triolet.testing._tone import ToneTTS, decode


async def test_the_sdk_completes_a_commit_mode_session() -> None:
    voice = ToneTTS()

    def act(sdk: SDK) -> SDK:
        sdk.open()
        sdk.until("session.updated")
        for text in ("Good morning.", "How are you?"):
            sdk.say(text)
            sdk.until("response.done")
        sdk.finish()
        return sdk

    sdk = await with_sdk(act, voice=voice)
    response = [
        "input_text_buffer.committed",
        "response.created",
        "response.output_item.added",
        "response.content_part.added",
        "response.audio.delta",
        "response.audio.done",
        "response.content_part.done",
        "response.output_item.done",
        "response.done",
    ]
    assert sdk.order == ["session.created", "session.updated", *response, *response, "session.finished"]
    runs = decode(sdk.audio).runs
    assert [(run.commit, run.stop) for run in runs] == [
        (index, commit.samples) for index, commit in enumerate(voice.commits)
    ]
    assert [commit.text for commit in voice.commits] == ["Good morning.", "How are you?"]
    assert sdk.client.get_session_id().startswith("sess_")
    assert sdk.client.get_last_response_id() == sdk.events[-2]["response"]["id"]
    assert sdk.client.get_first_audio_delay() > 0

"""The frameworks that Triolet speaks in, tried with the Pythons that this machine has: `nox`, or `nox -s livekit-3.12`.

`make test` runs the same tests with the newest releases on one Python. Here each framework is alone with Triolet, so it also shows
that no framework needs what another brought.
"""

import nox

PYTHONS = ["3.11", "3.12", "3.13", "3.14"]
TESTS = ["pytest>=9", "pytest-trio>=0.8", "pytest-timeout>=2.4", "hypothesis>=6.120"]

nox.options.error_on_missing_interpreters = False
nox.options.default_venv_backend = "uv|virtualenv"


def tried(session: nox.Session, extra: str, test: str, *others: str) -> None:
    """Install Triolet with one extra, and run one file of tests."""
    session.install(f".[{extra},local]" if extra else ".[local]", *TESTS, *others)
    session.run("pytest", "-q", test, env={"PYTHONPATH": "."})


@nox.session(python=PYTHONS)
def pipecat(session: nox.Session) -> None:
    """A TTS service of pipecat."""
    tried(session, "pipecat", "tests/integration/frameworks/test_pipecat.py")


@nox.session(python=PYTHONS)
def livekit(session: nox.Session) -> None:
    """A TTS of LiveKit Agents."""
    tried(session, "livekit", "tests/integration/frameworks/test_livekit.py")


@nox.session(python=PYTHONS)
def openai_agents(session: nox.Session) -> None:
    """A TTS model of OpenAI's Agents SDK, and its voice pipeline, which needs numpy."""
    tried(session, "openai-agents", "tests/integration/frameworks/test_openai_agents.py", "numpy", "websockets")


@nox.session(python=PYTHONS)
def fastapi(session: nox.Session) -> None:
    """The agent in a web page."""
    others = ["fastapi", "uvicorn", "openai>=2", "websockets"]
    tried(session, "", "tests/integration/recipes/test_web_agent.py", *others)

"""The breakages still fit the code: `make test-mutations` sees that each is noticed."""

from __future__ import annotations

import subprocess

import pytest
from tests.mutations.__main__ import HERE, ROOT, Mutation, main

PATCHES = sorted(HERE.glob("*.patch"))


def test_there_are_forty() -> None:
    assert len(PATCHES) >= 40


def test_each_room_has_two() -> None:
    """But for that of the frameworks: what checks it has to start one."""
    text = "".join(path.read_text(encoding="utf-8") for path in PATCHES)
    rooms = [*(ROOT / "pipeline/triolet").iterdir(), ROOT / "adapters/triolet_adapters/tts/qwen/server"]
    rooms += [*(ROOT / "adapters/triolet_adapters").iterdir(), *(ROOT / "adapters/triolet_adapters/tts/qwen").iterdir()]
    for room in rooms:
        if (room / "__init__.py").exists():
            least = 1 if room.name == "frameworks" else 2
            assert text.count(f"+++ b/{room.relative_to(ROOT).as_posix()}/") >= least, room


def test_each_applies_and_names_what_notices_it() -> None:
    for path in PATCHES:
        assert Mutation.read(path).check[0] == "-m", path
    script = 'for patch; do git apply --check "$patch" 2>&1 || echo "$patch does not apply"; done'
    tried = subprocess.run(["sh", "-c", script, "sh", *PATCHES], cwd=ROOT, check=True, capture_output=True, text=True)
    assert tried.stdout == ""


def test_a_name_that_no_patch_has_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["late_gate", "late_gat"])
    assert ended.value.code == 2
    assert (
        f"no patch is named late_gat; there are {', '.join(path.stem for path in PATCHES)}\n" in capsys.readouterr().err
    )

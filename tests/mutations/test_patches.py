"""The breakages still fit the code: `make test-mutations` sees that each is noticed."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from tests.mutations.__main__ import HERE, ROOT, Mutation, main

PATCHES = sorted(HERE.glob("*.patch"))


def test_there_are_ten() -> None:
    assert len(PATCHES) == 10


@pytest.mark.parametrize("path", PATCHES, ids=lambda path: path.stem)
def test_it_applies_and_names_what_notices_it(path: Path) -> None:
    assert Mutation.read(path).check[0] == "-m"
    subprocess.run(["git", "apply", "--check", str(path)], cwd=ROOT, check=True)


def test_a_name_that_no_patch_has_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["late_gate", "late_gat"])
    assert ended.value.code == 2
    assert (
        f"no patch is named late_gat; there are {', '.join(path.stem for path in PATCHES)}\n" in capsys.readouterr().err
    )

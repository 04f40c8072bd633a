"""The picture at the top of the README is what the commands print on the sample project."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from flake8_ssot_engine.cli.main import main
from flake8_ssot_engine.sample import lay_out

README = Path(__file__).parents[2] / "README.md"


def test_the_picture_is_real(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    lay_out(tmp_path / "sample")
    monkeypatch.chdir(tmp_path / "sample")
    picture = README.read_text(encoding="utf-8").split("```console\n", 1)[1].split("```", 1)[0]
    scenes = re.split(r"^\$ ssot (.+)\n", picture, flags=re.MULTILINE)[1:]
    assert len(scenes) == 4
    for command, shown in zip(scenes[::2], scenes[1::2], strict=True):
        assert main(command.split()) == 1
        captured = capsys.readouterr()
        printed, at = captured.out + captured.err, 0
        for part in shown.split("...\n"):
            assert part in printed[at:]
            at = printed.index(part, at) + len(part)

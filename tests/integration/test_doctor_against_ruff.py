"""The doctor's verdict on Ruff's configuration against what Ruff itself does to a comment."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from flake8_ssot_engine.engine.diagnosis.remark import Level
from flake8_ssot_engine.engine.diagnosis.ruff_config import diagnose_ruff

# Ruff 0.9 to 0.15 take a lone SSOT001 by RUF100, 0.15 and later by RUF102.
CODE = "import os  # noqa: F401, SSOT001\n\nprint(os)\n"

CASES = [
    pytest.param('lint.select = ["RUF"]', Level.ERROR, id="RUF"),
    pytest.param('lint.select = ["ALL"]', Level.ERROR, id="ALL"),
    pytest.param('lint.select = ["RUF100"]', Level.ERROR, id="RUF100"),
    pytest.param('lint.extend-select = ["RUF1"]', Level.ERROR, id="a beginning"),
    pytest.param('lint.select = ["RUF"]\nlint.ignore = ["RUF1"]', Level.WARNING, id="ignored"),
    pytest.param('lint.select = ["F"]', Level.WARNING, id="not selected"),
    pytest.param('lint.select = ["RUF"]\nlint.external = ["SSOT"]', Level.OK, id="external"),
    pytest.param('lint.select = ["RUF"]\nlint.external = ["SSO"]', Level.OK, id="a prefix"),
    pytest.param('lint.select = ["RUF"]\nlint.external = ["SSOT002"]', Level.ERROR, id="another"),
]


@pytest.mark.parametrize(("config", "level"), CASES)
def test_ruff_deletes_the_comment_where_the_doctor_says_error(
    config: str, level: Level, tmp_path: Path
) -> None:
    (tmp_path / "ruff.toml").write_text(config)
    (tmp_path / "a.py").write_text(CODE)
    command = [sys.executable, "-m", "ruff", "check", "--no-cache", "--fix", "--exit-zero", "."]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    is_deleted = "SSOT001" not in (tmp_path / "a.py").read_text()
    (remark,) = diagnose_ruff(str(tmp_path))
    assert (remark.level, is_deleted) == (level, level is Level.ERROR)

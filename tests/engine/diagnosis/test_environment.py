"""The environment: this Python is sound, and one without ast-grep is told so."""

from __future__ import annotations

import sys

import pytest

from flake8_ssot_engine.engine.diagnosis.environment import diagnose_environment
from tests.engine.diagnosis.trees import told


def test_sound() -> None:
    ((level, place, message),) = told(diagnose_environment())
    assert (level, place) == ("ok", "")
    assert sys.executable in message


def test_without_ast_grep(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ast_grep_py", None)
    _, (level, _, message) = told(diagnose_environment())
    assert level == "error"
    assert message.startswith("ast-grep-py does not load: ")

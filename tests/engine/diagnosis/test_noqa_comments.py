"""Comments that suppress too much; the rest of the table is in the test beside real Flake8."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_ssot_engine.engine.diagnosis.noqa_comments import diagnose_comments
from tests.engine.diagnosis.trees import lay_out, told

WELL = [("ok", "", "no `# noqa` suppresses more than the SSOT codes that it names")]
BLANKET = "`# noqa` that means to name SSOT codes, and names none that can be read"
WHOLE = "`# flake8: noqa: SSOT…` for a whole file"

CASES = [
    pytest.param("", WELL, id="nothing"),
    pytest.param("x = 1  # noqa\n", WELL, id="a blanket that is meant"),
    pytest.param("x = 1  # noqa: E501\n# about SSOT\n", WELL, id="another code"),
    pytest.param("x = 1  # noqa: SSOT001\n", WELL, id="a code"),
    pytest.param('x = "# noqa: SSOT"\n', WELL, id="in a string"),
    pytest.param('"""\n# flake8: noqa: SSOT001\n"""\n', WELL, id="in a docstring"),
    pytest.param("\nx = 1  # noqa: SSOT\n", [("warning", "a.py:2", BLANKET)], id="no digits"),
    pytest.param("x = '''\n''' # noqa: SSOT\n", [("warning", "a.py:2", BLANKET)], id="after lines"),
    pytest.param(
        "x = 1  # noqa: SSOT\n" * 7,
        [("warning", ", ".join(f"a.py:{n}" for n in range(1, 6)) + " and 2 more", BLANKET)],
        id="seven",
    ),
    pytest.param("# flake8: noqa: SSOT001\n", [("warning", "a.py:1", WHOLE)], id="whole file"),
    pytest.param(
        "# flake8: noqa: E501, SSOT001\nx = 1  # noqa: SSOT\n",
        [("warning", "a.py:2", BLANKET), ("warning", "a.py:1", WHOLE)],
        id="both",
    ),
    pytest.param("x = (  # noqa: SSOT\n", [("warning", "a.py:1", BLANKET)], id="a broken file"),
]


@pytest.mark.parametrize(("code", "expected"), CASES)
def test_cases(code: str, expected: list[tuple[str, str, str]], tmp_path: Path) -> None:
    root = lay_out(tmp_path, {"a.py": code})
    assert told(diagnose_comments(root, [f"{root}/a.py"])) == expected


def test_files_that_cannot_be_read_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_bytes(b"# noqa: SSOT \xff\n")
    (tmp_path / "b.py").mkdir()
    files = [str(tmp_path / name) for name in ("a.py", "b.py", "gone.py")]
    assert told(diagnose_comments(str(tmp_path), files)) == WELL

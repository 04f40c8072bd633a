"""A file that does not parse is told, and what its imports reach is told with it, in doubt."""

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_ssot_engine.config.loader import load_file
from flake8_ssot_engine.engine.check import Checker
from flake8_ssot_engine.engine.findings import FileResult
from flake8_ssot_engine.project.needles import find_needles
from tests.rules.harness import CONFIGURATION, write


def check(code: str, folder: Path, *, on_demand: bool, parses_all: bool = True) -> FileResult:
    write(
        folder, {"ssot.toml": CONFIGURATION, "pkg/__init__.py": "from .old import OldEngine as E"}
    )
    settings = load_file(str(folder / "ssot.toml"))
    needles = None if on_demand else find_needles(settings, jobs=1)
    path = str(folder / "pkg" / "broken.py")
    return Checker(settings, needles).check_bytes(
        path, code.encode(), shown_as="broken.py", parses_all=parses_all
    )


VALID = (
    "def (",
    "from tools import OldEngine\ndef (",
    "from pkg.new import NewEngine\ndef (",
    "# from pkg.old import OldEngine\ndef (",
    "x = 'from pkg.old import OldEngine'\ndef (",
    "from pkg.old import OldEngine  # noqa: SSOT001\ndef (",
    "OldEngine()\ndef (",
    "import pkg\nprint pkg.other, x.pkg.old.OldEngine, 'pkg.old.OldEngine'",
)
INVALID = (
    ("from pkg.old import OldEngine\ndef (", "1:21 SSOT001"),
    ("def (\n    from .old import OldEngine as E\n", "2:22 SSOT001"),
    ("def (\n    from . import E\n", "2:19 SSOT001"),
    ("import pkg.legacy.x\nprint 'Python 2'", "1:8 SSOT001"),
    ("from pkg.new import NewEngine as OldEngine\n)", "1:21 SSOT003"),
    ("import pkg\nprint pkg.old.OldEngine, pkg.E.x", "2:7 SSOT001 2:26 SSOT001"),
    ("try: from pkg import old\nexcept: import old\nprint é.old, old.OldEngine()", "3:14 SSOT001"),
    ("from pkg.old import OldEngine as X as NewEngine\nx = 1", "1:21 SSOT001 1:21 SSOT003"),
)


@pytest.mark.parametrize("on_demand", [True, False])
@pytest.mark.parametrize("code", VALID)
def test_nothing_is_made_up(code: str, on_demand: bool, tmp_path: Path) -> None:
    result = check(code, tmp_path, on_demand=on_demand)
    assert result.findings == ()
    assert result.error is not None
    assert result.error.message.startswith("does not parse")


@pytest.mark.parametrize("on_demand", [True, False])
@pytest.mark.parametrize(("code", "expected"), INVALID)
def test_imports_are_found_and_marked(
    code: str, expected: str, on_demand: bool, tmp_path: Path
) -> None:
    result = check(code, tmp_path, on_demand=on_demand)
    found = [f"{f.start.line}:{f.start.column} {f.violation.code}" for f in result.findings]
    assert " ".join(found) == expected
    for finding in result.findings:
        assert finding.violation.message.endswith("[uncertain: the file does not parse] (M1)")
        assert finding.violation.unfixable_because == "the file does not parse"
    assert result.error is not None
    counted = result.references["import"] + result.references["attribute"]
    assert counted == expected.count("SSOT001")


@pytest.mark.parametrize("on_demand", [True, False])
def test_a_broken_file_of_no_concern_may_go_untold(on_demand: bool, tmp_path: Path) -> None:
    result = check("import a\ndef (", tmp_path, on_demand=on_demand, parses_all=False)
    assert result == FileResult("broken.py")
    found = check(INVALID[2][0], tmp_path, on_demand=on_demand, parses_all=False)
    assert found.error is not None
    assert len(found.findings) == 1

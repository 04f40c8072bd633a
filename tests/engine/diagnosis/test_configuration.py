"""The project's own configuration: what is told of one that loads, and of one that does not."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from flake8_ssot_engine.config.finder import ConfigFinder
from flake8_ssot_engine.engine.diagnosis.configuration import diagnose_configuration, refused
from flake8_ssot_engine.errors import ConfigError, ConfigProblem
from flake8_ssot_engine.project.discovery import find_files
from tests.engine.diagnosis.trees import lay_out, told

MOVE = '[[migration]]\nid = "1"\n[[migration.move]]\nold = "pkg.old.X"\nnew = "pkg.new.X"\n'
PACKAGE = {
    "pkg/__init__.py": "",
    "pkg/old.py": "class X: ...\n",
    "pkg/new.py": "class X: ...\n",
}

CASES = [
    pytest.param(
        {"ssot.toml": MOVE, **PACKAGE},
        [("ok", "", "ssot.toml: migrations 1, moves 1, Python files 3")],
        id="sound",
    ),
    pytest.param(
        {"ssot.toml": MOVE, **PACKAGE, "pkg/old.py": "class Xs: ...\n", "pkg/new.py": ""},
        [
            ("ok", "", "ssot.toml: migrations 1, moves 1, Python files 3"),
            (
                "warning",
                "ssot.toml:4",
                "migration[0].move[0].old: nothing defines `pkg.old.X`; did you mean `pkg.old.Xs`?",
            ),
            (
                "warning",
                "ssot.toml:4",
                "migration[0].move[0].old: nothing defines `pkg.new.X`, to which a fix would lead",
            ),
        ],
        id="nothing defines the old name",
    ),
    pytest.param(
        {"ssot.toml": f'{MOVE}[[migration.phase]]\nname = "p"\npaths = ["no/**"]\n', **PACKAGE},
        [
            ("ok", "", "ssot.toml: migrations 1, moves 1, Python files 3"),
            (
                "warning",
                "ssot.toml:6",
                "migration[0].phase[0]: no Python file is in the phase `p`",
            ),
        ],
        id="a phase without files",
    ),
    pytest.param(
        {"ssot.toml": "", "a.py": ""},
        [
            ("ok", "", "ssot.toml: migrations 0, moves 0, Python files 1"),
            ("warning", "ssot.toml", "declares no migration, so there is nothing to check"),
        ],
        id="an empty file",
    ),
    pytest.param(
        {"ssot.toml": f'exclude = ["pkg"]\n{MOVE}', **PACKAGE},
        [
            ("ok", "", "ssot.toml: migrations 1, moves 1, Python files 0"),
            (
                "error",
                "",
                "no Python file is looked at: all are ignored, excluded or elsewhere",
            ),
        ],
        id="everything excluded",
    ),
    pytest.param(
        {".git/HEAD": "", "a.py": ""},
        [
            (
                "error",
                "",
                "no file declares a migration, and the built-in one is for another project",
            )
        ],
        id="no file",
    ),
    pytest.param(
        {".git/HEAD": "", "netra_backend/app/agents/supervisor/execution_engine.py": ""},
        [
            (
                "ok",
                "",
                "no file; the built-in preset `execution-engine` holds: migrations 1, moves 5,"
                " Python files 1",
            )
        ],
        id="the built-in preset's project",
    ),
    pytest.param(
        {"ssot.toml": f'baseline = "b.txt"\n{MOVE}', **PACKAGE},
        [
            ("ok", "", "ssot.toml: migrations 1, moves 1, Python files 3"),
            (
                "error",
                "b.txt",
                "there is no such baseline",
            ),
        ],
        id="no baseline",
    ),
    pytest.param(
        {"ssot.toml": f'baseline = "b.txt"\n{MOVE}', "b.txt": "", **PACKAGE},
        [
            ("ok", "", "ssot.toml: migrations 1, moves 1, Python files 3"),
            ("ok", "", "the baseline b.txt tolerates 0"),
        ],
        id="a baseline",
    ),
    pytest.param(
        {"ssot.toml": MOVE, "ssot-baseline.txt": "a\tSSOT001\tf\ta.b\t3\n", **PACKAGE},
        [
            ("ok", "", "ssot.toml: migrations 1, moves 1, Python files 3"),
            ("ok", "", "the baseline ssot-baseline.txt tolerates 3"),
        ],
        id="a baseline under its usual name",
    ),
    pytest.param(
        {"ssot.toml": MOVE, "ssot-baseline.txt": "a\tSSOT001\tf\ta.b\tmany\n", **PACKAGE},
        [
            ("ok", "", "ssot.toml: migrations 1, moves 1, Python files 3"),
            ("error", "ssot-baseline.txt:1", "`many` is not a count from 1 on"),
        ],
        id="a baseline with a flaw",
    ),
]


@pytest.mark.parametrize(("files", "expected"), CASES)
def test_cases(
    files: Mapping[str, str], expected: list[tuple[str, str, str]], tmp_path: Path
) -> None:
    root = lay_out(tmp_path, files)
    finder = ConfigFinder()
    settings = finder.settings_for(root)
    every = [path for path, _ in find_files([root], finder)]
    assert told(diagnose_configuration(settings, every)) == expected


def test_each_problem_of_a_refused_one_is_told() -> None:
    error = ConfigError(
        (
            ConfigProblem("/p/ssot.toml", 3, "migration[0].id", "is missing"),
            ConfigProblem("<preset x>", None, "", "is wrong"),
        )
    )
    assert told(refused(error, "/p")) == [
        ("error", "ssot.toml:3", "migration[0].id: is missing"),
        ("error", "<preset x>", "is wrong"),
    ]

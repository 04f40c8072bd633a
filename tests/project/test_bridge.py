from __future__ import annotations

from pathlib import Path

import pytest

from flake8_ssot_engine.config.loader import load_file
from flake8_ssot_engine.errors import ConfigError
from flake8_ssot_engine.project.bridge import with_bridges

FILES = {
    "app/__init__.py": "",
    "app/new.py": "class New: ...\ndef helper(): ...\n",
    "app/middle.py": "from app.new import helper as help_me\nfrom .new import New\nAlias = New\n",
    "app/bridge.py": (
        "import os\n"
        "from typing import Any\n"
        "from app.middle import New as Old, help_me\n"
        "from app.middle import Alias\n"
        "from app import middle\n"
        "from app.missing import gone\n"
        "try:\n    from app.new import New as Either\nexcept ImportError:\n    Either = None\n"
        "from app.bridge import circle\n"
        "Same = Old\n"
        "class Own: ...\n"
        "_private = Old\n"
    ),
}
EVERY_MOVE = {
    "app.bridge.Old": "app.new.New",
    "app.bridge.help_me": "app.new.helper",
    "app.bridge.Alias": "app.new.New",
    "app.bridge.middle": "app.middle",
    "app.bridge.Same": "app.new.New",
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def moves(project: Path, more: str = "", bridge: str = "app/bridge.py") -> dict[str, str]:
    config = project / "ssot.toml"
    config.write_text(f'[[migration]]\nid = "1"\nbridge = "{bridge}"\n{more}')
    settings = with_bridges(load_file(str(config)))
    return {str(move.old): str(move.new) for _, move in settings.index}


def test_a_move_for_each_name_that_lives_elsewhere_in_the_project(project: Path) -> None:
    assert moves(project) == EVERY_MOVE


def test_only_what_all_lists(project: Path) -> None:
    bridge = project / "app" / "bridge.py"
    bridge.write_text(bridge.read_text() + "__all__ = ['Old', 'Own']\n")
    assert moves(project) == {"app.bridge.Old": "app.new.New"}


MORE = [
    pytest.param("from app.new import *\n", ["New", "helper"], id="star"),
    pytest.param("import app.new\nimport app.new as new\n", [], id="plain-import"),
    pytest.param("import app.new as new\n__all__ = ['new']\n", ["new"], id="listed-module"),
    pytest.param("from app.new import New\nmake = New.make\n", ["New"], id="method"),
]


@pytest.mark.parametrize(("text", "names"), MORE)
def test_what_is_handed_on(project: Path, text: str, names: list[str]) -> None:
    (project / "app" / "bridge.py").write_text(text)
    assert list(moves(project)) == [f"app.bridge.{name}" for name in names]


def test_a_declared_move_wins(project: Path) -> None:
    declared = '[[migration.move]]\nold = "app.bridge.Old"\nnew = "elsewhere.New"\n'
    assert moves(project, declared) == {**EVERY_MOVE, "app.bridge.Old": "elsewhere.New"}


def test_the_bridge_is_an_owner(project: Path) -> None:
    moves(project)
    settings = load_file(str(project / "ssot.toml"))
    assert settings.migrations[0].owners[0].patterns == ("/app/bridge.py",)


@pytest.mark.parametrize(
    ("bridge", "told"),
    [
        pytest.param("app/nowhere.py", "cannot be read: No such file or directory", id="missing"),
        pytest.param("app/broken.py", "does not parse", id="broken"),
    ],
)
def test_a_bridge_that_cannot_be_read_is_an_error(project: Path, bridge: str, told: str) -> None:
    (project / "app" / "broken.py").write_text("def (")
    with pytest.raises(ConfigError, match=told) as caught:
        moves(project, bridge=bridge)
    assert caught.value.problems[0].line == 3 - 2
    assert caught.value.problems[0].key == "migration[0].bridge"

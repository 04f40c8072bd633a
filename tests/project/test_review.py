from __future__ import annotations

from pathlib import Path

import pytest

from flake8_ssot_engine.config.loader import load_file
from flake8_ssot_engine.project.review import review

CONFIG = """
[[migration]]
id = "1"

[[migration.move]]
old = "{old}"
new = "elsewhere.New"

[[migration.phase]]
name = "first"
paths = ["{paths}"]
"""


def warnings(folder: Path, old: str = "app.old.Old", paths: str = "app/**") -> list[str]:
    (folder / "app").mkdir(exist_ok=True)
    (folder / "app" / "__init__.py").write_text("from .old import Old\n")
    (folder / "app" / "old.py").write_text("class Old: ...\n")
    (folder / "app" / "star.py").write_text("from .old import *\n")
    (folder / "app" / "lazy.py").write_text("def __getattr__(name): ...\n")
    (folder / "ssot.toml").write_text(CONFIG.format(old=old, paths=paths))
    settings = load_file(str(folder / "ssot.toml"))
    return [
        f"{told.line}: {told.message}"
        for told in review(settings, [str(folder / "app" / "old.py")])
    ]


@pytest.mark.parametrize(
    "old",
    [
        pytest.param("app.old.Old", id="defined"),
        pytest.param("app.Old", id="re-exported"),
        pytest.param("app.old", id="module"),
        pytest.param("app", id="package"),
        pytest.param("app.star.Anything", id="behind a star"),
        pytest.param("app.lazy.Anything", id="behind __getattr__"),
        pytest.param("requests.Session", id="not of this project"),
        pytest.param("app.old.Old.method", id="below a class"),
    ],
)
def test_no_warning(tmp_path: Path, old: str) -> None:
    assert warnings(tmp_path, old) == []


@pytest.mark.parametrize(
    ("old", "told"),
    [
        ("app.old.Odl", "6: nothing defines `app.old.Odl`; did you mean `app.old.Old`?"),
        ("app.old.Quux", "6: nothing defines `app.old.Quux`"),
        ("app.ancient.Old", "6: nothing defines `app.ancient.Old`"),
    ],
)
def test_an_old_name_that_nothing_defines(tmp_path: Path, old: str, told: str) -> None:
    assert warnings(tmp_path, old) == [told]


def test_a_phase_that_no_file_is_in(tmp_path: Path) -> None:
    assert warnings(tmp_path, paths="ap/**") == ["9: no Python file is in the phase `first`"]


def test_a_definition_that_is_at_its_new_home_is_not_missed(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "__init__.py").write_text("")
    (tmp_path / "app" / "old.py").write_text("")
    (tmp_path / "app" / "new.py").write_text("class New: ...\n")
    config = CONFIG.replace("elsewhere.New", "app.new.New")
    (tmp_path / "ssot.toml").write_text(config.format(old="app.old.Old", paths="app/**"))
    settings = load_file(str(tmp_path / "ssot.toml"))
    assert list(review(settings, [str(tmp_path / "app" / "old.py")])) == []

from __future__ import annotations

from pathlib import Path

import pytest

from flake8_ssot_engine.project.layout import guess_source_roots

LAYOUTS = [
    pytest.param(["pkg/__init__.py"], (".",), id="flat"),
    pytest.param(["src/pkg/__init__.py"], (".", "src"), id="src"),
    pytest.param(["lib/pkg/__init__.py"], (".", "lib"), id="lib"),
    pytest.param(["src/module.py"], (".", "src"), id="module"),
    pytest.param(["src/__init__.py", "src/pkg/__init__.py"], (".",), id="src-is-a-package"),
    pytest.param(["src/main.c", "lib/x/data.json"], (".",), id="no-python"),
]


@pytest.mark.parametrize(("files", "roots"), LAYOUTS)
def test_source_roots(tmp_path: Path, files: list[str], roots: tuple[str, ...]) -> None:
    for name in files:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert guess_source_roots(str(tmp_path)) == roots

"""What is searched: the files to check and the modules, each once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from flake8_ssot_engine.project.paths import Paths
from flake8_ssot_engine.project.scan import searched

SOME = st.sets(st.sampled_from([f"/{folder}/{name}" for folder in "ab" for name in "wxyz"]))


@given(SOME, SOME)
def test_what_is_searched(modules: set[str], to_check: set[str]) -> None:
    files = searched(sorted(modules), Paths.of(sorted(to_check)))
    paths = list(files.paths)
    assert paths[: files.to_check] == sorted(to_check)
    assert paths[files.to_check :] == sorted(modules - to_check)
    assert {path for path, flag in zip(paths, files.are_modules, strict=True) if flag} == modules
    assert {paths[number] for number in files.numbers(of_modules=True)} == modules
    assert {paths[number] for number in files.numbers(of_modules=False)} == to_check - modules
    in_order = list(files.in_order)
    assert sorted(in_order) == sorted(paths)
    assert set(in_order[: len(modules)]) == modules

"""Which access to an old name is seen, and that a watched module is what it was in all else."""

from __future__ import annotations

import copy
import importlib
import importlib.util
import inspect
import pickle
import pkgutil
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any
from unittest import mock

import pytest

from flake8_ssot_engine.campaign.found.targets import Symbol, Targets
from flake8_ssot_engine.campaign.found.uses import Manner
from flake8_ssot_engine.campaign.found.watch import Watch
from flake8_ssot_engine.config.loader import load_text
from tests.repositories import lay_out

CONFIG = """
source-roots = ["."]

[[migration]]
id = "1"
owners = ["seen/old.py"]

[[migration.move]]
old = "seen.old.X"
new = "seen.new.Y"

[[migration.move]]
old = "seen.living.Z"
new = "seen.new.Y"

[[migration.move]]
old = "seen.gone"
new = "seen.new"
"""
FILES = {
    "seen/__init__.py": "",
    "seen/new.py": "class Y: ...\n",
    "seen/old.py": '"""Old."""\nfrom seen.new import Y as X\nother = 1\n',
    "seen/living.py": "Z = 1\nother = 2\n",
    "seen/gone/__init__.py": "A = 1\n",
    "seen/gone/part.py": "B = 1\n",
}
Seen = list[tuple[str, str]]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    lay_out(tmp_path, FILES)
    monkeypatch.syspath_prepend(tmp_path)
    yield tmp_path
    for name in [name for name in sys.modules if name.partition(".")[0] == "seen"]:
        del sys.modules[name]


def targets(project: Path, config: str = CONFIG) -> Targets:
    return Targets(load_text(str(project / "ssot.toml"), config))


def watch_of(
    project: Path, is_of_project: Callable[[FrameType], bool] = lambda frame: True
) -> tuple[Watch, Seen]:
    """Return a watch, and what it will have seen: the manner and the symbol."""
    found: Seen = []

    def note(symbol: Symbol, manner: Manner, frame: FrameType) -> None:
        found.append((manner.value, symbol.name))

    return Watch(targets(project), note, is_of_project), found


@pytest.fixture
def seen(project: Path) -> Iterator[Seen]:
    """Watch, and give what is seen."""
    watch, found = watch_of(project, lambda frame: frame.f_code.co_filename == __file__)
    watch.start()
    yield found
    watch.stop()


def run(text: str) -> Callable[[], object]:
    code = compile(text, __file__, "exec")
    return lambda: exec(code, {})


def load() -> ModuleType:
    return importlib.import_module("seen.old")


IMPORT, NAME, CHANGE = ("import", "seen.old"), ("name", "seen.old.X"), ("change", "seen.old.X")
ACCESS = [
    pytest.param(run("from seen.old import X"), {IMPORT, NAME}, id="from-import"),
    pytest.param(run("import seen.old"), {IMPORT}, id="import"),
    pytest.param(run("import seen.old as o"), {IMPORT}, id="import-as"),
    pytest.param(run("from seen import old"), {IMPORT}, id="from-package-import"),
    pytest.param(run("import seen.old; seen.old.X"), {IMPORT, NAME}, id="attribute"),
    pytest.param(run("from seen.old import *"), {IMPORT, NAME}, id="star"),
    pytest.param(run("__import__('seen.old')"), {IMPORT}, id="dunder-import"),
    pytest.param(load, {IMPORT}, id="import-module"),
    pytest.param(lambda: vars(load()), {IMPORT}, id="a-dict-hides-what-is-read"),
    pytest.param(lambda: getattr(load(), "X"), {IMPORT, NAME}, id="getattr"),  # noqa: B009
    pytest.param(lambda: pkgutil.resolve_name("seen.old:X"), {IMPORT, NAME}, id="resolve-name"),
    pytest.param(lambda: pickle.loads(b"cseen.old\nX\n."), {IMPORT, NAME}, id="pickle"),
    pytest.param(lambda: inspect.getmembers(load()), {IMPORT, NAME}, id="getmembers"),
    pytest.param(mock.patch("seen.old.X", 1).start, {IMPORT, CHANGE}, id="mock"),
    pytest.param(lambda: setattr(load(), "X", 1), {IMPORT, CHANGE}, id="setattr"),
    pytest.param(lambda: delattr(load(), "X"), {IMPORT, CHANGE}, id="delattr"),
    pytest.param(run("from seen.living import Z"), {("name", "seen.living.Z")}, id="living"),
    pytest.param(run("from seen.living import other"), set(), id="of-a-living-module"),
    pytest.param(run("import seen.new, seen"), set(), id="new"),
    pytest.param(run("import seen.gone"), {("import", "seen.gone")}, id="moved-module"),
    pytest.param(
        run("from seen.gone.part import B"),
        {("import", "seen.gone"), ("import", "seen.gone.part")},
        id="below-a-moved-module",
    ),
    pytest.param(lambda: importlib.util.find_spec("seen.old"), set(), id="only-looked-for"),
]


@pytest.mark.parametrize(("access", "expected"), ACCESS)
def test_the_first_access_is_seen(
    seen: Seen, access: Callable[[], object], expected: set[tuple[str, str]]
) -> None:
    access()
    mock.patch.stopall()
    assert told(seen) == expected


def told(seen: Seen) -> set[tuple[str, str]]:
    """Return what was seen; to read a module off its package is as much as to import it."""
    modules = ("seen.old", "seen.gone")
    return {("import" if name in modules else manner, name) for manner, name in seen}


BY_PYTHON = sys.version_info < (3, 11)
"""Whether `importlib.import_module` looks at nothing of a module that is loaded."""


@pytest.mark.parametrize(("access", "expected"), ACCESS)
def test_so_is_access_to_what_is_loaded(
    seen: Seen, access: Callable[[], object], expected: set[tuple[str, str]]
) -> None:
    for name in ("seen.old", "seen.living", "seen.gone.part"):
        importlib.import_module(name)
    seen.clear()
    access()
    mock.patch.stopall()
    assert told(seen) in loaded(expected)


@pytest.mark.parametrize(("access", "expected"), ACCESS)
def test_and_to_what_was_loaded_before_the_watch(
    project: Path, access: Callable[[], object], expected: set[tuple[str, str]]
) -> None:
    for name in ("seen.old", "seen.living", "seen.gone"):
        importlib.import_module(name)
    watch, found = watch_of(project)
    assert set(watch.start()) == {"seen", "seen.old", "seen.living", "seen.gone"}
    access()
    mock.patch.stopall()
    watch.stop()
    assert told(found) in loaded(expected)


def loaded(expected: set[tuple[str, str]]) -> list[set[tuple[str, str]]]:
    """Return what may be seen of access to what is loaded."""
    every = [expected, expected - {("import", "seen.gone")}]
    if BY_PYTHON:  # as `load` does it
        every.append(expected - {IMPORT})
    return every


def test_a_watched_module_is_what_it_was(seen: Seen) -> None:
    plain = ModuleType("seen.old", "Old.")
    old: Any = load()
    assert isinstance(old, ModuleType)
    assert inspect.ismodule(old)
    assert type(old).__name__ == "module"
    assert repr(old).startswith("<module 'seen.old' from ")
    assert old.__doc__ == "Old."
    assert {*dir(plain), "X", "other"} <= set(dir(old))
    assert vars(old)["other"] == old.other == 1
    for name in ("__module__", "missing", "__slots__"):
        assert hasattr(old, name) == hasattr(plain, name)
        with pytest.raises(AttributeError) as error:
            getattr(old, name)
        assert str(error.value) == f"module 'seen.old' has no attribute '{name}'"
    with pytest.raises(TypeError, match="cannot pickle 'module' object"):
        copy.deepcopy(old)
    assert type(old.__loader__) is type(sys.modules["seen.new"].__loader__)
    assert old.__spec__ is not None
    assert old.__spec__.loader is old.__loader__
    assert inspect.getsource(old) == FILES["seen/old.py"]


def test_a_missing_name_fails_as_ever(seen: Seen, project: Path) -> None:
    (project / "seen/old.py").write_text("", encoding="utf-8")
    old: Any = load()
    with pytest.raises(AttributeError, match=r"^module 'seen\.old' has no attribute 'X'$"):
        _ = old.X
    with pytest.raises(ImportError, match=r"^cannot import name 'X' from 'seen\.old' \("):
        run("from seen.old import X")()
    with pytest.raises(AttributeError):
        del old.X
    assert ("name", "seen.old.X") not in seen


def test_a_lazy_module_is_seen_through(seen: Seen, project: Path) -> None:
    text = "def __getattr__(name):\n    if name == 'X': return 5\n    raise AttributeError(name)\n"
    (project / "seen/old.py").write_text(text, encoding="utf-8")
    assert getattr(load(), "X") == 5  # noqa: B009
    assert not hasattr(load(), "Y")
    assert ("name", "seen.old.X") in seen


LAZY = """
import sys
from types import ModuleType

class Lazy(ModuleType):
    @property
    def X(self):
        return 6

    def __getattr__(self, name):
        return name

sys.modules[__name__].__class__ = Lazy
"""


def test_a_module_that_gives_itself_a_class_is_seen_through(seen: Seen, project: Path) -> None:
    (project / "seen/old.py").write_text(LAZY, encoding="utf-8")
    old: Any = load()
    assert (old.X, old.anything, type(old).__name__) == (6, "anything", "Lazy")
    assert ("name", "seen.old.X") in seen


NO_MODULE = """
import sys

class Fake:
    {slots}
    X = 7

sys.modules[__name__] = Fake()
"""


@pytest.mark.parametrize(
    ("slots", "unwatched", "expected"),
    [
        pytest.param("other = 1", set(), [IMPORT, NAME], id="an-object"),
        pytest.param("__slots__ = ()", {"seen.old"}, [IMPORT], id="one-that-takes-no-class"),
    ],
)
def test_what_a_module_puts_in_its_place_is_watched_or_told(
    project: Path, slots: str, unwatched: set[str], expected: list[tuple[str, str]]
) -> None:
    (project / "seen/old.py").write_text(NO_MODULE.format(slots=slots), encoding="utf-8")
    watch, found = watch_of(project)
    watch.start()
    try:
        assert load().X == 7
    finally:
        watch.stop()
    assert (found, watch.unwatched) == (expected, unwatched)


def test_reload_and_a_second_import_stay_watched(seen: Seen) -> None:
    old: Any = load()
    seen.clear()
    importlib.reload(old)
    assert seen == []
    assert old.X
    assert seen == [("name", "seen.old.X")]
    del sys.modules["seen.old"]
    seen.clear()
    assert load() is not old
    assert seen == [("import", "seen.old")]


def test_a_namespace_package_is_watched(project: Path) -> None:
    (project / "seen/__init__.py").unlink()
    watch, found = watch_of(project)
    watch.start()
    run("import seen.gone; seen.gone")()
    watch.stop()
    assert found == [("import", "seen.gone"), ("name", "seen.gone")]


def test_threads_are_seen(seen: Seen) -> None:
    thread = threading.Thread(target=run("from seen.old import X"))
    thread.start()
    thread.join()
    assert {IMPORT, NAME} <= set(seen)


def test_afterwards_everything_is_as_before(project: Path) -> None:
    finders = list(sys.meta_path)
    watch, _ = watch_of(project)
    watch.start()
    old = load()
    assert type(old) is not ModuleType
    watch.stop()
    assert type(old) is ModuleType
    assert sys.meta_path == finders


def test_one_watch_within_another(seen: Seen, project: Path) -> None:
    """As where tests of a plugin run pytest in their own process."""
    watch, inner = watch_of(project)
    watch.start()
    assert getattr(load(), "X")  # noqa: B009
    watch.stop()
    assert {IMPORT, NAME} <= set(inner)
    assert {IMPORT, NAME} <= set(seen)
    inner.clear()
    seen.clear()
    assert getattr(load(), "X")  # noqa: B009
    assert (inner, NAME in seen) == ([], True)


def test_what_nothing_can_watch_is_known(project: Path) -> None:
    (project / "seen/old.py").write_text("class X:\n    def run(self): ...\n", encoding="utf-8")
    config = CONFIG.replace("seen.old.X", "seen.old.X.run").replace("seen.new.Y", "seen.new.Y.go")
    assert targets(project, config).unseen[:1] == ["seen.old.X.run"]

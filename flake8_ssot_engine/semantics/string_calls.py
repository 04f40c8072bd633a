"""The calls that resolve a string, by the names of what is called; `strings.py` reads them.

Sources: the documentation of `unittest.mock`, pytest's `MonkeyPatch`, pytest-mock, `importlib`,
`pkgutil.resolve_name`, `logging.getLogger`, and Django's and Werkzeug's `import_string`.
"""

from __future__ import annotations

import enum

from flake8_ssot_engine.names import QualifiedName


class Shape(enum.Enum):
    """Which arguments of a call are read, and as what."""

    PATH = enum.auto()
    LOGGER = enum.auto()
    REBOUND_PATH = enum.auto()
    ATTRIBUTE = enum.auto()
    REBOUND_ATTRIBUTE = enum.auto()
    PATH_OR_ATTRIBUTE = enum.auto()
    SEVERAL = enum.auto()
    MAPPING = enum.auto()
    ITEM = enum.auto()
    KEY = enum.auto()
    MODULE = enum.auto()
    DUNDER_IMPORT = enum.auto()


MOCKER = QualifiedName(("<mocker>",))
"""What stands for pytest-mock's fixture, as `fixtures.py` finds it; below, for pytest's."""
MONKEYPATCH = QualifiedName(("<monkeypatch>",))
IMPORT_MODULE = QualifiedName(("importlib", "import_module"))
SYS_MODULES = QualifiedName(("sys", "modules"))
OF_MODULES = ("get", "pop", "setdefault")
"""The methods by which `sys.modules` is asked, and every other dictionary."""


def _shapes() -> dict[QualifiedName, Shape]:
    parse = QualifiedName.parse
    found: dict[QualifiedName, Shape] = {}
    patches = [parse("unittest.mock.patch"), parse("mock.patch"), parse("mock.mock.patch")]
    for patch in (*patches, MOCKER.child("patch")):
        found[patch] = Shape.REBOUND_PATH
        found[patch.child("object")] = Shape.REBOUND_ATTRIBUTE
        found[patch.child("multiple")] = Shape.SEVERAL
        found[patch.child("dict")] = Shape.MAPPING
    found[MOCKER.child("spy")] = Shape.REBOUND_ATTRIBUTE
    for name in ("setattr", "delattr"):
        found[MONKEYPATCH.child(name)] = Shape.PATH_OR_ATTRIBUTE
        found[parse(f"builtins.{name}")] = Shape.REBOUND_ATTRIBUTE
    for name in ("setitem", "delitem"):
        found[MONKEYPATCH.child(name)] = Shape.ITEM
    for name in ("getattr", "hasattr"):
        found[parse(f"builtins.{name}")] = Shape.ATTRIBUTE
    for name in OF_MODULES:
        found[SYS_MODULES.child(name)] = Shape.KEY
    found[IMPORT_MODULE] = Shape.MODULE
    found[parse("importlib.util.find_spec")] = Shape.MODULE
    found[parse("builtins.__import__")] = Shape.DUNDER_IMPORT
    found[parse("logging.getLogger")] = Shape.LOGGER
    for dotted in (
        "pkgutil.resolve_name",
        "runpy.run_module",
        "pytest.importorskip",
        "django.utils.module_loading.import_string",
        "werkzeug.utils.import_string",
    ):
        found[parse(dotted)] = Shape.PATH
    return found


SHAPES = _shapes()

READERS = frozenset(
    {name.last for name, shape in SHAPES.items() if shape in (Shape.PATH, Shape.MODULE)}
    | {"__import__", "modules"}
)
"""The last parts of what reads a module that no import statement of the file names."""

CALLED = READERS.union(
    name.last for name in SHAPES if name.last not in {*OF_MODULES, "object", "multiple", "dict"}
)
"""Words, of which each call that takes a string has one: `patch.object` has `patch`, and what is
asked of `sys.modules` has `modules`."""

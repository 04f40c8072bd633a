"""Watch: sees code import old modules, and read, set and remove old names.

A module's `__class__` may be set to a subclass of what it was (The Python Language Reference,
"Customizing module attribute access"). Ours has a data descriptor for each old name, so that only
access to these costs anything, from C as well; the values stay in the module's `__dict__`.

`import old` of a module that is there already reads its `__spec__` (PEP 302 and
`PyImport_ImportModuleLevelObject`), and so does `importlib`: that is a descriptor too. The first
import asks the finders on `sys.meta_path`, of which one is ours; it passes a loader on that puts
the original one back before the module runs, as `importlib.util.LazyLoader` does.

Not seen: what is read from the `__dict__` of a module.
"""

from __future__ import annotations

import dis
import sys
from collections.abc import Callable, Sequence
from importlib.machinery import ModuleSpec
from types import FrameType, ModuleType, new_class
from typing import Any

from flake8_ssot_engine.campaign.found.stacks import is_of_import_system
from flake8_ssot_engine.campaign.found.targets import Symbol, Target, Targets
from flake8_ssot_engine.campaign.found.uses import Manner

Note = Callable[[Symbol, Manner, FrameType], None]
"""Hears of a use: what was reached, how, and by which call. Must not raise."""
_SPEC = "__spec__"
_MISSING = object()


class Watch:
    """Watches the modules that are loaded and those to come."""

    def __init__(
        self, targets: Targets, note: Note, is_of_project: Callable[[FrameType], bool]
    ) -> None:
        """Tell `note` of each use; `is_of_project` says of a call whether the project makes it."""
        self.targets = targets
        self._note = note
        self._is_on = False
        self._is_of_project = is_of_project
        self.unwatched: set[str] = set()
        """Modules that are there, but take no other class."""
        self._bases: dict[type, type] = {}
        self._finder = _Finder(self)

    def start(self) -> tuple[str, ...]:
        """Begin; return the modules that were loaded before."""
        self._is_on = True
        sys.meta_path.insert(0, self._finder)
        return tuple(self.look_again())

    def stop(self) -> None:
        """Leave every module as it was, but for those that another watch took over; see nothing."""
        self._is_on = False
        if self._finder in sys.meta_path:
            sys.meta_path.remove(self._finder)
        for module in list(sys.modules.values()):
            base = self._bases.get(type(module))
            if base is not None:
                object.__setattr__(module, "__class__", base)

    def note(self, symbol: Symbol, manner: Manner, frame: FrameType) -> None:
        """Tell of a use, while this watches."""
        if self._is_on:
            self._note(symbol, manner, frame)

    def look_again(self) -> list[str]:
        """Watch what came to be loaded without the finder; return what was not watched before."""
        found = []
        for name in self.targets.modules:
            module = sys.modules.get(name)
            if module is None or name in self.unwatched or self._is_watched(module):
                continue
            target = self.targets.of(name)
            if target is not None and self.put_on(name, module, target):
                found.append(name)
        return found

    def _is_watched(self, module: Any) -> bool:
        return not self._bases.keys().isdisjoint(type(module).__mro__)

    def put_on(self, name: str, module: Any, target: Target) -> bool:
        """Watch one module, from now on; return whether that can be done."""
        base = type(module)
        if self._is_watched(module):
            return True
        names: dict[str, Any] = {"__module__": _NoAttribute()}
        for one, symbol in target.names.items():
            names[one] = _Name(one, symbol, self.note, getattr(base, one, _MISSING))
        if target.itself is not None:
            names[_SPEC] = _Spec(target.itself, self.note, self._is_of_project)
        watched = new_class(base.__name__, (base,), exec_body=lambda space: space.update(names))
        try:
            object.__setattr__(module, "__class__", watched)
        except TypeError:  # of another kind, with slots perhaps, that a module put in its place
            self.unwatched.add(name)
            return False
        self._bases[watched] = base
        return True


def _namespace(module: Any) -> dict[str, Any]:
    namespace: dict[str, Any] = object.__getattribute__(module, "__dict__")
    return namespace


def _caller() -> FrameType:
    """Return the nearest call that is none of a Watch: one may be within another."""
    frame = sys._getframe(1)
    while frame.f_globals is globals() and frame.f_back is not None:
        frame = frame.f_back
    return frame


class _NoAttribute:
    """Keeps a class from giving its instances what the class has: modules have no `__module__`."""

    def __get__(self, module: Any, owner: type) -> Any:
        if module is None:
            return "builtins"
        raise AttributeError


class _Stored:
    """A data descriptor of what lies in a module's `__dict__`."""

    def __init__(self, name: str, symbol: Symbol, note: Note) -> None:
        self.name = name
        self.symbol = symbol
        self.note = note

    def value(self, module: Any) -> Any:
        """Return what there is; by AttributeError, modules ask their `__getattr__` (PEP 562)."""
        try:
            return _namespace(module)[self.name]
        except KeyError:
            raise AttributeError(self.name) from None

    def __set__(self, module: Any, value: Any) -> None:
        _namespace(module)[self.name] = value

    def __delete__(self, module: Any) -> None:
        try:
            del _namespace(module)[self.name]
        except KeyError:
            raise AttributeError(self.name) from None


class _Name(_Stored):
    """An old name; `inherited` is what the module's own class has by that name."""

    def __init__(self, name: str, symbol: Symbol, note: Note, inherited: Any) -> None:
        super().__init__(name, symbol, note)
        self._inherited = inherited
        self._comes_first = hasattr(inherited, "__set__")  # before the `__dict__`: data descriptors

    def __get__(self, module: Any, owner: type) -> Any:
        if module is None:
            return self
        try:
            value = self._found_in(module)
        except AttributeError:
            if "__getattr__" in _namespace(module):
                self.note(self.symbol, Manner.NAME, _caller())
            raise
        self.note(self.symbol, Manner.NAME, _caller())
        return value

    def _found_in(self, module: Any) -> Any:
        is_inherited = self._comes_first or self.name not in _namespace(module)
        if not is_inherited or self._inherited is _MISSING:
            return self.value(module)
        if hasattr(self._inherited, "__get__"):
            return self._inherited.__get__(module, type(module))
        return self._inherited

    def __set__(self, module: Any, value: Any) -> None:
        self._note_change(_caller())
        if self._comes_first:
            self._inherited.__set__(module, value)
        else:
            super().__set__(module, value)

    def __delete__(self, module: Any) -> None:
        self._note_change(_caller())
        if self._comes_first:
            self._inherited.__delete__(module)
        else:
            super().__delete__(module)

    def _note_change(self, frame: FrameType) -> None:
        if not is_of_import_system(frame):  # which binds a submodule in its package
            self.note(self.symbol, Manner.CHANGE, frame)


class _Spec(_Stored):
    """The `__spec__` of a module that is to go."""

    def __init__(
        self, symbol: Symbol, note: Note, is_of_project: Callable[[FrameType], bool]
    ) -> None:
        super().__init__(_SPEC, symbol, note)
        self._is_of_project = is_of_project

    def __get__(self, module: Any, owner: type) -> Any:
        if module is None:
            return self
        frame = _caller()
        if self._is_import(frame):
            self.note(self.symbol, Manner.IMPORT, frame)
        return self.value(module)

    def _is_import(self, frame: FrameType) -> bool:
        """Whether a call that reads it does so since it imports a module that is there."""
        if is_of_import_system(frame):
            return frame.f_code.co_name == "_find_and_load"
        name = dis.opname[frame.f_code.co_code[frame.f_lasti]]
        if name.startswith("CALL"):  # `__import__("old")`; libraries ask by `getattr` as well
            return self._is_of_project(frame)
        return name == "IMPORT_NAME"


class _Finder:
    """Sees the first import of a module."""

    def __init__(self, watch: Watch) -> None:
        self._watch = watch

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return what the other finders find, for a module that is to be watched."""
        wanted = self._watch.targets.of(name)
        if wanted is None:
            return None
        self._watch.look_again()  # at what has no loader: namespace packages
        spec = self._ask_others(name, path, target)
        if spec is None:
            return None
        frame = _caller()
        if wanted.itself is not None and _is_first_import(frame):
            self._watch.note(wanted.itself, Manner.IMPORT, frame)
        if hasattr(spec.loader, "exec_module"):
            spec.loader = _Loader(spec.loader, self._watch, wanted)  # type: ignore[assignment]
        return spec

    def _ask_others(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None
    ) -> ModuleSpec | None:
        after = sys.meta_path.index(self) + 1 if self in sys.meta_path else 0
        for finder in sys.meta_path[after:]:
            find = getattr(finder, "find_spec", None)
            if find is not None:
                spec: ModuleSpec | None = find(name, path, target)
                if spec is not None:
                    return spec
        return None


def _is_first_import(frame: FrameType | None) -> bool:
    """Whether the import system asks for a module to load it, not only where it is."""
    while frame is not None and is_of_import_system(frame):
        if frame.f_code.co_name == "_find_and_load_unlocked":
            return True
        frame = frame.f_back
    return False


class _Loader:
    """Loads a module by its own loader, and watches it."""

    def __init__(self, loader: Any, watch: Watch, target: Target) -> None:
        self._loader = loader
        self._watch = watch
        self._target = target

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Have the module made."""
        made: ModuleType | None = self._loader.create_module(spec)
        return made

    def exec_module(self, module: ModuleType) -> None:
        """Have the module run, under its own loader; it may give itself another class then."""
        name = module.__name__
        module.__loader__ = self._loader
        if module.__spec__ is not None:
            module.__spec__.loader = self._loader
        self._watch.put_on(name, module, self._target)
        self._loader.exec_module(module)
        self._watch.put_on(name, sys.modules.get(name, module), self._target)

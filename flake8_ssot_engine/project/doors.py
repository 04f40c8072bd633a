"""Doors: whether the imports of a file can lead to a moved symbol, asked of one file alone.

Most files that are to be checked end here, for the price of their import statements.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cached_property

from flake8_ssot_engine.migrations import MoveIndex
from flake8_ssot_engine.names import QualifiedName, absolute_path
from flake8_ssot_engine.project.prefilter import Needles
from flake8_ssot_engine.project.reexports import Reexports
from flake8_ssot_engine.semantics.import_texts import ImportText


class Doors:
    """The modules of a project through which moved symbols can be reached, as far as asked.

    `needles` are all the names under which the project knows a moved symbol, None where they
    were not looked for.
    """

    def __init__(
        self, index: MoveIndex, reexports: Reexports, needles: Needles | None = None
    ) -> None:
        self._index = index
        self._reexports = reexports
        self._modules = reexports.modules
        self._needles = needles
        self._has_door: dict[QualifiedName, bool] = {}
        self._leads: dict[QualifiedName, bool] = {}
        self._only_new: dict[QualifiedName, bool] = {}

    def may_be_passed(
        self,
        imports: Iterable[ImportText],
        package: QualifiedName,
        *,
        asks_modules: bool = True,
        assigns_old: Callable[[], bool] = lambda: True,
    ) -> bool:
        """Whether an import of a file leads to a moved symbol, or to a module that has one.

        `asks_modules` says whether the file takes an attribute of anything that may be such
        a one, `assigns_old` whether it may give a new symbol the name of an old one by an
        assignment: the import of a new one by itself breaks no rule. Of imports that stand
        for nothing on disk, only what they spell is known.
        """
        for one in imports:
            if one.name is None:
                # Attributes of a package go down as far as somebody imported it.
                name = QualifiedName(one.module.split("."))
                if self._index.is_relevant(name) or self._spells_door(name):
                    return True
                if asks_modules and self._modules.is_module(name):
                    return True
                continue
            module = absolute_path(package, one.module)
            if not module:
                continue
            if one.name == "*":
                if self._star_leads(module):
                    return True
            elif self.leads(module.child(one.name), asks_modules=asks_modules):
                is_renamed = one.alias is not None and one.alias in self._olds
                if is_renamed or not self._is_only_new(module.child(one.name)) or assigns_old():
                    return True
        return False

    @cached_property
    def _olds(self) -> frozenset[str]:
        return frozenset(move.old.last for _, move in self._index)

    def _is_only_new(self, name: QualifiedName) -> bool:
        """Whether a name stands for a new home of something, and for nothing else of a move."""
        if name not in self._only_new:
            self._only_new[name] = self._find_only_new(name)
        return self._only_new[name]

    def _find_only_new(self, name: QualifiedName) -> bool:
        every = self._reexports.reach(name)
        matches = [match for reached in every for match in self._index.moved_to(reached)]
        return (
            bool(matches)
            and not any(match.move.factory for match in matches)
            and not any(self._index.match(reached) for reached in every)
            and not any(map(self._modules.is_module, every))
            and not any(
                len(end) > len(reached) and end.is_under(reached)
                for _, move in self._index
                for end in (move.old, move.new)
                if end is not None
                for reached in every
            )
        )

    def leads(self, name: QualifiedName, *, asks_modules: bool = True) -> bool:
        """Whether what is imported as `name` is an end of a move, or a module that may have one."""
        if self._index.is_relevant(name):
            return True
        if self._needles is not None and not self._needles.may_name(name):
            return asks_modules and self._modules.is_module(name)
        if name not in self._leads:
            self._leads[name] = self._modules.split(name)[0] != () and (
                self._is_moved(name)
                or any(map(self._modules.is_module, self._reexports.reach(name)))
            )
        return self._leads[name]

    def _spells_door(self, name: QualifiedName) -> bool:
        return self._needles is not None and self._needles.may_name(name)

    def _star_leads(self, module: QualifiedName) -> bool:
        if self._index.is_relevant(module):
            return True
        if module not in self._has_door:
            public = self._modules.public_names(module) or ()
            self._has_door[module] = any(
                self._is_moved(name)
                for name in map(module.child, public)
                if self._needles is None or self._needles.may_name(name)
            )
        return self._has_door[module]

    def _is_moved(self, name: QualifiedName) -> bool:
        return any(
            self._index.match(reached) is not None
            or self._index.moved_to(reached)
            or reached in self._homes
            for reached in self._reexports.reach(name)
        )

    @cached_property
    def _homes(self) -> frozenset[QualifiedName]:
        """Where the new homes of moves have their symbols from."""
        ends = (self._index.final(move.new) for _, move in self._index if move.new)
        homes = (self._reexports.home(end) for end in ends if end)
        return frozenset(home for home in homes if home)

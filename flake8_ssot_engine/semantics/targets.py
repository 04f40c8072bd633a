"""Targets: what an attribute of a module may stand for."""

from __future__ import annotations

from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.records import NamedTuple


class Targets(NamedTuple):
    """What an attribute of a module may stand for; nothing at all means that there is none.

    `elsewhere` are names to look up in other modules. `own` are those of definitions in this
    one, as they were when they were bound: the attribute of that name may be another by now.
    `imported` are those of the former that a statement takes from the module that they begin with.
    """

    elsewhere: list[QualifiedName]
    own: list[QualifiedName]
    is_certain: bool
    imported: frozenset[QualifiedName] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.elsewhere or self.own)

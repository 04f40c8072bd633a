"""Migrations: what must go and what replaces it, as pure declarations with their look-up."""

from __future__ import annotations

import enum
from collections.abc import Iterator
from typing import TYPE_CHECKING

from flake8_ssot_engine.errors import ConfigProblem
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.records import NamedTuple

if TYPE_CHECKING:
    import datetime

NOWHERE = ConfigProblem("", None, "", "")
"""The place of a declaration that stands in no file."""


class Globs(NamedTuple):
    """Gitignore-style patterns, read from the absolute folder `base` down."""

    base: str
    patterns: tuple[str, ...]


class Enforcement(enum.Enum):
    """What a phase does with the violations in its files."""

    OFF = "off"
    """Counted, not reported."""
    RATCHET = "ratchet"
    """What the baseline holds is tolerated; anything else is a violation."""
    ERROR = "error"
    """Every violation is one, baseline or not."""


class CallRewrite(NamedTuple):
    """An ast-grep pattern on a call of the old symbol, with what to write instead."""

    pattern: str
    rewrite: str


class Move(NamedTuple):
    """One symbol or module, its new home (None: there is no replacement), and its calls.

    `place` is where it is declared, as a problem without a message; so for the others below.
    """

    old: QualifiedName
    new: QualifiedName | None
    hint: str = ""
    factory: str = ""
    factory_modules: tuple[QualifiedName, ...] = ()
    calls: tuple[CallRewrite, ...] = ()
    place: ConfigProblem = NOWHERE

    @property
    def is_named_as_class(self) -> bool:
        """Whether the symbol has a name as PEP 8 gives to classes."""
        name = self.old.last.lstrip("_")
        return name[:1].isupper() and not name.isupper()

    @property
    def renames(self) -> bool:
        """Whether the symbol has another name at its new home."""
        return self.new is not None and self.new.last != self.old.last


class Validator(NamedTuple):
    """A command that must pass; `retries` is how often a flaky one is tried again."""

    command: str
    retries: int = 0
    timeout_seconds: float = 3600.0


class Phase(NamedTuple):
    """An ordered step of a migration: some paths, how strictly they are held, what proves it."""

    name: str
    paths: Globs
    enforce: Enforcement = Enforcement.RATCHET
    validate: tuple[Validator, ...] = ()
    place: ConfigProblem = NOWHERE


class Migration(NamedTuple):
    """Moves that are made for one reason, with the files that may still use the old names."""

    id: str
    title: str = ""
    reason: str = ""
    url: str = ""
    deadline: datetime.date | None = None
    owners: tuple[Globs, ...] = ()
    bridge: str = ""
    moves: tuple[Move, ...] = ()
    phases: tuple[Phase, ...] = ()
    place: ConfigProblem = NOWHERE
    owner_places: tuple[ConfigProblem, ...] = ()
    """Those of the declared owners, which come first in `owners`."""

    def is_overdue(self, today: datetime.date | None = None) -> bool:
        """Whether the deadline has come, from which on nothing is tolerated.

        `today` is what the clock says, unless it is given.
        """
        if self.deadline is None:
            return False
        if today is None:
            import datetime  # few migrations have a deadline

            today = datetime.date.today()
        return today >= self.deadline

    def enforcement_in(
        self, phase: Phase | None, today: datetime.date | None = None
    ) -> Enforcement:
        """Return how strictly the files of a phase, or of none, are held."""
        if self.is_overdue(today):
            return Enforcement.ERROR
        return Enforcement.RATCHET if phase is None else phase.enforce

    def enforced(self) -> Migration:
        """Return this migration with no phase that is off."""
        return self._replace(
            phases=tuple(
                phase._replace(enforce=Enforcement.RATCHET)
                if phase.enforce is Enforcement.OFF
                else phase
                for phase in self.phases
            ),
        )


class Match(NamedTuple):
    """A qualified name that a move applies to.

    `symbol` is the name as resolved, `replacement` what it becomes at the end of a chain
    of moves, None where the chain ends in a move without a new home.
    """

    migration: Migration
    move: Move
    symbol: QualifiedName
    replacement: QualifiedName | None

    @property
    def is_exact(self) -> bool:
        """Whether the name is the moved symbol itself, not something below it."""
        return self.symbol == self.move.old


class MoveIndex:
    """Finds the move for a qualified name; of several, the one with the longest old name."""

    __slots__ = ("_by_new", "_by_old", "_relatives")

    def __init__(self, migrations: tuple[Migration, ...]) -> None:
        self._by_old: dict[tuple[str, ...], tuple[Migration, Move]] = {}
        self._by_new: dict[tuple[str, ...], list[tuple[Migration, Move]]] = {}
        self._relatives: set[tuple[str, ...]] = set()
        for migration in migrations:
            for move in migration.moves:
                self._by_old.setdefault(tuple(move.old), (migration, move))
                for name in (move.old, *([move.new] if move.new else [])):
                    self._relatives.update(name[:end] for end in range(1, len(name) + 1))
        for migration, move in self._by_old.values():
            end = self.final(move.new) if move.new else None
            if end is not None:
                self._by_new.setdefault(tuple(end), []).append((migration, move))

    def __iter__(self) -> Iterator[tuple[Migration, Move]]:
        return iter(self._by_old.values())

    def match(self, name: QualifiedName) -> Match | None:
        """Return the move that `name` falls under, with its final replacement."""
        for end in range(len(name), 0, -1):
            found = self._by_old.get(name[:end])
            if found is not None:
                migration, move = found
                new = None if move.new is None else self.final(name.rebased(move.old, move.new))
                return Match(migration, move, name, new)
        return None

    def moved_to(self, name: QualifiedName) -> list[Match]:
        """Return a Match for each move whose final new home is exactly `name`."""
        return [
            Match(migration, move, move.old, name)
            for migration, move in self._by_new.get(tuple(name), ())
        ]

    def final(self, name: QualifiedName) -> QualifiedName | None:
        """Follow moves from `name` to the end of the chain; None if it has no replacement.

        Configuration refuses cycles, so this ends.
        """
        found = self.match(name)
        return name if found is None else found.replacement

    def is_relevant(self, name: QualifiedName) -> bool:
        """Whether `name` is an end of a move, above one, or below one."""
        return tuple(name) in self._relatives or any(
            name[:end] in self._by_old or name[:end] in self._by_new
            for end in range(len(name), 0, -1)
        )

"""The past: what a file of a snapshot held, decided once for all snapshots where that is so.

A verdict on a file depends on its path, its content, and on what it asked about other files; it
stands wherever these are the same (`witness.py`). Where texts were read, one of the facts is what
was looked for: which files a snapshot has says how much of an old path a text has to spell.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.check import Checker
from flake8_ssot_engine.engine.findings import FileResult
from flake8_ssot_engine.engine.matching import Trait, trait_of
from flake8_ssot_engine.engine.shared import texts_of
from flake8_ssot_engine.engine.text_files import check_text
from flake8_ssot_engine.engine.texts.reader import TextReader
from flake8_ssot_engine.engine.witness import Fact, Witness, told
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.project.garbage import no_collection
from flake8_ssot_engine.project.git_objects import Objects, shared_objects
from flake8_ssot_engine.project.past_files import PastWalk
from flake8_ssot_engine.project.past_modules import PastModules, Readings
from flake8_ssot_engine.project.past_names import NamedFiles, past_old_names
from flake8_ssot_engine.project.prefilter import Needles
from flake8_ssot_engine.project.reexports import Reexports
from flake8_ssot_engine.project.snapshots import Snapshot
from flake8_ssot_engine.project.text_formats import is_text
from flake8_ssot_engine.project.texts import OldName
from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.source import Position

_OLDS = "olds"


class Seen(NamedTuple):
    """One violation: what it is known by, and where it starts and ends."""

    trait: Trait
    start: Position
    end: Position


class TextSpan(NamedTuple):
    """Where a text names what has moved."""

    start: Position
    end: Position


class Verdict(NamedTuple):
    """What a content held where the facts are as they were.

    `texts` are the places of those references that are in texts.
    """

    name: str
    facts: tuple[Fact, ...]
    violations: tuple[Seen, ...]
    references: Mapping[str, int]
    is_unreadable: bool
    texts: tuple[TextSpan, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to tell."""
        return not (self.violations or self.references or self.is_unreadable)


class Project(NamedTuple):
    """What the tasks of one migration share; `settings` are those of it alone.

    `place` is what `shared_objects` takes, `prefix` leads from the repository's top to the project.
    """

    place: tuple[str, str]
    prefix: tuple[str, ...]
    settings: Settings
    needles: Needles


class PastFileTask(NamedTuple):
    """A file to be checked: its contents, by the trees of the snapshots, and what is known."""

    path: str
    contents: tuple[tuple[str, str], ...]
    known: tuple[Verdict, ...]


class Task(NamedTuple):
    """Some files of one migration."""

    project: Project
    files: tuple[PastFileTask, ...]


class PastChecker:
    """Checks the files of snapshots, which are known by their trees."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._objects: Objects = shared_objects(*project.place)
        self._readings = Readings()
        self._snapshots: dict[str, Snapshot] = {}
        self._modules: dict[str, tuple[PastModules, Reexports]] = {}
        self._holding: dict[str, dict[Fact, bool]] = {}
        self._walk = PastWalk(project.settings, is_fixed=True)  # it is asked for modules alone
        self._named = NamedFiles()
        self._olds: dict[str, tuple[OldName, ...]] = {}
        self._readers: dict[tuple[OldName, ...], TextReader] = {}

    def snapshot(self, tree: str) -> Snapshot:
        """Return the snapshot that is known by a tree."""
        if tree not in self._snapshots:
            root, prefix = self._project.settings.root, self._project.prefix
            self._snapshots[tree] = Snapshot(self._objects, tree, root, prefix)
        return self._snapshots[tree]

    def number_of(self, path: str, name: str, tree: str, verdicts: list[Verdict]) -> int:
        """Return which of the verdicts on a file is that on a content of it in a snapshot.

        Where none of them stands there, a new one is put at their end.
        """
        for number in reversed(range(len(verdicts))):
            if verdicts[number].name == name and self._holds(verdicts[number].facts, tree):
                return number
        verdicts.append(self.check(path, name, tree))
        return len(verdicts) - 1

    def _holds(self, facts: Sequence[Fact], tree: str) -> bool:
        holding = self._holding.setdefault(tree, {})
        for fact in facts:
            if fact not in holding:
                holding[fact] = (
                    _fact_of_olds(self._olds_in(tree)) == fact
                    if fact.question == _OLDS
                    else fact.holds_in(self._reexports_in(tree))
                )
            if not holding[fact]:
                return False
        return True

    def check(
        self, path: str, name: str, tree: str, *, is_candidate: bool | None = True
    ) -> Verdict:
        """Return what a content held in a snapshot, whatever is known.

        `is_candidate` says whether it may break a rule, None where that is to be found out.
        """
        data = self._objects.content(name)
        if data is None:
            # Of no content, so that it stands nowhere: another time, it may be here.
            return Verdict("", (), (), {}, is_unreadable=True)
        project = self._project
        witness = Witness(self._reexports_in(tree))

        def texts() -> TextReader:
            olds = self._olds_in(tree)
            witness.facts[_fact_of_olds(olds)] = None
            return self._reader(olds)

        checker = Checker(
            project.settings,
            project.needles,
            texts=texts if texts_of(project.settings) else None,
            reexports=witness,
            tells_fixes=False,
        )
        if is_text(path):
            result = check_text(checker.texts, path, data, shown_as=path)
        else:
            result = checker.check_bytes(
                path, data, shown_as=path, parses_all=False, is_candidate=is_candidate
            )
        return _verdict(name, tuple(witness.facts), result)

    def _reader(self, olds: tuple[OldName, ...]) -> TextReader:
        if olds not in self._readers:
            self._readers[olds] = TextReader(self._project.settings, olds)
        return self._readers[olds]

    def _olds_in(self, tree: str) -> tuple[OldName, ...]:
        if tree not in self._olds:
            folders = self._walk.modules(self.snapshot(tree))
            modules = self._reexports_in(tree).modules
            settings = self._project.settings
            self._olds[tree] = past_old_names(settings, folders, modules, self._named)
        return self._olds[tree]

    def _reexports_in(self, tree: str) -> Reexports:
        if tree not in self._modules:
            roots = self._project.settings.source_roots
            modules = PastModules(roots, self.snapshot(tree), self._readings)
            self._modules[tree] = modules, Reexports(modules)
        self._readings.current, reexports = self._modules[tree]
        return reexports


@lru_cache(maxsize=1)
def past_checker_of(project: Project) -> PastChecker:
    """Return the checker for some tasks: what is read for one serves all in the same process."""
    return PastChecker(project)


def check_past(task: Task) -> list[tuple[list[Verdict], list[int]]]:
    """Return of each file the verdicts, and which of them holds of each of its contents."""
    checker = past_checker_of(task.project)
    found = []
    with no_collection():
        for path, contents, known in task.files:
            verdicts = list(known)
            numbers = [checker.number_of(path, name, tree, verdicts) for tree, name in contents]
            found.append((verdicts, numbers))
    return found


def _verdict(name: str, facts: tuple[Fact, ...], result: FileResult) -> Verdict:
    seen = tuple(Seen(trait_of(finding), finding.start, finding.end) for finding in result.findings)
    references = {kind: count for kind, count in result.references.items() if count}
    spans = tuple(TextSpan(place.start, place.end) for place in result.texts)
    return Verdict(name, facts, seen, references, result.error is not None, spans)


def _fact_of_olds(olds: Sequence[OldName]) -> Fact:
    return Fact(_OLDS, QualifiedName(()), told(olds))

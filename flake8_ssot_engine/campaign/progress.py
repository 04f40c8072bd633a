"""Progress: how far each phase of a migration has got, by kinds of reference."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flake8_ssot_engine.campaign.journal import Run, State
from flake8_ssot_engine.config.finder import ConfigFinder
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.edits import Applicability
from flake8_ssot_engine.engine.findings import FileResult
from flake8_ssot_engine.engine.memory import Memory
from flake8_ssot_engine.engine.run import check_each
from flake8_ssot_engine.engine.tasks import Task
from flake8_ssot_engine.migrations import Enforcement, Migration
from flake8_ssot_engine.project.discovery import find_files
from flake8_ssot_engine.project.globs import matches
from flake8_ssot_engine.project.listing import SUFFIXES
from flake8_ssot_engine.project.phases import phase_of
from flake8_ssot_engine.project.texts import (
    FileTexts,
    TextMention,
    find_texts,
    is_passed_over,
    old_names,
    text_files,
)
from flake8_ssot_engine.rules.deprecated_text_reference import DEPRECATED_TEXT
from flake8_ssot_engine.source import Position
from flake8_ssot_engine.violations import ReferenceKind

_TEXT = ReferenceKind.TEXT.value
_SAFE = Applicability.SAFE


@dataclass(slots=True)
class Tally:
    """What there is in some files: violations, how many have a safe fix, references by kind."""

    files: int = 0
    violations: int = 0
    fixable: int = 0
    references: Counter[str] = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        """Add what there is in other files."""
        self.files += other.files
        self.violations += other.violations
        self.fixable += other.fixable
        self.references.update(other.references)

    def as_facts(self) -> dict[str, Any]:
        """Return it as a journal keeps it."""
        return {"violations": self.violations, "references": dict(self.references)}


@dataclass(frozen=True, slots=True)
class PhaseProgress:
    """One phase: what was there when the first phase ran, what is left, and when it was done.

    `name` is "" for the files in no phase. `was` has `violations` and `references` by kind.
    """

    name: str
    enforce: Enforcement
    left: Tally
    was: Mapping[str, Any]
    done: str = ""
    commit: str = ""
    run: str = ""


@dataclass(frozen=True, slots=True)
class LookAlikes:
    """How often the last part of an old name stands in the project's files, and as what.

    `hits` counts as `grep -o` does; `references` and `texts` are those that name the old symbol,
    `longer` those within a longer word, `owned` those in the owners' files, `others` the rest: the
    word in prose, or for another symbol. `where` says how many of those each file has, at least,
    by absolute paths, those with the most first.
    """

    name: str
    hits: int
    references: int
    texts: int
    longer: int
    owned: int
    others: int
    where: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Progress:
    """A migration at a glance.

    `unreadable` are the files of which nothing is known; `retired` says when the bridge was
    removed, "" if that is not known to have been done.
    """

    migration: Migration
    phases: tuple[PhaseProgress, ...]
    look_alikes: tuple[LookAlikes, ...]
    unreadable: int = 0
    retired: str = ""

    @property
    def left(self) -> int:
        """The violations that are left."""
        return sum(phase.left.violations for phase in self.phases)


@dataclass(frozen=True, slots=True)
class Inventory:
    """Everything in a project that names what a migration moves, by file (absolute paths).

    `texts` are what names it outside of the violations. Files that may name the old symbols, the
    owners, are not in it.
    """

    migration: Migration
    results: Mapping[str, FileResult]
    texts: Mapping[str, tuple[TextMention, ...]]
    counts: Sequence[FileTexts]

    @property
    def paths(self) -> list[str]:
        """The files that hold something, sorted."""
        return sorted({*self.results, *self.texts})


def take_inventory(
    settings: Settings,
    migration: Migration,
    finder: ConfigFinder,
    *,
    jobs: int,
    cache: str = "",
) -> Inventory:
    """Look through a project for what names the symbols of one migration.

    `cache` is the name of what is remembered of it from one time to the next; "" begins anew.
    """
    own = settings.of_migration(migration.id)
    memory = Memory(own, parses_all=False, name=cache) if cache else None
    found = find_files(
        [settings.root],
        finder,
        with_texts=own.selects(DEPRECATED_TEXT.code),
        listing=memory.listing if memory else None,
    )
    ours = (settings.path, settings.baseline_file)
    tasks = [Task(p, p, own) for p, s in found if s.path == settings.path and p not in ours]
    checked = check_each(tasks, jobs=jobs, parses_all=False, memory=memory, with_texts=True)
    if memory is not None:
        memory.write()
    results = {result.path: result for result in checked}
    files = text_files([settings.root], finder)
    olds = {move.old for move in migration.moves}
    names = [old for old in old_names(settings, files) if old.name in olds]
    texts = find_texts(files, names, jobs=jobs)
    mentions = {
        file.path: beside
        for file in texts
        if not any(matches(globs, file.path) for globs in migration.owners)
        and (file.path.endswith(SUFFIXES) or not is_passed_over(file.path, settings))
        and (beside := tuple(_unresolved(file.mentions, results.get(file.path))))
    }
    return Inventory(migration, results, mentions, texts)


def progress_of(inventory: Inventory, runs: Sequence[Run]) -> Progress:
    """Return how far a migration has got, by what there is now and what the runs tell."""
    migration = inventory.migration
    tallies = tally(inventory)
    own = [run for run in runs if run.facts.get("migration") == migration.id]
    was: Mapping[str, Any]
    was = next((run.facts["start"] for run in own if "start" in run.facts), {})
    today = datetime.date.today()
    enforce = {phase.name: migration.enforcement_in(phase, today) for phase in migration.phases}
    phases = []
    for name, left in tallies.items():
        done = next(
            (r for r in reversed(own) if r.facts.get("phase") == name and r.state is State.DONE),
            None,
        )
        facts = done.facts if done else {}
        phases.append(
            PhaseProgress(
                name,
                enforce.get(name, Enforcement.RATCHET),
                left,
                was.get(name) or left.as_facts(),
                facts.get("at", ""),
                facts.get("commit", ""),
                done.name if done else "",
            )
        )
    unreadable = sum(result.error is not None for result in inventory.results.values())
    retired = [run.facts["at"] for run in own if "retired" in run.facts and run.state is State.DONE]
    alike = tuple(_look_alikes(inventory))
    return Progress(migration, tuple(phases), alike, unreadable, "".join(retired[-1:]))


def tally(inventory: Inventory) -> dict[str, Tally]:
    """Add up an inventory by phase, in their order; "" for the files in no phase, if there are."""
    migration = inventory.migration
    tallies = {phase.name: Tally() for phase in migration.phases}
    for path in inventory.paths:
        phase = phase_of(path, migration)
        tallies.setdefault(phase.name if phase else "", Tally()).add(tally_of(inventory, path))
    return tallies


def tally_of(inventory: Inventory, path: str) -> Tally:
    """Add up what an inventory has of one file."""
    result = inventory.results.get(path, FileResult(path))
    mentions = inventory.texts.get(path, ())
    references = Counter(result.references)
    references[_TEXT] += sum(1 for _ in _uncounted(mentions, result))
    return Tally(
        files=int(bool(result.findings or result.references or mentions)),
        violations=len(result.findings),
        fixable=sum(f.violation.applicability is _SAFE for f in result.findings),
        references=references,
    )


def start_facts(inventory: Inventory) -> dict[str, Any]:
    """Return what there was, by phase, for the journal of the first run."""
    return {name: one.as_facts() for name, one in tally(inventory).items()}


def _unresolved(
    mentions: Iterable[TextMention], result: FileResult | None
) -> Iterator[TextMention]:
    """Yield the mentions that are not within a violation."""
    findings = result.findings if result else ()
    texts = {f.start for f in findings if f.violation.code == DEPRECATED_TEXT.code}
    every = result.texts if result else ()
    places = [place for place in every if place.place in texts or not place.name]
    for mention in mentions:
        at = Position(mention.line, mention.column)
        is_within = any(finding.start <= at < finding.end for finding in findings)
        if not is_within and not any(place.covers(at) for place in places):
            yield mention


def _uncounted(mentions: Iterable[TextMention], result: FileResult) -> Iterator[TextMention]:
    """Yield the mentions that are not among the references of a result."""
    for mention in mentions:
        at = Position(mention.line, mention.column)
        if not any(place.covers(at) for place in result.texts):
            yield mention


def _look_alikes(inventory: Inventory) -> Iterator[LookAlikes]:
    names = dict.fromkeys(
        move.old.last for move in inventory.migration.moves if move.is_named_as_class
    )
    for name in names:
        hits = words = references = texts = owned = 0
        others: Counter[str] = Counter()
        for file in inventory.counts:
            count = file.counts.get(name)
            if count is None:
                continue
            hits += count.hits
            words += count.words
            if any(matches(globs, file.path) for globs in inventory.migration.owners):
                owned += count.words
                continue
            result = inventory.results.get(file.path, FileResult(file.path))
            resolved = min(count.words, result.spelled[name])
            beside = _uncounted(inventory.texts.get(file.path, ()), result)
            told = sum(name in mention.text.split(".") for mention in beside)
            told += sum(place.name == name for place in result.texts)
            references += resolved
            texts += told
            others[file.path] = count.words - resolved - told
        left = max(0, words - references - texts - owned)
        where = sorted((+others).items(), key=lambda one: (-one[1], one[0]))
        yield LookAlikes(name, hits, references, texts, hits - words, owned, left, tuple(where))

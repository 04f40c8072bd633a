"""Burn-down: what a migration had left at points of the project's history.

At each point the numbers are those that `ssot status` gives of that commit's files by today's
configuration: violations count in every phase, also where it enforces nothing, and SSOT009, which
is no migration's, does not. git's objects are read as they are: nothing is checked out, fetched, or
written to the repository, and each content is examined once for all points.
"""

from __future__ import annotations

import datetime
import os
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from itertools import pairwise
from typing import Any

from flake8_ssot_engine.campaign.examined import Examined
from flake8_ssot_engine.campaign.past_inventory import PastInventory, Surveyor
from flake8_ssot_engine.campaign.past_texts import Place
from flake8_ssot_engine.campaign.slipping import Slip, find_slips
from flake8_ssot_engine.config.finder import ConfigFinder
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.past import Verdict, past_checker_of
from flake8_ssot_engine.migrations import Migration
from flake8_ssot_engine.project.commits import Commit, first_parents
from flake8_ssot_engine.project.git_objects import Objects, shared_objects
from flake8_ssot_engine.project.parallel import Workers
from flake8_ssot_engine.project.phases import phase_of
from flake8_ssot_engine.project.snapshots import Snapshot
from flake8_ssot_engine.violations import ReferenceKind

_TEXT = ReferenceKind.TEXT.value
_NOTHING = Verdict("", (), (), {}, is_unreadable=False)


@dataclass(frozen=True, slots=True)
class Point:
    """What was left at a commit.

    `references` are by phase ("" for the files in none), then by kind; `violations` by phase, then
    by code, of texts (SSOT008) as well. Every phase is in them. `files` are those that hold
    something, `unreadable` those that may, and of which nothing is known: they do not parse, or
    git's object is not here.
    """

    commit: str
    when: datetime.datetime
    author: str
    subject: str
    files: int
    references: Mapping[str, Mapping[str, int]]
    violations: Mapping[str, Mapping[str, int]]
    unreadable: int


@dataclass(frozen=True, slots=True)
class SlippedIn:
    """A violation at the last point that was not there at the first, and what brought it.

    `path` is relative to the project's root, with slashes; `line` counts from 1.
    """

    commit: str
    when: datetime.datetime
    author: str
    subject: str
    path: str
    line: int
    code: str
    symbol: str


@dataclass(frozen=True, slots=True)
class History:
    """The burn-down of one migration: the points, oldest first, and what slipped in, newest first.

    `missing` counts the points that were left out since folders of theirs are not in this clone.
    """

    migration: str
    points: tuple[Point, ...]
    slipped_in: tuple[SlippedIn, ...]
    missing: int


def trace(
    settings: Settings, finder: ConfigFinder, *, since: str | None, points: int, jobs: int
) -> dict[str, History]:
    """Return the history of each migration of a project, by its id.

    The points, `points` or as many as there are commits, are spread over the first-parent commits
    from the head back to `since`, a commit by any name, or a date: as evenly in time as in commits.
    The last point is the head. What is found is kept in `.ssot_cache`. Raises UsageError where
    there is no history.
    """
    prefix, line = first_parents(settings.root, since)
    commits = line[::-1]
    chosen = [commits[at] for at in _spread(times_of(commits), points)]
    is_fixed = finder.is_fixed
    examined = Examined(settings)
    asked = " ".join((str(is_fixed), commits[0].name, *(one.name for one in chosen)))
    place = settings.root, os.urandom(8).hex()
    objects = shared_objects(*place)
    try:
        if (known := examined.answers.get(asked)) and not objects.has_any(known["missing"]):
            return {one["migration"]: _of_plain(one) for one in known["histories"]}
        lacking = _lacking(settings, objects, prefix, [one.tree for one in chosen])
        here = [one for one in chosen if not lacking[one.tree]]
        between = _between(commits, here)
        trees = list(dict.fromkeys(one.tree for one in here))
        histories = {}
        with Workers(jobs) as workers:
            surveyor = Surveyor(
                settings, place, prefix, trees, workers, examined, is_fixed=is_fixed
            )
            for migration in settings.migrations:
                by_tree = surveyor.inventories(migration)
                inventories = [by_tree[one.tree] for one in here]
                slips = find_slips(surveyor, migration, inventories, between, workers)
                histories[migration.id] = History(
                    migration.id,
                    tuple(map(partial(_point, migration), here, inventories)),
                    tuple(_slipped(settings.root, slip) for slip in slips),
                    len(chosen) - len(here),
                )
        plain = [_to_plain(history) for history in histories.values()]
        missing = [*frozenset().union(*lacking.values()), *surveyor.missing]
        examined.answers = {asked: {"missing": missing, "histories": plain}}
        surveyor.finish()
    finally:
        shared_objects.cache_clear()
        past_checker_of.cache_clear()
    return histories


def _lacking(
    settings: Settings, objects: Objects, prefix: tuple[str, ...], trees: Sequence[str]
) -> dict[str, frozenset[str]]:
    """Return by tree which folders of the project are not here. What is below them is read."""
    snapshots = {tree: Snapshot(objects, tree, settings.root, prefix) for tree in trees}
    tops = (settings.root, *settings.source_roots)
    names = {one.name_of_folder(path) for one in snapshots.values() for path in tops}
    objects.load_trees(sorted(names - {""}))
    return {
        tree: frozenset().union(*map(snapshot.lacking_at, tops))
        for tree, snapshot in snapshots.items()
    }


def times_of(commits: Sequence[Commit | Point]) -> list[datetime.datetime]:
    """Return when each commit was, none later than the one after it: committers' clocks differ."""
    times: list[datetime.datetime] = []
    for commit in reversed(commits):
        times.append(min(times[-1], commit.when) if times else commit.when)
    return times[::-1]


def _spread(times: Sequence[datetime.datetime], wanted: int) -> list[int]:
    """Return the numbers of `wanted` commits, or of all, with the last one.

    Where nothing was committed for long, the commits beside that time stand for it.
    """
    last = len(times) - 1
    if wanted <= 1:
        return [last]
    if wanted > last:
        return list(range(last + 1))
    total = (times[-1] - times[0]).total_seconds() or 1.0
    ways = [at / last + (time - times[0]).total_seconds() / total for at, time in enumerate(times)]
    chosen = {_nearest(ways, ways[-1] * at / (wanted - 1), 0, last) for at in range(wanted)}
    while len(chosen) < wanted:
        gaps = [(one, other) for one, other in pairwise(sorted(chosen)) if other - one > 1]
        one, other = max(gaps, key=lambda gap: ways[gap[1]] - ways[gap[0]])
        chosen.add(_nearest(ways, (ways[one] + ways[other]) / 2, one + 1, other - 1))
    return sorted(chosen)


def _nearest(ways: Sequence[float], way: float, first: int, last: int) -> int:
    """Return the number from `first` to `last` at which an ascending row is nearest to a value."""
    at = bisect_left(ways, way, first, last)
    return at - 1 if at > first and way - ways[at - 1] < ways[at] - way else at


def _between(commits: Sequence[Commit], points: Sequence[Commit]) -> list[list[Commit]]:
    """Return for each point the commits that end with it, after the point before."""
    found: list[list[Commit]] = []
    waiting: list[Commit] = []
    ends = {point.name for point in points}
    for commit in commits:
        waiting.append(commit)
        if commit.name in ends:
            found.append(waiting)
            waiting = []
    return found


def _point(migration: Migration, commit: Commit, inventory: PastInventory) -> Point:
    references: dict[str, Counter[str]] = {phase.name: Counter() for phase in migration.phases}
    violations: dict[str, Counter[str]] = {phase.name: Counter() for phase in migration.phases}
    files, unreadable = 0, inventory.missing
    for path in sorted({*inventory.verdicts, *inventory.mentions}):
        verdict = inventory.verdicts.get(path, _NOTHING)
        mentions = inventory.mentions.get(path, ())
        texts = sum(not _is_covered(place, verdict) for place in mentions)
        unreadable += verdict.is_unreadable
        if not (verdict.violations or verdict.references or texts):
            continue
        files += 1
        phase = phase_of(path, migration)
        name = phase.name if phase else ""
        kinds = references.setdefault(name, Counter())
        kinds.update(verdict.references)
        if texts:
            kinds[_TEXT] += texts
        codes = violations.setdefault(name, Counter())
        codes.update(seen.trait.code for seen in verdict.violations)
    return Point(
        commit.name,
        commit.when,
        commit.author,
        commit.subject,
        files,
        {name: dict(sorted(kinds.items())) for name, kinds in references.items()},
        {name: dict(sorted(codes.items())) for name, codes in violations.items()},
        unreadable,
    )


def _is_covered(place: Place, verdict: Verdict) -> bool:
    """Whether a mention is within a violation, or among the references."""
    spans = [(seen.start, seen.end) for seen in verdict.violations] + list(verdict.texts)
    return any(start <= place < end for start, end in spans)


def _slipped(root: str, slip: Slip) -> SlippedIn:
    commit, path, seen = slip
    return SlippedIn(
        commit.name,
        commit.when,
        commit.author,
        commit.subject,
        os.path.relpath(path, root).replace(os.sep, "/"),
        seen.start.line,
        seen.trait.code,
        seen.trait.symbol,
    )


def _to_plain(history: History) -> dict[str, Any]:
    plain = asdict(history)
    for one in (*plain["points"], *plain["slipped_in"]):
        one["when"] = one["when"].timestamp()
    return plain


def _of_plain(plain: Mapping[str, Any]) -> History:
    points, slips = (
        [
            {**one, "when": datetime.datetime.fromtimestamp(one["when"], datetime.timezone.utc)}
            for one in plain[name]
        ]
        for name in ("points", "slipped_in")
    )
    return History(
        plain["migration"],
        tuple(Point(**one) for one in points),
        tuple(SlippedIn(**one) for one in slips),
        plain["missing"],
    )

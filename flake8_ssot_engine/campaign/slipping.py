"""Slipping: the violations that a history ends with and did not begin with, each with its commit.

A violation is known by its trait: of several alike in one file, those that are more than there were
slipped in. A file that was renamed without a change is the same file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from flake8_ssot_engine.campaign.past_inventory import PastInventory, Surveyor
from flake8_ssot_engine.engine.matching import Trait
from flake8_ssot_engine.engine.past import Project, Seen, Verdict, past_checker_of
from flake8_ssot_engine.migrations import Migration
from flake8_ssot_engine.project.commits import Commit
from flake8_ssot_engine.project.parallel import Workers
from flake8_ssot_engine.project.snapshots import Snapshot


class Slip(NamedTuple):
    """A violation in the file at an absolute path, and the commit that brought it."""

    commit: Commit
    path: str
    seen: Seen


class _Wanted(NamedTuple):
    """The `number`-th violation of a trait in a file, as which it came in."""

    trait: Trait
    number: int


class _Task(NamedTuple):
    """When some violations came into a file, of which all are there in the last of some trees.

    In the tree before these, where the file was `before` ("": nowhere), none is.
    """

    project: Project
    path: str
    before: str
    tree_before: str
    trees: tuple[str, ...]
    wanted: tuple[_Wanted, ...]
    known: tuple[Verdict, ...]


def find_slips(
    surveyor: Surveyor,
    migration: Migration,
    inventories: Sequence[PastInventory],
    between: Sequence[Sequence[Commit]],
    workers: Workers,
) -> list[Slip]:
    """Return what slipped in, newest first; `inventories` are those of the points, in order.

    `between` are the commits that end with each point, after the one before.
    """
    project = surveyor.project_of(migration)
    tasks, places = [], []
    for path, verdict in inventories[-1].verdicts.items():
        ways = _names(path, inventories, surveyor, project, [b[-1].tree for b in between])
        counts = [
            Counter(seen.trait for seen in inventory.verdicts[name].violations)
            if name in inventory.verdicts
            else Counter()
            for name, inventory in zip(ways, inventories, strict=True)
        ]
        by_point: dict[int, list[_Wanted]] = {}
        for trait, last in counts[-1].items():
            for number in range(counts[0][trait] + 1, last + 1):
                at = max(n for n, count in enumerate(counts) if count[trait] < number) + 1
                by_point.setdefault(at, []).append(_Wanted(trait, number))
        for at, wanted in by_point.items():
            known = surveyor.verdicts_on(migration, ways[at])
            trees = tuple(commit.tree for commit in between[at])
            task = _Task(
                project,
                ways[at],
                ways[at - 1],
                between[at - 1][-1].tree,
                trees,
                tuple(wanted),
                tuple(known),
            )
            tasks.append(task)
            places.append((path, verdict, between[at]))
    found = []
    for task, place, numbers in zip(tasks, places, workers.map(_trace, tasks), strict=True):
        path, verdict, commits = place
        for (trait, number), at in zip(task.wanted, numbers, strict=True):
            alike = [seen for seen in verdict.violations if seen.trait == trait]
            found.append(Slip(commits[at], path, alike[number - 1]))
    order = {commit.name: n for n, commit in enumerate(c for some in between for c in some)}
    return sorted(
        found, key=lambda one: (-order[one.commit.name], one.path, one.seen.start, one.seen.trait)
    )


def _names(
    path: str,
    inventories: Sequence[PastInventory],
    surveyor: Surveyor,
    project: Project,
    trees: Sequence[str],
) -> list[str]:
    """Return what a file was called at each point: "" where it was not there."""
    names = [path]
    for at in range(len(inventories) - 1, 0, -1):
        names.append(surveyor.name_before(names[-1], trees[at], trees[at - 1]))
    return names[::-1]


def _trace(task: _Task) -> list[int]:
    """Return for each violation the number of the tree that it came with."""
    checker = past_checker_of(task.project)
    known = list(task.known)
    last = len(task.trees) - 1

    def content_in(tree: str) -> tuple[str, str]:
        settings = task.project.settings
        snapshot = Snapshot(checker.objects, tree, settings.root, task.project.prefix)
        for path in dict.fromkeys((task.path, task.before)):
            if path and (name := snapshot.file(path)):
                return path, name
        return task.path, ""

    def counts(path: str, name: str, tree: str) -> Counter[Trait]:
        if not name:
            return Counter()
        verdict = checker.verdict(path, name, tree, known if path == task.path else ())
        if path == task.path and not any(verdict is one for one in known):
            known.append(verdict)
        return Counter(seen.trait for seen in verdict.violations)

    contents = [content_in(tree) for tree in task.trees]
    old = content_in(task.tree_before)
    by_content = {
        content: counts(*content, task.trees[last]) for content in dict.fromkeys((old, *contents))
    }
    found = []
    for trait, number in task.wanted:
        first = last
        while first and by_content[contents[first - 1]][trait] >= number:
            first -= 1
        if first == 0 and by_content[old][trait] >= number:
            # Its content was there before: another file made it a violation.
            low, high = 0, last
            while low < high:
                middle = (low + high) // 2
                is_there = counts(*contents[middle], task.trees[middle])[trait] >= number
                low, high = (low, middle) if is_there else (middle + 1, high)
            first = low
        found.append(first)
    return found

"""Slipping: the violations that a history ends with and did not begin with, each with its commit.

A violation is known by its trait: of several alike in one file, those that are more than there were
slipped in. A file that was renamed without a change is the same file. Between two points, the
commit is sought from which on the violation was there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from flake8_ssot_engine.campaign.past_inventory import PastInventory, Surveyor
from flake8_ssot_engine.engine.matching import Trait
from flake8_ssot_engine.engine.past import Project, Seen, Verdict, past_checker_of
from flake8_ssot_engine.migrations import Migration
from flake8_ssot_engine.project.commits import Commit
from flake8_ssot_engine.project.parallel import Workers
from flake8_ssot_engine.records import NamedTuple


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

    In the tree before these, where the file was `before` ("": nowhere), none is. `known` are the
    verdicts on these paths.
    """

    project: Project
    path: str
    before: str
    tree_before: str
    trees: tuple[str, ...]
    wanted: tuple[_Wanted, ...]
    known: Mapping[str, Sequence[Verdict]]


class _Traced(NamedTuple):
    """The numbers of the trees that violations came with, and what is known by then."""

    numbers: list[int]
    known: Mapping[str, Sequence[Verdict]]


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
    if not inventories:
        return []
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
            path_then, before = ways[at], ways[at - 1]
            known = {one: surveyor.verdicts_on(migration, one) for one in (path_then, before)}
            trees = tuple(commit.tree for commit in between[at])
            tree_before = between[at - 1][-1].tree
            tasks.append(
                _Task(project, path_then, before, tree_before, trees, tuple(wanted), known)
            )
            places.append((path, verdict, between[at]))
    found = []
    for task, place, traced in zip(tasks, places, workers.map(_trace, tasks), strict=True):
        path, verdict, commits = place
        for one, verdicts in traced.known.items():
            surveyor.remember(migration, one, verdicts)
        for (trait, number), at in zip(task.wanted, traced.numbers, strict=True):
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


def _trace(task: _Task) -> _Traced:
    """Find the trees that violations came with.

    Most come with a change of the file itself: so its contents are looked at as if all else had
    been as it was in the last tree. Where that is not so, all is looked at as it was.
    """
    checker = past_checker_of(task.project)
    known = {path: list(verdicts) for path, verdicts in task.known.items()}
    last = len(task.trees) - 1

    def content_in(tree: str) -> tuple[str, str]:
        for path in (task.path, task.before):
            if path and (name := checker.snapshot(tree).file(path)):
                return path, name
        return task.path, ""

    def counts(content: tuple[str, str], tree: str) -> Counter[Trait]:
        path, name = content
        if not name:
            return Counter()
        number = checker.number_of(path, name, tree, known[path])
        return Counter(seen.trait for seen in known[path][number].violations)

    contents = [content_in(tree) for tree in task.trees]
    old = content_in(task.tree_before)
    by_content = {content: counts(content, task.trees[last]) for content in {old, *contents}}
    numbers = []
    for trait, number in task.wanted:

        def is_in(at: int, trait: Trait = trait, number: int = number) -> bool:
            return counts(contents[at], task.trees[at])[trait] >= number

        first = last
        while first and by_content[contents[first - 1]][trait] >= number:
            first -= 1
        is_old = first == 0 and by_content[old][trait] >= number
        if is_old or not is_in(first):
            low, high = first, last
            while low < high:
                middle = (low + high) // 2
                low, high = (low, middle) if is_in(middle) else (middle + 1, high)
            first = low
        numbers.append(first)
    return _Traced(numbers, known)

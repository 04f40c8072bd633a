"""The verdict on a run: what the baselines of its files make of what was found."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from flake8_ssot_engine.config.document import read_file
from flake8_ssot_engine.engine.baseline import Baseline, Entry, load_baseline
from flake8_ssot_engine.engine.check import FileResult, Finding
from flake8_ssot_engine.engine.ratchet import Ratchet
from flake8_ssot_engine.engine.run import Task
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.rules.unused_suppression import UNUSED_SUPPRESSION
from flake8_ssot_engine.source import Position, Span
from flake8_ssot_engine.violations import Severity


class Verdict(NamedTuple):
    """What came of a run, by the baselines of its files.

    `unused` are the entries that nothing needs, as findings; `baselines` those that held, each
    with what is to become of it.
    """

    results: list[FileResult]
    unused: list[Finding]
    baselines: list[tuple[Baseline, Baseline]]


def judge_results(
    tasks: Sequence[Task],
    results: Sequence[FileResult],
    *,
    covered: Sequence[str],
    severity: Severity = Severity.WARNING,
    contents: Mapping[str, bytes] | None = None,
) -> Verdict:
    """Judge all files that a run has looked at. Raises ConfigError for a wrong baseline.

    `covered` are the absolute files and folders of which all was looked at: an entry for a file
    there that was not among the tasks is one that nothing needs. Such findings get `severity`.
    `contents` are those of files that hold something else than what was looked at.
    """
    found = {result.path: result for result in results}
    judged: list[FileResult] = []
    unused: list[Finding] = []
    baselines: list[tuple[Baseline, Baseline]] = []
    for group in _by_baseline(tasks):
        baseline = load_baseline(group[0].settings)
        ratchets: dict[int, Ratchet] = {}
        counts: Counter[Entry] = Counter()
        left: Counter[Entry] = Counter()
        names = set()
        for task in group:
            name = baseline.name_of(task.path)
            names.add(name)
            if task.shown_as not in found and name not in baseline.files:
                continue
            number = id(task.settings)
            if number not in ratchets:
                ratchets[number] = Ratchet(task.settings, baseline)
            result = found.get(task.shown_as, FileResult(task.shown_as))
            content = (contents or {}).get(task.path)
            verdict = ratchets[number].judge(task.path, result, content)
            judged.append(verdict.result)
            for traits, table in (
                (verdict.held + verdict.unjudged, counts),
                (verdict.unused, left),
            ):
                table.update({Entry(name, trait): count for trait, count in traits.items()})
        for entry, count in baseline.entries():
            if entry.path not in names:
                is_gone = any(_is_below(baseline.path_of(entry.path), one) for one in covered)
                (left if is_gone else counts)[entry] += count
        if group[0].settings.selects(UNUSED_SUPPRESSION.code):
            unused += _told(baseline, left, severity)
        after = Baseline.of_entries(baseline.path, baseline.root, counts, baseline.reasons)
        baselines.append((baseline, after))
    return Verdict(judged, unused, baselines)


def _by_baseline(tasks: Sequence[Task]) -> list[list[Task]]:
    groups: dict[str, list[Task]] = {}
    for task in tasks:
        groups.setdefault(task.settings.baseline_file, []).append(task)
    return list(groups.values())


def _is_below(path: str, top: str) -> bool:
    return path == top or path.startswith(os.path.join(top, ""))


def _told(baseline: Baseline, left: Counter[Entry], severity: Severity) -> Iterator[Finding]:
    """Yield a finding for each entry that tolerates too much, and for each renamed file."""
    if not left and not baseline.renamed:
        return
    shown_as = os.path.relpath(baseline.path)
    lines = read_file(baseline.path).decode("utf-8", "replace").splitlines()
    texts: dict[Entry, tuple[str, str]] = {}
    for entry, old_name in ((e, baseline.renamed.get(e.path)) for e, _ in baseline.entries()):
        trait = entry.trait
        what = f"{trait.code} of `{trait.symbol}` in `{trait.scope}` of `{entry.path}`"
        if entry in left:
            texts[entry] = trait.code, f"tolerates {left[entry]} {what} more than there are"
        elif old_name:
            texts[entry] = trait.code, f"names `{old_name}`, which is `{entry.path}` now"
    for entry, (code, text) in texts.items():
        line = baseline.lines[entry]
        shown = lines[line - 1]
        violation = UNUSED_SUPPRESSION.unused(
            Span(0, 0), QualifiedName((code,)), f"the baseline {text}; run `ssot baseline update`"
        )
        start, end = Position(line, 1), Position(line, len(shown) + 1)
        yield Finding(shown_as, violation, start, end, (shown,), severity=severity)

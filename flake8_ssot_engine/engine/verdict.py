"""The verdict on a run: what the baselines of its files make of what was found."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from flake8_ssot_engine.config.document import read_file
from flake8_ssot_engine.config.settings import Settings
from flake8_ssot_engine.engine.baseline import Baseline, Entry, load_baseline
from flake8_ssot_engine.engine.findings import FileResult, Finding, finding_of_line
from flake8_ssot_engine.engine.tasks import Task
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.records import NamedTuple
from flake8_ssot_engine.rules.unused_suppression import UNUSED_SUPPRESSION
from flake8_ssot_engine.source import Span
from flake8_ssot_engine.violations import Severity

if TYPE_CHECKING:
    from flake8_ssot_engine.engine.ratchet import Ratchet


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
    settings: Sequence[Settings] = (),
    is_gone_unused: bool = False,
) -> Verdict:
    """Judge all files that a run has looked at. Raises ConfigError for a wrong baseline.

    `covered` are the absolute files and folders of which all was looked at: an entry for a file
    there that was not among the tasks is one that nothing needs. Such findings get `severity`.
    `contents` are those of files that hold something else than what was looked at, `settings` whose
    baselines count even where no file is left. With `is_gone_unused` nothing needs an entry for a
    file that is gone, wherever that was.
    """
    found = {result.path: result for result in results}
    judged: dict[str, FileResult] = {}
    unused: list[Finding] = []
    baselines: list[tuple[Baseline, Baseline]] = []
    for own, group in _by_baseline(tasks, settings):
        baseline = load_baseline(own)
        ratchets: dict[int, Ratchet] = {}
        counts: Counter[Entry] = Counter()
        left: Counter[Entry] = Counter()
        names = set()
        for task in group:
            name = baseline.name_of(task.path)
            names.add(name)
            if task.shown_as not in found and name not in baseline.files:
                continue
            from flake8_ssot_engine.engine.ratchet import Ratchet  # there is something to judge

            number = id(task.settings)
            if number not in ratchets:
                ratchets[number] = Ratchet(task.settings, baseline)
            result = found.get(task.shown_as, FileResult(task.shown_as))
            content = partial(contents.__getitem__, task.path) if contents else None
            verdict = ratchets[number].judge(task.path, result, content)
            judged[task.shown_as] = verdict.result
            for traits, table in (
                (verdict.held + verdict.unjudged, counts),
                (verdict.unused, left),
            ):
                table.update({Entry(name, trait): count for trait, count in traits.items()})
        for entry, count in baseline.entries():
            if entry.path not in names:
                path = baseline.path_of(entry.path)
                is_unused = any(is_below(path, one) for one in covered) or (
                    is_gone_unused and not os.path.lexists(path)
                )
                (left if is_unused else counts)[entry] += count
        if own.selects(UNUSED_SUPPRESSION.code):
            unused += _told(baseline, left, names, severity)
        after = Baseline.of_entries(baseline.path, baseline.root, counts, baseline.reasons)
        baselines.append((baseline, after))
    in_order = [judged[task.shown_as] for task in tasks if task.shown_as in judged]
    return Verdict(in_order, unused, baselines)


def _by_baseline(
    tasks: Sequence[Task], settings: Sequence[Settings]
) -> list[tuple[Settings, list[Task]]]:
    groups: dict[str, tuple[Settings, list[Task]]] = {}
    for own in settings:
        groups.setdefault(own.baseline_file, (own, []))
    for task in tasks:
        groups.setdefault(task.settings.baseline_file, (task.settings, []))[1].append(task)
    return list(groups.values())


def is_below(path: str, top: str) -> bool:
    """Whether an absolute path is another one, or lies in that folder."""
    return path == top or path.startswith(os.path.join(top, ""))


def _told(
    baseline: Baseline, left: Counter[Entry], names: Collection[str], severity: Severity
) -> Iterator[Finding]:
    """Yield a finding for each entry that tolerates too much, or has a file's old name.

    `names` are the files that were looked at.
    """
    if not left and not baseline.renamed.keys() & names:
        return
    lines = read_file(baseline.path).decode("utf-8", "replace").split("\n")
    texts: dict[Entry, tuple[str, str]] = {}
    for entry, old_name in ((e, baseline.renamed.get(e.path)) for e, _ in baseline.entries()):
        trait = entry.trait
        what = f"{trait.code} of `{trait.symbol}` in `{trait.scope}` of `{entry.path}`"
        if entry in left:
            texts[entry] = trait.code, f"tolerates {left[entry]} {what} more than there are"
        elif old_name and entry.path in names:
            texts[entry] = trait.code, f"names `{old_name}`, which is `{entry.path}` now"
    for entry, (code, text) in texts.items():
        violation = UNUSED_SUPPRESSION.unused(
            Span(0, 0), QualifiedName((code,)), f"the baseline {text}; run `ssot baseline update`"
        )
        yield finding_of_line(baseline.path, lines, baseline.lines[entry], violation, severity)

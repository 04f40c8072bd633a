"""Transactions: writing what was settled, files that depend on one another all or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from flake8_ssot_engine.engine.findings import FileError, Finding
from flake8_ssot_engine.engine.rewrite import Rewrite
from flake8_ssot_engine.engine.settlement import FixReport
from flake8_ssot_engine.names import QualifiedName
from flake8_ssot_engine.project.writing import FileChanged, replace_file


def write_fixes(report: FixReport) -> FixReport:
    """Write the changes, those that depend on one another all or none; say what could not be."""
    written: list[Rewrite] = []
    errors: list[FileError] = []
    lost: set[str] = set()
    for group in _transactions(report.changes):
        problems = _write_group(group)
        if not problems:
            written += group
            continue
        errors += problems
        lost.update(rewrite.place.shown_as for rewrite in group)
    if not errors:
        return report
    why = {error.path: error.message for error in errors}
    return replace(
        report,
        changes=tuple(written),
        errors=(*report.errors, *errors),
        fixed=tuple(f for f in report.fixed if f.path not in lost),
        left=(
            *report.left,
            *(
                _unwritten(
                    finding, why.get(finding.path, "a file that goes with it was not written")
                )
                for finding in report.fixed
                if finding.path in lost
            ),
        ),
        outside=tuple(path for path in report.outside if path not in lost),
        kept=tuple(alias for alias in report.kept if alias.path not in lost),
    )


def _unwritten(finding: Finding, reason: str) -> Finding:
    violation = finding.violation._replace(applicability=None, unfixable_because=reason)
    return finding._replace(violation=violation)


def _write_group(group: Sequence[Rewrite]) -> list[FileError]:
    """Write some files; if one cannot be, put the others back and return what went wrong."""
    for number, rewrite in enumerate(group):
        try:
            replace_file(rewrite.place.path, before=rewrite.before, after=rewrite.after)
        except (OSError, FileChanged) as error:
            told = f"cannot be written: {_told(error)}"
            return [FileError(rewrite.place.shown_as, told), *_put_back(group[:number])]
        except BaseException:  # it may have come just after the file was replaced
            _put_back(group[: number + 1])
            raise
    return []


def _put_back(done: Sequence[Rewrite]) -> list[FileError]:
    """Undo writes; return the files that keep what was written, with the reason."""
    errors: list[FileError] = []
    for rewrite in done:
        try:
            replace_file(rewrite.place.path, before=rewrite.after, after=rewrite.before)
        except FileChanged:  # it was not written, or somebody else has it now
            continue
        except OSError as error:
            told = f"was fixed, and could not be put back: {_told(error)}"
            errors.append(FileError(rewrite.place.shown_as, told))
    return errors


def _told(error: OSError | FileChanged) -> str:
    return error.strerror if isinstance(error, OSError) and error.strerror else str(error)


def _transactions(changes: Sequence[Rewrite]) -> list[list[Rewrite]]:
    """Group files that depend on one another: one renames what another names."""
    group_of: dict[QualifiedName, list[Rewrite]] = {}
    groups: dict[int, list[Rewrite]] = {}
    for rewrite in changes:
        names = {*rewrite.plan.renames, *rewrite.followed}
        group = [rewrite]
        for other in {id(group_of[n]): group_of[n] for n in names if n in group_of}.values():
            group = other + group
            groups.pop(id(other))
        groups[id(group)] = group
        for member in group:
            group_of.update(dict.fromkeys({*member.plan.renames, *member.followed}, group))
    return list(groups.values())

"""Every format of `ssot check`, by name."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, cast

from flake8_ssot_engine.records import NamedTuple

if TYPE_CHECKING:
    from flake8_ssot_engine.engine.run import Report

_FEW = 20
"""Files whose fixes a person may be kept waiting for: a second or two."""


class Format(NamedTuple):
    """A format, with what its report must carry: edits take longer to find than violations.

    `renderer` names a function of one of this package's modules, which is imported when it is used.
    It needs those of `most_fixed` files; where there are more, none. `tells_baselined` is
    whether it says more than a number of what the baseline tolerates, which needs edits then;
    `proves_fixes` whether edits are proved, with those of other files that go with them, for which
    the whole project has to be searched: what nobody but a person reads shows what is planned.
    """

    renderer: tuple[str, str]
    most_fixed: int = 0
    tells_baselined: bool = True
    proves_fixes: bool = True

    @property
    def render(self) -> Callable[[Report], Iterator[str]]:
        """What yields the lines of a report."""
        name, function = self.renderer
        module = importlib.import_module(f"flake8_ssot_engine.reports.{name}")
        return cast("Callable[[Report], Iterator[str]]", getattr(module, function))


FORMATS: dict[str, Format] = {
    "text": Format(
        ("text", "render_text"), most_fixed=_FEW, tells_baselined=False, proves_fixes=False
    ),
    "concise": Format(("concise", "render_concise")),
    "json": Format(("json_format", "render_json"), most_fixed=sys.maxsize),
    "jsonl": Format(("jsonl", "render_jsonl"), most_fixed=sys.maxsize),
    "sarif": Format(("sarif", "render_sarif"), most_fixed=sys.maxsize),
    "github": Format(("github", "render_github")),
    "gitlab": Format(("gitlab", "render_gitlab")),
    "junit": Format(("junit", "render_junit")),
    "markdown": Format(("markdown", "render_markdown")),
}


def files_to_fix(report: Report, format_: Format) -> set[str]:
    """Return the files of whose violations a format needs the edits."""
    found = {
        finding.path
        for finding in report.findings
        if finding.violation.applicability and (format_.tells_baselined or not finding.is_baselined)
    }
    return found if len(found) <= format_.most_fixed else set()

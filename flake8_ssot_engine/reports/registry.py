"""Every format of `ssot check`, by name."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import NamedTuple

from flake8_ssot_engine.engine.run import Report
from flake8_ssot_engine.reports.concise import render_concise
from flake8_ssot_engine.reports.github import render_github
from flake8_ssot_engine.reports.gitlab import render_gitlab
from flake8_ssot_engine.reports.json_format import render_json
from flake8_ssot_engine.reports.jsonl import render_jsonl
from flake8_ssot_engine.reports.junit import render_junit
from flake8_ssot_engine.reports.markdown import render_markdown
from flake8_ssot_engine.reports.sarif import render_sarif
from flake8_ssot_engine.reports.text import render_text

_FEW = 20
"""Files whose fixes a person may be kept waiting for: a second or two on a large tree."""


class Format(NamedTuple):
    """A format, with what its report must carry: edits take longer to find than violations.

    It needs those of `most_fixed` files; where there are more, none. `tells_baselined` is
    whether it says more than a number of what the baseline tolerates, which needs edits then.
    """

    render: Callable[[Report], Iterator[str]]
    most_fixed: int = 0
    tells_baselined: bool = True


FORMATS: dict[str, Format] = {
    "text": Format(render_text, most_fixed=_FEW, tells_baselined=False),
    "concise": Format(render_concise),
    "json": Format(render_json, most_fixed=sys.maxsize),
    "jsonl": Format(render_jsonl, most_fixed=sys.maxsize),
    "sarif": Format(render_sarif, most_fixed=sys.maxsize),
    "github": Format(render_github),
    "gitlab": Format(render_gitlab),
    "junit": Format(render_junit),
    "markdown": Format(render_markdown),
}


def files_to_fix(report: Report, format_: Format) -> set[str]:
    """Return the files of whose violations a format needs the edits."""
    found = {
        finding.path
        for finding in report.findings
        if finding.violation.applicability and (format_.tells_baselined or not finding.is_baselined)
    }
    return found if len(found) <= format_.most_fixed else set()

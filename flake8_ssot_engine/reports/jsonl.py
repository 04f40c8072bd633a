"""The `jsonl` format: one JSON object a line, for what reads a report as a stream."""

from __future__ import annotations

import json
from collections.abc import Iterator

from flake8_ssot_engine.engine.run import Report
from flake8_ssot_engine.reports.json_format import VERSION, error_object, totals, violation_object


def render_jsonl(report: Report) -> Iterator[str]:
    """Yield a line for each violation and error as `json` has them, with a `type`.

    The last line is the summary; a stream without it was cut short.
    """
    for finding in report.findings:
        yield json.dumps({"type": "violation", **violation_object(finding)})
    for error in report.errors:
        yield json.dumps({"type": "error", **error_object(error)})
    summary = {"type": "summary", "version": VERSION, **totals(report), "files": report.files}
    yield json.dumps(summary)

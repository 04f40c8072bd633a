"""Every format of `ssot check`, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from flake8_ssot_engine.engine.run import Report
from flake8_ssot_engine.reports.concise import render_concise
from flake8_ssot_engine.reports.json_format import render_json
from flake8_ssot_engine.reports.text import render_text

FORMATS: dict[str, Callable[[Report], Iterator[str]]] = {
    "text": render_text,
    "concise": render_concise,
    "json": render_json,
}

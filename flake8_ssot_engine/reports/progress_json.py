"""The JSON of `ssot status`: all that the text shows, and each count apart."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from typing import Any

from flake8_ssot_engine.campaign.breakdown import Share
from flake8_ssot_engine.campaign.next_step import NextStep
from flake8_ssot_engine.campaign.progress import LookAlikes, PhaseProgress, Tally
from flake8_ssot_engine.campaign.standing import Standing
from flake8_ssot_engine.project.codeowners import Owners
from flake8_ssot_engine.reports.json_format import VERSION
from flake8_ssot_engine.reports.next_step_words import command_of, reason_of, sentence
from flake8_ssot_engine.reports.paths import decodable


def render_progress_json(every: Sequence[Standing]) -> Iterator[str]:
    """Yield one JSON document."""
    document = {
        "version": VERSION,
        "codeowners": _codeowners(every[0].codeowners) if every else None,
        "migrations": [_migration(standing) for standing in every],
    }
    yield json.dumps(document, indent=2, ensure_ascii=True)


def _codeowners(owners: Owners | None) -> dict[str, Any] | None:
    if owners is None:
        return None
    return {
        "path": os.path.relpath(owners.path),
        "invalid_lines": list(owners.invalid),
        "trouble": owners.trouble or None,
    }


def _migration(standing: Standing) -> dict[str, Any]:
    progress = standing.progress
    migration = progress.migration
    return {
        "id": migration.id,
        "title": migration.title,
        "deadline": migration.deadline.isoformat() if migration.deadline else None,
        "days_left": standing.days_left,
        "phases": [_phase(phase, standing) for phase in progress.phases],
        "packages": [_share(share) for share in standing.packages],
        "owners": [_share(s) for s in standing.owners] if standing.codeowners else None,
        "look_alikes": [_look_alikes(alike) for alike in progress.look_alikes],
        "unreadable_files": progress.unreadable,
        "retired": progress.retired or None,
        "next": sentence(standing.next),
        "next_step": _next_step(standing.next),
    }


def _phase(phase: PhaseProgress, standing: Standing) -> dict[str, Any]:
    return {
        "name": phase.name or None,
        "enforce": phase.enforce.value,
        "was": {
            "violations": phase.was["violations"],
            "references": _sorted(phase.was["references"]),
        },
        "left": {
            **_tally(phase.left),
            "failing": standing.failing.get(phase.name, 0),
            "tolerated": standing.tolerated.get(phase.name, 0),
        },
        "done": phase.done or None,
        "commit": phase.commit or None,
        "run": phase.run or None,
    }


def _share(share: Share) -> dict[str, Any]:
    return {"name": share.name, **_tally(share.tally)}


def _tally(tally: Tally) -> dict[str, Any]:
    return {
        "files": tally.files,
        "violations": tally.violations,
        "fixable": tally.fixable,
        "references": _sorted(tally.references),
    }


def _look_alikes(alike: LookAlikes) -> dict[str, Any]:
    return {
        "name": alike.name,
        "hits": alike.hits,
        "references": alike.references,
        "texts": alike.texts,
        "longer_names": alike.longer,
        "owned": alike.owned,
        "others": alike.others,
        "others_in": [
            {"path": decodable(os.path.relpath(path)).replace(os.sep, "/"), "words": words}
            for path, words in alike.where
        ],
    }


def _next_step(step: NextStep) -> dict[str, Any]:
    return {
        "what": step.todo.value,
        "command": command_of(step) or None,
        "reason": reason_of(step),
    }


def _sorted(references: Any) -> dict[str, int]:
    return {kind: count for kind, count in sorted(references.items()) if count}

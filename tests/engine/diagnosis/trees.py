"""Small trees for the checks, and remarks without their explanations."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from flake8_ssot_engine.engine.diagnosis.remark import Level, Remark


def lay_out(root: Path, files: Mapping[str, str]) -> str:
    """Write files below a folder; return the folder as the checks want it."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return str(root)


def told(remarks: Iterable[Remark]) -> list[tuple[str, str, str]]:
    """Return level, place and message of each remark; a bad one must say why and what to do."""
    found = []
    for remark in remarks:
        assert bool(remark.why) == bool(remark.instead) == (remark.level is not Level.OK)
        found.append((remark.level.value, remark.place, remark.message))
    return found

"""Merging two baselines that grew apart, entry by entry rather than line by line."""

from __future__ import annotations

from collections import Counter

from flake8_ssot_engine.engine.baseline import MARKERS, TABS, Baseline, parse_baseline

_OURS, _BASE, _THEIRS, _END = MARKERS


def merge_baselines(base: Baseline | None, ours: Baseline, theirs: Baseline) -> Baseline:
    """Return what two baselines say together; `base` is what both came from, if that is known.

    It tolerates nothing that neither of the two does. What one of them took out stays out; what
    only one has, with no base to ask, stays in, for an update to take out.
    """
    then = Counter(dict(base.entries())) if base is not None else None
    a, b = Counter(dict(ours.entries())), Counter(dict(theirs.entries()))
    counts = {
        entry: max(a[entry], b[entry]) if then is None else _merged(then[entry], a[entry], b[entry])
        for entry in a | b
    }
    changed = ours.reasons.items() - (base.reasons.items() if base is not None else set())
    reasons = {**ours.reasons, **theirs.reasons, **dict(changed)}
    return Baseline.of_entries(ours.path, ours.root, counts, reasons)


def _merged(base: int, ours: int, theirs: int) -> int:
    """Return the count of an entry: a change on one side holds, and the larger one of two.

    What both took out, or added, may be the same. Where one did the one and the other the other,
    both hold.
    """
    if ours <= base and theirs <= base:
        return min(ours, theirs)
    if ours >= base and theirs >= base:
        return max(ours, theirs)
    return ours + theirs - base


def parse_conflict(
    data: bytes, path: str, root: str
) -> tuple[Baseline | None, Baseline, Baseline] | None:
    """Return base (None where the file does not show it), ours and theirs of a conflicted file.

    None where it holds no conflict. Raises ConfigError.
    """
    sides: dict[str, list[bytes]] = {_BASE: [], _OURS: [], _THEIRS: []}
    side, is_conflicted, has_base = "", False, False
    for line in data.split(b"\n"):
        marker = next((m for m in MARKERS if line.startswith(m.encode())), "")
        marker = "" if line.count(b"\t") >= TABS else marker
        if marker:
            is_conflicted = True
            has_base |= marker == _BASE
            side = "" if marker == _END else marker
            for lines in sides.values():
                lines.append(b"")
        else:
            for name, lines in sides.items():  # an empty line for another's keeps the numbers
                lines.append(line if side in ("", name) else b"")
    if not is_conflicted:
        return None
    base, ours, theirs = (
        parse_baseline(b"\n".join(sides[name]), path, root) for name in (_BASE, _OURS, _THEIRS)
    )
    return base if has_base else None, ours, theirs

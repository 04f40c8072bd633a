"""Checks plain values against the specification, then against one another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flake8_ssot_engine.config.document import Document, Path
from flake8_ssot_engine.config.spec import TOP, Json, Key
from flake8_ssot_engine.errors import ConfigProblem
from flake8_ssot_engine.migrations import Move
from flake8_ssot_engine.names import QualifiedName


def check_document(document: Document) -> list[ConfigProblem]:
    """Return everything that is wrong in one file, taken by itself."""
    assert document.values is not None
    return list(_check_table(document, document.values, TOP, ()))


def _check_table(
    document: Document, table: Json, keys: tuple[Key, ...], path: Path
) -> Iterator[ConfigProblem]:
    known = {key.name: key for key in keys}
    for name, value in table.items():
        key = known.get(name)
        if key is None:
            import difflib  # a configuration without faults does not need it

            near = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
            hint = f"did you mean `{near[0]}`?" if near else f"known keys: {', '.join(known)}"
            yield document.problem((*path, name), f"unknown key; {hint}")
        elif key.kind is None:
            yield from _check_tables(document, value, key.items, (*path, name))
        elif complaint := key.kind.complaint(value):
            yield document.problem((*path, name), complaint)
    for key in keys:
        if key.is_required and key.name not in table:
            yield document.problem((*path, key.name), "is missing")


def _check_tables(
    document: Document, value: object, keys: tuple[Key, ...], path: Path
) -> Iterator[ConfigProblem]:
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        yield document.problem(path, f"must be an array of tables, written [[{path[-1]}]]")
        return
    for index, item in enumerate(value):
        yield from _check_table(document, item, keys, (*path, index))


def check_moves(declared: Iterable[Move]) -> list[ConfigProblem]:
    """Return what is wrong between moves: equal ends, rivals for one symbol, cycles."""
    problems: list[ConfigProblem] = []
    moves: dict[QualifiedName, Move] = {}
    for move in declared:
        rival = moves.get(move.old)
        if move.old == move.new:
            problems.append(move.place.told(f"`{move.old}` moves to itself"))
        elif rival is not None and rival.new != move.new:
            told = str(rival.place.told("")).rstrip(": ")
            problems.append(move.place.told(f"`{move.old}` already moves elsewhere ({told})"))
        else:
            moves[move.old] = move
    reported: set[QualifiedName] = set()
    for start in moves:
        chain = _cycle_from(start, moves)
        if chain and not reported.intersection(chain):
            reported.update(chain)
            names = " -> ".join(f"`{name}`" for name in (*chain, chain[0]))
            problems.append(moves[chain[0]].place.told(f"moves in a circle: {names}"))
    return problems


def _cycle_from(start: QualifiedName, moves: dict[QualifiedName, Move]) -> list[QualifiedName]:
    """Return the moves of a cycle that starts and ends at `start`; empty if there is none.

    A move into its own inside (`a` -> `a.b`) is one of length one: it would never end.
    """
    chain: list[QualifiedName] = []
    name: QualifiedName = start
    while True:
        under = [old for old in moves if name.is_under(old)]
        if not under:
            return []
        old = max(under, key=len)
        if old in chain:
            return chain if old == start else []
        chain.append(old)
        new = moves[old].new
        if new is None:
            return []
        name = name.rebased(old, new)

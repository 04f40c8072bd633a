"""Call patterns on Python's own tree: what the certificate needs of a declared call rewrite.

ast-grep made the rewrite; this reads pattern and rewrite anew, by the standard library alone.
"""

from __future__ import annotations

import ast
import re

from flake8_ssot_engine.migrations import CallRewrite

_TOKEN = re.compile(r"\$\$\$(?P<several>[A-Z_][A-Z0-9_]*)?|\$(?P<one>[A-Z_][A-Z0-9_]*)")
_ONE, _SEVERAL = "__ssot_one_", "__ssot_several_"
_IGNORED = frozenset({"ctx", "kind"})

CALLEE = "CLASS"
"""The metavariable that stands for what is called."""
Captured = dict[str, list[ast.AST]]


def match_rewrite(
    rewrite: CallRewrite, before: ast.AST, after: ast.AST
) -> list[tuple[str, list[ast.AST], list[ast.AST]]] | None:
    """Return what both sides captured, by metavariable; None if one of them does not match.

    The two must mean the same; for `CALLEE` the one is the old class and the other the new.
    """
    old: Captured = {}
    new: Captured = {}
    if not _match(_tree(rewrite.pattern), before, old):
        return None
    if not _match(_tree(rewrite.rewrite), after, new):
        return None
    if "NEW" in new:
        new[CALLEE] = new.pop("NEW")
    if not new.keys() <= old.keys():  # the rewrite makes something up
        return None
    return [(name, old[name], new[name]) for name in old if name in new]


def _tree(text: str) -> ast.expr:
    def spelled(match: re.Match[str]) -> str:
        if match["one"]:
            return _ONE + match["one"]
        return _SEVERAL + (match["several"] or "")

    return ast.parse(_TOKEN.sub(spelled, text.strip()), mode="eval").body


def _match(pattern: ast.AST, node: object, captured: Captured) -> bool:
    if isinstance(pattern, ast.Name) and pattern.id.startswith(_ONE):
        return isinstance(node, ast.AST) and _capture(pattern.id[len(_ONE) :], [node], captured)
    if type(pattern) is not type(node):
        return False
    if isinstance(pattern, ast.Call) and isinstance(node, ast.Call):
        return _match(pattern.func, node.func, captured) and _match_arguments(
            [*pattern.args, *pattern.keywords], [*node.args, *node.keywords], captured
        )
    for field in pattern._fields:
        if field in _IGNORED:
            continue
        one, other = getattr(pattern, field, None), getattr(node, field, None)
        if isinstance(one, ast.AST):
            if not _match(one, other, captured):
                return False
        elif isinstance(one, list) and isinstance(other, list):
            if not _match_arguments(one, other, captured):
                return False
        elif (type(one), repr(one)) != (type(other), repr(other)):  # True is 1, and 1.0
            return False
    return True


def _match_arguments(patterns: list[ast.AST], nodes: list[ast.AST], captured: Captured) -> bool:
    """Match a list in which one pattern may stand for any number of nodes."""
    several = [i for i, p in enumerate(patterns) if _is_several(p)]
    if not several:
        return len(patterns) == len(nodes) and all(
            _match(p, n, captured) for p, n in zip(patterns, nodes, strict=True)
        )
    at = several[0]
    after = len(patterns) - at - 1
    if len(several) > 1 or len(nodes) < at + after:
        return False
    end = len(nodes) - after
    name = patterns[at].id[len(_SEVERAL) :]  # type: ignore[attr-defined]
    return (
        _match_arguments(patterns[:at], nodes[:at], captured)
        and _capture(name, nodes[at:end], captured)
        and _match_arguments(patterns[at + 1 :], nodes[end:], captured)
    )


def _is_several(pattern: ast.AST) -> bool:
    return isinstance(pattern, ast.Name) and pattern.id.startswith(_SEVERAL)


def _capture(name: str, nodes: list[ast.AST], captured: Captured) -> bool:
    known = captured.setdefault(name, nodes)
    return [ast.dump(node) for node in known] == [ast.dump(node) for node in nodes]

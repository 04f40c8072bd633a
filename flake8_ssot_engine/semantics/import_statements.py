"""Import statements of a tree, as `import_texts.py` has those of a text."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import chain

from flake8_ssot_engine.semantics.blocks import every_block
from flake8_ssot_engine.semantics.import_texts import ImportText


def imports_of(tree: ast.Module) -> Iterator[ImportText]:
    """Yield the imports of a file, however deep."""
    for statement in chain.from_iterable(every_block(tree)):
        if isinstance(statement, ast.Import):
            for alias in statement.names:
                yield ImportText(alias.name, None, alias.asname)
        elif isinstance(statement, ast.ImportFrom):
            module = "." * statement.level + (statement.module or "")
            for alias in statement.names:
                yield ImportText(module, alias.name, alias.asname)

"""The proof of a text: what it held, and that its code parses as it did."""

from __future__ import annotations

import json

import pytest

from flake8_ssot_engine.engine.proof.texts import FormatCertificate, certify_prose
from flake8_ssot_engine.engine.proof.trees import Uncertified
from flake8_ssot_engine.project.text_formats import TextFormat
from flake8_ssot_engine.source import SourceFile

FENCE = "```python\nimport a\n```\n"
CELL = {"cell_type": "code", "source": ["import a\n", "a"], "outputs": [{"text": ["x"]}]}


def notebook(**changes: object) -> str:
    return json.dumps({"cells": [{**CELL, **changes}], "metadata": {}})


SAME = (
    (TextFormat.MARKDOWN, FENCE, FENCE.replace("a", "b")),
    (TextFormat.MARKDOWN, FENCE.replace(" a", " ("), FENCE.replace(" a", " )")),
    (TextFormat.RST, ">>> x = (\n>>> a\n", ">>> x = (\n>>> b\n>>> c\n"),
    (TextFormat.PLAIN, ">>> a\n", ">>> b\n"),
    (TextFormat.NOTEBOOK, notebook(), notebook(source=["import b\n", "import c\n", "b"])),
    (TextFormat.NOTEBOOK, notebook(), notebook(source="import b\nb")),
    (TextFormat.NOTEBOOK, notebook(source=["x = ("]), notebook(source=["y = ("])),
    (
        TextFormat.NOTEBOOK,
        notebook(source=["%%bash\n", "a ("]),
        notebook(source=["%%bash\n", "b ("]),
    ),
)
OTHER = (
    (TextFormat.MARKDOWN, FENCE, FENCE.replace(" a", " ("), "not parse any more"),
    (TextFormat.MARKDOWN, FENCE, FENCE + FENCE, "added or lost"),
    (TextFormat.RST, "Do::\n\n    a\n", "Do::\n\n    a b\n", "not parse any more"),
    (TextFormat.RST, ">>> x = (\n>>> a\n", ">>> x = (\n>>> b c\n", "not parse any more"),
    (TextFormat.NOTEBOOK, notebook(), notebook(source=["import b b"]), "not parse any more"),
    (TextFormat.NOTEBOOK, notebook(), notebook(outputs=[]), "something else"),
    (TextFormat.NOTEBOOK, notebook(), notebook(more=1), "something else"),
    (TextFormat.NOTEBOOK, notebook(), notebook().replace("}]", "},]"), "is no notebook"),
)


@pytest.mark.parametrize(("written_in", "before", "after"), SAME)
def test_texts_that_hold_the_same(written_in: TextFormat, before: str, after: str) -> None:
    FormatCertificate(before, written_in).check(after)


@pytest.mark.parametrize(("written_in", "before", "after", "why"), OTHER)
def test_texts_that_do_not(written_in: TextFormat, before: str, after: str, why: str) -> None:
    with pytest.raises(Uncertified, match=why):
        FormatCertificate(before, written_in).check(after)


def test_examples_of_a_docstring_must_parse_as_they_did() -> None:
    text = '"""Do.\n\n>>> x = (\n>>> a\n"""\n'
    before = SourceFile("a.py", text)
    certify_prose(before, SourceFile("a.py", text.replace(" a\n", " b\n")), only_prose=True)
    with pytest.raises(Uncertified, match="not parse any more"):
        certify_prose(before, SourceFile("a.py", text.replace(" a\n", " b c\n")), only_prose=True)

"""What hands a name on: the text after it, by an expression that keeps no record of each blank."""

from __future__ import annotations

import re
import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from flake8_ssot_engine.project.outlines import _AFTER

PLAIN = re.compile(rb"(?:[\s\\]|#[^\n]*\n)+(?:as|import)\b")
"""The same, as one would write it."""
PIECES = st.sampled_from(
    [b" ", b"\n", b"\\\n", b"\t", b"#", b"# as\n", b"as", b"import", b"x", b","]
)


@given(st.lists(PIECES, max_size=12).map(b"".join))
def test_it_finds_what_the_plain_one_does(text: bytes) -> None:
    found, expected = _AFTER.match(text), PLAIN.match(text)
    assert (found and found.span()) == (expected and expected.span())


def test_it_takes_no_memory_for_a_long_comment() -> None:
    text = b"\n" + b"    # REMOVED: a line of a comment, as there may be thousands\n" * 10_000
    tracemalloc.start()
    try:
        assert _AFTER.match(text) is None
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert most < 5_000_000

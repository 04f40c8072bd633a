from __future__ import annotations

from pathlib import Path

import pytest

from tests.rules.decoys import DECOYS
from tests.rules.harness import Case, check_case, check_fix, parameters

OLD = "from pkg.old import OldEngine"

VALID = (
    *DECOYS,
    Case("one that suppresses", f"{OLD}  # noqa: SSOT001"),
    Case("one with a reason", f"{OLD}  # noqa: SSOT001 until the bridge goes"),
    Case("one beside another tool's", f"{OLD}  # noqa: F401,SSOT001"),
    Case("of two aliases", "from pkg.old import (\n    OldEngine,  # noqa: SSOT001\n    x,\n)"),
    Case("a use", f"{OLD}  # noqa: SSOT001\nOldEngine()  # noqa: SSOT002"),
    Case("for the whole file", f"# flake8: noqa: SSOT001\n{OLD}"),
    Case("no code", "x = 1  # noqa"),
    Case("no digits", "x = 1  # noqa: SSOT"),
    Case("another tool's code", "x = 1  # noqa: E501"),
    Case("in a string", "x = '# noqa: SSOT001'"),
    Case("in a docstring", 'def f():\n    """Write `# noqa: SSOT001`."""'),
    Case("itself", "x = 1  # noqa: SSOT009"),
    Case("one that keeps an unused one", "x = 1  # noqa: SSOT001, SSOT009"),
    Case("a code that is not ours yet", "x = 1  # noqa: SSOT099"),
    Case("a prefix of them all, itself included", "x = 1  # noqa: SSOT00"),
)

INVALID = (
    Case(
        "nothing there",
        "x = 1  # noqa: «SSOT001»\n",
        message="`# noqa` for `SSOT001` suppresses nothing; remove it",
        hint="",
        after="x = 1\n",
        safety="safe",
    ),
    Case(
        "another code is needed",
        f"{OLD}  # noqa: SSOT001, «SSOT003»\n",
        after=f"{OLD}  # noqa: SSOT001\n",
        safety="safe",
    ),
    Case(
        "beside another tool's",
        "import os  # noqa: F401,«SSOT001» for its effects\n",
        after="import os  # noqa: F401 for its effects\n",
        safety="safe",
    ),
    Case(
        "two of three, with a reason",
        "import os  # noqa: «SSOT001», F401, «SSOT002» why\n",
        after="import os  # noqa: F401 why\n",
        safety="safe",
    ),
    Case(
        "before another comment",
        "x = f()  # noqa: «SSOT002» why  # type: ignore\n",
        after="x = f()  # type: ignore\n",
        safety="safe",
    ),
    Case(
        "with the number of an issue",
        "x = 1  # TODO x # noqa: «SSOT003» see #12\n",
        after="x = 1  # TODO x\n",
        safety="safe",
    ),
    Case(
        "behind another comment",
        "x = f()  # why  # noqa: «SSOT002»\n",
        after="x = f()  # why\n",
        safety="safe",
    ),
    Case(
        "a line of its own",
        "x = 1\n    # noqa: «SSOT001»\ny = 2\n",
        after="x = 1\ny = 2\n",
        safety="safe",
    ),
    Case(
        "in an owner",
        "from pkg.old import OldEngine  # noqa: «SSOT001»\n",
        path="bridge.py",
        left="it is an owner in the migration M1",
    ),
)


@pytest.mark.parametrize("case", parameters(VALID))
def test_valid(case: Case, tmp_path: Path) -> None:
    check_case(case, "SSOT009", tmp_path, is_valid=True)


@pytest.mark.parametrize("case", parameters(INVALID))
def test_invalid(case: Case, tmp_path: Path) -> None:
    check_case(case, "SSOT009", tmp_path, is_valid=False)


@pytest.mark.parametrize("case", parameters(INVALID))
def test_fix(case: Case, tmp_path: Path) -> None:
    check_fix(case, "SSOT009", tmp_path)

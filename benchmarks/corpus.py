"""Makes a source tree of a given size in which a known number of imports are deprecated."""

from __future__ import annotations

import math
import random
import re
from pathlib import Path
from typing import NamedTuple

_SUPERVISOR = "netra_backend.app.agents.supervisor"
_OLD = f"{_SUPERVISOR}.execution_engine"
_NEW = f"{_SUPERVISOR}.user_execution_engine"
_MEDIAN_BYTES = 12_800
_SIGMA = 0.75
"""Log-normal sizes with these two have a mean of 18 KB, once each file ends with a function."""
_LOOKALIKE_SHARE = 0.05
"""Files that name only `UserExecutionEngine`, which a search for text takes for the old class."""
_FILES_IN_FOLDER = 11
_AREAS = ("netra_backend/app", "tests/unit", "netra_backend/app/services", "tests/e2e", "shared")

_NOUNS = re.findall(
    r"\w+",
    """account agent alert archive audit batch billing budget bucket channel client cluster
    connection container context cursor customer dashboard deadline delivery document event
    feature gateway history invoice ledger message metric payload permission pipeline policy
    quota record region report request resource result retry route schedule schema secret segment
    session snapshot stream tenant thread ticket token tool trace upload worker workspace""",
)
_VERBS = re.findall(
    r"\w+",
    """accept assign build cancel collect compare deliver expand export fetch forward import
    inspect merge migrate notify prepare publish rebuild record release render replay resolve
    restore schedule select store submit transform update validate""",
)


class Corpus(NamedTuple):
    """What was written: files, those that name a moved symbol, and their deprecated imports."""

    files: int
    candidates: int
    statements: int


class _Form(NamedTuple):
    """How a candidate names the old symbol; `statements` counts its deprecated imports."""

    header: str
    body: str
    statements: int = 0


# In the tree of the preset's migration, too, about a third of the candidates import the
# symbol; the rest name it in text or mean another one.
_FORMS = (
    _Form(
        f"from {_OLD} import ExecutionEngine\n",
        "def build_engine(registry, bridge):\n    return ExecutionEngine(registry, bridge)\n",
        1,
    ),
    _Form("", "# ExecutionEngine used to hold this state for all users at once.\n_STATE = {}\n"),
    _Form(
        f"from {_OLD} import (\n    ExecutionEngine as SharedEngine,\n"
        "    create_request_scoped_engine,\n)\n",
        "def engines(request, bridge):\n    first = SharedEngine(request.registry, bridge)\n"
        "    return first, create_request_scoped_engine(request)\n",
        1,
    ),
    _Form(
        f"from {_NEW} import UserExecutionEngine as ExecutionEngine\n",
        "def engine_of(context):\n    return ExecutionEngine(context)\n",
    ),
    _Form(
        "",
        'def describe():\n    """Say what took the place of ExecutionEngine."""\n'
        '    return "one engine for each user"\n',
    ),
    _Form(
        f"from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from {_OLD} import"
        " ExecutionEngine\n",
        'def start(registry, bridge) -> "ExecutionEngine":\n'
        f"    from {_OLD} import ExecutionEngine as Old\n\n    return Old(registry, bridge)\n",
        2,
    ),
    _Form(
        "from netra_backend.app.services.tool_registry.execution_engine import ExecutionEngine\n",
        "def tool_engine(tools):\n    return ExecutionEngine(tools)\n",
    ),
    _Form("", f'_PATCHED = "{_OLD}.ExecutionEngine"\n'),
    _Form(
        f"from {_SUPERVISOR} import execution_engine\n",
        "def fresh(registry, bridge):\n"
        "    return execution_engine.ExecutionEngine(registry, bridge)\n",
        1,
    ),
    _Form(
        "", "class ExecutionEngine:\n    def __init__(self, tools):\n        self.tools = tools\n"
    ),
    _Form("", 'def is_old(engine):\n    return type(engine).__name__ == "ExecutionEngine"\n'),
)
_PLAIN = _Form("", "")
_LOOKALIKE = _Form(
    f"from {_NEW} import UserExecutionEngine\n",
    "def user_engine(context):\n    return UserExecutionEngine(context)\n",
)

_HEADER = '''"""How to {verb} the {x} {y} of each {z}.

The {y} belongs to one {z} alone: nothing here may be kept from one {x} to the next.
Whoever needs the {x} of another {z} asks its owner for it.
"""

from __future__ import annotations

import json
import logging
import time
from typing import Any

'''
_CONSTANTS = """
logger = logging.getLogger(__name__)

{X}_LIMIT = {n}
DEFAULTS = {{"{x}": {n}, "{z}": None, "tags": ["{x}", "{z}"]}}
"""
_CLASS = '''

class {Name}:
    """Knows how to {verb} every {x} of a {y}, one {z} at a time."""

    def __init__(self, {x}: Any, *, {y}_limit: int = {n}) -> None:
        self.{x} = {x}
        self.{y}_limit = {y}_limit
        self.{z}_by_name: dict[str, Any] = {{}}
        self.since = time.monotonic()
'''
_FUNCTIONS = (
    '''
{indent}{async_}def {verb}_{x}_{y}({owner}, {a}: Any, {b}: Any = None) -> Any:
{indent}    """{Verb} the {x} of a {y}."""
''',
    '''
{indent}{async_}def {verb}_{y}({owner}, {a}: list[Any], {b}: dict[str, Any]) -> Any:
{indent}    """{Verb} each {y}, and tell the {z} how it went.

{indent}    The {z} is asked once more before anything is written, so that a {y} which
{indent}    was withdrawn in the meantime never reaches the {x}.

{indent}    Args:
{indent}        {a}: The {x} to begin with; it is changed in place.
{indent}        {b}: What is known of the {y}, by name.

{indent}    Returns:
{indent}        The {x}, or None where the {z} has none.
{indent}    """
''',
    """
{indent}{async_}def _{verb}_{z}({owner}, {a}, {b}=None, strict=False):
""",
)
# Separated by blank lines; `o` is `self` or what stands for it.
_STATEMENTS = """
{a} = [{x} for {x} in {b} if {x}.{y} != {n}]

if not {a}:
    # Without a {x} there is nothing to {verb}, and the {y} would wait for ever.
    raise ValueError(f"the {x} of {{{b}!r}} is missing: {verb} its {y} first")

{o}.{x}_{y} = {a} or {o}.default_{y}_of_{x}

for {x}_{y} in {b}:
    if {x}_{y}.{z} > {n}:
        # A {z} counts once, however often its {x} comes back.
        {a}.append({x}_{y})

try:
    {a} = json.loads({b})
except (TypeError, ValueError) as error:
    logger.warning("cannot {verb} the {x} of this {y}, trying another {z}: %s", error)
    return None

with {o}.{x}_{y}_lock:
    {o}.{x}_{y}_count += {n}
    {a}.update({b})

{a} = {{
    "description": "The {x} that this {y} had when it was opened",
    "{x}_{y}_identifier": "{x}-{y}-{n}",
    "{z}_is_enabled_by_default": True,
    "{y}_limit_for_each_{z}": {n},
}}

logger.info("{verb} has begun: %s holds every {x} of the {y}", {a})

assert {a}.{x}_{y} == {n}, (
    "the {y} must have {n} of each {x} before the {z} is told, "
    "for the {z} cannot be asked again"
)

# The {x} is kept until its {z} has been told: there may be another
# {y} that waits for it, and it would have to begin anew.
{a} = sorted({b}, key=lambda {x}: {x}.{y}, reverse=True)

while {a} and len({b}) < {n}:
    {b}.append({a}.pop().{x}_{y})

if isinstance({a}, dict):
    {b} = {a}["{x}_{y}_identifier"]
elif callable({a}):
    {b} = {a}({o}.{y}_of_{x})
else:
    {b} = {o}.{verb}_{z}_of_{x}({a})

{o}.metrics["seconds_to_{verb}_{x}_{y}"] = time.monotonic() - {o}.since

{a} = ", ".join(f"{{key}} of the {x}: {{value}}" for key, value in {b}.items())

# Nobody may {verb} a {x} while the {y} is
# being written: the {z} would be lost.
{o}.pending_{x}_{y}.append({b})

{a} = {o}.{verb}_{x}_of_{y}(
    {b},
    {y}={o}.{y}_for_{z},
    reason="the {z} was asked for its {x}",
    timeout_seconds={n},
)

print(f"  {Verb}: {{{a}}} -> {{{b}}}")
print("    Each {x} of the {y} is now with its {z}.")
""".strip().split("\n\n")
_RETURN = "return {o}.{x}_{y}_of({a}, {b})"


def build_corpus(folder: Path, *, files: int, candidates: float, seed: int) -> Corpus:
    """Write `files` modules below an empty folder, a share of which name the moved symbol.

    The same arguments give the same bytes.
    """
    rng = random.Random(seed)
    # Pins the configuration: without a file, one above the folder would count.
    (folder / "ssot.toml").write_text('preset = "execution-engine"\n', encoding="utf-8")
    chosen = sorted(rng.sample(range(files), round(files * candidates)))
    forms = {number: _FORMS[place % len(_FORMS)] for place, number in enumerate(chosen)}
    for number in range(files):
        path = folder / _place(number)
        path.parent.mkdir(parents=True, exist_ok=True)
        size = rng.lognormvariate(math.log(_MEDIAN_BYTES), _SIGMA)
        lookalike = _LOOKALIKE if rng.random() < _LOOKALIKE_SHARE else _PLAIN
        text = _module(rng, size, forms.get(number, lookalike))
        path.write_text(text, encoding="utf-8", newline="\n")
    return Corpus(files, len(chosen), sum(form.statements for form in forms.values()))


def _place(number: int) -> str:
    folder, place = divmod(number, _FILES_IN_FOLDER)
    area, noun = _AREAS[folder % len(_AREAS)], _NOUNS[folder % len(_NOUNS)]
    name = f"{_NOUNS[number % len(_NOUNS)]}_{number}"
    if place == 0:
        name = "__init__"
    elif area.startswith("tests"):
        name = f"test_{name}"
    return f"{area}/{noun}_{folder}/{name}.py"


def _module(rng: random.Random, size: float, form: _Form) -> str:
    words = _words(rng)
    parts = [_HEADER.format_map(words), form.header, _CONSTANTS.format_map(words)]
    if form.body:
        parts.append(f"\n\n{form.body}")
    length = sum(map(len, parts))
    while length < size:
        is_class = rng.random() < 0.5
        block = [_CLASS.format_map(_words(rng))] if is_class else ["\n"]
        for _ in range(rng.randint(1, 12) if is_class else 1):
            block.append(_function(rng, *(("self", "    ") if is_class else ("context", ""))))
            length += len(block[-1])
            if length >= size:
                break
        parts += block
    return "".join(parts)


def _function(rng: random.Random, owner: str, indent: str) -> str:
    words = _words(rng)
    a, b = f"{rng.choice(_NOUNS)}_list", f"{rng.choice(_NOUNS)}_data"
    words |= {"a": a, "b": b, "o": owner, "owner": owner, "indent": indent}
    words["async_"] = "async " if rng.random() < 0.4 else ""
    lines = []
    for statement in (*rng.choices(_STATEMENTS, k=rng.randint(1, 13)), _RETURN):
        lines.append(statement.format_map(_words(rng) | {"a": a, "b": b, "o": owner}))
        if rng.random() < 0.5:
            lines.append("")
    body = re.sub(r"(?m)^(?=.)", f"{indent}    ", "\n".join(lines).strip())
    return f"{rng.choice(_FUNCTIONS).format_map(words)}{body}\n"


def _words(rng: random.Random) -> dict[str, str]:
    x, y, z = rng.sample(_NOUNS, 3)
    verb = rng.choice(_VERBS)
    return {
        "x": x,
        "y": y,
        "z": z,
        "X": x.upper(),
        "Y": y.upper(),
        "verb": verb,
        "Verb": verb.capitalize(),
        "Name": f"{x.capitalize()}{y.capitalize()}{z.capitalize()}",
        "n": str(rng.randint(2, 99)),
    }

"""Text formats: which files are read as texts, and what each of them is written in."""

from __future__ import annotations

import enum


class TextFormat(enum.Enum):
    """What a text is written in, which says where code stands in it and how it is proved."""

    MARKDOWN = "Markdown"
    """Code stands in fenced blocks and after `>>>`."""
    RST = "reStructuredText"
    """Code stands in indented blocks and after `>>>`."""
    NOTEBOOK = "notebook"
    """JSON, in which code is lines of strings (nbformat 4)."""
    JSON = "JSON"
    """It must hold the same after a fix, but for texts."""
    TOML = "TOML"
    """As JSON."""
    YAML = "YAML"
    """As JSON, where PyYAML is installed."""
    INI = "INI"
    """As JSON, as configparser reads it."""
    PLAIN = "plain text"
    """Anything else: shell, Dockerfiles, XML. A fix changes what it names and nothing else."""


_BY_ENDING = {
    ".md": TextFormat.MARKDOWN,
    ".mdx": TextFormat.MARKDOWN,
    ".markdown": TextFormat.MARKDOWN,
    ".rst": TextFormat.RST,
    ".ipynb": TextFormat.NOTEBOOK,
    ".json": TextFormat.JSON,
    ".jsonc": TextFormat.PLAIN,
    ".json5": TextFormat.PLAIN,
    ".toml": TextFormat.TOML,
    ".yaml": TextFormat.YAML,
    ".yml": TextFormat.YAML,
    ".ini": TextFormat.INI,
    ".cfg": TextFormat.INI,
    ".flake8": TextFormat.INI,
    ".coveragerc": TextFormat.INI,
    ".pylintrc": TextFormat.INI,
    ".conf": TextFormat.PLAIN,
    ".env": TextFormat.PLAIN,
    ".txt": TextFormat.PLAIN,
    ".adoc": TextFormat.PLAIN,
    ".xml": TextFormat.PLAIN,
    ".html": TextFormat.PLAIN,
    ".sh": TextFormat.PLAIN,
    ".bash": TextFormat.PLAIN,
    ".zsh": TextFormat.PLAIN,
    ".fish": TextFormat.PLAIN,
    ".ps1": TextFormat.PLAIN,
    ".bat": TextFormat.PLAIN,
    ".cmd": TextFormat.PLAIN,
    ".mk": TextFormat.PLAIN,
    ".dockerfile": TextFormat.PLAIN,
    ".containerfile": TextFormat.PLAIN,
    ".service": TextFormat.PLAIN,
}
_BY_NAME = {
    "dockerfile": TextFormat.PLAIN,
    "containerfile": TextFormat.PLAIN,
    "makefile": TextFormat.PLAIN,
    "justfile": TextFormat.PLAIN,
    "procfile": TextFormat.PLAIN,
    "jenkinsfile": TextFormat.PLAIN,
    "codeowners": TextFormat.PLAIN,
    "readme": TextFormat.PLAIN,
}


def format_of(name: str) -> TextFormat | None:
    """Return the format of a file by its name or path; None for what is no text."""
    base = name[max(name.rfind("/"), name.rfind("\\")) + 1 :].lower()
    stem, dot, ending = base.rpartition(".")
    if dot and (found := _BY_ENDING.get(dot + ending)):
        return found
    return _BY_NAME.get(base) or (TextFormat.PLAIN if stem == "dockerfile" else None)


def is_text(name: str) -> bool:
    """Whether a file is read as a text and not as Python, by its name or path."""
    return format_of(name) is not None

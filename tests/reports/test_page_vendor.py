"""What the page brings along: uPlot as npm has it, and colours that can be read."""

from __future__ import annotations

import hashlib
import re
from importlib.resources import files

import pytest

PAGE = files("flake8_ssot_engine.reports") / "page"
VENDORED = {
    # Of uplot-1.6.32.tgz on registry.npmjs.org, whose integrity (SHA-512) is told there as
    # KIMVnG68zvu5XXUbC4LQEPnhwOxBuLyW1AHtpm6IKTXImkbLgkMy+jabjLgSLMasNuGGzQm/ep3tOkyTxpiQIw==
    "uPlot.iife.min.js": "19c8d4c6ad88929a79f4ae49d6f7161566dfd0ba3d15cc495e974f787eb78f1f",
    "uPlot.min.css": "df630c6a8d6f8eeaff264b50f73ce5b114f646ffd9a0bb74f049b0a00135fa04",
    "LICENSE": "8f989229699b4fe2f1a0432d0e9edc338a8a911e250e2d1b01ecd770a5f5b1bd",
}
VARIABLE = re.compile(r"(--\w+): (#[0-9a-f]{6});")
TEXTS = ("ink", "quiet", "link", "good", "warn", "bad")
SERIES = tuple(f"s{number}" for number in range(1, 9))


@pytest.mark.parametrize("name", VENDORED)
def test_vendored_file_is_the_published_one(name: str) -> None:
    data = (PAGE / "uPlot-1.6.32" / name).read_bytes()
    assert hashlib.sha256(data).hexdigest() == VENDORED[name]


def schemes() -> dict[str, dict[str, str]]:
    """Return the colours of the light and of the dark scheme, by the names of their variables."""
    css = (PAGE / "page.css").read_text("utf-8")
    light, dark = re.findall(r":root[^{]*\{([^}]*)\}", css)[:2]
    return {
        name: {key.lstrip("-"): value for key, value in VARIABLE.findall(block)}
        for name, block in (("light", light), ("dark", dark))
    }


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour, as WCAG 2.2 defines it."""
    channels = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_computed_as_wcag_does() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_has_the_contrast_of_wcag_aa(scheme: str) -> None:
    colours = schemes()[scheme]
    for ground in ("ground", "raised"):
        for name in TEXTS:
            assert contrast(colours[name], colours[ground]) >= 4.5, (name, ground)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_lines_and_bars_have_the_contrast_of_wcag_aa(scheme: str) -> None:
    colours = schemes()[scheme]
    for name in SERIES:  # WCAG 2.2, 1.4.11
        assert contrast(colours[name], colours["ground"]) >= 3, name
    assert contrast(colours["s1"], colours["track"]) >= 3


def test_both_schemes_have_every_colour() -> None:
    light, dark = schemes().values()
    assert light.keys() == dark.keys()
    assert not light.items() & dark.items()

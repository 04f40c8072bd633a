"""VS Code itself, as code-server in a browser, with our extension: diagnostics, quick fix, fix all.

It needs more than the tests install: code-server and Chromium on the path, Playwright for Python,
and `npm ci && npm run package` in editors/vscode. $SCREENSHOTS names a folder for pictures.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from flake8_ssot_engine import __version__
from flake8_ssot_engine.sample import lay_out
from tests.editors.project import COMMANDS, NAMES, texts_fixed_by_command, texts_of, violations_of

if TYPE_CHECKING:
    from playwright.sync_api import Page

EXTENSION = Path(__file__).parents[2] / "editors" / "vscode"
CODE_SERVER, CHROMIUM = shutil.which("code-server"), shutil.which("chromium")
PLAYWRIGHT = find_spec("playwright")
PACKAGE = EXTENSION / f"ssot-engine-{__version__}.vsix"
needs_all = pytest.mark.skipif(
    not (CODE_SERVER and CHROMIUM and PLAYWRIGHT and PACKAGE.exists()),
    reason="there is no code-server, Chromium, Playwright or packaged extension",
)
PATIENCE = 20
"""Seconds for one step; it takes at most five."""

SETTINGS = {
    "chat.disableAIFeatures": True,
    "files.autoSave": "off",
    "ssot.path": shutil.which("ssot", path=COMMANDS),
    "security.workspace.trust.enabled": False,
    "window.dialogStyle": "custom",
    "workbench.secondarySideBar.defaultVisibility": "hidden",
    "workbench.startupEditor": "none",
}


def test_the_extension_has_the_version_of_the_package() -> None:
    for name in ("package.json", "package-lock.json"):
        assert json.loads((EXTENSION / name).read_text("utf-8"))["version"] == __version__
    assert PACKAGE.name in (EXTENSION / "README.md").read_text("utf-8")
    assert (EXTENSION / "LICENSE").read_text() == (EXTENSION.parents[1] / "LICENSE").read_text()


@contextmanager
def code_server(root: Path) -> Iterator[str]:
    """Serve VS Code with our extension for a project; yield its address."""
    assert CODE_SERVER
    home = root.parent / "home"
    (home / "data" / "User").mkdir(parents=True)
    (home / "data" / "User" / "settings.json").write_text(json.dumps(SETTINGS), "utf-8")
    places = ["--user-data-dir", str(home / "data"), "--extensions-dir", str(home / "extensions")]
    environment = os.environ | {
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_DATA_HOME": str(home / "share"),
    }
    subprocess.run(
        [CODE_SERVER, *places, "--install-extension", str(PACKAGE)], env=environment, check=True
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    options = ["--auth", "none", "--disable-telemetry", "--disable-update-check"]
    with (home / "log").open("w") as log:
        server = subprocess.Popen(
            [CODE_SERVER, *options, "--bind-addr", address, *places],
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    try:
        wait_until(lambda: "HTTP server listening" in (home / "log").read_text())
        yield f"http://{address}/?folder={root}"
    finally:
        os.killpg(server.pid, signal.SIGTERM)  # what it started, too
        server.wait(PATIENCE)


def wait_until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.1)


class Window:
    """The window of VS Code, operated by its keys."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self._pictures = 0

    def picture(self, name: str) -> None:
        folder = os.environ.get("SCREENSHOTS")
        if folder:
            self._pictures += 1
            self.page.wait_for_timeout(1000)  # for what fades in
            self.page.screenshot(path=f"{folder}/{self._pictures}-{name}.png")

    def see(self, selector: str, text: str = "") -> None:
        """Wait until there is such an element, with such a text."""
        self.page.locator(selector, has_text=text).first.wait_for(timeout=PATIENCE * 1000)

    def pick(self, keys: str, text: str, entry: str = "") -> None:
        """Open the quick pick, type into it and take the first entry."""
        self.page.keyboard.press(keys)
        self.see(".quick-input-widget")
        self.page.keyboard.type(text)
        self.see(".quick-input-list .monaco-list-row.focused", entry)
        self.page.keyboard.press("Enter")

    def command(self, title: str) -> None:
        self.pick("Control+Shift+P", title, title)

    def open(self, name: str) -> None:
        self.pick("Control+P", name, Path(name).name)
        self.see(".squiggly-error")

    def go_to(self, violation: dict[str, Any]) -> None:
        line, column = violation["line"], violation["column"]
        self.page.keyboard.press("Control+G")
        self.see(".quick-input-widget")
        self.page.keyboard.type(f"{line}:{column}")
        self.page.keyboard.press("Enter")
        self.see(".statusbar", f"Ln {line}, Col {column}")


@contextmanager
def window(address: str) -> Iterator[Window]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1400, "height": 800})
        page.goto(address)
        page.wait_for_selector(".explorer-folders-view .monaco-list-row", timeout=PATIENCE * 1000)
        yield Window(page)
        browser.close()


@needs_all
def test_the_file_is_what_the_command_makes_of_it(tmp_path: Path) -> None:
    name = NAMES[0]
    root = tmp_path / "opened"
    lay_out(root)
    first = violations_of(root, name)[0]

    with code_server(root) as address, window(address) as code:
        code.open(name)
        code.see(".squiggly-inline-deprecated")
        code.picture("diagnostics")

        code.go_to(first)
        code.page.keyboard.press("Control+K")
        code.page.keyboard.press("Control+I")
        code.see(".monaco-hover", first["code"])
        code.picture("hover")
        code.page.keyboard.press("Escape")

        code.page.keyboard.press("Control+.")
        code.see(".action-widget .monaco-list-row.focused", first["fix"]["title"].split("`")[1])
        code.picture("menu")
        code.page.keyboard.press("Enter")
        code.see(".tab.dirty", Path(name).name)
        code.picture("after-quick-fix")

        code.command("SSOT: Fix All in This File")
        code.page.wait_for_selector(".squiggly-error", state="detached", timeout=PATIENCE * 1000)
        code.picture("after-fix-all")

        expected = texts_fixed_by_command(tmp_path / "fixed", name)

        def is_saved() -> bool:  # the last squiggle may be out of sight, and its fix on its way
            code.command("File: Save All Files")
            return texts_of(root) == expected

        wait_until(is_saved)

        code.command("SSOT: Show Status of the Migration")
        code.see(".terminal-outer-container")
        code.page.wait_for_timeout(3000)
        code.picture("status-of-the-migration")
        code.command("SSOT: Show Report of the Migration")
        wait_until((root / "ssot-report.html").exists)
        code.page.locator("[id='status.languageStatus']").click()
        code.see(".hover-language-status", "SSOT: running")
        code.picture("report-and-status-item")


@needs_all
def test_a_symbol_is_fixed_everywhere_after_a_preview(tmp_path: Path) -> None:
    root = tmp_path / "opened"
    lay_out(root)
    first = violations_of(root, NAMES[0])[0]
    by_command = tmp_path / "fixed"
    texts_fixed_by_command(by_command, ".")

    def left(project: Path) -> list[tuple[str, str]]:
        found = violations_of(project, ".")
        own = (one for one in found if one["symbol"] == first["symbol"])
        # Of texts the server tells nothing, so that it leaves them as they are.
        return [(one["path"], one["code"]) for one in own if one["code"] != "SSOT008"]

    assert len(left(root)) > len(left(by_command)) > 0
    with code_server(root) as address, window(address) as code:
        code.open(NAMES[0])
        code.go_to(first)
        code.page.keyboard.press("Control+.")
        code.page.locator(".action-widget .monaco-list-row", has_text="everywhere").first.click()
        code.see(".bulk-edit-panel")
        code.picture("preview")
        code.page.get_by_role("button", name="Apply").click()
        code.see(".explorer-viewlet .monaco-list-row", "dependencies.py")
        code.command("File: Save All Files")
        wait_until(lambda: left(root) == left(by_command))
        code.picture("fixed-everywhere")

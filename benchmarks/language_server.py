"""A language server as an editor sees it: one open document, what is told of it, and when."""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.processes import BenchmarkError, environment, memory_of

PATIENCE = 120.0
"""Seconds for one answer; the slowest that is measured takes five."""
_CAPABILITIES = {
    "general": {"positionEncodings": ["utf-16"]},
    "textDocument": {
        "synchronization": {"didSave": True},
        "publishDiagnostics": {"versionSupport": True, "relatedInformation": True},
    },
    "workspace": {"configuration": True, "workspaceFolders": True},
}


class Told(NamedTuple):
    """The diagnostics of a document, and when they came (by `time.perf_counter`)."""

    diagnostics: list[Any]
    when: float


class LanguageServer:
    """A running server with one open document; it pushes what it finds.

    `has_versions` says that it tells of which version it speaks; else the next that comes counts.
    """

    def __init__(
        self, command: Sequence[str], root: Path, options: Any, *, has_versions: bool
    ) -> None:
        self.started = time.perf_counter()
        self._process = subprocess.Popen(
            command,
            cwd=root,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._input, self._output = self._process.stdin, self._process.stdout
        os.set_blocking(self._output.fileno(), False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._output, selectors.EVENT_READ)
        self._buffer = b""
        self._has_versions = has_versions
        self._uri = ""
        self.version = 0
        folder = {"uri": root.as_uri(), "name": root.name}
        self._send(
            {
                "id": 1,
                "method": "initialize",
                "params": {
                    "processId": os.getpid(),
                    "rootUri": root.as_uri(),
                    "workspaceFolders": [folder],
                    "capabilities": _CAPABILITIES,
                    "initializationOptions": options,
                },
            }
        )
        while self._receive().get("id") != 1:
            pass
        self._notify("initialized", {})

    def configure(self, settings: Mapping[str, Any]) -> None:
        """Hand over what an editor's settings say."""
        self._notify("workspace/didChangeConfiguration", {"settings": settings})

    def open(self, path: Path, text: str) -> Told:
        """Open the document; return what is told of it."""
        self._uri, self.version = path.as_uri(), 1
        document = {"uri": self._uri, "languageId": "python", "version": 1, "text": text}
        self._notify("textDocument/didOpen", {"textDocument": document})
        return self._await()

    def change(self, line: int, start: int, end: int, text: str) -> Told:
        """Put a text in the place of a part of a line (from 0); return what is told of it."""
        self.version += 1
        where = {
            "start": {"line": line, "character": start},
            "end": {"line": line, "character": end},
        }
        return self._changed([{"range": where, "text": text}])

    def remove_line(self, line: int) -> Told:
        """Remove a whole line (from 0); return what is told of the rest."""
        self.version += 1
        where = {"start": {"line": line, "character": 0}, "end": {"line": line + 1, "character": 0}}
        return self._changed([{"range": where, "text": ""}])

    def _changed(self, changes: list[Any]) -> Told:
        identifier = {"uri": self._uri, "version": self.version}
        parameters = {"textDocument": identifier, "contentChanges": changes}
        self._notify("textDocument/didChange", parameters)
        return self._await()

    def resident(self) -> int:
        """Return the bytes that the server's process and its children hold in memory."""
        return memory_of(self._process.pid).resident

    def close(self) -> None:
        """End the server."""
        self._process.kill()
        self._process.wait()
        self._input.close()
        self._output.close()

    def _await(self) -> Told:
        while True:
            message = self._receive()
            if message.get("method") != "textDocument/publishDiagnostics":
                continue
            told = message["params"]
            if told["uri"] != self._uri:
                continue
            if not self._has_versions or told.get("version") == self.version:
                return Told(told["diagnostics"], time.perf_counter())

    def _notify(self, method: str, parameters: Any) -> None:
        self._send({"method": method, "params": parameters})

    def _send(self, message: Mapping[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._input.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self._input.flush()

    def _receive(self) -> dict[str, Any]:
        """Return the next message; what the server asks for is answered with nothing."""
        while True:
            head, separator, rest = self._buffer.partition(b"\r\n\r\n")
            if separator:
                length = int(head.lower().partition(b"content-length:")[2].split()[0])
                if len(rest) >= length:
                    message: dict[str, Any] = json.loads(rest[:length])
                    self._buffer = rest[length:]
                    self._answer(message)
                    return message
            if not self._selector.select(PATIENCE):
                raise BenchmarkError(f"no answer of the language server in {PATIENCE} s")
            data = self._output.read(1 << 16)
            if data == b"":
                raise BenchmarkError("the language server has ended")
            self._buffer += data or b""

    def _answer(self, message: Mapping[str, Any]) -> None:
        if "id" in message and "method" in message:
            items = message.get("params", {}).get("items", []) if message.get("params") else []
            is_asked = message["method"] == "workspace/configuration"
            self._send({"id": message["id"], "result": [None] * len(items) if is_asked else None})

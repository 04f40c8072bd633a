"""Processes: runs jobs apart from the server, and ends them when nobody waits for them."""

from __future__ import annotations

import asyncio
import pickle
import sys
from collections.abc import Callable
from typing import Any

from flake8_ssot_engine.errors import ConfigError
from flake8_ssot_engine.lsp.jobs import LENGTH, Advance, Failure, Job

# Nothing is imported from the folder that it runs in, which holds the project.
_MAIN = "import sys; sys.path[:] = {path!r}; from flake8_ssot_engine.lsp.jobs import main; main()"


class Processes:
    """The processes of one server."""

    def __init__(self) -> None:
        self._running: set[asyncio.subprocess.Process] = set()

    async def run(self, job: Job, tell: Callable[[Advance], None]) -> Any:
        """Return what comes of a job; `tell` hears how far it is. Raises ConfigError.

        Where this is cancelled, so is the job.
        """
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", _MAIN.format(path=[part for part in sys.path if part])),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        self._running.add(process)
        try:
            assert process.stdin is not None
            assert process.stdout is not None
            process.stdin.write(pickle.dumps(job))
            process.stdin.close()
            while True:
                length = int.from_bytes(await process.stdout.readexactly(LENGTH), "big")
                answer = pickle.loads(await process.stdout.readexactly(length))  # noqa: S301
                if not isinstance(answer, Advance):
                    break
                tell(answer)
            await process.wait()
        finally:
            self._running.discard(process)
            if process.returncode is None:
                process.kill()
        if isinstance(answer, Failure):
            raise ConfigError(answer.problems)
        return answer

    def end(self) -> None:
        """End all that runs."""
        for process in self._running:
            if process.returncode is None:
                process.kill()

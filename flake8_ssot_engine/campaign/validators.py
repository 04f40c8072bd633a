"""Validators: the commands that a phase declares, run and judged one by one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import BinaryIO

from flake8_ssot_engine.campaign.events import CheckBegun, CheckEnded, Event, Verdict, When
from flake8_ssot_engine.campaign.processes import CommandResult, Outcome, run_command
from flake8_ssot_engine.migrations import Validator


@dataclass(frozen=True, slots=True)
class ValidatorRun:
    """Runs validators in the folder `cwd`, keeps what they print in `log`, and tells of each."""

    cwd: str
    log: BinaryIO
    tell: Callable[[Event], None]
    stream: Callable[[bytes], None] | None = None

    def failures(
        self,
        validators: Iterable[Validator],
        when: When,
        side_effects: Callable[[], Iterable[str]] = tuple,
    ) -> list[Verdict]:
        """Run every validator, and return the verdicts of those that failed.

        `side_effects` tells, after each, what it must not have done and did.
        """
        failed = []
        for validator in validators:
            self.tell(CheckBegun(validator.command, when))
            self.log.write(os.fsencode(f"\n$ {validator.command}  # {when.value}\n"))
            self.log.flush()
            verdict = self._judge(validator)
            verdict = verdict._replace(problems=(*verdict.problems, *side_effects()))
            self.tell(CheckEnded(verdict, when))
            if verdict.problems:
                failed.append(verdict)
        return failed

    def _judge(self, validator: Validator) -> Verdict:
        seconds = 0.0
        for attempt in range(validator.retries + 1):
            result = run_command(
                validator.command,
                cwd=self.cwd,
                timeout_seconds=validator.timeout_seconds,
                log=self.log,
                stream=self.stream,
            )
            seconds += result.seconds
            if result.outcome is Outcome.PASSED:
                note = f"passed at try {attempt + 1}" if attempt else ""
                return Verdict(validator.command, (), result.tail, seconds, note)
            if result.outcome is Outcome.NOT_FOUND:  # a further try finds no more
                break
        problem = _told(result, validator)
        if attempt:
            problem += f", {attempt + 1} times"
        return Verdict(validator.command, (problem,), result.tail, seconds)


def _told(result: CommandResult, validator: Validator) -> str:
    if result.outcome is Outcome.TIMED_OUT:
        return f"was still running after {validator.timeout_seconds:g} s and was ended"
    if result.outcome is Outcome.NOT_FOUND:
        code = "" if result.exit_code is None else f" (exit code {result.exit_code})"
        return f"was not found, or may not be executed{code}"
    code_told = result.exit_code or 0
    return f"was ended by signal {-code_told}" if code_told < 0 else f"exit code {code_told}"

"""Scorers that break their worker where a conversation says so; workers import them by name."""

from __future__ import annotations

import os
import resource
import signal
import time
from pathlib import Path
from typing import ClassVar, Literal

import msgspec

from evalkit.model import Case, Conversation, Score
from evalkit.scorers.door import Context


class Deadly(msgspec.Struct, frozen=True):
    """Passes, and kills its process at "poison"; at "once" it kills it while the file `once` is there.

    With `slow_ms` each conversation takes that long, so that a test can kill what works on it; `log` counts them.
    While the file `full` is there, its process finds no room for what it writes.
    """

    once: str = ""
    slow_ms: float = 0.0
    log: str = ""
    full: str = ""
    name: ClassVar[str] = "deadly"
    version: ClassVar[str] = "1"
    reads: ClassVar[tuple[str, ...]] = ()
    needs: ClassVar[tuple[str, ...]] = ()
    scope: ClassVar[Literal["conversation", "group"]] = "conversation"

    def score(self, conversation: Conversation, case: Case | None, context: Context) -> Score:
        """A pass with the number of characters."""
        text = " ".join(turn.text for turn in conversation.turns)
        if "poison" in text:
            os.kill(os.getpid(), signal.SIGKILL)
        if self.once and "once" in text and Path(self.once).exists():
            Path(self.once).unlink()
            os.kill(os.getpid(), signal.SIGKILL)
        if self.log:
            with Path(self.log).open("a", encoding="utf-8") as file:
                file.write(f"{conversation.id}\n")
        if self.full:
            _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
            resource.setrlimit(resource.RLIMIT_FSIZE, (3_000 if Path(self.full).exists() else most, most))
        time.sleep(self.slow_ms / 1000)
        return Score(scorer=self.name, verdict="pass", data={"n": len(text)})

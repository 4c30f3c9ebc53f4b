"""Which requests are withdrawn that have not come yet."""

import time
from typing import Literal

# For longer than any page waits for an answer a request can be late.
LATE = 60
# From so many on it is the whole session: it is dying, and names the rest.
BY_NAME = 64
# So many names from strangers are remembered. Beyond, more are refused; none is forgotten.
NAMES = 100_000
# Stands for every request of a session; no id can be this.
WHOLE = "*"


class Withdrawn:
    def __init__(self) -> None:
        # Of each session: until when each id is withdrawn. The one that was named last is last.
        self._sessions: dict[str, dict[str, float]] = {}
        self._names = 0

    def has(self, session: str, id: str) -> bool:
        ids = self._sessions.get(session, {})
        return max(ids.get(id, 0), ids.get(WHOLE, 0)) > time.monotonic()

    def add(
        self, session: str, ids: list[str], is_whole: bool, is_known: bool
    ) -> Literal["named", "whole", "refused"]:
        """Withdraws these requests, or all. "refused" where there is no room; a session with
        tokens (`is_known`) never is."""
        now = time.monotonic()
        self._forget(now)
        of = self._sessions.get(session, {})
        self._drop(of, [id for id, until in of.items() if until <= now])
        is_many = len(of) + sum(id not in of for id in ids) > BY_NAME
        names = [WHOLE] if is_whole or is_many else ids
        more = sum(name not in of for name in names)
        if not is_known and self._names + more > NAMES:
            return "refused"
        self._names += more
        of.update((name, now + LATE) for name in names)
        self._sessions.pop(session, None)
        self._sessions[session] = of
        return "whole" if WHOLE in names else "named"

    def _forget(self, now: float) -> None:
        """What was named last is over last, so only the front is looked at."""
        while self._sessions:
            session, ids = next(iter(self._sessions.items()))
            if max(ids.values(), default=0) > now:
                return
            self._drop(ids, list(ids))
            del self._sessions[session]

    def _drop(self, ids: dict[str, float], over: list[str]) -> None:
        self._names -= len(over)
        for id in over:
            del ids[id]

"""Which requests are withdrawn that have not come yet."""

import time

# For longer than any page waits for an answer a request can be late.
LATE = 60
# From so many on, nothing is minted for the session. One that is known is remembered whatever one
# revoke can name: after an outage a living page names hundreds.
BY_NAME_KNOWN = 7_000
BY_NAME_STRANGE = 64
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

    def add(self, session: str, ids: list[str], is_whole: bool, is_known: bool) -> bool:
        """Withdraws these requests, or all, and says whether there was room. There always is for
        a session with tokens (`is_known`)."""
        now = time.monotonic()
        self._forget(now)
        of = self._sessions.get(session, {})
        self._drop(of, [id for id, until in of.items() if until <= now])
        most = BY_NAME_KNOWN if is_known else BY_NAME_STRANGE
        is_many = len(of) + sum(id not in of for id in ids) > most
        names = [WHOLE] if is_whole or is_many else ids
        more = sum(name not in of for name in names)
        if not is_known and self._names + more > NAMES:
            return False
        self._names += more
        of.update((name, now + LATE) for name in names)
        self._sessions.pop(session, None)
        self._sessions[session] = of
        return True

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

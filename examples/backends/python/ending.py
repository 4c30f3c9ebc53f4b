"""Ends what is due at the authorization server, again and again until it is dead."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine

from rules import Failure, wait_after
from store import Record, Store

# How many calls are under way at a time; of such for tokens that somebody may have made up,
# and how many of those begin in a second: they must keep nobody waiting.
AT_ONCE = 16
LOOK_UPS = 4
LOOK_UPS_A_SECOND = 20
# Once the authorization server is back, it is tried again within this time, in seconds.
LONGEST_PAUSE = 10


class Ending:
    def __init__(self, store: Store, revoke: Callable[[str], Awaitable[Failure | None]]):
        """`revoke` gives nothing if the token is dead, else why it may not be."""
        self._store = store
        self._revoke = revoke
        # As dictionaries, since sets have no order.
        self._due: dict[Record, None] = {}
        self._unknown: dict[Record, None] = {}
        self._calls = self._look_ups = self._later = self._failures = 0
        self._is_paused = False
        self._is_looking_up = False
        # Tasks that nothing else holds.
        self._tasks: set[asyncio.Task] = set()

    def size(self) -> int:
        """How many may be alive."""
        waiting = len(self._due) + len(self._unknown) + self._later
        return waiting + self._calls + self._look_ups

    def start(self, record: Record) -> None:
        """Sees to it that a record which is due dies."""
        if record.stage == "due" and record.first_try is None:
            record.first_try = asyncio.get_running_loop().create_future()
            self._due[record] = None
            self._work()

    async def is_dead(self, record: Record) -> bool:
        """True once it is dead, and false once the first try has failed or cannot be made
        now: then the rest goes on by itself."""
        if record.minting:
            await asyncio.wait([record.minting])
        self.start(record)
        if record.stage in ("dead", "lost"):
            return record.stage == "dead"
        return await asyncio.shield(record.first_try)

    def look_up(self, records: list[Record]) -> None:
        """The same for tokens that nobody here has minted."""
        self._unknown.update((record, None) for record in records)
        if not self._is_looking_up:
            self._is_looking_up = True
            self._go_on(self._look_up())

    async def _look_up(self) -> None:
        while self._unknown:
            if not self._is_paused and self._look_ups < LOOK_UPS:
                record = next(iter(self._unknown))
                del self._unknown[record]
                self._look_ups += 1
                self._go_on(self._try(record))
            await asyncio.sleep(1 / LOOK_UPS_A_SECOND)
        self._is_looking_up = False

    def _work(self) -> None:
        while self._due and not self._is_paused:
            # Of a server that has failed one call asks whether it is back.
            if self._calls >= (1 if self._failures else AT_ONCE):
                return
            record = next(iter(self._due))
            del self._due[record]
            self._calls += 1
            self._go_on(self._try(record))
        # It is no use to wait for them.
        for record in self._due:
            tell(record, False)

    async def _try(self, record: Record) -> None:
        is_over = record.expires_at <= time.monotonic()
        failure = None if is_over else await self._revoke(record.token)
        if record.is_unknown:
            self._look_ups -= 1
        else:
            self._calls -= 1
        if failure:
            self._again(record, failure)
        else:
            self._failures = self._failures if is_over else 0
            self._store.bury(record)
        tell(record, failure is None)
        self._work()

    def _again(self, record: Record, failure: Failure) -> None:
        record.attempts += 1
        if not failure.is_of_server():
            self._failures = 0
        elif not self._is_paused:
            self._go_on(self._pause(failure))
        self._later += 1
        self._go_on(self._wait(record, wait_after(record.attempts, failure.retry_after)))

    async def _wait(self, record: Record, seconds: float) -> None:
        await asyncio.sleep(seconds)
        self._later -= 1
        if record.is_unknown:
            self.look_up([record])
        else:
            self._due[record] = None
            self._work()

    async def _pause(self, failure: Failure) -> None:
        """Leaves a server alone that is down, or that has asked for it."""
        self._failures += 1
        self._is_paused = True
        await asyncio.sleep(min(wait_after(self._failures, failure.retry_after), LONGEST_PAUSE))
        self._is_paused = False
        self._work()

    def _go_on(self, work: Coroutine) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def tell(record: Record, is_dead: bool) -> None:
    if record.first_try and not record.first_try.done():
        record.first_try.set_result(is_dead)

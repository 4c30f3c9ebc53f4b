"""What was minted for which request, and what has become of it.

It is one process: what it knows ends with it. An app that runs in several processes needs a
store that they share (see the README). Nothing here scans but `end_of`, `close` and `sweep`.
"""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any, Literal

from rules import Named, Wanted
from withdrawn import Withdrawn

# How many tokens are on record: in all, of one page life, and of such that nobody here has
# minted.
RECORDS = 100_000
OF_SESSION = 2_000
UNKNOWN = 2_000
# In seconds: for so long a token is taken to live whose life nobody has told.
UNTOLD_LIFE = 86_400


@dataclass(eq=False)
class Record:
    """A token, or a request for one. `unwanted` is minting, and due as soon as there is a token;
    of `lost` nobody knows whether there is one."""

    session: str = ""
    id: str = ""
    asks_for: str = ""
    stage: Literal["minting", "unwanted", "live", "due", "dead", "lost"] = "minting"
    answer: dict[str, Any] = field(default_factory=dict)
    token: str = ""
    is_unknown: bool = False
    expires_at: float = float("inf")
    attempts: int = 0
    # Ends once there is a token, or none.
    minting: asyncio.Task | None = None
    # Whether the first try to revoke it has ended it.
    first_try: asyncio.Future | None = None

    def make_due(self) -> None:
        self.stage = {"live": "due", "minting": "unwanted"}.get(self.stage, self.stage)


@dataclass
class Session:
    sign_in: str | None
    records: dict[str, Record] = field(default_factory=dict)

    def end(self) -> list[Record]:
        self.sign_in = None
        for record in self.records.values():
            record.make_due()
        return [record for record in self.records.values() if record.stage == "due"]


@dataclass
class Found:
    """What a revoke has named."""

    is_taken: bool
    is_all_known: bool = True
    records: set[Record] = field(default_factory=set)
    unknown: list[Record] = field(default_factory=list)


class Store:
    def __init__(self) -> None:
        self.minting = 0
        self._sessions: dict[str, Session] = {}
        self._by_token: dict[str, Record] = {}
        self._withdrawn = Withdrawn()
        self._unknown = 0
        self._is_closed = False

    def owner_of(self, session: str) -> str | None:
        """The sign-in that a page life belongs to."""
        of = self._sessions.get(session)
        return of and of.sign_in

    def begin(self, wanted: Wanted, sign_in: str) -> tuple[str, Record | None]:
        """Enters a request before its token is minted: what becomes of it, and its record."""
        if self._withdrawn.has(wanted.session, wanted.id):
            return "withdrawn", None
        of = self._sessions.get(wanted.session) or Session(sign_in)
        asks_for = f"{wanted.resource} {wanted.scope}"
        if before := of.records.get(wanted.id):
            return before.stage if before.asks_for == asks_for else "other", before
        is_full = len(self._by_token) + self.minting >= RECORDS or len(of.records) >= OF_SESSION
        if is_full or self._is_closed:
            return "full", None
        of.sign_in = of.sign_in or sign_in
        record = Record(wanted.session, wanted.id, asks_for)
        of.records[wanted.id] = record
        self._sessions[wanted.session] = of
        self.minting += 1
        return "new", record

    def admit(self, record: Record, answer: dict[str, Any]) -> bool:
        """Enters its token. If nobody wants it any more, it is due."""
        self.minting -= 1
        record.stage = "live" if record.stage == "minting" and not self._is_closed else "due"
        record.answer = answer
        record.token = answer["access_token"]
        record.expires_at = time.monotonic() + answer.get("expires_in", UNTOLD_LIFE)
        self._by_token[record.token] = record
        return record.stage == "live"

    def abandon(self, record: Record, may_be_alive: bool) -> None:
        """There is no token, or one that nobody has. What was withdrawn stays so if it comes
        again."""
        self.minting -= 1
        if record.stage == "unwanted":
            self._withdrawn.add(record.session, [record.id], is_whole=False, is_known=True)
        record.stage = "lost" if may_be_alive else "dead"
        self._remove(record)

    def withdraw(self, named: Named) -> Found:
        """Makes due what is named, and sees to it that what is late is not minted."""
        found = Found(is_taken=not named.has_handle)
        for token in named.tokens:
            self._find(token, found)
        of = self._sessions.get(named.session) or Session(None)
        late = [id for id in named.pending if id not in of.records]
        found.records.update(of.records[id] for id in named.pending if id in of.records)
        if named.is_whole or late:
            found.is_all_known = False
            is_known = bool(of.records)
            found.is_taken &= self._withdrawn.add(named.session, late, named.is_whole, is_known)
            if named.is_whole:
                found.records.update(of.records.values())
        for record in found.records:
            record.make_due()
        return found

    def _find(self, token: str, found: Found) -> None:
        record = self._by_token.get(token)
        if record and not record.is_unknown:
            found.records.add(record)
            return
        found.is_all_known = False
        if record:
            return  # It waits already.
        if self._unknown >= UNKNOWN:
            found.is_taken = False
            return
        self._unknown += 1
        expires_at = time.monotonic() + UNTOLD_LIFE
        record = Record(stage="due", token=token, is_unknown=True, expires_at=expires_at)
        self._by_token[token] = record
        found.unknown.append(record)

    def bury(self, record: Record) -> None:
        """Its token is dead. That is remembered as long as it would have lived, since revokes
        come twice; but not of one that somebody may have made up."""
        record.stage = "dead"
        record.answer = {}
        if record.is_unknown:
            self._remove(record)

    def end_of(self, sign_in: str) -> list[Record]:
        """Makes due what a sign-in has; its page lives pass to the next one."""
        own = [of for of in self._sessions.values() if of.sign_in == sign_in]
        return [record for of in own for record in of.end()]

    def close(self) -> list[Record]:
        """Makes due what everybody has. Nothing is minted any more."""
        self._is_closed = True
        return [record for of in self._sessions.values() for record in of.end()]

    def sweep(self) -> None:
        """Forgets what has expired; to be called now and then."""
        now = time.monotonic()
        for record in [one for one in self._by_token.values() if one.expires_at <= now]:
            self._remove(record)

    def _remove(self, record: Record) -> None:
        if self._by_token.get(record.token) is record:
            del self._by_token[record.token]
            self._unknown -= record.is_unknown
        of = self._sessions.get(record.session)
        if of and of.records.get(record.id) is record:
            del of.records[record.id]
            if not of.records:
                del self._sessions[record.session]

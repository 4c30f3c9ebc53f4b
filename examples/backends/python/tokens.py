"""The two endpoints that downscope asks, with Box as the authorization server.

One process: what it knows ends with it. It ends everything that it gave out on SIGTERM
(`stop`); a crash loses it, and then a token lives until it expires. Start one process, or
take a store that several share (see the README).
"""

import asyncio
import os
import time
from urllib.parse import parse_qs

from fastapi import APIRouter, Request, Response

import rules
from bodies import answer, parse, read
from box import exchange, revoke as revoke_at_box
from ending import Ending
from rules import Refusal, Wanted
from session import is_signed_in, user_of
from store import Record, Store

APP_ORIGIN = os.environ["APP_ORIGIN"]
# How long a revoke waits for the end of what it names, in seconds: the page waits for 15.
PATIENCE = 9

store = Store()
ending = Ending(store, revoke_at_box)
router = APIRouter()


@router.post("/api/token")
async def token(request: Request) -> Response:
    if not rules.is_from_own_page(request.headers, APP_ORIGIN):
        raise Refusal(403, "access_denied")
    user = user_of(request)
    if user is None:
        raise Refusal(401, "login_required")
    body = await read(request, "application/json", 16_384)
    wanted = rules.token_request(parse(body), user.resources)

    # A page life belongs to one sign-in. It passes to the next once that has ended.
    former = store.owner_of(wanted.session) or user.sign_in
    if former != user.sign_in and is_signed_in(former):
        raise Refusal(400, "invalid_request")
    if former != user.sign_in:
        sign_out(former)

    begun, record = store.begin(wanted, user.sign_in)
    match begun:
        case "new":
            # In a task of its own: it goes on though the page has gone, so that each token
            # that exists is on record.
            record.minting = asyncio.create_task(mint(user.box_token, wanted, record))
            return answer(200, await asyncio.shield(record.minting))
        case "live":
            left = max(int(record.expires_at - time.monotonic()), 0)
            told = {"expires_in": left} if "expires_in" in record.answer else {}
            return answer(200, record.answer | told)
        case "minting":
            raise Refusal(503, "temporarily_unavailable", "1")
        case "full":
            raise Refusal(503, "temporarily_unavailable")
    # It was withdrawn, or has the name of another one.
    raise Refusal(400, "invalid_request")


@router.post("/api/revoke")
async def revoke(request: Request) -> Response:
    """A page that goes away sends no header, and no cookie is needed: whoever can
    name a token, or the random name of a session, may end it."""
    body = await read(request, "application/x-www-form-urlencoded", 65_536)
    found = store.withdraw(rules.revoke_request(parse_qs(body.decode(errors="replace"))))
    ending.look_up(found.unknown)
    dead = asyncio.gather(*(ending.is_dead(record) for record in found.records))
    try:
        are_dead = all(await asyncio.wait_for(dead, PATIENCE))
    except TimeoutError:
        are_dead = False
    return answer(rules.answer_to_revoke(found.is_taken, found.is_all_known, are_dead))


def sign_out(sign_in: str) -> None:
    """Ends what a sign-in has: to be called when it ends, however that comes about."""
    for record in store.end_of(sign_in):
        ending.start(record)


async def stop(within: float) -> int:
    """Ends everything that was given out, since nobody will know of it afterwards, and gives
    how much may still be alive after so many seconds."""
    until = time.monotonic() + within
    for record in store.close():
        ending.start(record)
    while ending.size() + store.minting > 0 and time.monotonic() < until:
        await asyncio.sleep(0.025)
    return ending.size() + store.minting


async def sweep() -> None:
    """Forgets now and then what has expired."""
    while True:
        await asyncio.sleep(10)
        store.sweep()


async def mint(box_token: str, wanted: Wanted, record: Record) -> dict:
    try:
        minted = await exchange(box_token, wanted.resource, wanted.scope)
    except Refusal as refusal:
        store.abandon(record, refusal.may_have_minted)
        raise
    except BaseException:
        store.abandon(record, may_be_alive=True)
        raise
    if store.admit(record, minted):
        return minted
    ending.start(record)
    raise Refusal(400, "invalid_request")

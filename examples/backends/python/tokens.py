"""The two endpoints that downscope asks, with Box as the authorization server."""

import asyncio
import os
import re
import time
from collections.abc import Coroutine
from typing import Any
from urllib.parse import parse_qs

from fastapi import APIRouter, Request, Response

from bodies import Refusal, answer, parse, read
from box import exchange, is_revoked
from session import user_of

APP_ORIGIN = os.environ["APP_ORIGIN"]

# What the app's pages need, and nothing more.
SCOPES = {"base_preview", "item_download", "item_preview"}
FIELDS = ("resource", "scope", "session", "id")
SESSION = re.compile(r"[A-Za-z0-9._~-]{22,128}")
ID = re.compile(r"[A-Za-z0-9._~-]{1,128}")

# In memory. Several processes of an app need a store that they share.
# (session, id) of each token request: its token, or None while it is being minted.
requests: dict[tuple[str, str], str | None] = {}
# Requests that were revoked before they had a token, and when: they may still be on their way.
withdrawn: dict[tuple[str, str], float] = {}
# Tasks that nothing else holds.
running: set[asyncio.Task] = set()

router = APIRouter()


@router.post("/api/token")
async def token(request: Request) -> Response:
    if not is_from_own_page(request):
        raise Refusal(403, "access_denied")
    user = user_of(request)
    if user is None:
        raise Refusal(401, "login_required")
    wanted = parse(await read(request, "application/json", 16_384))
    resource, scope, session, id = (wanted.get(key, "") for key in FIELDS)
    if not all(isinstance(field, str) for field in (resource, scope, session, id)):
        raise Refusal(400, "invalid_request")
    if not SESSION.fullmatch(session) or not ID.fullmatch(id):
        raise Refusal(400, "invalid_request")
    # Whole URIs: one that begins like an allowed one is another one.
    if resource not in user.resources:
        raise Refusal(400, "invalid_target")
    if not SCOPES.issuperset(scope.split(" ")):
        raise Refusal(400, "invalid_scope")
    return answer(200, await finished(mint(user.box_token, resource, scope, (session, id))))


@router.post("/api/revoke")
async def revoke(request: Request) -> Response:
    """A page that goes away sends no header, and no cookie is needed: whoever can
    name a token, or the random name of a session, may end it."""
    body = await read(request, "application/x-www-form-urlencoded", 65_536)
    form = parse_qs(body.decode(errors="replace"))
    session = form.get("session", [""])[0]
    named = SESSION.fullmatch(session) is not None
    whole = named and form.get("whole_session") == ["1"]
    names = {(session, id) for id in form.get("pending", []) if named and ID.fullmatch(id)}
    tokens = set(form.get("token", []))
    if not (tokens or names or whole):
        raise Refusal(400, "invalid_request")

    if whole:
        names.update(name for name in requests if name[0] == session)
    for name in names:
        if minted := requests.get(name):
            tokens.add(minted)
        else:
            withdraw(name)
    if await finished(count_alive(tokens)):
        raise Refusal(503, "temporarily_unavailable")
    return answer(204)


def is_from_own_page(request: Request) -> bool:
    """The cookie comes along with other sites' requests too, this header does not:
    it takes a preflight, which this server does not grant."""
    site = request.headers.get("sec-fetch-site")
    own = request.headers.get("origin") == APP_ORIGIN if site is None else site == "same-origin"
    return own and request.headers.get("x-downscope") == "1"


async def finished(work: Coroutine) -> Any:
    """Does the work to its end, though the page may be gone by then."""
    task = asyncio.create_task(work)
    running.add(task)
    task.add_done_callback(running.discard)
    return await asyncio.shield(task)


async def mint(subject: str, resource: str, scope: str, name: tuple[str, str]) -> dict:
    if name in requests or is_withdrawn(name):
        raise Refusal(400, "invalid_request")
    requests[name] = None
    try:
        minted = await exchange(subject, resource, scope)
        if is_withdrawn(name):
            await is_revoked(minted["access_token"])
            raise Refusal(400, "invalid_request")
        requests[name] = minted["access_token"]
        asyncio.get_running_loop().call_later(minted["expires_in"], requests.pop, name, None)
        return minted
    finally:
        if requests.get(name) is None:
            requests.pop(name, None)


async def count_alive(tokens: set[str]) -> int:
    # A token that is not on record may be alive all the same. But anybody can send
    # this, so the number of them that Box is asked about is bounded.
    known = tokens.intersection(requests.values())
    asked = [*known, *list(tokens - known)[:100]]
    alive = len(tokens) - len(asked)
    for one in asked:
        alive += not await is_revoked(one)
    return alive


def is_withdrawn(name: tuple[str, str]) -> bool:
    """For longer than any page waits for an answer."""
    return withdrawn.get(name, float("-inf")) > time.monotonic() - 60


def withdraw(name: tuple[str, str]) -> None:
    withdrawn[name] = time.monotonic()
    # The oldest go: this is filled by whoever sends a revoke.
    if len(withdrawn) > 16_384:
        del withdrawn[next(iter(withdrawn))]

"""Box's token endpoints."""

import json
import logging
import os
import re
from typing import Any

import httpx

from rules import Failure, lifetime, refusal_of

ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"
CLIENT = {
    "client_id": os.environ["BOX_CLIENT_ID"],
    "client_secret": os.environ["BOX_CLIENT_SECRET"],
}

log = logging.getLogger("uvicorn.error")
box = httpx.AsyncClient(base_url=os.environ.get("BOX_API", "https://api.box.com"), timeout=10)


async def exchange(subject: str, resource: str, scope: str) -> dict[str, Any]:
    """RFC 8693: the user's own token for one that can do no more than this."""
    status, retry_after, body = await ask_box(
        "/oauth2/token",
        grant_type="urn:ietf:params:oauth:grant-type:token-exchange",
        subject_token=subject,
        subject_token_type=ACCESS_TOKEN,
        resource=resource,
        scope=scope,
    )
    if status != 200:
        raise refusal_of(failed("exchange", status, retry_after, body))
    token, granted, seconds = (body.get(name) for name in ("access_token", "scope", "expires_in"))
    if not isinstance(token, str):
        raise refusal_of(failed("exchange", 502))
    life = lifetime(seconds)
    return {
        "access_token": token,
        "issued_token_type": ACCESS_TOKEN,
        "token_type": "Bearer",
        "scope": granted if isinstance(granted, str) else scope,
    } | ({"expires_in": life} if life else {})


async def revoke(token: str) -> Failure | None:
    """RFC 7009: nothing if the token is dead now, and one that Box does not know is; else
    why not."""
    status, retry_after, body = await ask_box("/oauth2/revoke", token=token)
    if status == 200 or status == 400 and body.get("error") == "invalid_token":
        return None
    return failed("revoke", status, retry_after, body)


def failed(what: str, status: int, retry_after: str | None = None, body: dict = {}) -> Failure:
    """Writes down what has failed, and none of Box's own words: they may repeat a secret."""
    error = body.get("error")
    error = error if isinstance(error, str) and re.fullmatch("[a-z_]{1,40}", error) else None
    log.error("downscope: %s failed: %d %s", what, status, error or "without a reason")
    return Failure(status, error, retry_after)


async def ask_box(path: str, **fields: str) -> tuple[int, str | None, dict]:
    try:
        response = await box.post(path, data=fields | CLIENT)
    except httpx.HTTPError:
        return 503, None, {}
    try:
        body = json.loads(response.content)
    except (RecursionError, ValueError):
        body = None
    retry_after = response.headers.get("retry-after")
    return response.status_code, retry_after, body if isinstance(body, dict) else {}

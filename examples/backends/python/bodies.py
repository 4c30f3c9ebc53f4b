"""Bodies in, answers out."""

import json
from typing import Any

from fastapi import Request, Response

from rules import Refusal


async def refuse(_: Request, refusal: Refusal) -> Response:
    headers = {}
    if refusal.status in (429, 503):
        headers["Retry-After"] = str(refusal.retry_after)
    if refusal.status == 401:
        headers["WWW-Authenticate"] = 'Cookie realm="app"'
    return answer(refusal.status, {"error": refusal.error}, headers)


def answer(status: int, body: dict | None = None, headers: dict | None = None) -> Response:
    headers = {"Cache-Control": "no-store"} | (headers or {})
    if body is None:
        return Response(None, status, headers)
    return Response(json.dumps(body), status, headers, "application/json")


async def read(request: Request, media_type: str, limit: int) -> bytes:
    """The body, if it is of this type and no longer than this."""
    given = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if given != media_type:
        raise Refusal(415, "invalid_request")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            raise Refusal(413, "invalid_request")
    return bytes(body)


def parse(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (RecursionError, ValueError):
        raise Refusal(400, "invalid_request") from None

"""Box's token endpoints."""

import os

import httpx

from bodies import Refusal

ACCESS_TOKEN = "urn:ietf:params:oauth:token-type:access_token"
CLIENT = {
    "client_id": os.environ["BOX_CLIENT_ID"],
    "client_secret": os.environ["BOX_CLIENT_SECRET"],
}

box = httpx.AsyncClient(base_url=os.environ.get("BOX_API", "https://api.box.com"), timeout=10)


async def exchange(subject: str, resource: str, scope: str) -> dict:
    """RFC 8693: the user's own token for one that can do no more than this."""
    status, retry_after, body = await ask_box(
        "/oauth2/token",
        grant_type="urn:ietf:params:oauth:grant-type:token-exchange",
        subject_token=subject,
        subject_token_type=ACCESS_TOKEN,
        resource=resource,
        scope=scope,
    )
    if status == 200:
        fixed = {"issued_token_type": ACCESS_TOKEN, "token_type": "Bearer", "scope": scope}
        return {key: body[key] for key in ("access_token", "expires_in")} | fixed
    # Nothing of Box's own words: they may repeat a secret.
    match body.get("error"):
        case "invalid_scope":
            raise Refusal(400, "invalid_scope")
        case "invalid_resource":
            raise Refusal(400, "invalid_target")
        case "invalid_client" | "unauthorized_client":
            raise Refusal(500, "server_error")
    if status in (400, 401):
        raise Refusal(401, "login_required")
    raise Refusal(429 if status == 429 else 503, "temporarily_unavailable", retry_after)


async def is_revoked(one: str) -> bool:
    """RFC 7009: whether the token is dead now. One that Box does not know is."""
    status, _, body = await ask_box("/oauth2/revoke", token=one)
    return status == 200 or body.get("error") == "invalid_token"


async def ask_box(path: str, **fields: str) -> tuple[int, str, dict]:
    try:
        response = await box.post(path, data=fields | CLIENT)
        body = response.json() if response.content else {}
        return response.status_code, response.headers.get("retry-after", "5"), body
    except (httpx.HTTPError, ValueError):
        return 503, "5", {}

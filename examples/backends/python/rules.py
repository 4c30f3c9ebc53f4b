"""What a request means and what is answered to it. Nothing here waits, asks or remembers."""

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# What the app's pages need, and nothing more.
SCOPES = {"base_explorer", "base_preview", "item_download", "item_preview"}
FIELDS = ("session", "id", "resource", "scope")
# 22 characters are 128 random bits: whoever can name a session may revoke what it has.
SESSION = re.compile(r"[A-Za-z0-9._~-]{22,128}")
ID = re.compile(r"[A-Za-z0-9._~-]{1,128}")
# RFC 6749 appendix A.12, as far as it can stand in a header.
TOKEN = re.compile(r"[!#-+\--\[\]-~]{1,16384}")
# The longest life that is believed, in seconds: no access token has it.
LONGEST_LIFE = 400 * 86_400


class Refusal(Exception):
    """An answer that is an error of RFC 6749 section 5.2. It repeats nothing of a request."""

    # Whether a token may have been minted all the same.
    may_have_minted = False

    def __init__(self, status: int, error: str, retry_after: str | None = None):
        self.status, self.error = status, error
        # Seconds: a slip of the authorization server must not lock pages out.
        self.retry_after = min(max(seconds_of(retry_after, 5), 1), 600)


@dataclass(frozen=True)
class Wanted:
    session: str
    id: str
    resource: str
    scope: str


@dataclass(frozen=True)
class Named:
    session: str
    pending: frozenset[str]
    is_whole: bool
    tokens: frozenset[str]
    # None is given here, so there is nothing that can be done about one.
    has_handle: bool


@dataclass(frozen=True)
class Failure:
    """What the authorization server has answered in place of what it was asked for."""

    status: int
    error: str | None = None
    retry_after: str | None = None

    def is_of_server(self) -> bool:
        return self.status == 429 or self.status >= 500


def is_from_own_page(headers: Mapping[str, str], origin: str) -> bool:
    """The cookie comes along with other sites' requests too, this header does not: it takes
    a preflight, which only the app's own origin is granted. `same-site` is an app on
    app.example with its backend on api.app.example, or a stranger next to it."""
    site = headers.get("sec-fetch-site", "same-site")
    is_own = site == "same-origin" or site == "same-site" and headers.get("origin") == origin
    return is_own and headers.get("x-downscope") == "1"


def token_request(fields: Any, resources: frozenset[str]) -> Wanted:
    """What a page wants a token for; refused if `resources` does not have it."""
    given = fields if isinstance(fields, dict) else {}
    values = [given.get(name, "") for name in FIELDS]
    if not all(isinstance(value, str) for value in values):
        raise Refusal(400, "invalid_request")
    wanted = Wanted(*values)
    if not SESSION.fullmatch(wanted.session) or not ID.fullmatch(wanted.id):
        raise Refusal(400, "invalid_request")
    # Whole URIs: one that begins like an allowed one is another one.
    if wanted.resource not in resources:
        raise Refusal(400, "invalid_target")
    if not SCOPES.issuperset(wanted.scope.split(" ")):
        raise Refusal(400, "invalid_scope")
    return wanted


def revoke_request(form: Mapping[str, list[str]]) -> Named:
    """What a revoke names. A name that cannot be one is ignored: nothing goes by it."""
    fitting = {
        name: [one for one in form.get(name, []) if syntax.fullmatch(one)]
        for name, syntax in {"session": SESSION, "pending": ID, "token": TOKEN}.items()
    }
    named = Named(
        session=next(iter(fitting["session"]), ""),
        pending=frozenset(fitting["pending"]),
        is_whole="1" in form.get("whole_session", []),
        tokens=frozenset(fitting["token"]),
        has_handle="handle" in form,
    )
    has_requests = named.is_whole or bool(named.pending)
    is_nothing = not (has_requests or named.has_handle or named.tokens)
    if is_nothing or has_requests and not named.session:
        raise Refusal(400, "invalid_request")
    return named


def answer_to_revoke(is_taken: bool, is_all_known: bool, are_dead: bool) -> int:
    """204: everything named is dead. 202: it will be, and nobody need send this again. A
    request that is not on record may have been minted before the last start of this process,
    so nobody says 204 of it. 503: not even taken over."""
    if not is_taken:
        raise Refusal(503, "temporarily_unavailable")
    return 204 if is_all_known and are_dead else 202


def lifetime(expires_in: Any) -> int | None:
    """`expires_in` as servers write it: a number or the text of one. What is neither is no
    statement, and no reason to lose the token."""
    if isinstance(expires_in, bool) or not isinstance(expires_in, int | float | str):
        return None
    try:
        seconds = min(float(expires_in), LONGEST_LIFE)
    except (OverflowError, ValueError):
        return None
    return int(seconds) if seconds >= 1 else None


def refusal_of(failure: Failure) -> Refusal:
    """A refusal by the authorization server, in words of our own: its may repeat a secret.
    Unless it has said itself why there is no token, one may have been minted all the same."""
    refusal = in_own_words(failure)
    is_said = failure.error or failure.status in (400, 401, 403, 429)
    refusal.may_have_minted = not is_said
    return refusal


def in_own_words(failure: Failure) -> Refusal:
    if failure.status == 429:
        return Refusal(429, "temporarily_unavailable", failure.retry_after)
    if failure.status not in (400, 401, 403):
        return Refusal(503, "temporarily_unavailable", failure.retry_after)
    match failure.error:
        case "invalid_scope":
            return Refusal(400, "invalid_scope")
        case "invalid_resource" | "invalid_target":
            return Refusal(400, "invalid_target")
        # RFC 8693 section 2.2.2: the user's token is dead. Else it is this client that is wrong.
        case "invalid_grant" | "invalid_request" | "invalid_token":
            return Refusal(401, "login_required")
        case None if failure.status == 401:
            return Refusal(401, "login_required")
    return Refusal(500, "server_error")


def wait_after(attempts: int, retry_after: str | None) -> float:
    """Seconds until the next try after so many that failed: spread, so that what failed
    together does not come back together, and 20 at the most unless it was asked for more."""
    step = min(0.5 * 2 ** min(attempts, 16), 20)
    return max(min(seconds_of(retry_after, 0), 60), step * random.uniform(0.5, 1))


def seconds_of(text: str | None, otherwise: int) -> int:
    return int(text) if text and re.fullmatch("[0-9]{1,9}", text) else otherwise

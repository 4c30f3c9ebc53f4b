"""Stands for the app's own sign-in. It signs in whoever comes: replace it."""

import os
import secrets
from dataclasses import dataclass

from fastapi import Request, Response

COOKIE = "__Host-session"


@dataclass(frozen=True)
class User:
    """The name of their sign-in, their Box token, and what their pages may have tokens for."""

    sign_in: str
    box_token: str
    resources: frozenset[str]


users: dict[str, User] = {}


def user_of(request: Request) -> User | None:
    return users.get(request.cookies.get(COOKIE, ""))


def is_signed_in(sign_in: str) -> bool:
    """Whether a sign-in has not ended."""
    return any(user.sign_in == sign_in for user in users.values())


def urls(kind: str, variable: str) -> set[str]:
    """Of the ids that a variable names."""
    return {f"https://api.box.com/2.0/{kind}/{id}" for id in os.environ.get(variable, "").split(",")}


def begin_sign_in(response: Response) -> None:
    """Signs the demo user in."""
    cookie = secrets.token_urlsafe(32)
    users[cookie] = User(
        secrets.token_urlsafe(16),
        os.environ.get("BOX_SUBJECT_TOKEN", ""),
        frozenset(urls("files", "BOX_FILE_IDS") | urls("folders", "BOX_FOLDER_IDS")),
    )
    response.set_cookie(COOKIE, cookie, secure=True, httponly=True, samesite="strict")


def end_sign_in(request: Request, response: Response) -> str:
    """Ends the sign-in that the request comes from, and gives its name."""
    user = users.pop(request.cookies.get(COOKIE, ""), None)
    response.delete_cookie(COOKIE, secure=True, httponly=True, samesite="strict")
    return user.sign_in if user else ""

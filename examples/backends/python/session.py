"""Stands for the app's own sign-in. It signs in whoever comes: replace it."""

import os
import secrets
from dataclasses import dataclass

from fastapi import Request, Response


@dataclass(frozen=True)
class User:
    """Their Box token, and what their pages may have tokens for."""

    box_token: str
    resources: frozenset[str]


users: dict[str, User] = {}


def user_of(request: Request) -> User | None:
    return users.get(request.cookies.get("__Host-session", ""))


def sign_in(response: Response) -> None:
    cookie = secrets.token_urlsafe(32)
    files = os.environ.get("BOX_FILE_IDS", "").split(",")
    users[cookie] = User(
        os.environ.get("BOX_SUBJECT_TOKEN", ""),
        frozenset(f"https://api.box.com/2.0/files/{id}" for id in files),
    )
    response.set_cookie("__Host-session", cookie, secure=True, httponly=True, samesite="strict")

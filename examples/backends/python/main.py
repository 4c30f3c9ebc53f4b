"""python main.py

One process: see tokens.py.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI, Request, Response
from fastapi.middleware.cors import CORSMiddleware

from bodies import refuse
from box import log
from rules import Refusal
from session import begin_sign_in, end_sign_in
from tokens import APP_ORIGIN, router, sign_out, stop, sweep


@asynccontextmanager
async def lifespan(_: FastAPI) -> AsyncIterator[None]:
    sweeping = asyncio.create_task(sweep())
    yield
    # On SIGTERM, once no request is under way any more.
    sweeping.cancel()
    if left := await stop(20):
        log.error("downscope: %d tokens may still be alive", left)


app = FastAPI(lifespan=lifespan)
app.include_router(router)
app.add_exception_handler(Refusal, refuse)
# For an app on another origin of the same site.
app.add_middleware(
    CORSMiddleware,
    allow_origins=[APP_ORIGIN],
    allow_credentials=True,
    allow_methods=["POST"],
    allow_headers=["*"],
    expose_headers=["Retry-After"],
)


@app.get("/")
async def home() -> Response:
    response = Response("signed in")
    begin_sign_in(response)
    return response


@app.post("/sign-out")
async def leave(request: Request) -> Response:
    response = Response("signed out")
    sign_out(end_sign_in(request, response))
    return response


if __name__ == "__main__":
    port = int(os.environ.get("PORT", "3000"))
    uvicorn.run(app, host="127.0.0.1", port=port, timeout_graceful_shutdown=10)

"""python main.py"""

import os

import uvicorn
from fastapi import FastAPI, Response

from bodies import Refusal, refuse
from session import sign_in
from tokens import router

app = FastAPI()
app.include_router(router)
app.add_exception_handler(Refusal, refuse)


@app.get("/")
def home() -> Response:
    response = Response("signed in")
    sign_in(response)
    return response


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(os.environ.get("PORT", "3000")))

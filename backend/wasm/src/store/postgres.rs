//! A client of PostgreSQL that JavaScript brings.

use downscope_backend::store::postgres::{Asking, Client as Postgres, Failure};
use js_sys::{Array, Promise};
use tokio::sync::oneshot;
use wasm_bindgen::{JsCast, prelude::*};
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::Connection;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(extends = Connection)]
    type Pool;

    /// The first value of the last row that the query gives, as text, or null. It is rejected
    /// with SQLSTATE, `late`, or `lost`.
    #[wasm_bindgen(method)]
    fn query(this: &Pool, session: Option<u32>, text: &str, params: Array) -> Promise;

    /// Takes a connection; gives a number, as text.
    #[wasm_bindgen(method)]
    fn take(this: &Pool) -> Promise;

    #[wasm_bindgen(method, js_name = giveBack)]
    fn give_back(this: &Pool, session: u32, is_failed: bool);
}

pub(super) struct Client(Pool);

impl Client {
    pub(super) fn of(connection: Connection) -> Self {
        Self(connection.unchecked_into())
    }
}

impl Postgres for Client {
    fn ask<'a>(
        &'a self,
        session: Option<u32>,
        text: &'a str,
        params: &'a [Option<String>],
    ) -> Asking<'a> {
        let params = params.iter().map(|param| match param {
            Some(text) => JsValue::from_str(text),
            None => JsValue::NULL,
        });
        answer(self.0.query(session, text, params.collect()))
    }

    fn take(&self) -> Asking<'_> {
        answer(self.0.take())
    }

    fn give_back(&self, session: u32, is_failed: bool) {
        self.0.give_back(session, is_failed);
    }
}

fn answer(promise: Promise) -> Asking<'static> {
    let (done, answer) = oneshot::channel();
    spawn_local(async move {
        let settled = JsFuture::from(promise).await;
        // Whoever has asked may have gone.
        _ = done.send(match settled {
            Ok(value) => Ok(value.as_string()),
            Err(error) => Err(failure(&error)),
        });
    });
    Box::pin(async move { answer.await.unwrap_or(Err(Failure::Lost)) })
}

fn failure(error: &JsValue) -> Failure {
    match error.as_string().as_deref() {
        Some("late") => Failure::Late,
        Some("lost") | None => Failure::Lost,
        Some(code) => Failure::Refused(code.to_owned()),
    }
}

/// How each connection is to be set.
#[wasm_bindgen(js_name = postgresOptions)]
pub fn options() -> String {
    downscope_backend::store::postgres::OPTIONS.to_owned()
}

//! A client of Redis that JavaScript brings.

use downscope_backend::store::redis::{Asking, Client as Redis, Failure, Value};
use js_sys::{Array, Promise, Uint8Array};
use tokio::sync::oneshot;
use wasm_bindgen::{JsCast, prelude::*};
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::Connection;

#[wasm_bindgen]
extern "C" {
    /// It has one function.
    #[wasm_bindgen(extends = Connection)]
    type Commands;

    /// Sends a command, of words of bytes. What it gives is null, a number, a string, bytes,
    /// or an array of these. It is rejected with the server's word, or `dropped`.
    #[wasm_bindgen(method)]
    fn command(this: &Commands, words: Array) -> Promise;
}

pub(super) struct Client(Commands);

impl Client {
    pub(super) fn of(connection: Connection) -> Self {
        Self(connection.unchecked_into())
    }
}

impl Redis for Client {
    fn ask<'a>(&'a self, command: &'a [Vec<u8>]) -> Asking<'a> {
        let words = command.iter().map(|word| Uint8Array::from(word.as_slice()));
        let promise = self.0.command(words.collect());
        let (done, answer) = oneshot::channel();
        spawn_local(async move {
            let settled = JsFuture::from(promise).await;
            // Whoever has asked may have gone.
            _ = done.send(match settled {
                Ok(value) => value_of(&value).ok_or(Failure::Senseless),
                Err(error) => Err(failure(&error)),
            });
        });
        Box::pin(async move { answer.await.unwrap_or(Err(Failure::Dropped)) })
    }
}

fn value_of(value: &JsValue) -> Option<Value> {
    if value.is_null() || value.is_undefined() {
        return Some(Value::Nil);
    }
    if let Some(text) = value.as_string() {
        return Some(Value::Bytes(text.into_bytes()));
    }
    if let Some(bytes) = value.dyn_ref::<Uint8Array>() {
        return Some(Value::Bytes(bytes.to_vec()));
    }
    if let Some(items) = value.dyn_ref::<Array>() {
        let items = items.iter().map(|item| value_of(&item));
        return Some(Value::Array(items.collect::<Option<_>>()?));
    }
    whole(value.as_f64()?).map(Value::Int)
}

/// What the scripts count is exact: below 2⁵³.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a whole number, which fits"
)]
fn whole(number: f64) -> Option<i64> {
    const MOST: f64 = 9_007_199_254_740_992.0;
    (number.trunc().to_bits() == number.to_bits() && number.abs() < MOST).then_some(number as i64)
}

fn failure(error: &JsValue) -> Failure {
    match error.as_string() {
        Some(word) if word != "dropped" => Failure::Refused(word),
        Some(_) | None => Failure::Dropped,
    }
}

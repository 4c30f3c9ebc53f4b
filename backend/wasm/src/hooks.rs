//! How JavaScript is asked: a name and a question in JSON, and an answer in JSON.

use js_sys::Promise;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use tokio::sync::oneshot;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::{JsFuture, spawn_local};

#[wasm_bindgen]
extern "C" {
    /// What JavaScript brings.
    pub type Hooks;

    /// Answers a question, as [`Answer`] reads it. The promise is never rejected.
    #[wasm_bindgen(method)]
    fn ask(this: &Hooks, name: &str, question: &str) -> Promise;

    /// Hears what has happened.
    #[wasm_bindgen(method)]
    fn tell(this: &Hooks, event: &str);
}

/// A value, or why there is none.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Answer {
    Value(Value),
    Error(String),
}

impl Hooks {
    /// What JavaScript answers, or a word for why it does not.
    pub(crate) async fn question<T: DeserializeOwned>(
        &self,
        name: &str,
        question: &impl Serialize,
    ) -> Result<T, String> {
        let question = serde_json::to_string(question).map_err(|_| "json".to_owned())?;
        let text = settled(self.ask(name, &question)).await;
        match serde_json::from_str(&text.unwrap_or_default()) {
            Ok(Answer::Value(value)) => T::deserialize(value).map_err(|_| "json".to_owned()),
            Ok(Answer::Error(word)) => Err(word),
            Err(_) => Err("json".to_owned()),
        }
    }

    pub(crate) fn event(&self, event: &Value) {
        self.tell(&event.to_string());
    }
}

/// What a promise gives, as plain data that any future may hold.
fn settled(promise: Promise) -> impl Future<Output = Option<String>> + Send {
    let (done, answer) = oneshot::channel();
    spawn_local(async move {
        let settled = JsFuture::from(promise).await;
        // Whoever has asked may have gone.
        _ = done.send(settled.ok().and_then(|value| value.as_string()));
    });
    async { answer.await.ok().flatten() }
}

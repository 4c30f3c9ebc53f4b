//! Asks the app's backend for a token.

use js_sys::{JSON, Object};
use wasm_bindgen::JsValue;
use web_sys::AbortSignal;

use super::secrets::Secret;
use super::shell::Shell;
use super::{answer, fetch, js};
use crate::core::{Failure, Generation, GrantKey, Issued};

/// Where tokens come from.
pub(crate) enum Source {
    /// The app's own function: gets the request and a signal, gives an answer
    /// or a promise of one.
    Provider(Provider),
    /// The app's endpoint.
    Url {
        /// Absolute; checked.
        url: String,
        headers: Option<Headers>,
        /// A `RequestCredentials`.
        credentials: String,
    },
}

pub(crate) type Provider = Box<dyn Fn(&Object, &AbortSignal) -> Result<JsValue, JsValue>>;

/// Gives a record of headers, or a promise of one.
pub(crate) type Headers = Box<dyn Fn() -> Result<JsValue, JsValue>>;

pub(super) async fn ask(
    shell: &Shell,
    key: &GrantKey,
    generation: Generation,
) -> Result<(Issued, Secret), Failure> {
    let controller = shell.begin_request(generation).ok_or(Failure::Network)?;
    let signal = controller.signal();
    let request = token_request(key, &shell.session.borrow(), generation);
    let value = match &shell.endpoints.source {
        Source::Provider(provider) => js::settled(provider(&request, &signal)).await,
        Source::Url {
            url,
            headers,
            credentials,
        } => {
            let headers = headers_of(headers.as_ref()).await?;
            let init = Object::new();
            js::set(&init, "method", "POST");
            js::set(&init, "headers", headers);
            js::set(&init, "body", JSON::stringify(&request).unwrap_or_default());
            js::set(&init, "cache", "no-store");
            js::set(&init, "credentials", credentials.as_str());
            // A redirect would carry the request to where nobody looked.
            js::set(&init, "redirect", "error");
            js::set(&init, "signal", signal);
            // A `status` on whatever `fetch` rejects with is none of the backend's.
            let answer = fetch::fetch_with(url, &init).await;
            return answer::read(&answer.map_err(|_| Failure::Network)?).await;
        }
    };
    answer::read(&value.map_err(|error| answer::thrown(&error))?).await
}

/// The body of the token request.
fn token_request(key: &GrantKey, session: &str, generation: Generation) -> Object {
    let request = Object::new();
    if let Some(resource) = key.resource() {
        js::set(&request, "resource", resource);
    }
    js::set(&request, "scope", key.scope());
    js::set(&request, "session", session);
    js::set(&request, "id", js::decimal(generation.0));
    request
}

async fn headers_of(headers: Option<&Headers>) -> Result<web_sys::Headers, Failure> {
    let misused = |_| Failure::Misused("`headers` (names and values that HTTP allows)");
    let record = headers.map_or_else(|| Ok(Object::new().into()), |headers| headers());
    let record = js::settled(record).await;
    let record = record.map_err(|error| answer::thrown(&error))?;
    let headers = js::headers(&record).map_err(misused)?;
    for (name, value) in [
        ("accept", "application/json"),
        ("content-type", "application/json"),
    ] {
        headers.set(name, value).map_err(misused)?;
    }
    Ok(headers)
}

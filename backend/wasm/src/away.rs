//! What is answered while the store has not been reached.

use downscope_backend::{core::Origins, edge::away_router};
use js_sys::Promise;
use tower_service::Service as _;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::future_to_promise;

use crate::{
    http::{answer, request},
    settings::Given,
};

/// Answers a request to a backend of these settings, as [`crate::Backend::handle`] does.
#[wasm_bindgen]
pub fn away(
    settings: &str,
    method: &str,
    path: &str,
    headers: Vec<String>,
) -> Result<Promise, JsError> {
    let settings = Given::parse(settings).map_err(|wrong| JsError::new(&wrong))?;
    let request = request(method, path, &headers, Vec::new())?;
    Ok(future_to_promise(async move {
        let origins = Origins::new(settings.origins.iter().cloned());
        let mut router = away_router(&origins, &settings.paths());
        match router.call(request).await {
            Ok(response) => answer(response).await,
            Err(never) => match never {},
        }
    }))
}

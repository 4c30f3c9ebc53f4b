//! A page in Rust that previews a file with a downscoped token.
//!
//! The page says where the file is: `<main data-resource="https://…/files/101">`.

#![cfg(target_arch = "wasm32")]

/// As the guide has it; the tests hold its copy to this one.
#[allow(dead_code, missing_docs)]
mod guide;

use downscope::{Backend, Client, FetchFailure, core::Config};
use wasm_bindgen::prelude::*;
use web_sys::{Document, Request};

/// Starts with the page.
#[wasm_bindgen(start)]
pub fn start() {
    let Some(document) = web_sys::window().and_then(|window| window.document()) else {
        return;
    };
    wasm_bindgen_futures::spawn_local(async move {
        let said = match preview(&document).await {
            Ok(said) => said,
            Err(error) => format!("failed: {error}"),
        };
        say(&document, &said);
    });
}

async fn preview(document: &Document) -> Result<String, String> {
    let resource = resource_of(document).ok_or("the page names no resource")?;
    let backend = Backend::new("/api/token")
        .revoke_at("/api/revoke")
        .header("X-Downscope", "1");
    let client = Client::new(Config::default(), backend).map_err(|error| error.to_string())?;
    let grant = client
        .grant(Some(&resource), ["base_preview", "item_download"])
        .map_err(|error| error.to_string())?;

    grant.token().await.map_err(|error| error.to_string())?;
    say(document, "token ready");

    let request = Request::new_with_str(&format!("{resource}/content"));
    let request = request.map_err(|_| "the resource is no URL")?;
    let response = grant.fetch(&request).await.map_err(|error| match error {
        FetchFailure::Token(error) => error.to_string(),
        FetchFailure::Fetch(_) => "the file could not be reached".to_owned(),
    })?;
    Ok(format!("token ready, file answered {}", response.status()))
}

fn resource_of(document: &Document) -> Option<String> {
    let main = document.query_selector("main").ok()??;
    main.get_attribute("data-resource")
}

fn say(document: &Document, text: &str) {
    if let Some(status) = document.get_element_by_id("status") {
        status.set_text_content(Some(text));
    }
}

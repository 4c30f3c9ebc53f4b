//! The policy of a keeper, for JavaScript: what is decided is decided in `downscope::core::policy`.
//!
//! A module by itself beside that of the client: pages that hold their tokens have no byte of
//! it, and a keeper has both. Lists cross as one text, its parts parted by spaces, which none
//! of them may contain.
#![cfg(target_arch = "wasm32")]

use std::cell::RefCell;

use downscope::core::policy::{Limits, Policy, Request, Rule, Written};
use wasm_bindgen::prelude::*;

thread_local! {
    /// One for the life of a keeper.
    static POLICY: RefCell<Policy> = RefCell::new(Policy::new(Limits::default()));
}

/// Begins anew, with nothing permitted. `endpoints` are the URLs that no request leads to; a
/// limit that is 0 is the default.
#[wasm_bindgen]
pub fn begin(endpoints: &str, requests: f64, grants: f64, body: f64) {
    let default = Limits::default();
    let or = |given: f64, default: u64| if given > 0.0 { given as u64 } else { default };
    let mut policy = Policy::new(Limits {
        requests: or(requests, default.requests.into()) as u32,
        grants: or(grants, default.grants.into()) as u32,
        body: or(body, default.body),
    });
    for url in parts(endpoints) {
        policy.close_off(url);
    }
    POLICY.set(policy);
}

/// Adds a rule; the answer is what it should have been, or nothing. What is absent is the default.
#[wasm_bindgen(js_name = addRule)]
pub fn add_rule(
    resource: Option<String>,
    scopes: &str,
    urls: Option<String>,
    methods: Option<String>,
    queries: Option<String>,
    headers: Option<String>,
    answer_headers: Option<String>,
) -> Option<String> {
    let lists = [&urls, &methods, &queries, &headers, &answer_headers]
        .map(|text| text.as_deref().map(parts));
    let [urls, methods, queries, headers, answer_headers] = lists.each_ref().map(Option::as_deref);
    let read = Rule::read(&Written {
        resource: resource.as_deref(),
        scopes: &parts(scopes),
        urls,
        methods,
        queries,
        headers,
        answer_headers,
    });
    match read {
        Ok(rule) => {
            POLICY.with_borrow_mut(|policy| policy.add(rule));
            None
        }
        Err(expected) => Some(expected.to_owned()),
    }
}

/// The number of the rule for a grant; below zero the refusal's, less one and negative.
#[wasm_bindgen(js_name = judgeGrant)]
pub fn judge_grant(resource: Option<String>, scopes: &str, open: u32) -> i32 {
    let judged =
        POLICY.with_borrow(|policy| policy.grant(resource.as_deref(), &parts(scopes), open));
    match judged {
        Ok(rule) => rule as i32,
        Err(refusal) => -1 - refusal as i32,
    }
}

/// Zero if a request is permitted; otherwise the refusal's number, negative and less one.
#[wasm_bindgen(js_name = judgeRequest)]
#[expect(clippy::too_many_arguments, reason = "what crosses is flat")]
pub fn judge_request(
    rule: u32,
    resource: Option<String>,
    method: &str,
    url: &str,
    headers: &str,
    header_size: f64,
    body: f64,
    open: u32,
) -> i32 {
    let request = Request {
        resource: resource.as_deref(),
        method,
        url,
        headers: &parts(headers),
        header_size: header_size as u64,
        body: body as u64,
        open,
    };
    let judged = POLICY.with_borrow(|policy| policy.request(rule as usize, &request));
    judged.map_or_else(|refusal| -1 - refusal as i32, |()| 0)
}

/// The headers of an answer that the page is told.
#[wasm_bindgen(js_name = answerHeaders)]
pub fn answer_headers(rule: u32) -> String {
    POLICY.with_borrow(|policy| policy.answer_headers(rule as usize).join(" "))
}

/// Every origin that a token may be sent to, each once.
#[wasm_bindgen]
pub fn origins() -> String {
    POLICY.with_borrow(|policy| {
        let mut origins: Vec<_> = policy.origins().collect();
        origins.sort_unstable();
        origins.dedup();
        origins.join(" ")
    })
}

/// An empty text has no parts.
fn parts(text: &str) -> Vec<&str> {
    text.split(' ').filter(|part| !part.is_empty()).collect()
}

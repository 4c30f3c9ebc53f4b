//! The static files of the page, and the sign-in that comes with its documents.

use std::{convert::Infallible, path::PathBuf, sync::Arc};

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use tower::ServiceExt;
use tower_http::services::ServeDir;

use crate::sign_in::SignIns;

/// A directory that is served under a prefix.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Mount {
    /// Begins and ends with a slash.
    pub prefix: String,
    /// What is served.
    pub directory: PathBuf,
}

#[derive(Clone)]
pub(crate) struct StaticFiles {
    /// The longest prefix first.
    mounts: Arc<[(String, ServeDir)]>,
    sign_ins: Arc<SignIns>,
}

impl StaticFiles {
    pub(crate) fn new(mut mounts: Vec<Mount>, sign_ins: Arc<SignIns>) -> Self {
        mounts.sort_by_key(|mount| std::cmp::Reverse(mount.prefix.len()));
        let mounts = mounts.into_iter();
        let mounts = mounts.map(|mount| (mount.prefix, ServeDir::new(mount.directory)));
        Self {
            mounts: mounts.collect(),
            sign_ins,
        }
    }
}

pub(crate) async fn serve(State(files): State<StaticFiles>, mut request: Request) -> Response {
    let is_signed_in = files.sign_ins.is_signed_in(request.headers());
    if !is_signed_in {
        // "Not modified" would leave the page without a cookie.
        request.headers_mut().remove(header::IF_MODIFIED_SINCE);
        request.headers_mut().remove(header::IF_NONE_MATCH);
    }
    let mut response = match files.find(request).await {
        Some(response) => response,
        None => StatusCode::NOT_FOUND.into_response(),
    };
    let is_document = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"text/html"));
    if is_document
        && !is_signed_in
        && let Ok(cookie) = HeaderValue::from_str(&files.sign_ins.sign_in())
    {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    response
}

impl StaticFiles {
    async fn find(&self, mut request: Request) -> Option<Response> {
        let path = request.uri().path();
        let (prefix, rest, directory) = self.mounts.iter().find_map(|(prefix, directory)| {
            Some((prefix, path.strip_prefix(prefix.as_str())?, directory))
        })?;
        let query = request
            .uri()
            .query()
            .map(|query| format!("?{query}"))
            .unwrap_or_default();
        let rest = format!("/{rest}{query}").parse::<Uri>().ok()?;
        *request.uri_mut() = rest;
        let answer: Result<_, Infallible> = directory.clone().oneshot(request).await;
        let mut response = answer.ok()?.map(Body::new);
        // A directory without its slash is redirected, by somebody who has not seen the prefix.
        if let Some(location) = response.headers().get(header::LOCATION)
            && let Some(below) = location.to_str().ok()?.strip_prefix('/')
        {
            let location = HeaderValue::from_str(&format!("{prefix}{below}")).ok()?;
            response.headers_mut().insert(header::LOCATION, location);
        }
        Some(response)
    }
}

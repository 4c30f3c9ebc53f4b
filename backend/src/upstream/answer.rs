//! Reads what an authorization server answers.

use reqwest::Response;

use crate::core::{MAX_UPSTREAM_ANSWER, UpstreamAnswer};

pub(super) async fn read(mut response: Response) -> Option<UpstreamAnswer> {
    let retry_after = response.headers().get("retry-after");
    let retry_after = retry_after.and_then(|value| Some(value.to_str().ok()?.to_owned()));
    let status = response.status().as_u16();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.ok()? {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_UPSTREAM_ANSWER {
            return None;
        }
    }
    UpstreamAnswer::new(status, retry_after.as_deref(), body)
}

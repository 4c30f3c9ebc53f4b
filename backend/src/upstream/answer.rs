//! Reads what an authorization server answers.

use reqwest::{
    Response,
    header::{self, HeaderMap},
};

use crate::{
    core::{MAX_UPSTREAM_ANSWER, UpstreamAnswer, retry_after},
    engine::unix_now,
};

pub(super) async fn read(mut response: Response) -> Option<UpstreamAnswer> {
    let retry_after = wait(response.headers());
    let status = response.status().as_u16();
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.ok()? {
        body.extend_from_slice(&chunk);
        if body.len() > MAX_UPSTREAM_ANSWER {
            return None;
        }
    }
    UpstreamAnswer::new(status, retry_after, body)
}

fn wait(headers: &HeaderMap) -> Option<u64> {
    let values = headers.get_all(header::RETRY_AFTER).iter();
    let values: Vec<_> = values.filter_map(|value| value.to_str().ok()).collect();
    let date = headers.get(header::DATE);
    let date = date.and_then(|value| value.to_str().ok());
    retry_after(&values.join(","), date, unix_now())
}

#[cfg(test)]
mod tests {
    use super::*;
    use reqwest::header::HeaderValue;

    #[test]
    fn all_that_an_answer_says_of_a_wait_is_heard() {
        let mut headers = HeaderMap::new();
        assert_eq!(wait(&headers), None);
        let date = HeaderValue::from_static("Sun, 06 Nov 1994 08:49:37 GMT");
        headers.append(header::DATE, date);
        headers.append(header::RETRY_AFTER, HeaderValue::from_static("20"));
        assert_eq!(wait(&headers), Some(20));
        let until = HeaderValue::from_static("Sun, 06 Nov 1994 08:50:07 GMT");
        headers.append(header::RETRY_AFTER, until);
        assert_eq!(wait(&headers), Some(30));
    }
}

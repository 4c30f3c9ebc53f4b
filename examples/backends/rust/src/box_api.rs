//! Box's token endpoints.

use std::time::Duration;

use axum::http::StatusCode;
use serde::Deserialize;

use crate::refusal::Refusal;

pub(crate) const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const TOKEN_EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";

pub(crate) struct BoxApi {
    agent: ureq::Agent,
    base: String,
    client_id: String,
    client_secret: String,
}

#[derive(Deserialize)]
pub(crate) struct Minted {
    pub(crate) access_token: String,
    pub(crate) expires_in: f64,
}

impl BoxApi {
    pub(crate) fn new(base: String, client_id: String, client_secret: String) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .timeout_global(Some(Duration::from_secs(10)));
        Self {
            agent: config.build().into(),
            base,
            client_id,
            client_secret,
        }
    }

    /// RFC 8693: the user's own token for one that can do no more than this.
    pub(crate) async fn exchange(
        &self,
        subject: &str,
        resource: &str,
        scope: &str,
    ) -> Result<Minted, Refusal> {
        let fields = [
            ("grant_type", TOKEN_EXCHANGE),
            ("subject_token", subject),
            ("subject_token_type", ACCESS_TOKEN),
            ("resource", resource),
            ("scope", scope),
        ];
        let answer = self.ask("/oauth2/token", &fields).await;
        if answer.status == StatusCode::OK {
            return serde_json::from_slice(&answer.body).map_err(|_| Refusal::server_error());
        }
        Err(answer.into())
    }

    /// RFC 7009: whether the token is dead now. One that Box does not know is.
    pub(crate) async fn is_revoked(&self, token: &str) -> bool {
        let answer = self.ask("/oauth2/revoke", &[("token", token)]).await;
        answer.status == StatusCode::OK || answer.error() == "invalid_token"
    }

    async fn ask(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let form = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .append_pair("client_id", &self.client_id)
            .append_pair("client_secret", &self.client_secret)
            .finish();
        let agent = self.agent.clone();
        let url = format!("{}{path}", self.base);
        let answer = tokio::task::spawn_blocking(move || send(&agent, &url, form)).await;
        answer.ok().flatten().unwrap_or(Answer {
            status: StatusCode::SERVICE_UNAVAILABLE,
            retry_after: None,
            body: Vec::new(),
        })
    }
}

struct Answer {
    status: StatusCode,
    retry_after: Option<u64>,
    body: Vec<u8>,
}

impl Answer {
    fn error(&self) -> String {
        #[derive(Deserialize)]
        struct Failure {
            error: String,
        }
        serde_json::from_slice::<Failure>(&self.body)
            .map_or_else(|_| String::new(), |one| one.error)
    }
}

impl From<Answer> for Refusal {
    /// Nothing of Box's own words: they may repeat a secret.
    fn from(answer: Answer) -> Self {
        match (answer.error().as_str(), answer.status) {
            ("invalid_scope", _) => Self::bad_request("invalid_scope"),
            ("invalid_resource", _) => Self::bad_request("invalid_target"),
            ("invalid_client" | "unauthorized_client", _) => Self::server_error(),
            (_, StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED) => {
                Self::new(StatusCode::UNAUTHORIZED, "login_required")
            }
            (_, status @ StatusCode::TOO_MANY_REQUESTS) => {
                Self::not_now(status, answer.retry_after)
            }
            _ => Self::not_now(StatusCode::SERVICE_UNAVAILABLE, answer.retry_after),
        }
    }
}

fn send(agent: &ureq::Agent, url: &str, form: String) -> Option<Answer> {
    let request = agent
        .post(url)
        .header("Content-Type", "application/x-www-form-urlencoded");
    let mut response = request.send(form).ok()?;
    let retry_after = response.headers().get("retry-after");
    Some(Answer {
        status: response.status(),
        retry_after: retry_after.and_then(|value| value.to_str().ok()?.parse().ok()),
        body: response.body_mut().read_to_vec().ok()?,
    })
}

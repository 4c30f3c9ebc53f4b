//! What pages say to the service.

use serde_json::Value;

use crate::{
    Failure,
    http::{Answer, Client},
};

/// A page life. Everything that it asks for has a number of its own.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) session: String,
    cookie: String,
}

/// What came of a token request.
#[derive(Debug)]
pub(crate) struct Minted {
    pub(crate) status: u16,
    pub(crate) token: Option<String>,
    pub(crate) handle: Option<String>,
}

/// What was asked for, as the authorization server hears it.
pub(crate) fn wanted(session: &str, id: u64, life: u64) -> String {
    format!("https://api.example/files/{session}-{id}-{life}")
}

impl Page {
    /// The page of this name; two hundred of them share a sign-in.
    pub(crate) fn new(name: &str, number: u64) -> Self {
        Self {
            session: format!("FAKE-page-life-{name}-{number:06}"),
            cookie: format!("who=user-{name}-{}", number / 200),
        }
    }

    /// Who is signed in.
    pub(crate) fn user(&self) -> &str {
        self.cookie.trim_start_matches("who=")
    }

    /// Asks for a token of so many seconds.
    pub(crate) async fn mint(
        &self,
        client: &Client,
        id: u64,
        life: u64,
        lease: bool,
    ) -> Result<Minted, Failure> {
        let body = format!(
            r#"{{"resource":"{}","scope":"read","session":"{}","id":"{id}","lease":{lease}}}"#,
            wanted(&self.session, id, life),
            self.session
        );
        let answer = self.post(client, "/api/token", &body).await?;
        let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
        let text = |name: &str| body[name].as_str().map(str::to_owned);
        Ok(Minted {
            status: answer.status,
            token: text("access_token"),
            handle: text("revocation_handle"),
        })
    }

    /// Says that it lives: the status, and what is said.
    pub(crate) async fn renew(&self, client: &Client) -> Result<(u16, Value), Failure> {
        let body = format!(r#"{{"session":"{}"}}"#, self.session);
        let answer = self.post(client, "/api/lease", &body).await?;
        let body = serde_json::from_slice(&answer.body).unwrap_or_default();
        Ok((answer.status, body))
    }

    /// Revokes; the status.
    pub(crate) async fn revoke(
        &self,
        client: &Client,
        fields: &[(&str, &str)],
    ) -> Result<u16, Failure> {
        let body = form_urlencoded::Serializer::new(String::new())
            .append_pair("session", &self.session)
            .extend_pairs(fields)
            .finish();
        let headers = "content-type: application/x-www-form-urlencoded\r\n";
        let answer = client.ask("POST", "/api/revoke", headers, &body).await?;
        Ok(answer.status)
    }

    async fn post(&self, client: &Client, path: &str, body: &str) -> Result<Answer, Failure> {
        let headers = format!(
            "content-type: application/json\r\nsec-fetch-site: same-origin\r\nx-downscope: 1\r\ncookie: {}\r\n",
            self.cookie
        );
        client.ask("POST", path, &headers, body).await
    }
}

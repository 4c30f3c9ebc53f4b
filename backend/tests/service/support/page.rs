//! A page, as far as the backend sees one.

use std::{
    net::SocketAddr,
    sync::atomic::{AtomicU32, Ordering},
};

use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::{Value, json};

use super::{Failure, service::client};

/// The scope that pages of these tests ask for.
const SCOPE: &str = "read";

/// An id that no other request has.
fn id() -> String {
    static LAST: AtomicU32 = AtomicU32::new(0);
    LAST.fetch_add(1, Ordering::Relaxed).to_string()
}

/// A page life.
#[derive(Clone)]
pub(crate) struct Page {
    pub(crate) session: String,
    address: SocketAddr,
    cookie: String,
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<String>,
    pub(crate) body: Value,
}

impl Page {
    pub(crate) fn new(address: SocketAddr, cookie: &str) -> Self {
        Self {
            session: format!("FAKE-session-of-a-page-{}", id()),
            address,
            cookie: cookie.to_owned(),
        }
    }

    /// The same page at another time, or of somebody else.
    pub(crate) fn with_cookie(&self, cookie: &str) -> Self {
        Self {
            cookie: cookie.to_owned(),
            ..self.clone()
        }
    }

    /// Asks for a token.
    pub(crate) async fn mint(&self) -> Result<Answer, Failure> {
        let body = json!({ "resource": "https://api.example/files/1", "scope": SCOPE });
        self.mint_with(body).await
    }

    /// Asks for a token, with these fields.
    pub(crate) async fn mint_with(&self, mut body: Value) -> Result<Answer, Failure> {
        body["session"] = json!(self.session);
        if body.get("id").is_none() {
            body["id"] = json!(id());
        }
        self.send("/api/token", &body).await
    }

    /// Asks for a token, and has it.
    pub(crate) async fn token(&self) -> Result<String, Failure> {
        self.mint().await?.text("access_token")
    }

    /// Says that it lives.
    pub(crate) async fn renew(&self) -> Result<Answer, Failure> {
        self.send("/api/lease", &json!({ "session": self.session }))
            .await
    }

    /// Revokes, as a dying page does.
    pub(crate) async fn revoke(&self, fields: &[(&str, &str)]) -> Result<u16, Failure> {
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        let request = client()?
            .post(format!("http://{}/api/revoke", self.address))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body);
        Ok(request.send().await?.status().as_u16())
    }

    async fn send(&self, path: &str, body: &Value) -> Result<Answer, Failure> {
        let request = self.request(&client()?, path)?.body(body.to_string());
        Answer::read(request.send().await?).await
    }

    /// A request of the page that has its headers and no body yet.
    pub(crate) fn request(&self, client: &Client, path: &str) -> Result<RequestBuilder, Failure> {
        let url = format!("http://{}{path}", self.address);
        let request = client
            .request(Method::POST, url)
            .header("content-type", "application/json")
            .header("sec-fetch-site", "same-origin")
            .header("user-agent", "FAKE-browser")
            .header("x-downscope", "1");
        Ok(if self.cookie.is_empty() {
            request
        } else {
            request.header("cookie", &self.cookie)
        })
    }
}

impl Answer {
    async fn read(response: Response) -> Result<Self, Failure> {
        let retry_after = response.headers().get("retry-after");
        let retry_after = retry_after.and_then(|value| value.to_str().ok());
        Ok(Self {
            status: response.status().as_u16(),
            retry_after: retry_after.map(str::to_owned),
            body: serde_json::from_str(&response.text().await?).unwrap_or_default(),
        })
    }

    /// A field of the body that is a text.
    pub(crate) fn text(&self, name: &str) -> Result<String, Failure> {
        let text = self.body[name].as_str().map(str::to_owned);
        text.ok_or_else(|| format!("no {name} in {self:?}").into())
    }
}

//! The settings of who may ask for what, checked.

use std::net::SocketAddr;

use axum::http::HeaderName;
use reqwest::Url;

use super::{
    config::{Admin, Auth, ForwardSettings, address},
    invalid::Invalid,
    values::Values,
};

/// Who tells who sends a request.
pub(super) fn auth(values: &Values, listen: SocketAddr) -> Result<Auth, Invalid> {
    match values.required("auth.mode")? {
        "forward" => Ok(Auth::Forward(forward(values)?)),
        "development" if !listen.ip().is_loopback() => {
            let wrong = "can be development where server.listen is on loopback only";
            Err(Invalid::setting("auth.mode", wrong))
        }
        "development" if values.text("upstream.subject") == Some("app") => {
            let wrong = "must be token or client_credentials where there is no app";
            Err(Invalid::setting("upstream.subject", wrong))
        }
        "development" => Ok(Auth::Development),
        _ => Err(Invalid::setting(
            "auth.mode",
            "must be forward or development",
        )),
    }
}

fn forward(values: &Values) -> Result<ForwardSettings, Invalid> {
    let is_insecure = values.flag("auth.insecure_http")?;
    let wrong = "must be an https URL, or an http URL on loopback";
    let url = values.read("auth.url", wrong, |text| {
        let url = Url::parse(text).ok()?;
        let is_loopback = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
        let is_plain = url.username().is_empty() && url.password().is_none();
        let fits =
            url.scheme() == "https" || url.scheme() == "http" && (is_loopback || is_insecure);
        (is_plain && fits).then(|| text.to_owned())
    })?;
    let headers = values.each("auth.headers", "must be names of headers", |name| {
        let name: HeaderName = name.parse().ok()?;
        let is_own = [
            "connection",
            "content-length",
            "host",
            "transfer-encoding",
            "x-downscope-auth",
        ];
        (!is_own.contains(&name.as_str())).then_some(name)
    })?;
    if headers.is_empty() {
        return Err(Invalid::setting("auth.headers", "must be names of headers"));
    }
    Ok(ForwardSettings {
        url,
        secret: values.made_up("auth.secret")?,
        headers,
        cache: values.seconds("auth.cache_seconds", 0..=3_600)?,
        timeout: values.seconds("auth.timeout_seconds", 1..=60)?,
    })
}

/// Metrics, health and recall.
pub(super) fn admin(values: &Values) -> Result<Option<Admin>, Invalid> {
    if values.text("admin.listen") == Some("off") {
        return Ok(None);
    }
    let listen = address(values, "admin.listen")?;
    let token = values.made_up("admin.token")?;
    if token.is_none() && !listen.ip().is_loopback() {
        let wrong = "must be set where admin.listen is not on loopback; \
                     `openssl rand -hex 32` makes one";
        return Err(Invalid::setting("admin.token", wrong));
    }
    Ok(Some(Admin { listen, token }))
}

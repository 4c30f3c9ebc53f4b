//! What it takes to speak to an authorization server.

use std::fmt;

use reqwest::Url;

use crate::core::Secret;

/// Where Box's API is.
const BOX: &str = "https://api.box.com";

/// What it takes to speak to an authorization server as a confidential client.
#[derive(Clone, Debug)]
pub struct OAuthSettings {
    /// Where tokens are exchanged.
    pub token_endpoint: String,
    /// Where they are revoked.
    pub revocation_endpoint: String,
    /// `client_id`.
    pub client_id: String,
    /// `client_secret`.
    pub client_secret: Secret,
    /// How the client proves itself. Box: in the body.
    pub authentication: ClientAuthentication,
    /// On whose authority tokens are minted.
    pub subject: Subject,
}

/// How the client proves itself (RFC 6749 section 2.3.1).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum ClientAuthentication {
    /// In the `Authorization` header.
    Basic,
    /// In the body.
    #[default]
    Post,
}

/// On whose authority tokens are minted, where the app does not hand it over with a request.
#[derive(Clone, Debug)]
pub enum Subject {
    /// The app always does: a request without is refused.
    FromApp,
    /// Whoever this access token belongs to. For development.
    Token(Secret),
    /// Whoever the app itself may act for (RFC 6749 section 4.4).
    ClientCredentials {
        /// Further parameters, such as `box_subject_type` and `box_subject_id`.
        parameters: Vec<(String, String)>,
    },
}

/// A setting is missing or unusable; the text names it and does not quote it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct SettingsError(pub &'static str);

impl OAuthSettings {
    /// The settings for Box. `base` is another origin of its API, for tests.
    pub fn for_box(
        base: Option<&str>,
        client_id: String,
        client_secret: Secret,
        subject: Subject,
    ) -> Result<Self, SettingsError> {
        let base = base.unwrap_or(BOX).trim_end_matches('/');
        let origin = Url::parse(base).ok();
        if !origin.is_some_and(|origin| origin.path() == "/" && origin.query().is_none()) {
            return Err(SettingsError(INSECURE));
        }
        let settings = Self {
            token_endpoint: format!("{base}/oauth2/token"),
            revocation_endpoint: format!("{base}/oauth2/revoke"),
            client_id,
            client_secret,
            authentication: ClientAuthentication::Post,
            subject,
        };
        settings.check()?;
        Ok(settings)
    }

    /// Refuses to send the client secret in the clear.
    pub fn check(&self) -> Result<(), SettingsError> {
        for endpoint in [&self.token_endpoint, &self.revocation_endpoint] {
            let url = Url::parse(endpoint).map_err(|_| SettingsError(INSECURE))?;
            let is_plain = url.username().is_empty() && url.password().is_none();
            if !(is_plain && (url.scheme() == "https" || is_loopback(&url))) {
                return Err(SettingsError(INSECURE));
            }
        }
        Ok(())
    }

    pub(super) fn is_loopback(&self) -> bool {
        Url::parse(&self.token_endpoint).is_ok_and(|url| is_loopback(&url))
    }
}

const INSECURE: &str = "the authorization server must be reached by https, or by http on loopback";

fn is_loopback(url: &Url) -> bool {
    let is_loopback = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
    url.scheme() == "http" && is_loopback
}

impl fmt::Display for SettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for SettingsError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_client_secret_goes_out_over_https_or_loopback_only() {
        for (base, fits) in [
            ("https://api.box.com", true),
            ("http://127.0.0.1:8789", true),
            ("http://[::1]:8789", true),
            ("http://localhost", true),
            ("http://localhost.example", false),
            ("http://localhost:80@elsewhere.example", false),
            ("https://user@api.box.com", false),
            ("https://api.box.com/2.0", false),
            ("http://api.box.com", false),
            ("ftp://127.0.0.1", false),
            ("api.box.com", false),
        ] {
            let secret = Secret::from("FAKE".to_owned());
            let settings =
                OAuthSettings::for_box(Some(base), String::new(), secret, Subject::FromApp);
            assert_eq!(settings.is_ok(), fits, "{base}");
        }
    }
}

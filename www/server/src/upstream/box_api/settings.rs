//! What it takes to speak to Box, from the environment.

use std::fmt;

use axum::http::Uri;

use crate::secret::Secret;

/// Where Box's API is.
const DEFAULT_BASE: &str = "https://api.box.com";

/// What it takes to speak to Box as a confidential client.
#[derive(Clone, Debug)]
pub struct BoxSettings {
    /// The origin of the API.
    pub base: String,
    /// `client_id`.
    pub client_id: String,
    /// `client_secret`.
    pub client_secret: Secret,
    /// On whose authority tokens are minted.
    pub subject: Subject,
}

/// On whose authority tokens are minted.
#[derive(Clone, Debug)]
pub enum Subject {
    /// Whoever this access token belongs to.
    Token(Secret),
    /// Whoever the app itself may act for (the client credentials grant).
    ClientCredentials {
        /// `box_subject_type`: `enterprise` or `user`.
        kind: String,
        /// `box_subject_id`.
        id: String,
    },
}

/// A setting is missing or unusable; the text names it and does not quote it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct BoxSettingsError(&'static str);

impl BoxSettings {
    /// Reads the settings from the environment; `None` if it does not name a client.
    pub fn from_env(
        var: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<Self>, BoxSettingsError> {
        let var = |name| var(name).filter(|value| !value.is_empty());
        let Some(client_id) = var("BOX_CLIENT_ID") else {
            return Ok(None);
        };
        let client_secret = var("BOX_CLIENT_SECRET")
            .map(Secret::from)
            .ok_or(BoxSettingsError("BOX_CLIENT_SECRET is not set"))?;
        let subject = match (
            var("BOX_SUBJECT_TOKEN"),
            var("BOX_SUBJECT_TYPE"),
            var("BOX_SUBJECT_ID"),
        ) {
            (Some(token), _, _) => Subject::Token(token.into()),
            (None, Some(kind), Some(id)) => Subject::ClientCredentials { kind, id },
            (None, _, _) => {
                return Err(BoxSettingsError(
                    "neither BOX_SUBJECT_TOKEN nor BOX_SUBJECT_TYPE with BOX_SUBJECT_ID is set",
                ));
            }
        };
        let base = var("BOX_API_BASE").unwrap_or_else(|| DEFAULT_BASE.to_owned());
        let base = base.trim_end_matches('/').to_owned();
        if !is_secure(&base) {
            return Err(BoxSettingsError(
                "BOX_API_BASE must be an origin: https, or http on loopback",
            ));
        }
        Ok(Some(Self {
            base,
            client_id,
            client_secret,
            subject,
        }))
    }

    /// A proxy of the environment cannot reach this machine's loopback.
    pub(super) fn is_loopback(&self) -> bool {
        self.base.parse().is_ok_and(|uri| is_loopback(&uri))
    }
}

impl fmt::Display for BoxSettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for BoxSettingsError {}

/// A client secret goes over the wire with every call.
fn is_secure(base: &str) -> bool {
    let Ok(uri) = base.parse::<Uri>() else {
        return false;
    };
    let has_path = !matches!(uri.path(), "" | "/") || uri.query().is_some();
    let has_user = uri
        .authority()
        .is_some_and(|authority| authority.as_str().contains('@'));
    let is_secure = uri.scheme_str() == Some("https") || is_loopback(&uri);
    is_secure && !has_path && !has_user
}

fn is_loopback(uri: &Uri) -> bool {
    let is_loopback = matches!(uri.host(), Some("127.0.0.1" | "localhost" | "[::1]"));
    uri.scheme_str() == Some("http") && is_loopback
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(vars: &[(&str, &str)]) -> Result<Option<BoxSettings>, BoxSettingsError> {
        BoxSettings::from_env(|name| {
            vars.iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn without_a_client_there_are_no_settings() {
        assert!(matches!(settings(&[]), Ok(None)));
        assert!(matches!(settings(&[("BOX_CLIENT_ID", "")]), Ok(None)));
    }

    #[test]
    fn a_missing_setting_is_named() {
        let client = [("BOX_CLIENT_ID", "id"), ("BOX_CLIENT_SECRET", "secret")];
        let text = |vars: &[_]| settings(vars).err().map(|error| error.to_string());
        assert!(text(&client[..1]).is_some_and(|text| text.contains("BOX_CLIENT_SECRET")));
        assert!(text(&client).is_some_and(|text| text.contains("BOX_SUBJECT_TOKEN")));
    }

    #[test]
    fn the_client_secret_goes_out_over_https_or_loopback_only() {
        for (base, fits) in [
            ("https://api.box.com", true),
            ("http://127.0.0.1:8789", true),
            ("http://localhost", true),
            ("http://localhost.example", false),
            ("http://localhost:80@elsewhere.example", false),
            ("https://api.box.com/2.0", false),
            ("http://api.box.com", false),
            ("ftp://127.0.0.1", false),
        ] {
            assert_eq!(is_secure(base), fits, "{base}");
        }
    }
}

//! What it takes to speak to Box, from the environment.

use std::fmt;

use downscope_backend::{
    core::Secret,
    upstream::{OAuth, OAuthSettings, SettingsError, Subject},
};

/// Where Box's API is.
const DEFAULT_BASE: &str = "https://api.box.com";

/// A setting is missing or unusable; the text names it and does not quote it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct BoxSettingsError(&'static str);

/// A client of Box, and the origin of its API; `None` if the environment names no client.
pub fn client_from_env(
    var: impl Fn(&str) -> Option<String>,
) -> Result<Option<(OAuth, String)>, BoxSettingsError> {
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
        (None, Some(kind), Some(id)) => Subject::ClientCredentials {
            parameters: vec![
                ("box_subject_type".to_owned(), kind),
                ("box_subject_id".to_owned(), id),
            ],
        },
        (None, _, _) => {
            return Err(BoxSettingsError(
                "neither BOX_SUBJECT_TOKEN nor BOX_SUBJECT_TYPE with BOX_SUBJECT_ID is set",
            ));
        }
    };
    let base = var("BOX_API_BASE").unwrap_or_else(|| DEFAULT_BASE.to_owned());
    let base = base.trim_end_matches('/').to_owned();
    let settings = OAuthSettings::for_box(Some(&base), client_id, client_secret, subject);
    let client = settings.and_then(OAuth::new)?;
    Ok(Some((client, base)))
}

impl From<SettingsError> for BoxSettingsError {
    fn from(SettingsError(text): SettingsError) -> Self {
        Self(text)
    }
}

impl fmt::Display for BoxSettingsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for BoxSettingsError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(vars: &[(&str, &str)]) -> Result<Option<(OAuth, String)>, BoxSettingsError> {
        client_from_env(|name| {
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
        let client = [("BOX_CLIENT_ID", "id"), ("BOX_CLIENT_SECRET", "FAKE")];
        let text = |vars: &[_]| settings(vars).err().map(|error| error.to_string());
        assert!(text(&client[..1]).is_some_and(|text| text.contains("BOX_CLIENT_SECRET")));
        assert!(text(&client).is_some_and(|text| text.contains("BOX_SUBJECT_TOKEN")));
    }
}

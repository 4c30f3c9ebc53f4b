//! What is said of a setting that cannot be used.

use std::fmt;

/// A setting is missing or cannot be used. The text says which, what it must be, and where it
/// stands; it quotes no value, which may be a secret in the wrong place.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Invalid {
    text: String,
    setting: Option<String>,
    place: Option<Place>,
}

/// Where a value stands.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Place {
    /// In the file of settings; its name, once that is known.
    File(Option<String>),
    /// In this variable.
    Variable(String),
    /// Nowhere: it is not set. The variable that could set it.
    Nowhere(String),
}

impl Invalid {
    /// Says what is wrong, with no setting of its own.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            setting: None,
            place: None,
        }
    }

    /// Says what is wrong with a setting.
    pub fn setting(name: &str, wrong: impl fmt::Display) -> Self {
        Self {
            setting: Some(name.to_owned()),
            ..Self::new(format!("{name}: {wrong}"))
        }
    }

    /// Says where it stands.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }

    /// Says what the file of settings is called.
    #[must_use]
    pub fn in_file(mut self, name: &str) -> Self {
        if let Some(Place::File(file)) = &mut self.place {
            *file = Some(name.to_owned());
        }
        self
    }

    /// The setting that it is about.
    pub(super) fn name(&self) -> Option<&str> {
        self.setting.as_deref()
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)?;
        match &self.place {
            None => Ok(()),
            Some(Place::File(None)) => f.write_str(" (in the file of settings)"),
            Some(Place::File(Some(file))) => write!(f, " (in {file})"),
            Some(Place::Variable(variable)) if self.text.starts_with(variable) => Ok(()),
            Some(Place::Variable(variable)) => write!(f, " (in {variable})"),
            Some(Place::Nowhere(variable)) => {
                write!(f, " (to be set in the file of settings, or by {variable})")
            }
        }
    }
}

impl std::error::Error for Invalid {}

//! What was set, and how it is read.

use std::{collections::BTreeMap, fmt, ops::RangeInclusive, time::Duration};

use super::invalid::Invalid;
use crate::core::Secret;

/// The shortest secret that is taken for one.
const MIN_SECRET: usize = 16;

/// The value of one setting, as it was written.
#[derive(Clone, Eq, PartialEq)]
pub enum Value {
    /// Of all kinds but the others.
    One(String),
    /// Of a list.
    Many(Vec<String>),
    /// Of pairs.
    Pairs(Vec<(String, String)>),
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Value(…)")
    }
}

/// All of them, by name, the defaults among them.
#[derive(Clone, Debug, Default)]
pub struct Values(pub BTreeMap<&'static str, Value>);

impl Values {
    /// A text.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.0.get(name)? {
            Value::One(text) => Some(text),
            Value::Many(_) | Value::Pairs(_) => None,
        }
    }

    /// A text that has to be there.
    pub fn required(&self, name: &str) -> Result<&str, Invalid> {
        self.text(name)
            .ok_or_else(|| Invalid::setting(name, "is not set"))
    }

    /// A secret.
    pub fn secret(&self, name: &str) -> Option<Secret> {
        self.text(name).map(|text| Secret::from(text.to_owned()))
    }

    /// A secret that is made up for this service and sent in a header: long enough that nobody
    /// guesses it.
    pub fn made_up(&self, name: &str) -> Result<Option<Secret>, Invalid> {
        let Some(secret) = self.secret(name) else {
            return Ok(None);
        };
        let text = secret.expose();
        if text.len() < MIN_SECRET || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
            let wrong = format!(
                "must have {MIN_SECRET} or more characters of ASCII and no space; \
                 `openssl rand -hex 32` makes one"
            );
            return Err(Invalid::setting(name, wrong));
        }
        Ok(Some(secret))
    }

    /// A number within `range`.
    pub fn number(&self, name: &str, range: RangeInclusive<u64>) -> Result<u64, Invalid> {
        let number = self.required(name)?.parse().ok();
        number
            .filter(|number| range.contains(number))
            .ok_or_else(|| {
                let (least, most) = range.into_inner();
                let wrong = format!("must be a whole number from {least} to {most}");
                Invalid::setting(name, wrong)
            })
    }

    /// A number within `range`.
    pub fn small(&self, name: &str, range: RangeInclusive<u32>) -> Result<u32, Invalid> {
        let (least, most) = range.into_inner();
        let number = self.number(name, u64::from(least)..=u64::from(most))?;
        Ok(u32::try_from(number).unwrap_or(most))
    }

    /// Seconds within `range`.
    pub fn seconds(&self, name: &str, range: RangeInclusive<u64>) -> Result<Duration, Invalid> {
        self.number(name, range).map(Duration::from_secs)
    }

    /// `true` or `false`.
    pub fn flag(&self, name: &str) -> Result<bool, Invalid> {
        let flag = self.required(name)?.parse();
        flag.map_err(|_| Invalid::setting(name, "must be true or false"))
    }

    /// What comes of a text by `read`; `wrong` says what it must be.
    pub fn read<T>(
        &self,
        name: &str,
        wrong: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<T, Invalid> {
        read(self.required(name)?).ok_or_else(|| Invalid::setting(name, wrong))
    }

    /// A list; empty where it is not set.
    pub fn list(&self, name: &str) -> &[String] {
        match self.0.get(name) {
            Some(Value::Many(texts)) => texts,
            Some(Value::One(_) | Value::Pairs(_)) | None => &[],
        }
    }

    /// What comes of each text of a list by `read`; `wrong` says what each must be.
    pub fn each<T>(
        &self,
        name: &str,
        wrong: &str,
        read: impl Fn(&str) -> Option<T>,
    ) -> Result<Vec<T>, Invalid> {
        let read = self.list(name).iter().map(|text| read(text));
        read.collect::<Option<_>>()
            .ok_or_else(|| Invalid::setting(name, wrong))
    }

    /// Pairs; empty where they are not set.
    pub fn pairs(&self, name: &str) -> &[(String, String)] {
        match self.0.get(name) {
            Some(Value::Pairs(pairs)) => pairs,
            Some(Value::One(_) | Value::Many(_)) | None => &[],
        }
    }
}

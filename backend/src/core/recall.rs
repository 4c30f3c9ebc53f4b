//! What the backend can tell a page through its lease: to drop tokens.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::syntax;

/// How many request ids one answer names; beyond it, it says "all".
const MAX_REQUESTS: usize = 1_000;

/// What a page is to drop.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Recall {
    /// Every token of the page life.
    All,
    /// The tokens that were minted for these requests.
    Requests(BTreeSet<String>),
    /// Every token, and no more requests until the app says so.
    Stop,
}

impl Recall {
    /// As it stands in the answer of the lease endpoint. `None` if it could not.
    pub fn parse(value: &Value) -> Option<Self> {
        match value {
            Value::String(word) if word == "all" => Some(Self::All),
            Value::String(word) if word == "stop" => Some(Self::Stop),
            Value::Array(ids) if !ids.is_empty() => {
                let ids = ids
                    .iter()
                    .map(|id| Some(id.as_str().filter(|id| syntax::is_name(id))?.to_owned()));
                Some(Self::Requests(ids.collect::<Option<_>>()?))
            }
            Value::Array(_)
            | Value::Bool(_)
            | Value::Null
            | Value::Number(_)
            | Value::Object(_)
            | Value::String(_) => None,
        }
    }

    /// As [`Recall::parse`] reads it.
    pub fn to_json(&self) -> Value {
        match self {
            Self::All => json!("all"),
            Self::Requests(ids) => json!(ids),
            Self::Stop => json!("stop"),
        }
    }

    /// Both in one.
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Stop, _) | (_, Self::Stop) => Self::Stop,
            (Self::All, _) | (_, Self::All) => Self::All,
            (Self::Requests(mut ids), Self::Requests(more)) => {
                ids.extend(more);
                if ids.len() > MAX_REQUESTS {
                    Self::All
                } else {
                    Self::Requests(ids)
                }
            }
        }
    }

    /// Whether it is about everything that the page has when it hears it.
    pub const fn is_everything(&self) -> bool {
        matches!(self, Self::All | Self::Stop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn requests(ids: impl IntoIterator<Item = impl ToString>) -> Recall {
        Recall::Requests(ids.into_iter().map(|id| id.to_string()).collect())
    }

    #[test]
    fn a_recall_reads_as_it_is_written() {
        for recall in [Recall::All, Recall::Stop, requests(["3", "7"])] {
            assert_eq!(Recall::parse(&recall.to_json()), Some(recall));
        }
    }

    #[test]
    fn what_is_no_recall_is_none() {
        for value in [
            json!(null),
            json!("some"),
            json!([]),
            json!([1]),
            json!(["a b"]),
            json!({}),
            json!(true),
        ] {
            assert_eq!(Recall::parse(&value), None, "{value}");
        }
    }

    #[test]
    fn two_recalls_in_one_leave_nothing_out() {
        let both = |one: &Recall, other: &Recall| one.clone().and(other.clone());
        let (some, more) = (requests([1, 2]), requests([2, 3]));
        assert_eq!(both(&some, &more), requests([1, 2, 3]));
        assert_eq!(both(&some, &Recall::All), Recall::All);
        assert_eq!(both(&Recall::Stop, &Recall::All), Recall::Stop);
        assert_eq!(both(&some, &Recall::Stop), Recall::Stop);
        assert_eq!(
            both(&some, &requests(0..MAX_REQUESTS)),
            requests(0..MAX_REQUESTS)
        );
        assert_eq!(both(&some, &requests(3..=MAX_REQUESTS + 2)), Recall::All);
    }
}

//! Answers, as PostgreSQL writes rows in JSON.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use crate::store::StoreError;

/// A row of an answer.
pub(in crate::store::postgres) struct Row(pub(super) Map<String, Value>);

/// A column of it.
pub(in crate::store::postgres) fn get<'a, T: Column<'a>>(
    row: &'a Row,
    name: &str,
) -> Result<T, StoreError> {
    let value = row.0.get(name).and_then(T::read);
    value.ok_or_else(|| StoreError(format!("PostgreSQL: `{name}` makes no sense")))
}

pub(in crate::store::postgres) trait Column<'a>: Sized {
    fn read(value: &'a Value) -> Option<Self>;
}

impl<'a> Column<'a> for &'a str {
    fn read(value: &'a Value) -> Option<Self> {
        value.as_str()
    }
}

/// Of type `bytea`: in hexadecimal.
impl Column<'_> for Vec<u8> {
    fn read(value: &Value) -> Option<Self> {
        read_hex(value.as_str()?)
    }
}

macro_rules! plain {
    ($($column:ty)*) => {$(
        impl Column<'_> for $column {
            fn read(value: &Value) -> Option<Self> {
                owned(value)
            }
        }
    )*};
}

plain! { String Option<String> bool i64 Vec<String> Vec<bool> Vec<i32> }

impl Column<'_> for Vec<super::super::rows::WorkRow> {
    fn read(value: &Value) -> Option<Self> {
        owned(value)
    }
}

pub(in crate::store::postgres) fn read_hex(text: &str) -> Option<Vec<u8>> {
    let digits = text.strip_prefix("\\x")?.as_bytes();
    let digit = |byte: u8| char::from(byte).to_digit(16);
    let bytes = digits.chunks(2).map(|pair| match pair {
        [high, low] => u8::try_from(digit(*high)? * 16 + digit(*low)?).ok(),
        _ => None,
    });
    bytes.collect()
}

fn owned<T: DeserializeOwned>(value: &Value) -> Option<T> {
    T::deserialize(value).ok()
}

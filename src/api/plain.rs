//! Plain objects for JavaScript.

use serde::{Serialize, Serializer, ser::SerializeMap};
use wasm_bindgen::JsValue;

/// A value of a plain object.
#[derive(Clone, Copy)]
pub(super) enum Field<'a> {
    Flag(bool),
    Number(f64),
    Text(&'a str),
}

impl Serialize for Field<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self {
            Self::Flag(flag) => serializer.serialize_bool(flag),
            Self::Number(number) => serializer.serialize_f64(number),
            Self::Text(text) => serializer.serialize_str(text),
        }
    }
}

/// A plain object of the fields that are there.
///
/// One map for all shapes, and no derived struct for each: serde-wasm-bindgen
/// keeps the field names of structs in a hash map, which costs more bytes than
/// everything that is ever sent through here.
pub(super) fn object(fields: &[(&str, Option<Field<'_>>)]) -> JsValue {
    let serializer = serde_wasm_bindgen::Serializer::json_compatible();
    Fields(fields).serialize(&serializer).unwrap_or_default()
}

struct Fields<'a>(&'a [(&'a str, Option<Field<'a>>)]);

impl Serialize for Fields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, field) in self.0 {
            if let Some(field) = field {
                map.serialize_entry(name, field)?;
            }
        }
        map.end()
    }
}

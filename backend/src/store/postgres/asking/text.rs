//! Parameters as PostgreSQL reads them from text.

use std::fmt::Write as _;

pub(in crate::store::postgres) trait Text {
    /// `None`: null.
    fn text(&self) -> Option<String>;
}

impl<T: Text + ?Sized> Text for &T {
    fn text(&self) -> Option<String> {
        (**self).text()
    }
}

impl<T: Text> Text for Option<T> {
    fn text(&self) -> Option<String> {
        self.as_ref()?.text()
    }
}

impl Text for str {
    fn text(&self) -> Option<String> {
        Some(self.to_owned())
    }
}

impl Text for String {
    fn text(&self) -> Option<String> {
        Some(self.clone())
    }
}

impl Text for bool {
    fn text(&self) -> Option<String> {
        Some(self.to_string())
    }
}

impl Text for i64 {
    fn text(&self) -> Option<String> {
        Some(self.to_string())
    }
}

/// Of type `bytea`.
impl Text for [u8] {
    fn text(&self) -> Option<String> {
        let mut text = "\\x".to_owned();
        for byte in self {
            // A string takes whatever is written into it.
            _ = write!(text, "{byte:02x}");
        }
        Some(text)
    }
}

/// What is in an array.
trait Item: Text {}

impl Item for String {}
impl Item for &str {}
impl Item for Option<&str> {}
impl Item for &[u8] {}
impl Item for i64 {}
impl Item for bool {}

impl<T: Item> Text for Vec<T> {
    fn text(&self) -> Option<String> {
        Some(array(self))
    }
}

impl Text for [String] {
    fn text(&self) -> Option<String> {
        Some(array(self))
    }
}

/// Bytes that are one value.
impl Text for Vec<u8> {
    fn text(&self) -> Option<String> {
        self.as_slice().text()
    }
}

fn array<T: Text>(items: &[T]) -> String {
    let items = items.iter().map(|item| match item.text() {
        Some(text) => format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")),
        None => "null".to_owned(),
    });
    format!("{{{}}}", items.collect::<Vec<_>>().join(","))
}

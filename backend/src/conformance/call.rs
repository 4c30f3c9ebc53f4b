//! A request, as a page sends it or as it should not be sent.

use std::time::Duration;

use serde_json::{Map, Value};

use super::{Answer, Case, Verdict, shown};

/// Longer than a held lease request takes.
const WITHIN: Duration = Duration::from_secs(70);

pub(super) const JSON: &str = "application/json";
pub(super) const FORM: &str = "application/x-www-form-urlencoded";

/// One of the three endpoints.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Endpoint {
    Token,
    Revoke,
    Lease,
}

/// A request that is not sent yet.
#[derive(Clone)]
pub(super) struct Call<'a> {
    pub(super) case: &'a Case,
    pub(super) method: &'static str,
    pub(super) endpoint: Endpoint,
    /// Which instance it goes to; `None` for the next one in turn.
    pub(super) instance: Option<usize>,
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Body,
    pub(super) within: Duration,
}

#[derive(Clone)]
pub(super) enum Body {
    Fields(Map<String, Value>),
    Text(String),
}

impl<'a> Call<'a> {
    /// A POST without any header.
    pub(super) fn new(case: &'a Case, endpoint: Endpoint, body: Body) -> Self {
        Self {
            case,
            method: "POST",
            endpoint,
            instance: None,
            headers: Vec::new(),
            body,
            within: WITHIN,
        }
    }

    /// In place of POST.
    pub(super) const fn method(mut self, method: &'static str) -> Self {
        self.method = method;
        self
    }

    /// With this header, in place of the one of the same name.
    pub(super) fn with(self, name: &'static str, value: impl Into<String>) -> Self {
        let mut call = self.without(name);
        call.headers.push((name, value.into()));
        call
    }

    /// With this header if there is a value for it, else without it.
    pub(super) fn with_or_without(self, name: &'static str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self.without(name),
        }
    }

    pub(super) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(one, _)| *one != name);
        self
    }

    /// With this field of the JSON body; null takes it out.
    pub(super) fn field(mut self, name: &str, value: Value) -> Self {
        if let Body::Fields(fields) = &mut self.body {
            if value.is_null() {
                fields.remove(name);
            } else {
                fields.insert(name.to_owned(), value);
            }
        }
        self
    }

    /// With this body.
    pub(super) fn body(mut self, text: impl Into<String>) -> Self {
        self.body = Body::Text(text.into());
        self
    }

    /// With a body of so many bytes that says the same: by spaces behind the JSON, or by a
    /// parameter that no backend knows.
    pub(super) fn padded_to(self, bytes: usize) -> Self {
        let (text, padding) = match &self.body {
            Body::Fields(_) => (self.text(), " "),
            Body::Text(text) => (format!("{text}&padding="), "x"),
        };
        let padding = padding.repeat(bytes.saturating_sub(text.len()));
        self.body(text + &padding)
    }

    /// To this instance.
    pub(super) const fn at(mut self, instance: usize) -> Self {
        self.instance = Some(instance);
        self
    }

    /// With an answer within this time, or it fails.
    pub(super) const fn within(mut self, within: Duration) -> Self {
        self.within = within;
        self
    }

    /// Sends it and reads the answer. Dropped before, it closes its connection.
    pub(super) async fn send(self) -> Verdict<Answer> {
        self.case.send(&self).await
    }

    pub(super) fn text(&self) -> String {
        match &self.body {
            Body::Fields(fields) => Value::Object(fields.clone()).to_string(),
            Body::Text(text) => text.clone(),
        }
    }

    /// It, for people.
    pub(super) fn shown(&self, url: &str) -> String {
        let headers = self.headers.iter().map(|(name, value)| match *name {
            "cookie" => " cookie".to_owned(),
            _ => format!(" {name}: {value}"),
        });
        let headers: Vec<_> = headers.collect();
        let text = self.text();
        let is_form = self.headers.contains(&("content-type", FORM.to_owned()));
        let body = if is_form {
            shown::form(&text)
        } else {
            shown::body(&text)
        };
        format!("{} {url}{}  {body}", self.method, headers.join(","))
    }
}

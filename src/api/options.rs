//! Reads the app's options, and names the one that is wrong.
//!
//! serde-wasm-bindgen would read them in fewer lines, but it ignores unknown
//! fields, quotes values in its errors, and costs more bytes than all the rest.

use js_sys::{Array, Function, JsString, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::AbortSignal;

use crate::browser::{Endpoints, Headers, Provider, Source, check_endpoint, set};
use crate::core::{Config, GrantKey, Millis, Want};

/// What is wrong with which option.
type Misuse = String;

/// Options of a client.
pub(super) fn client(options: &JsValue) -> Result<(Config, Endpoints), Misuse> {
    let options = Options::read(
        options,
        &[
            "allowedOrigins",
            "credentials",
            "expiryMargin",
            "getToken",
            "headers",
            "maxAge",
            "maxGrants",
            "refreshLead",
            "requestTimeout",
            "revokeEndpoint",
            "revokeHeaders",
            "timeout",
            "tokenEndpoint",
        ],
    )?;
    let revoke_url = options.endpoint("revokeEndpoint")?;
    let mut config = Config {
        max_age: options.duration("maxAge", 1000)?,
        can_revoke: revoke_url.is_some(),
        ..Config::default()
    };
    let fields = [
        ("refreshLead", 1000, &mut config.refresh_lead),
        ("expiryMargin", 1000, &mut config.expiry_margin),
        ("timeout", 1, &mut config.timeout),
        ("requestTimeout", 1, &mut config.request_timeout),
    ];
    for (name, least, field) in fields {
        if let Some(given) = options.duration(name, least)? {
            *field = given;
        }
    }
    if let Some(given) = options.number("maxGrants", 1.0, 1_000_000.0)? {
        config.max_grants = given as u32;
    }
    let endpoints = Endpoints {
        source: options.source()?,
        revoke_url,
        revoke_headers: options.object("revokeHeaders")?,
        allowed_origins: options.origins()?,
    };
    Ok((config, endpoints))
}

/// Options of a grant.
pub(super) fn grant(options: &JsValue) -> Result<GrantKey, Misuse> {
    let options = Options::read(options, &["resource", "scopes"])?;
    let resource = match options.get("resource") {
        Some(value) => Some(text_of(&value).ok_or_else(|| misuse("resource", "(a URL)"))?),
        None => None,
    };
    let scopes = options.get("scopes").unwrap_or_default();
    let scopes = scopes
        .dyn_into::<Array>()
        .map_err(|_| misuse("scopes", "(a list of strings)"))?;
    // What is no string becomes an empty one, which is no scope.
    let scopes = scopes
        .iter()
        .map(|scope| scope.as_string().unwrap_or_default());
    GrantKey::new(resource, scopes).map_err(str::to_owned)
}

/// Options of one call for a token.
pub(super) fn token(options: &JsValue) -> Result<(Want, Option<AbortSignal>), Misuse> {
    if options.is_undefined() {
        return Ok((Want::default(), None));
    }
    let options = Options::read(options, &["forceRefresh", "minTtl", "signal", "timeout"])?;
    let signal = options.object("signal")?;
    if signal
        .as_ref()
        .is_some_and(|signal| !has(signal, "aborted"))
    {
        return Err(misuse("signal", "(an AbortSignal)"));
    }
    let want = Want {
        min_ttl: options.duration("minTtl", 1000)?.unwrap_or_default(),
        force: options.flag("forceRefresh")?,
        timeout: options.duration("timeout", 1)?,
    };
    Ok((want, signal.map(JsCast::unchecked_into)))
}

struct Options<'a>(&'a JsValue);

impl<'a> Options<'a> {
    fn read(options: &'a JsValue, known: &[&str]) -> Result<Self, Misuse> {
        let Some(object) = options.dyn_ref::<Object>() else {
            return Err("the options (an object)".to_owned());
        };
        for name in Object::keys(object).iter() {
            let name = name.as_string().unwrap_or_default();
            if !known.contains(&name.as_str()) {
                return Err(misuse(&name, "(unknown)"));
            }
        }
        Ok(Self(options))
    }

    /// `undefined` counts as absent, as everywhere in JavaScript.
    fn get(&self, name: &str) -> Option<JsValue> {
        let value = Reflect::get(self.0, &name.into()).ok()?;
        (!value.is_undefined()).then_some(value)
    }

    fn number(&self, name: &str, least: f64, most: f64) -> Result<Option<f64>, Misuse> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let number = value
            .as_f64()
            .filter(|number| (least..=most).contains(number));
        number
            .map(Some)
            .ok_or_else(|| misuse(name, "(a number in range)"))
    }

    /// Milliseconds. Where less than a second makes no sense, it is refused:
    /// it was most likely meant in seconds. Zero is zero in any unit.
    fn duration(&self, name: &str, least: u32) -> Result<Option<Millis>, Misuse> {
        let in_range = |millis: &f64| {
            (f64::from(least)..=9e15).contains(millis) || (*millis == 0.0 && least > 1)
        };
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let millis = value.as_f64().filter(in_range);
        let millis = millis.ok_or_else(|| {
            misuse(
                name,
                if least > 1 {
                    "(milliseconds: 0, or 1000 and more)"
                } else {
                    "(milliseconds: 1 or more)"
                },
            )
        })?;
        Ok(Some(Millis(millis as u64)))
    }

    fn flag(&self, name: &str) -> Result<bool, Misuse> {
        self.get(name).map_or(Ok(false), |value| {
            value
                .as_bool()
                .ok_or_else(|| misuse(name, "(true or false)"))
        })
    }

    fn object(&self, name: &str) -> Result<Option<Object>, Misuse> {
        self.get(name).map_or(Ok(None), |value| {
            if value.is_object() {
                Ok(Some(value.unchecked_into()))
            } else {
                Err(misuse(name, "(an object)"))
            }
        })
    }

    fn function(&self, name: &str) -> Result<Option<Function>, Misuse> {
        self.get(name).map_or(Ok(None), |value| {
            value
                .dyn_into()
                .map(Some)
                .map_err(|_| misuse(name, "(a function)"))
        })
    }

    /// A string or a `URL`.
    fn endpoint(&self, name: &str) -> Result<Option<String>, Misuse> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let text = value
            .as_string()
            .or_else(|| Reflect::get(&value, &"href".into()).ok()?.as_string());
        let checked = text.ok_or("(a URL)").and_then(|text| check_endpoint(&text));
        checked.map(Some).map_err(|what| misuse(name, what))
    }

    fn origins(&self) -> Result<Vec<String>, Misuse> {
        let name = "allowedOrigins";
        let Some(list) = self.get(name) else {
            return Ok(Vec::new());
        };
        let list = list
            .dyn_into::<Array>()
            .ok()
            .filter(|list| list.length() > 0)
            .ok_or_else(|| misuse(name, "(a list of origins, not empty)"))?;
        list.iter()
            .map(|one| {
                let origin = one.as_string().and_then(|one| {
                    let checked = check_endpoint(&one).ok()?;
                    // An origin has no path, so its URL is itself and a slash.
                    checked
                        .strip_suffix('/')
                        .filter(|&origin| origin == one)
                        .map(str::to_owned)
                });
                origin.ok_or_else(|| misuse(name, "(such as https://api.example)"))
            })
            .collect()
    }

    fn source(&self) -> Result<Source, Misuse> {
        let provider = self.function("getToken")?;
        let url = self.endpoint("tokenEndpoint")?;
        let headers = self.headers()?;
        let credentials = self.credentials()?;
        match (url, provider) {
            (Some(url), None) => Ok(Source::Url {
                url,
                headers,
                credentials,
            }),
            (None, Some(function)) => Ok(Source::Provider(provider_of(function))),
            _ => Err("`tokenEndpoint` (give either this or `getToken`)".to_owned()),
        }
    }

    fn headers(&self) -> Result<Option<Headers>, Misuse> {
        let name = "headers";
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        match value.dyn_into::<Function>() {
            Ok(function) => Ok(Some(Box::new(move || function.call0(&JsValue::UNDEFINED)))),
            Err(value) if value.is_object() => Ok(Some(Box::new(move || Ok(value.clone())))),
            Err(_) => Err(misuse(name, "(an object or a function)")),
        }
    }

    fn credentials(&self) -> Result<String, Misuse> {
        let name = "credentials";
        let Some(value) = self.get(name) else {
            return Ok("same-origin".to_owned());
        };
        value
            .as_string()
            .filter(|mode| ["omit", "same-origin", "include"].contains(&mode.as_str()))
            .ok_or_else(|| misuse(name, "(omit, same-origin or include)"))
    }
}

fn provider_of(function: Function) -> Provider {
    Box::new(move |request, signal| {
        let context = Object::new();
        set(&context, "signal", signal.clone());
        function.call2(&JsValue::UNDEFINED, request, &context)
    })
}

/// A string, or the text of a `URL`.
fn text_of(value: &JsValue) -> Option<String> {
    value
        .as_string()
        .or_else(|| Reflect::get(value, &"href".into()).ok()?.as_string())
}

fn has(object: &Object, name: &str) -> bool {
    Reflect::has(object, &JsString::from(name)).unwrap_or(false)
}

/// No longer than a name ever is: whatever was put in its place by mistake
/// should not be spread.
fn misuse(name: &str, what: &str) -> Misuse {
    let name: String = name.chars().take(32).collect();
    ["`", &name, "` ", what].concat()
}

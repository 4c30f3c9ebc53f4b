//! Reads the settings: a file first, then the environment, which overrides it.

use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
};

use super::{
    invalid::{Invalid, Place},
    table::{Kind, PREFIX, SETTINGS, Setting},
    values::{Value, Values},
};

/// Names the file of settings, as `--config` does.
pub const CONFIG: &str = "DOWNSCOPE_CONFIG";

/// Reads a file, for a secret.
pub type Open<'a> = &'a dyn Fn(&Path) -> io::Result<String>;

/// What was read: the values, and which of the secrets came out of which file.
#[derive(Debug, Default)]
pub struct Read {
    /// The values.
    pub values: Values,
    /// The files, by the name of the setting.
    pub files: BTreeMap<&'static str, PathBuf>,
    /// Where each value stands that was set.
    pub places: BTreeMap<&'static str, Place>,
}

impl Read {
    /// Says of a complaint about a setting where that stands.
    pub(super) fn place(&self, invalid: Invalid) -> Invalid {
        let named = |setting: &&Setting| invalid.name() == Some(setting.name);
        let Some(setting) = SETTINGS.iter().find(named) else {
            return invalid;
        };
        let place = self.places.get(setting.name).cloned();
        invalid.at(place.unwrap_or_else(|| Place::Nowhere(setting.variable())))
    }
}

/// Where a value came from, for the complaint.
struct Source {
    what: String,
    place: Place,
    value: Value,
    /// Whether the value is the path of a file that holds it.
    is_file: bool,
}

/// Reads `file`, the text of a TOML file, and then `variables`.
pub fn read(
    file: Option<&str>,
    variables: impl IntoIterator<Item = (String, String)>,
    open: Open<'_>,
) -> Result<Read, Invalid> {
    let mut sources = match file {
        Some(text) => of_file(text).map_err(|invalid| invalid.at(Place::File(None)))?,
        None => BTreeMap::new(),
    };
    sources.extend(of_environment(variables)?);
    let mut read = Read::default();
    for setting in SETTINGS {
        let Some(source) = sources.remove(setting.name) else {
            if let Some(default) = setting.default
                && let Some(value) = of_text(setting.kind, default)
            {
                read.values.0.insert(setting.name, value);
            }
            continue;
        };
        let invalid = |wrong: &str| Invalid::setting(&source.what, wrong).at(source.place.clone());
        let mut value = source.value;
        if source.is_file
            && let Value::One(path) = &value
            && !path.is_empty()
        {
            let path = PathBuf::from(path);
            let text = open(&path).map_err(|error| invalid(&unreadable(&path, &error)))?;
            if text.trim().is_empty() {
                return Err(invalid("names a file that is empty"));
            }
            value = Value::One(text.trim().to_owned());
            read.files.insert(setting.name, path);
        }
        // One that got lost on the way here would leave a door open, or be refused far away.
        if setting.kind == Kind::Secret
            && matches!(&value, Value::One(text) if text.trim().is_empty())
        {
            return Err(invalid("is empty: set it, or leave it out"));
        }
        read.values.0.insert(setting.name, value);
        read.places.insert(setting.name, source.place);
    }
    Ok(read)
}

/// The path is not quoted: it may be the secret itself, in the wrong place.
fn unreadable(path: &Path, error: &io::Error) -> String {
    let from = if path.is_relative() && error.kind() == io::ErrorKind::NotFound {
        "; its path is relative, and begins where the service was started"
    } else {
        ""
    };
    format!("cannot be read: {}{from}", error.kind())
}

fn of_file(text: &str) -> Result<BTreeMap<&'static str, Source>, Invalid> {
    let table: toml::Table = toml::from_str(text).map_err(|error| {
        // What the parser says quotes the line, which may hold a secret.
        let before = error.span().and_then(|span| text.get(..span.start));
        let line = before.map_or(0, |before| before.matches('\n').count()) + 1;
        Invalid::new(format!("the file of settings is no TOML at line {line}"))
    })?;
    let mut sources = BTreeMap::new();
    for (section, keys) in table {
        let toml::Value::Table(keys) = keys else {
            let wrong = "is not in a section; a setting is a key in one";
            return Err(Invalid::setting(&section, wrong));
        };
        for (key, value) in keys {
            let what = format!("{section}.{key}");
            let find = |setting: &Setting| setting.place() == (&section, &key);
            let find_file = |setting: &Setting| {
                let key = key.strip_suffix("_file");
                setting.kind == Kind::Secret
                    && key.is_some_and(|key| setting.place() == (&section, key))
            };
            let (setting, is_file) = find_setting(&what, find, find_file)?;
            let kind = if is_file { Kind::Text } else { setting.kind };
            let value = of_toml(kind, value).ok_or_else(|| wrong_kind(&what, kind))?;
            insert(
                &mut sources,
                setting,
                Source {
                    what,
                    place: Place::File(None),
                    value,
                    is_file,
                },
            )?;
        }
    }
    Ok(sources)
}

fn of_environment(
    variables: impl IntoIterator<Item = (String, String)>,
) -> Result<BTreeMap<&'static str, Source>, Invalid> {
    let mut sources = BTreeMap::new();
    for (what, text) in variables {
        if !what.starts_with(PREFIX) || what == CONFIG {
            continue;
        }
        let find = |setting: &Setting| setting.variable() == what;
        let find_file = |setting: &Setting| {
            let name = what.strip_suffix("_FILE");
            setting.kind == Kind::Secret && name.is_some_and(|name| setting.variable() == name)
        };
        let found = find_setting(&what, find, find_file);
        if text.is_empty() {
            // That is how some tools write one that is not set. A secret is another matter.
            let is_secret = |found: &(&Setting, bool)| found.0.kind == Kind::Secret;
            if !found.as_ref().is_ok_and(is_secret) {
                continue;
            }
        }
        let (setting, is_file) = found?;
        let kind = if is_file { Kind::Text } else { setting.kind };
        let value = of_text(kind, &text).ok_or_else(|| wrong_kind(&what, kind))?;
        insert(
            &mut sources,
            setting,
            Source {
                place: Place::Variable(what.clone()),
                what,
                value,
                is_file,
            },
        )?;
    }
    Ok(sources)
}

fn find_setting(
    what: &str,
    find: impl Fn(&Setting) -> bool,
    find_file: impl Fn(&Setting) -> bool,
) -> Result<(&'static Setting, bool), Invalid> {
    let direct = SETTINGS.iter().find(|setting| find(setting));
    let direct = direct.map(|setting| (setting, false));
    let file = || SETTINGS.iter().find(|setting| find_file(setting));
    direct
        .or_else(|| file().map(|setting| (setting, true)))
        .ok_or_else(|| Invalid::setting(what, "there is no such setting"))
}

fn insert(
    sources: &mut BTreeMap<&'static str, Source>,
    setting: &'static Setting,
    source: Source,
) -> Result<(), Invalid> {
    let what = source.what.clone();
    match sources.insert(setting.name, source) {
        None => Ok(()),
        Some(before) => {
            let both = format!("{} and {what} are both set", before.what);
            Err(Invalid::new(both))
        }
    }
}

fn wrong_kind(what: &str, kind: Kind) -> Invalid {
    let wrong = match kind {
        Kind::Text | Kind::Secret => "must be a text",
        Kind::Number => "must be a whole number",
        Kind::Flag => "must be true or false",
        Kind::List => "must be a list of texts",
        Kind::Pairs => "must be names with their values, which are texts",
    };
    Invalid::setting(what, wrong)
}

fn of_toml(kind: Kind, value: toml::Value) -> Option<Value> {
    let text = |value: toml::Value| value.as_str().map(str::to_owned);
    match (kind, value) {
        (Kind::Text | Kind::Secret, value) => text(value).map(Value::One),
        (Kind::Number, toml::Value::Integer(number)) => Some(Value::One(number.to_string())),
        (Kind::Flag, toml::Value::Boolean(flag)) => Some(Value::One(flag.to_string())),
        (Kind::List, toml::Value::Array(texts)) => {
            let texts = texts.into_iter().map(text);
            texts.collect::<Option<_>>().map(Value::Many)
        }
        (Kind::Pairs, toml::Value::Table(pairs)) => {
            let pairs = pairs.into_iter();
            let pairs = pairs.map(|(name, value)| Some((name, text(value)?)));
            pairs.collect::<Option<_>>().map(Value::Pairs)
        }
        (Kind::Number | Kind::Flag | Kind::List | Kind::Pairs, _) => None,
    }
}

/// As the environment and the defaults are written.
fn of_text(kind: Kind, text: &str) -> Option<Value> {
    let items = || {
        text.split([',', ' ', '\n', '\t'])
            .filter(|item| !item.is_empty())
            .map(str::to_owned)
    };
    Some(match kind {
        Kind::Text | Kind::Secret | Kind::Number | Kind::Flag => Value::One(text.to_owned()),
        Kind::List => Value::Many(items().collect()),
        Kind::Pairs => {
            let pairs = items().map(|item| {
                let (name, value) = item.split_once('=')?;
                Some((name.to_owned(), value.to_owned()))
            });
            Value::Pairs(pairs.collect::<Option<_>>()?)
        }
    })
}

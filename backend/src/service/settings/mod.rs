//! What the service is told: by a file, and by the environment, which overrides it.

mod auth;
mod config;
mod invalid;
mod parts;
mod read;
mod table;
mod values;

pub use self::{
    config::{Admin, Auth, Bounds, Config, ForwardSettings, Keys, StoreKind, StoreSettings},
    invalid::{Invalid, Place},
    read::{CONFIG, Open, Read, read},
    table::{Kind, PREFIX, SETTINGS, Setting},
    values::{Value, Values},
};

/// The settings as a table in Markdown, as it stands in the README.
pub fn markdown() -> String {
    let rows = SETTINGS.iter().map(|setting| {
        let default = match setting.default {
            Some(default) => format!("`{default}`"),
            None => String::new(),
        };
        format!("| `{}` | {default} | {} |\n", setting.name, setting.about)
    });
    let head = "| setting | default | what it is |\n|---|---|---|\n".to_owned();
    std::iter::once(head).chain(rows).collect()
}

/// The settings as `--help` prints them.
pub fn help() -> String {
    let rows = SETTINGS.iter().map(|setting| {
        let default = match setting.default {
            Some(default) => format!(" [{default}]"),
            None => String::new(),
        };
        format!("  {}{default}\n      {}\n", setting.name, setting.about)
    });
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_has_the_settings() {
        let readme = include_str!("../../../README.md");
        assert!(
            readme.contains(&markdown()),
            "put this into it:\n{}",
            markdown()
        );
    }
}

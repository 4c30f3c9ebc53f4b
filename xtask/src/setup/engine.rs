//! The browser engines that the tests run in, and their drivers.

use std::env;
use std::fmt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::crates::Crate;
use super::program::{Program, Source, find};
use crate::workspace::Workspace;

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Engine {
    Chromium,
    Firefox,
    WebKit,
}

/// An engine whose programs are all there.
pub(crate) struct Found {
    pub(crate) engine: Engine,
    programs: Vec<(&'static str, PathBuf)>,
}

/// Finds an engine, or installs it.
pub(crate) fn engine(workspace: &Workspace, engine: Engine) -> Result<Found> {
    let wanted = engine.programs();
    let files = find(workspace, wanted).with_context(|| format!("{engine} cannot be run"))?;
    let variables = wanted.iter().map(|program| program.variable);
    Ok(Found {
        engine,
        programs: variables.zip(files).collect(),
    })
}

/// Whether a machine without it fails the tests. Chromium is to be had
/// everywhere; the others must be where it is decided what is merged, and where
/// somebody said which to take.
pub(crate) fn is_required(engine: Engine) -> bool {
    let mut programs = engine.programs().iter();
    engine == Engine::Chromium || is_set("CI") || programs.any(|program| is_set(program.variable))
}

/// Whether a variable of the environment says something.
pub(crate) fn is_set(variable: &str) -> bool {
    env::var_os(variable).is_some_and(|value| !value.is_empty())
}

impl Engine {
    pub(crate) const ALL: [Self; 3] = [Self::Chromium, Self::Firefox, Self::WebKit];

    /// As tests and arguments name it.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Chromium => "chromium",
            Self::Firefox => "firefox",
            Self::WebKit => "webkit",
        }
    }

    pub(crate) fn parse(name: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|engine| engine.name() == name);
        let Some(engine) = found else {
            let known = Self::ALL.map(Self::name).join(", ");
            bail!("no engine is called {name}; there are: {known}");
        };
        Ok(engine)
    }

    const fn programs(self) -> &'static [Program] {
        match self {
            Self::Chromium => &CHROMIUM,
            Self::Firefox => &FIREFOX,
            Self::WebKit => &WEBKIT,
        }
    }
}

impl fmt::Display for Engine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Chromium => "Chromium",
            Self::Firefox => "Firefox",
            Self::WebKit => "WebKitGTK",
        })
    }
}

impl Found {
    pub(crate) fn program(&self, variable: &str) -> Result<&Path> {
        let mut programs = self.programs.iter();
        let found = programs.find(|(name, _)| *name == variable);
        let (_, file) =
            found.with_context(|| format!("{} has no program {variable}", self.engine))?;
        Ok(file)
    }

    /// The variables that name its programs.
    pub(crate) fn programs(&self) -> impl Iterator<Item = (&'static str, &Path)> {
        self.programs.iter().map(|(name, file)| (*name, &**file))
    }

    /// What the programs themselves heed.
    pub(crate) const fn settings(&self) -> &'static [(&'static str, &'static str)] {
        match self.engine {
            Engine::Chromium | Engine::Firefox => &[],
            Engine::WebKit => &WEBKIT_SETTINGS,
        }
    }
}

const CHROMIUM: [Program; 2] = [
    Program {
        variable: "CHROME_BIN",
        names: &[
            "chromium",
            "chromium-browser",
            "google-chrome",
            "google-chrome-stable",
            "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
            r"C:\Program Files\Google\Chrome\Application\chrome.exe",
        ],
        source: Source::Debian("chromium"),
    },
    Program {
        variable: "CHROMEDRIVER",
        names: &["chromedriver", "chromedriver.exe"],
        source: Source::Debian("chromium-driver"),
    },
];

const FIREFOX: [Program; 2] = [
    Program {
        variable: "FIREFOX_BIN",
        names: &[
            "firefox-esr",
            "firefox",
            "/Applications/Firefox.app/Contents/MacOS/firefox",
            r"C:\Program Files\Mozilla Firefox\firefox.exe",
        ],
        source: Source::Debian("firefox-esr"),
    },
    Program {
        variable: "GECKODRIVER",
        names: &["geckodriver", "geckodriver.exe"],
        source: Source::Crate(Crate {
            name: "geckodriver",
            version: "0.37.1",
        }),
    },
];

const WEBKIT: [Program; 3] = [
    Program {
        variable: "WEBKIT_DRIVER",
        names: &["WebKitWebDriver"],
        source: Source::Debian("webkit2gtk-driver"),
    },
    Program {
        variable: "WEBKIT_BROWSER",
        names: &[
            "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser",
            "/usr/lib/aarch64-linux-gnu/webkit2gtk-4.1/MiniBrowser",
            "/usr/libexec/webkit2gtk-4.1/MiniBrowser",
        ],
        source: Source::Debian("libwebkit2gtk-4.1-0"),
    },
    // Chromium and Firefox need no display, MiniBrowser does.
    XVFB,
];

const XVFB: Program = Program {
    variable: "XVFB",
    names: &["Xvfb"],
    source: Source::Debian("xvfb"),
};

/// Its sandbox needs rights that containers lack; it shows pages of ours only.
const WEBKIT_SETTINGS: [(&str, &str); 3] = [
    ("WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS", "1"),
    ("LIBGL_ALWAYS_SOFTWARE", "1"),
    ("GDK_BACKEND", "x11"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_engine_goes_by_its_name() -> Result<()> {
        for engine in Engine::ALL {
            assert_eq!(Engine::parse(engine.name())?, engine);
        }
        Ok(())
    }

    #[test]
    fn an_unknown_engine_is_an_error_that_names_the_known_ones() {
        let error = Engine::parse("presto").map_err(|error| error.to_string());
        assert!(error.is_err_and(|message| message.contains("webkit")));
    }
}

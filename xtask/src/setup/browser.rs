//! A Chromium and its driver, for the tests.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::json;

use crate::files::write;
use crate::step::{ask, run};
use crate::workspace::Workspace;

const WAY: &str = "Chromium and ChromeDriver are needed. On Debian and Ubuntu: \
    `apt-get install chromium chromium-driver`. Elsewhere install Chrome and the ChromeDriver of \
    its version, and set CHROME_BIN and CHROMEDRIVER to them";

const CHROMES: [&str; 6] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
];
const DRIVERS: [&str; 2] = ["chromedriver", "chromedriver.exe"];

/// Nothing in the background; beside what the test runner adds by itself.
const BROWSER_ARGUMENTS: [&str; 7] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

pub(crate) struct Browser {
    pub(crate) chrome: PathBuf,
    pub(crate) driver: PathBuf,
}

impl Browser {
    /// Writes what the WebDriver protocol calls capabilities: which browser to
    /// start, and with what. Gives the file.
    pub(crate) fn write_capabilities(&self, workspace: &Workspace) -> Result<PathBuf> {
        let capabilities = json!({
            "goog:chromeOptions": { "binary": &self.chrome, "args": BROWSER_ARGUMENTS }
        });
        let file = workspace.target("webdriver.json");
        write(&file, capabilities.to_string())?;
        Ok(file)
    }
}

/// Finds the browser; on Debian, as root, installs it if there is none.
pub(crate) fn browser(workspace: &Workspace) -> Result<Browser> {
    if let Some(browser) = find() {
        return Ok(browser);
    }
    if can_install(workspace) {
        install(workspace).context(WAY)?;
    }
    find().context(WAY)
}

fn find() -> Option<Browser> {
    Some(Browser {
        chrome: locate("CHROME_BIN", &CHROMES)?,
        driver: locate("CHROMEDRIVER", &DRIVERS)?,
    })
}

fn locate(variable: &str, names: &[&str]) -> Option<PathBuf> {
    if let Some(named) = env::var_os(variable) {
        return Some(PathBuf::from(named)).filter(|file| file.is_file());
    }
    let search = env::var_os("PATH").unwrap_or_default();
    let directories: Vec<PathBuf> = env::split_paths(&search).collect();
    names.iter().find_map(|name| {
        // Joined to an absolute path, a directory gives that path.
        let mut places = directories.iter().map(|directory| directory.join(name));
        places.find(|file| file.is_file())
    })
}

fn can_install(workspace: &Workspace) -> bool {
    Path::new("/etc/debian_version").exists()
        && ask(workspace.command("id").arg("-u")).is_ok_and(|user| user == "0")
}

fn install(workspace: &Workspace) -> Result<()> {
    let apt = |arguments: &[&str]| {
        let mut command = workspace.command("apt-get");
        command
            .env("DEBIAN_FRONTEND", "noninteractive")
            .args(arguments);
        command
    };
    run("read the Debian package lists", &mut apt(&["update"]))?;
    run(
        "install Debian's chromium and chromium-driver",
        &mut apt(&["install", "--yes", "chromium", "chromium-driver"]),
    )?;
    Ok(())
}

//! The Rust tests that run in a browser, by the runner of wasm-bindgen.

use std::path::PathBuf;
use std::process::Command;

use anyhow::Result;
use serde_json::json;

use super::context::Context;
use crate::files::write;
use crate::setup::{Engine, Found, WASM_TARGET};

/// The command that runs them in one engine.
pub(super) fn web_tests(context: &Context<'_>, found: &Found) -> Result<Command> {
    let this = std::env::current_exe()?;
    let mut cargo = context.workspace.cargo();
    cargo
        .args(["test", "--no-fail-fast", "--target", WASM_TARGET])
        .args(["--package", "downscope", "--tests"])
        .env(
            "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER",
            format!("{} wasm-test-runner", this.display()),
        );
    drive(context, found, &mut cargo)?;
    Ok(cargo)
}

/// Has the runner take one engine.
pub(super) fn drive(context: &Context<'_>, found: &Found, command: &mut Command) -> Result<()> {
    context.prepare(command, found)?;
    // The runner takes the first driver that it is told of.
    for driver in [
        "CHROMEDRIVER",
        "GECKODRIVER",
        "MSEDGEDRIVER",
        "SAFARIDRIVER",
    ] {
        command.env_remove(driver);
        command.env_remove(format!("{driver}_REMOTE"));
    }
    let (variable, driver) = match found.engine {
        Engine::Chromium => ("CHROMEDRIVER", "CHROMEDRIVER"),
        Engine::Firefox => ("GECKODRIVER", "GECKODRIVER"),
        // It knows no WebKitGTK. But it asks Safari's driver for whatever browser
        // that has, and with the same words as WebKitGTK's understands.
        Engine::WebKit => ("SAFARIDRIVER", "WEBKIT_DRIVER"),
    };
    command.env(variable, found.program(driver)?).env(
        "WASM_BINDGEN_TEST_WEBDRIVER_JSON",
        capabilities(context, found)?,
    );
    Ok(())
}

/// Nothing in the background; beside what the test runner adds by itself.
const CHROMIUM_ARGUMENTS: [&str; 7] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
];

/// Writes what the WebDriver protocol calls capabilities: which browser to
/// start, and with what. Gives the file.
fn capabilities(context: &Context<'_>, found: &Found) -> Result<PathBuf> {
    let capabilities = match found.engine {
        Engine::Chromium => json!({ "goog:chromeOptions": {
            "binary": found.program("CHROME_BIN")?,
            "args": CHROMIUM_ARGUMENTS,
        } }),
        Engine::Firefox => json!({ "moz:firefoxOptions": {
            "binary": found.program("FIREFOX_BIN")?,
        } }),
        // The runner hands none on to Safari's driver.
        Engine::WebKit => json!({}),
    };
    // One for each: what runs beside may drive another one.
    let name = format!("webdriver-{}.json", found.engine.name());
    let file = context.workspace.target(&name);
    write(&file, capabilities.to_string())?;
    Ok(file)
}

//! The crate's documentation as docs.rs builds it, by what `Cargo.toml` says.

use anyhow::{Context as _, Result, ensure};
use serde::Deserialize;

use crate::step::run;
use crate::workspace::Workspace;

#[derive(Deserialize)]
struct Metadata {
    docs: Docs,
}

#[derive(Deserialize)]
struct Docs {
    rs: Settings,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
struct Settings {
    default_target: String,
    targets: Vec<String>,
    no_default_features: bool,
}

/// What a Rust front end looks for.
const PAGE: &str = "downscope/struct.Client.html";

pub(super) fn check(workspace: &Workspace) -> Result<()> {
    let Metadata { docs } = serde_json::from_value(workspace.metadata()?)
        .context("Cargo.toml does not say what docs.rs is to build")?;
    for target in &docs.rs.targets {
        let mut cargo = workspace.cargo();
        cargo
            .args([
                "doc",
                "--quiet",
                "--no-deps",
                "--lib",
                "--package",
                "downscope",
            ])
            .args(["--target", target])
            .env("RUSTDOCFLAGS", "-D warnings --cfg docsrs");
        if docs.rs.no_default_features {
            cargo.arg("--no-default-features");
        }
        run(&format!("rustdoc, as on docs.rs, {target}"), &mut cargo)?;
    }
    let page = format!("{}/doc/{PAGE}", docs.rs.default_target);
    ensure!(
        workspace.target(&page).exists(),
        "docs.rs would not show {PAGE}"
    );
    Ok(())
}

//! Packages of Debian.

use std::path::Path;
use std::sync::Once;

use anyhow::Result;

use crate::step::{ask, run};
use crate::workspace::Workspace;

/// Only as root: this never asks for a password.
pub(super) fn can_install(workspace: &Workspace) -> bool {
    Path::new("/etc/debian_version").exists()
        && ask(workspace.command("id").arg("-u")).is_ok_and(|user| user == "0")
}

pub(super) fn install(workspace: &Workspace, packages: &[&str]) -> Result<()> {
    let apt = |arguments: &[&str]| {
        let mut command = workspace.command("apt-get");
        command
            .env("DEBIAN_FRONTEND", "noninteractive")
            .args(arguments);
        command
    };
    static READ: Once = Once::new();
    let mut read = Ok(String::new());
    READ.call_once(|| read = run("read the Debian package lists", &mut apt(&["update"])));
    read?;
    run(
        &format!("install {}", packages.join(", ")),
        apt(&["install", "--yes"]).args(packages),
    )?;
    Ok(())
}

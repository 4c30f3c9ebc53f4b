//! One command at a time: they share the directories that they write to.

use std::fs::{self, File, TryLockError};

use anyhow::Result;

use crate::workspace::Workspace;

/// Waits for other commands on this checkout. Held until it is dropped, or the
/// process ends.
pub(crate) fn lock(workspace: &Workspace) -> Result<File> {
    fs::create_dir_all(workspace.target(""))?;
    let file = File::create(workspace.target("xtask.lock"))?;
    match file.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => {
            eprintln!("   waiting for another cargo xtask to end");
            file.lock()?;
        }
        Err(TryLockError::Error(error)) => return Err(error.into()),
    }
    Ok(file)
}

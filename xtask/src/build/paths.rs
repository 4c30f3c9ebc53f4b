//! Keeps the builder's paths out of the published WebAssembly: they tell who
//! built it where, and make its bytes differ from machine to machine.

use std::env;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::files::{read, sorted_entries, write};
use crate::step::ask;
use crate::workspace::Workspace;

/// Flags that make the compiler write neutral names for the directories that
/// it reads sources from.
pub(super) fn remap_flags(workspace: &Workspace) -> Result<Vec<String>> {
    let mut flags = vec![remap(workspace.root(), "downscope")];

    // One directory per registry, its name made from the registry's address.
    let registries = cargo_home()?.join("registry").join("src");
    for registry in sorted_entries(&registries)? {
        flags.push(remap(&registry, "crates"));
    }

    // Where the sources of the standard library are installed, the compiler
    // names their place; where they are not, it says this.
    let rustc = |arguments: &[&str]| ask(workspace.command("rustc").args(arguments));
    let sources = Path::new(&rustc(&["--print", "sysroot"])?).join("lib/rustlib/src/rust");
    let version = rustc(&["--version", "--verbose"])?;
    let commit = version
        .lines()
        .find_map(|line| line.strip_prefix("commit-hash: "))
        .context("rustc does not name its commit")?;
    flags.push(remap(&sources, &format!("/rustc/{commit}")));
    Ok(flags)
}

fn remap(from: &Path, to: &str) -> String {
    format!("--remap-path-prefix={}={to}", from.display())
}

/// Writes over the directories of this machine, for a module that was compiled
/// without these flags: they stand in the messages of panics. Nothing moves.
pub(super) fn cover(workspace: &Workspace, wasm: &Path) -> Result<()> {
    let mut module = read(wasm)?;
    for name in machine_directories(workspace)? {
        covered(&mut module, name.as_bytes());
    }
    write(wasm, module)
}

fn covered(module: &mut [u8], name: &[u8]) {
    let mut from = 0;
    while let Some(at) = find(module.get(from..).unwrap_or_default(), name) {
        from += at;
        if let Some(place) = module.get_mut(from..from + name.len()) {
            place.fill(b'.');
        }
    }
}

/// Fails if the module names a directory of this machine.
pub(super) fn refuse_builder_paths(workspace: &Workspace, wasm: &Path) -> Result<()> {
    let module = read(wasm)?;
    for name in machine_directories(workspace)? {
        if find(&module, name.as_bytes()).is_some() {
            bail!("{} holds the path {name} of this machine", wasm.display());
        }
    }
    Ok(())
}

fn machine_directories(workspace: &Workspace) -> Result<Vec<String>> {
    let directories = [
        Some(workspace.root().to_owned()),
        Some(cargo_home()?),
        env::home_dir(),
    ];
    let names = directories.into_iter().flatten();
    let names = names.map(|directory| directory.join("").display().to_string());
    // A home at the root of the file system is in every path there is.
    Ok(names.filter(|name| name.len() > 1).collect())
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}

fn cargo_home() -> Result<PathBuf> {
    env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| env::home_dir().map(|home| home.join(".cargo")))
        .context("neither CARGO_HOME nor a home directory is known")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_found_wherever_it_stands() {
        assert_eq!(find(b"\0/home/me/src/lib.rs\0", b"/home/me/"), Some(1));
        assert_eq!(find(b"src/lib.rs", b"/home/me/"), None);
        assert_eq!(find(b"", b"/home/me/"), None);
    }

    #[test]
    fn a_path_that_is_covered_leaves_everything_where_it_was() {
        let mut module = *b"\0/me/a/me/b\0/me/c";
        covered(&mut module, b"/me/");
        assert_eq!(&module, b"\0....a....b\0....c");
    }
}

//! The command line.

use std::{ffi::OsString, fmt, path::PathBuf};

use downscope_backend::core::{LeaseTerms, Millis};

use crate::static_files::Mount;

/// What `--help` prints.
pub const USAGE: &str = "\
Serves the demo of downscope and the reference backend behind it, on 127.0.0.1.

Usage: downscope-server [OPTIONS]

  --port N             port of the app (default 8788; 0 takes any that is free)
  --api-port N         port of the file API (default 8789; 0 takes any that is free)
  --www DIR            the page (default www)
  --pkg DIR            the npm package, served at /pkg/ (default pkg)
  --vault DIR          an origin of its own for a keeper of tokens, with its page in this directory
  --vault-port N       its port (default 8790; 0 takes any that is free)
  --mount PREFIX=DIR   another directory, for example /t/=tests/pages; can be repeated
  --lease-hold MS      how long a lease request is held open (default 55000)
  --lease-term MS      how long a page may be silent (default 90000)
  --until-eof          end when standard input does, as it does with its writer
  --help               print this

BOX_CLIENT_ID in the environment makes Box mint the tokens; see the README.
";

/// The command line, read.
#[derive(Debug, Eq, PartialEq)]
pub struct Args {
    /// Port of the app.
    pub port: u16,
    /// Port of the file API.
    pub api_port: u16,
    /// The page.
    pub www: PathBuf,
    /// The keeper's page, if it has an origin of its own.
    pub vault: Option<PathBuf>,
    /// Port of that origin.
    pub vault_port: u16,
    /// Everything that is served, the page and the package among it.
    pub mounts: Vec<Mount>,
    /// How long pages may be silent.
    pub leases: LeaseTerms,
    /// Whether to end with standard input.
    pub until_eof: bool,
}

/// What to do.
#[derive(Debug, Eq, PartialEq)]
pub enum Command {
    /// Print [`USAGE`].
    Help,
    /// Serve.
    Serve(Args),
}

/// The command line makes no sense.
#[derive(Debug, Eq, PartialEq)]
pub struct ArgsError(String);

impl fmt::Display for ArgsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ArgsError {}

/// Reads the arguments, without the name of the program.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Command, ArgsError> {
    let mut args = args.into_iter();
    let (mut port, mut api_port, mut vault_port) = (8788, 8789, 8790);
    let mut vault = None;
    let (mut www, mut pkg) = (PathBuf::from("www"), PathBuf::from("pkg"));
    let mut mounts = Vec::new();
    let mut leases = LeaseTerms::default();
    let mut until_eof = false;
    while let Some(name) = args.next() {
        let name = name.to_string_lossy().into_owned();
        if matches!(name.as_str(), "--help" | "-h") {
            return Ok(Command::Help);
        }
        if name == "--until-eof" {
            until_eof = true;
            continue;
        }
        if !matches!(
            name.as_str(),
            "--port"
                | "--api-port"
                | "--www"
                | "--pkg"
                | "--vault"
                | "--vault-port"
                | "--mount"
                | "--lease-hold"
                | "--lease-term"
        ) {
            return Err(ArgsError(format!("unknown argument {name}; see --help")));
        }
        let value = args
            .next()
            .ok_or_else(|| ArgsError(format!("{name} needs a value")))?;
        match name.as_str() {
            "--port" => port = number(&name, &value)?,
            "--api-port" => api_port = number(&name, &value)?,
            "--www" => www = value.into(),
            "--pkg" => pkg = value.into(),
            "--vault" => vault = Some(value.into()),
            "--vault-port" => vault_port = number(&name, &value)?,
            "--lease-hold" => leases.hold = millis(&name, &value)?,
            "--lease-term" => leases.term = millis(&name, &value)?,
            _ => mounts.push(mount(&value)?),
        }
    }
    if leases.hold >= leases.term {
        // Pages would fall silent while they are kept waiting.
        let error = "--lease-hold must be less than --lease-term";
        return Err(ArgsError(error.to_owned()));
    }
    mounts.push(Mount {
        prefix: "/".to_owned(),
        directory: www.clone(),
    });
    mounts.push(Mount {
        prefix: "/pkg/".to_owned(),
        directory: pkg,
    });
    Ok(Command::Serve(Args {
        port,
        api_port,
        www,
        vault,
        vault_port,
        mounts,
        leases,
        until_eof,
    }))
}

fn number(name: &str, value: &OsString) -> Result<u16, ArgsError> {
    let port = value.to_str().and_then(|value| value.parse().ok());
    port.ok_or_else(|| ArgsError(format!("{name} needs a port number")))
}

fn millis(name: &str, value: &OsString) -> Result<Millis, ArgsError> {
    let millis = value.to_str().and_then(|value| value.parse().ok());
    millis.ok_or_else(|| ArgsError(format!("{name} needs a number of milliseconds")))
}

fn mount(value: &OsString) -> Result<Mount, ArgsError> {
    let error = || ArgsError("--mount needs PREFIX=DIR, for example /t/=tests/pages".to_owned());
    let (prefix, directory) = value
        .to_str()
        .and_then(|value| value.split_once('='))
        .ok_or_else(error)?;
    let name = prefix.trim_matches('/');
    if !prefix.starts_with('/') || name.is_empty() || directory.is_empty() {
        return Err(error());
    }
    Ok(Mount {
        prefix: format!("/{name}/"),
        directory: directory.into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(args: &[&str]) -> Result<Command, ArgsError> {
        parse(args.iter().map(OsString::from))
    }

    fn served(args: &[&str]) -> Result<Args, ArgsError> {
        match parsed(args)? {
            Command::Help => Err(ArgsError("nobody asked for help".to_owned())),
            Command::Serve(args) => Ok(args),
        }
    }

    #[test]
    fn without_arguments_the_defaults_hold() -> Result<(), ArgsError> {
        let args = served(&[])?;
        assert_eq!(
            (args.port, args.api_port, args.www),
            (8788, 8789, "www".into())
        );
        let prefixes: Vec<_> = args
            .mounts
            .iter()
            .map(|mount| mount.prefix.as_str())
            .collect();
        assert_eq!(prefixes, ["/", "/pkg/"]);
        Ok(())
    }

    #[test]
    fn the_lease_can_be_short() -> Result<(), ArgsError> {
        let args = served(&["--lease-hold", "500", "--lease-term", "2000"])?;
        let terms = LeaseTerms {
            hold: 500,
            term: 2_000,
        };
        assert_eq!(args.leases, terms);
        Ok(())
    }

    #[test]
    fn it_ends_with_standard_input_only_where_that_is_asked_for() -> Result<(), ArgsError> {
        assert!(!served(&[])?.until_eof);
        let args = served(&["--until-eof", "--port", "1"])?;
        assert_eq!((args.until_eof, args.port), (true, 1));
        Ok(())
    }

    #[test]
    fn mounts_can_be_repeated_and_get_their_slashes() -> Result<(), ArgsError> {
        let args = ["--mount", "/t=a", "--mount", "/u/v/=b=c"];
        let args = served(&args)?;
        let mount = |prefix: &str, directory: &str| Mount {
            prefix: prefix.to_owned(),
            directory: directory.into(),
        };
        assert_eq!(
            args.mounts.get(..2),
            Some(&[mount("/t/", "a"), mount("/u/v/", "b=c")][..])
        );
        Ok(())
    }

    #[test]
    fn nonsense_is_refused_by_name() {
        for (args, names) in [
            (&["--prot", "1"][..], "--prot"),
            (&["--port"], "--port"),
            (&["--port", "65536"], "--port"),
            (&["--mount", "t=a"], "--mount"),
            (&["--mount", "/=a"], "--mount"),
            (&["--mount", "/t/"], "--mount"),
            (&["--lease-hold", "1s"], "--lease-hold"),
            (&["--lease-hold", "90000"], "--lease-hold"),
            (&["--lease-term", "-1"], "--lease-term"),
        ] {
            let error = parsed(args)
                .err()
                .map(|error| error.to_string())
                .unwrap_or_default();
            assert!(error.contains(names), "{args:?}: {error}");
        }
    }
}

//! The command line.

use std::ffi::OsString;

use super::settings::Invalid;

/// What `--help` prints before the settings.
pub(super) const USAGE: &str = "\
Hands pages downscoped access tokens, beside any app, and sees to it that each ends.

Usage: downscope-backend [--config FILE] [--check]

  --config FILE   the settings, in TOML; DOWNSCOPE_CONFIG can name it too
  --check         look at the settings and exit; nothing is connected to
  --version       print the version
  --help          print this

SIGTERM and SIGINT stop it in order, a second one at once. SIGHUP reads the keys again.

Settings, as section.key, with their defaults. The environment overrides the file:
lease.term_seconds is DOWNSCOPE_LEASE_TERM_SECONDS. A secret can be in a file of its
own: client_secret_file = \"…\", or DOWNSCOPE_UPSTREAM_CLIENT_SECRET_FILE.

";

/// What to do.
#[derive(Debug, Eq, PartialEq)]
pub(super) enum Command {
    Help,
    Version,
    Check { config: Option<String> },
    Serve { config: Option<String> },
}

/// Reads the arguments, without the name of the program.
pub(super) fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Command, Invalid> {
    let mut args = args
        .into_iter()
        .map(|arg| arg.to_string_lossy().into_owned());
    let (mut config, mut is_check) = (None, false);
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--help" | "-h" => return Ok(Command::Help),
            "--version" | "-V" => return Ok(Command::Version),
            "--check" => is_check = true,
            "--config" => {
                let path = args.next();
                config = Some(path.ok_or_else(|| Invalid::new("--config needs a file"))?);
            }
            _ => return Err(Invalid::new("unknown argument; see --help")),
        }
    }
    Ok(if is_check {
        Command::Check { config }
    } else {
        Command::Serve { config }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(args: &[&str]) -> Option<Command> {
        parse(args.iter().map(OsString::from)).ok()
    }

    #[test]
    fn the_command_line_says_what_to_do() {
        let config = || Some("a.toml".to_owned());
        for (args, command) in [
            (&[][..], Some(Command::Serve { config: None })),
            (
                &["--config", "a.toml"],
                Some(Command::Serve { config: config() }),
            ),
            (
                &["--check", "--config", "a.toml"],
                Some(Command::Check { config: config() }),
            ),
            (&["--config"], None),
            (&["--port"], None),
            (&["-h"], Some(Command::Help)),
            (&["--version"], Some(Command::Version)),
        ] {
            assert_eq!(parsed(args), command, "{args:?}");
        }
    }
}

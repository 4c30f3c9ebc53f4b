//! The command line.

use std::{net::SocketAddr, time::Duration};

use super::{LeaseMode, Settings};
use crate::core::Secret;

/// What `--help` says.
pub const HELP: &str = "\
downscope-conformance --url URL [option...]

Holds a backend to the endpoint contract of downscope.

  --url URL                the backend, such as http://127.0.0.1:3000
  --second-url URL         another instance of it: each check then uses both in turn
  --token-path PATH        default /api/token
  --revoke-path PATH       default /api/revoke
  --lease-path PATH        default /api/lease
  --cookie NAME=VALUE      a sign-in
  --cookie-from URL        the same, out of the Set-Cookie that a GET there gives
  --other-cookie NAME=VALUE, --other-cookie-from URL
                           another sign-in, of the same or another user
  --origin ORIGIN          the app's own origin, such as https://app.example
  --cross-origin ORIGIN    another one that the backend is told to let in
  --resource URI           what the user may have a token for
                           (default https://api.box.com/2.0/files/123)
  --scope 'A B'            what scopes (default 'base_preview item_download')
  --as-listen HOST:PORT    be the authorization server, in the form that Box documents:
                           start the backend with http://HOST:PORT as its address.
                           Without it what needs one is skipped
  --lease on|off|auto      whether the lease is looked at (default auto: if it is there)
  --stateless              the backend keeps no record: what needs one is skipped
  --slow                   wait for terms of more than 15 seconds
  --recall-command COMMAND recalls the page life that the variable SESSION names
  --patience SECONDS       how long the backend has for what it repeats (default 30)
  --lookups-per-second N   how many unknown tokens it may look up (default 100)
  --only NAME              only this check, or those of this theme; can be repeated
  --list                   lists the checks, and looks at nothing
  --json                   reports as JSON, on standard output

What it leaves behind is thousands of made-up tokens that the backend is still to look up,
so it is for a backend that nobody uses.

Exits with 0 if every check that ran has passed, with 1 if one has failed, and with 2
if it could not begin.
";

/// What was asked for.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// What is held to the contract, and how.
    pub settings: Settings,
    /// Where a sign-in is to be had.
    pub cookie_from: Option<String>,
    /// Where another one is.
    pub other_cookie_from: Option<String>,
    /// Where the stand-in listens.
    pub as_listen: Option<SocketAddr>,
    /// Names of checks and themes; none for all.
    pub only: Vec<String>,
    /// Whether the checks are listed only.
    pub is_list: bool,
    /// Whether to report as JSON.
    pub is_json: bool,
    /// Whether help was asked for.
    pub is_help: bool,
}

impl Options {
    /// Reads the arguments, without the name of the program. The error says what is wrong.
    pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let mut options = Self::default();
        let mut arguments = arguments.into_iter();
        while let Some(name) = arguments.next() {
            let (name, given) = match name.split_once('=') {
                Some((name, value)) => (name.to_owned(), Some(value.to_owned())),
                None => (name, None),
            };
            let mut value = || {
                let value = given.clone().or_else(|| arguments.next());
                value.ok_or_else(|| format!("{name} needs a value"))
            };
            options.set(&name, &mut value)?;
        }
        let has_backend = !options.settings.instances.is_empty();
        if !has_backend && !options.is_list && !options.is_help {
            return Err("--url is missing".to_owned());
        }
        Ok(options)
    }

    fn set(
        &mut self,
        name: &str,
        value: &mut impl FnMut() -> Result<String, String>,
    ) -> Result<(), String> {
        let settings = &mut self.settings;
        match name {
            "--url" => settings.instances.insert(0, base(&value()?)?),
            "--second-url" => settings.instances.push(base(&value()?)?),
            "--token-path" => settings.token_path = value()?,
            "--revoke-path" => settings.revoke_path = value()?,
            "--lease-path" => settings.lease_path = value()?,
            "--cookie" => settings.cookie = Some(Secret::from(value()?)),
            "--cookie-from" => self.cookie_from = Some(value()?),
            "--other-cookie" => settings.other_cookie = Some(Secret::from(value()?)),
            "--other-cookie-from" => self.other_cookie_from = Some(value()?),
            "--origin" => settings.origin = Some(value()?),
            "--cross-origin" => settings.cross_origin = Some(value()?),
            "--resource" => settings.resource = value()?,
            "--scope" => {
                settings.scopes = value()?.split_whitespace().map(str::to_owned).collect();
            }
            "--as-listen" => self.as_listen = Some(parsed(name, &value()?)?),
            "--lease" => {
                settings.lease = match value()?.as_str() {
                    "auto" => LeaseMode::Auto,
                    "off" => LeaseMode::Off,
                    "on" => LeaseMode::On,
                    other => return Err(format!("--lease is on, off or auto, and not {other}")),
                };
            }
            "--slow" => settings.is_slow = true,
            "--stateless" => settings.is_stateless = true,
            "--recall-command" => settings.recall_command = Some(value()?),
            "--patience" => settings.patience = Duration::from_secs(parsed(name, &value()?)?),
            "--lookups-per-second" => settings.lookups_per_second = parsed(name, &value()?)?,
            "--only" => self.only.push(value()?),
            "--list" => self.is_list = true,
            "--json" => self.is_json = true,
            "-h" | "--help" => self.is_help = true,
            other => return Err(format!("cannot make sense of {other}")),
        }
        Ok(())
    }
}

fn parsed<T: std::str::FromStr>(name: &str, text: &str) -> Result<T, String> {
    text.parse().map_err(|_| format!("{name} cannot be {text}"))
}

fn base(url: &str) -> Result<String, String> {
    let is_web = url.starts_with("http://") || url.starts_with("https://");
    if is_web && reqwest::Url::parse(url).is_ok() {
        Ok(url.trim_end_matches('/').to_owned())
    } else {
        Err(format!("{url} is no address of a backend"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options, String> {
        Options::parse(line.split(' ').map(str::to_owned))
    }

    #[test]
    fn arguments_are_read_in_any_order() {
        let line = "--second-url=http://b --json --url http://a/ --cookie a=b=c --patience 3";
        let options = parse(line).unwrap();
        assert_eq!(options.settings.instances, ["http://a", "http://b"]);
        assert!(options.is_json);
        let cookie = options.settings.cookie.unwrap();
        assert_eq!(cookie.expose(), "a=b=c");
        assert_eq!(options.settings.patience, Duration::from_secs(3));
    }

    #[test]
    fn what_makes_no_sense_is_said() {
        for (line, part) in [
            ("--json", "--url"),
            ("--url", "needs a value"),
            ("--url a.example", "no address"),
            ("--url http://a --patience soon", "--patience"),
            ("--url http://a --lease maybe", "--lease"),
            ("--url http://a --verbose", "--verbose"),
        ] {
            let error = parse(line).unwrap_err();
            assert!(error.contains(part), "{line}: {error}");
        }
    }
}

//! The service: a process beside the app, whatever language that is written in. It asks
//! the app who sends a request, and does everything else itself.

mod admin;
mod args;
mod assemble;
mod deadline;
mod log;
mod metrics;
mod observe;
mod patient;
mod random;
mod run;
mod serve;
pub mod settings;
mod sign_in;
mod signals;
mod stores;

use std::{env, fs, process::ExitCode};

use self::{
    args::{Command, USAGE},
    settings::{CONFIG, Config, Invalid, Place},
};

/// Reads the command line, the environment and the file of settings, and serves until a
/// signal ends it. Exits with 0 after a stop in order, with 1 if it could not start or if
/// tokens that were due are still alive, and with 2 if a setting is wrong.
pub fn main() -> ExitCode {
    match args::parse(env::args_os().skip(1)) {
        Ok(Command::Help) => say(&format!("{USAGE}{}", settings::help())),
        Ok(Command::Version) => say(concat!(
            "downscope-backend ",
            env!("CARGO_PKG_VERSION"),
            "\n"
        )),
        Ok(Command::Check { config }) => match read(config.as_deref()) {
            Ok(_) => say("The settings are fine.\n"),
            Err(invalid) => complain(&invalid),
        },
        Ok(Command::Serve { config }) => match read(config.as_deref()) {
            Ok(config) => run::run(config),
            Err(invalid) => complain(&invalid),
        },
        Err(invalid) => complain(&invalid),
    }
}

fn read(config: Option<&str>) -> Result<Config, Invalid> {
    let named = env::var(CONFIG).ok().filter(|path| !path.is_empty());
    let path = config.map(str::to_owned).or(named);
    let text = match &path {
        None => None,
        Some(path) => Some(fs::read_to_string(path).map_err(|error| {
            let wrong = format!("the file of settings cannot be read: {}", error.kind());
            Invalid::new(wrong).at(Place::File(Some(path.clone())))
        })?),
    };
    let mut variables = Vec::new();
    for (name, value) in env::vars_os() {
        let Ok(name) = name.into_string() else {
            continue;
        };
        if name.starts_with(settings::PREFIX) {
            let value = value.into_string();
            variables.push((
                name.clone(),
                value.map_err(|_| Invalid::setting(&name, "is not in UTF-8"))?,
            ));
        }
    }
    let read = settings::read(text.as_deref(), variables, &|path| fs::read_to_string(path));
    let config = read.and_then(|read| Config::new(&read));
    config.map_err(|invalid| invalid.in_file(path.as_deref().unwrap_or_default()))
}

#[expect(
    clippy::print_stdout,
    reason = "what was asked for on the command line"
)]
fn say(text: &str) -> ExitCode {
    print!("{text}");
    ExitCode::SUCCESS
}

fn complain(invalid: &Invalid) -> ExitCode {
    eprintln!("downscope-backend: {invalid}");
    ExitCode::from(2)
}

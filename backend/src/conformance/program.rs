//! The program.

use std::{
    io::{self, Write},
    process::ExitCode,
    sync::Arc,
};

use super::{Authority, HELP, Options, Report, Runner, report::listed, selected};
use crate::core::Secret;

/// The program could not begin.
const NOT_BEGUN: u8 = 2;

/// Does what the arguments say, without the name of the program. The exit code is 0 if
/// every check that ran has passed, 1 if one has failed, and 2 if none could be run.
pub async fn main(arguments: impl IntoIterator<Item = String>) -> ExitCode {
    match run(arguments).await {
        Ok(report) if report.failed().is_empty() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            say(io::stderr(), &format!("error: {error}"));
            ExitCode::from(NOT_BEGUN)
        }
    }
}

async fn run(arguments: impl IntoIterator<Item = String>) -> Result<Report, String> {
    let mut options = Options::parse(arguments)?;
    if options.is_help {
        say(io::stdout(), HELP.trim_end());
        return Ok(Report::default());
    }
    let chosen = selected(&options.only);
    for name in &options.only {
        if selected(std::slice::from_ref(name)).is_empty() {
            return Err(format!(
                "there is no check or theme {name}; --list has them"
            ));
        }
    }
    if options.is_list {
        for (_, check) in chosen {
            say(io::stdout(), &listed(check));
        }
        return Ok(Report::default());
    }
    let authority = match options.as_listen {
        Some(address) => {
            let authority = Authority::listen(address).await;
            Some(authority.map_err(|error| format!("cannot listen at {address}: {error}"))?)
        }
        None => None,
    };
    sign_in(&mut options).await?;
    let is_json = options.is_json;
    let runner = Runner::begin(options.settings, authority.map(Arc::new)).await?;
    let report = runner
        .run(&options.only, |outcome| {
            if is_json {
                say(io::stderr(), &outcome.to_string());
            } else {
                say(io::stdout(), &outcome.to_string());
            }
        })
        .await;
    if is_json {
        say(io::stdout(), &format!("{:#}", report.to_json()));
    } else {
        say(io::stdout(), &format!("\n{report}"));
    }
    if report.passed().is_empty() && report.failed().is_empty() {
        return Err("nothing could be looked at".to_owned());
    }
    Ok(report)
}

async fn sign_in(options: &mut Options) -> Result<(), String> {
    if let Some(url) = &options.cookie_from {
        options.settings.cookie = Some(cookie_of(url).await?);
    }
    if let Some(url) = &options.other_cookie_from {
        options.settings.other_cookie = Some(cookie_of(url).await?);
    }
    Ok(())
}

/// The cookies that a GET gives, as the header `Cookie` has them.
async fn cookie_of(url: &str) -> Result<Secret, String> {
    let client = reqwest::Client::builder().no_proxy().build();
    let client = client.map_err(|_| "there is no HTTP client".to_owned())?;
    let answer = client.get(url).send().await;
    let answer = answer.map_err(|_| format!("{url} does not answer"))?;
    let cookies = answer.headers().get_all("set-cookie").iter();
    let pairs = cookies.filter_map(|cookie| cookie.to_str().ok()?.split(';').next());
    let pairs: Vec<_> = pairs.map(str::trim).collect();
    if pairs.is_empty() {
        return Err(format!("{url} gives no cookie"));
    }
    Ok(Secret::from(pairs.join("; ")))
}

/// A reader that has gone is no reason to stop: the exit code is still to be told.
fn say(mut to: impl Write, text: &str) {
    _ = writeln!(to, "{text}");
}

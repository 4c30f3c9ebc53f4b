//! Steps: a line each on standard error, with the seconds it took.
//!
//! Standard output is left to results, so that `size --json` can be piped.

use std::fmt;
use std::io::{self, Read, Write};
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use crate::clock::Stopwatch;

/// A command that failed, with everything it printed.
#[derive(Debug)]
pub(crate) struct Failed {
    command: String,
    pub(crate) output: String,
}

/// Runs `work` as one step.
pub(crate) fn step<T>(name: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    eprint!("   {name:<52}");
    io::stderr().flush()?;
    let stopwatch = Stopwatch::start();
    let result = work();
    let seconds = stopwatch.seconds();
    let mark = if result.is_ok() { "" } else { "  FAILED" };
    eprintln!("{seconds:7.1} s{mark}");
    result
}

/// Runs a command as one step and gives what it printed, both streams in one.
/// If it fails, the error is a [`Failed`].
pub(crate) fn run(name: &str, command: &mut Command) -> Result<String> {
    step(name, || capture(command))
}

/// Asks a command a question: its standard output, without the line's end.
pub(crate) fn ask(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| could_not_start(command))?;
    if !output.status.success() {
        return Err(failed(command, &output.stderr));
    }
    Ok(String::from_utf8_lossy(&output.stdout)
        .trim_end()
        .to_owned())
}

fn capture(command: &mut Command) -> Result<String> {
    let (mut reader, writer) = io::pipe()?;
    command
        .stdin(Stdio::null())
        .stdout(writer.try_clone()?)
        .stderr(writer);
    let mut child = command.spawn().with_context(|| could_not_start(command))?;
    // The command keeps the writing ends; the pipe closes only without them.
    command.stdout(Stdio::null()).stderr(Stdio::null());

    let mut output = Vec::new();
    reader.read_to_end(&mut output)?;
    if !child.wait()?.success() {
        return Err(failed(command, &output));
    }
    Ok(String::from_utf8_lossy(&output).into_owned())
}

fn could_not_start(command: &Command) -> String {
    format!("could not start {}", command.get_program().display())
}

fn failed(command: &Command, output: &[u8]) -> anyhow::Error {
    anyhow::Error::new(Failed {
        command: describe(command),
        output: String::from_utf8_lossy(output).into_owned(),
    })
}

/// The program and its arguments, without the environment.
fn describe(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
    words.join(" ")
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} failed:", self.command)?;
        for line in self.output.lines() {
            writeln!(f, "  {line}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Failed {}

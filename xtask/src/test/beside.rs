//! Stages that run while others wait, those in each engine for their browsers, in a process of
//! their own with the lowest priority: what waits leaves half of two processors idle.

use std::env;
use std::io::{self, Read};
use std::process::{Child, Command, Stdio};
use std::thread::{self, JoinHandle};

use anyhow::{Context as _, Result, anyhow};

use super::priorities::Priorities;
use super::tally::Tally;
use crate::workspace::Workspace;

/// What tells the process that the lock and the package are those of the run beside it.
pub(super) const FLAG: &str = "--beside";

/// Dropped, it ends the process.
pub(super) struct Beside {
    child: Child,
    output: Option<JoinHandle<io::Result<String>>>,
    _priorities: Option<Priorities>,
}

/// What became of them.
pub(super) struct Finished {
    pub(super) output: String,
    pub(super) tally: Tally,
    pub(super) failed: Vec<String>,
}

impl Beside {
    pub(super) fn start(workspace: &Workspace, stages: &[&str]) -> Result<Self> {
        let xtask = env::current_exe()?;
        let mut command = if cfg!(unix) {
            let mut nice = workspace.command("nice");
            nice.args(["-n", "19"]).arg(xtask);
            nice
        } else {
            workspace.command(xtask)
        };
        command.args(["test", FLAG]).args(stages);
        let priorities = Priorities::heeded();
        let (child, output) = spawn(&mut command).context("no process for the stages beside")?;
        Ok(Self {
            child,
            output: Some(output),
            _priorities: priorities,
        })
    }

    /// Waits for the last of them.
    pub(super) fn finish(mut self) -> Result<Finished> {
        let reader = self.output.take().context("its output is read once")?;
        let output = reader
            .join()
            .map_err(|_| anyhow!("the output of the stages beside was not read"))??;
        let has_passed = self.child.wait()?.success();
        Ok(Finished::read(output, has_passed))
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        // It has ended already, unless the run that started it is cut short.
        if let Ok(None) = self.child.try_wait() {
            _ = self.child.kill();
            _ = self.child.wait();
        }
    }
}

impl Finished {
    fn read(output: String, has_passed: bool) -> Self {
        let mut failed: Vec<String> = output
            .lines()
            .filter_map(|line| line.strip_prefix("FAILED "))
            .filter_map(|line| line.split(',').next().map(str::to_owned))
            .collect();
        if !has_passed && failed.is_empty() {
            failed.push("the stages beside".to_owned());
        }
        let mut tally = Tally::default();
        tally.read_total(&output);
        tally.fail_at_least(failed.len());
        Self {
            output,
            tally,
            failed,
        }
    }
}

fn spawn(command: &mut Command) -> Result<(Child, JoinHandle<io::Result<String>>)> {
    let (mut reader, writer) = io::pipe()?;
    command
        .stdin(Stdio::null())
        .stdout(writer.try_clone()?)
        .stderr(writer);
    let child = command.spawn()?;
    // The command keeps the writing ends; the pipe closes only without them.
    command.stdout(Stdio::null()).stderr(Stdio::null());
    // A pipe that nobody empties stops whoever writes to it.
    let output = thread::spawn(move || {
        let mut output = Vec::new();
        reader.read_to_end(&mut output)?;
        Ok(String::from_utf8_lossy(&output).into_owned())
    });
    Ok((child, output))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "plain\n   build  1.0 s\nok plain, 7 passed, 0 failed, 9.1 s\n\n\
        runners\nFAILED runners, 5 passed, 2 failed, 30.0 s\n\n40 s in all\n12 passed, 2 failed\n\
        error: failed: runners\n";

    #[test]
    fn what_passed_and_failed_beside_is_read_from_its_last_lines() {
        let finished = Finished::read(OUTPUT.to_owned(), false);
        assert_eq!(finished.tally.to_string(), "12 passed, 2 failed");
        assert_eq!(finished.failed, ["runners"]);
    }

    #[test]
    fn a_process_that_ends_without_a_word_has_failed() {
        let finished = Finished::read(String::new(), false);
        assert_eq!(finished.tally.to_string(), "0 passed, 1 failed");
        assert_eq!(finished.failed, ["the stages beside"]);
    }
}

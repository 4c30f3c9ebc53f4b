//! A program that ends with this one, however this one ends.

use std::process::{Command, ExitStatus, Stdio};

use anyhow::{Context, Result};

/// Runs a program that ends when its standard input does, which is at the latest
/// when this process ends: the system then closes the other end of the pipe, also
/// if it was killed and could do nothing any more.
pub(crate) fn run(command: &mut Command) -> Result<ExitStatus> {
    let mut child = command
        .stdin(Stdio::piped())
        .spawn()
        .with_context(|| format!("could not start {}", command.get_program().display()))?;
    // Out of the child: to wait would close it.
    let _pipe = child.stdin.take();
    Ok(child.wait()?)
}

#[cfg(all(test, unix))]
mod tests {
    use std::io::{BufRead, BufReader, Lines};
    use std::process::{Child, ChildStdout, Stdio};
    use std::sync::mpsc;
    use std::thread;
    use std::time::Duration;

    use super::*;

    /// What stands for a server; it says when it runs.
    const STAND_IN: &str = "echo 'the server runs'; exec cat";

    /// Longer than an end takes on the slowest machine.
    const PATIENCE: Duration = Duration::from_secs(20);

    #[test]
    fn whatever_ends_the_command_ends_the_server_that_it_runs() -> Result<()> {
        for (number, signal) in [(2, "INT"), (15, "TERM"), (1, "HUP"), (9, "KILL")] {
            // As `nohup` has it: then it ends nobody, neither the server.
            if is_ignored(number) {
                continue;
            }
            let (mut command, output) = command_with_server()?;
            // Kept open: the server must not end by that. To wait would close it.
            let _input = command.stdin.take();
            let mut kill = Command::new("kill");
            kill.args(["-s", signal, &command.id().to_string()]);
            assert!(kill.status()?.success());
            command.wait()?;
            assert!(ends(output), "the server outlives SIG{signal}");
        }
        Ok(())
    }

    /// Whether this process was started so that a signal does nothing to it, nor to those
    /// that it starts. Only Linux tells.
    fn is_ignored(signal: u32) -> bool {
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mask = status
            .lines()
            .find_map(|line| line.strip_prefix("SigIgn:"))
            .and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
        mask.is_some_and(|mask| mask & (1 << (signal - 1)) != 0)
    }

    /// No test: the process of the test above runs it, to have it killed.
    #[test]
    #[ignore = "runs until it is killed"]
    fn the_command() -> Result<()> {
        run(Command::new("sh").args(["-c", STAND_IN]))?;
        Ok(())
    }

    /// A process that runs the stand-in, and the output of both.
    fn command_with_server() -> Result<(Child, Lines<BufReader<ChildStdout>>)> {
        let mut command = Command::new(std::env::current_exe()?);
        let mut child = command
            .args(["--exact", "dependent::tests::the_command"])
            .args(["--ignored", "--nocapture"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let output = child.stdout.take().context("it has an output")?;
        let mut lines = BufReader::new(output).lines();
        while lines.next().context("the server runs")?? != "the server runs" {}
        Ok((child, lines))
    }

    /// Whether an output ends, as it does with the last process that has it.
    fn ends(output: Lines<BufReader<ChildStdout>>) -> bool {
        let (tell, ended) = mpsc::channel();
        thread::spawn(move || tell.send(output.last().is_none()));
        ended.recv_timeout(PATIENCE).is_ok()
    }
}

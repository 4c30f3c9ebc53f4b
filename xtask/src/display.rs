//! A screen that nobody sees, for browsers that draw.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::workspace::Workspace;

/// How long the server may take to say its number.
const PATIENCE: Duration = Duration::from_secs(30);

/// An X server of our own, ended when this is dropped.
pub(crate) struct Display {
    server: Child,
    name: String,
}

impl Display {
    pub(crate) fn start(workspace: &Workspace, xvfb: &Path) -> Result<Self> {
        let log = workspace.target("xvfb.log");
        let mut server = workspace
            .command(xvfb)
            // Which display is free, it finds out itself, and says it there.
            .args(["-displayfd", "1"])
            .args(["-screen", "0", "1280x900x24", "-nolisten", "tcp"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(&log)?)
            .spawn()
            .with_context(|| format!("could not start {}", xvfb.display()))?;
        let output = server.stdout.take();
        // From here on, leaving early ends the server.
        let mut display = Self {
            server,
            name: String::new(),
        };
        let number = output
            .and_then(first_line)
            .with_context(|| format!("Xvfb told no display; see {}", log.display()))?;
        display.name = format!(":{number}");
        Ok(display)
    }

    /// What programs find it by, in `DISPLAY`.
    pub(crate) fn name(&self) -> &str {
        &self.name
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        // Asked rather than killed: it then takes its socket and lock along. What
        // fails here, fails because it has ended by itself.
        let asked = Command::new("kill")
            .arg(self.server.id().to_string())
            .status();
        if !asked.is_ok_and(|status| status.success()) {
            let _ = self.server.kill();
        }
        let _ = self.server.wait();
    }
}

fn first_line(output: ChildStdout) -> Option<String> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let line = BufReader::new(output).lines().next();
        sender.send(line.and_then(Result::ok))
    });
    receiver
        .recv_timeout(PATIENCE)
        .ok()
        .flatten()
        .filter(|line| !line.is_empty())
}

//! A program that listens on loopback, for as long as it is needed.

use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

/// How often it is looked whether a server answers, and how long apart.
const LOOKS: u32 = 600;
const LOOK: Duration = Duration::from_millis(100);

/// It runs until this is dropped.
pub(crate) struct Server {
    child: Child,
    port: u16,
}

impl Server {
    /// Starts what listens at this port, and waits until it does. What it prints goes to
    /// `log`.
    pub(crate) fn start(mut command: Command, port: u16, log: Log) -> Result<Self> {
        let [stdout, stderr] = log.outputs()?;
        let child = command
            .stdin(Stdio::null())
            .stdout(stdout)
            .stderr(stderr)
            .spawn()
            .with_context(|| format!("{command:?} cannot be started"))?;
        let mut server = Self { child, port };
        for _ in 0..LOOKS {
            if TcpStream::connect(("127.0.0.1", port)).is_ok() {
                return Ok(server);
            }
            if let Some(status) = server.child.try_wait()? {
                bail!("{command:?} ended: {status}");
            }
            thread::sleep(LOOK);
        }
        bail!("{command:?} does not answer");
    }

    pub(crate) const fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Nothing in it is of use to anybody, so it need not end in order.
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

/// Where it goes what a server prints.
pub(crate) enum Log {
    Nowhere,
    File(std::fs::File),
}

impl Log {
    fn outputs(self) -> Result<[Stdio; 2]> {
        Ok(match self {
            Self::Nowhere => [Stdio::null(), Stdio::null()],
            Self::File(file) => [file.try_clone()?.into(), file.into()],
        })
    }
}

pub(crate) fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

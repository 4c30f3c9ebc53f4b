//! An instance: a program of its own, as a child.

use std::{
    fs,
    fs::File,
    net::SocketAddr,
    path::PathBuf,
    process::{Child, Stdio},
    sync::Mutex,
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tokio::time::{Duration, Instant, sleep};

use crate::{Failure, backend::Program, http::Client, locked};

const PATIENCE: Duration = Duration::from_secs(120);

/// One that runs. Dropped, it is killed.
pub(crate) struct Instance {
    pub(crate) public: Client,
    pub(crate) admin: Client,
    child: Mutex<Child>,
    id: u32,
    log: PathBuf,
}

impl Instance {
    /// Starts it on ports that are free. What it logs goes to the file.
    pub(crate) async fn start(
        program: Program,
        settings: &[(String, String)],
        log: PathBuf,
    ) -> Result<Self, Failure> {
        let mut command = program.command(settings);
        let mut child = command
            .env("DOWNSCOPE_SERVER_LISTEN", "127.0.0.1:0")
            .env("DOWNSCOPE_ADMIN_LISTEN", "127.0.0.1:0")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(File::create(&log)?)
            .spawn()?;
        let until = Instant::now() + PATIENCE;
        let (public, admin) = loop {
            let text = fs::read_to_string(&log)?;
            if let (Some(public), Some(admin)) = (listens(&text, "public"), listens(&text, "admin"))
            {
                break (public, admin);
            }
            if child.try_wait()?.is_some() || Instant::now() > until {
                _ = child.kill();
                _ = child.wait();
                return Err(format!("{program:?} was not started:\n{text}").into());
            }
            sleep(Duration::from_millis(5)).await;
        };
        Ok(Self {
            public: Client::new(public),
            admin: Client::new(admin),
            id: child.id(),
            child: Mutex::new(child),
            log,
        })
    }

    /// SIGKILL.
    pub(crate) fn kill(&self) {
        let mut child = locked(&self.child);
        _ = child.kill();
        _ = child.wait();
    }

    /// SIGSTOP: it does nothing more.
    pub(crate) fn freeze(&self) -> Result<(), Failure> {
        self.signal(Signal::STOP)
    }

    /// SIGCONT: it goes on where it was.
    pub(crate) fn thaw(&self) -> Result<(), Failure> {
        self.signal(Signal::CONT)
    }

    /// SIGHUP; waits until its keys were read again.
    pub(crate) async fn turn(&self) -> Result<(), Failure> {
        let count = |text: &str| text.matches("the keys were read again").count();
        let before = count(&self.log()?);
        self.signal(Signal::HUP)?;
        let until = Instant::now() + PATIENCE;
        while count(&self.log()?) == before {
            if Instant::now() > until {
                return Err("the keys were not read again".into());
            }
            sleep(Duration::from_millis(5)).await;
        }
        Ok(())
    }

    fn signal(&self, signal: Signal) -> Result<(), Failure> {
        let id = Pid::from_raw(self.id.try_into()?).ok_or("no process")?;
        Ok(kill_process(id, signal)?)
    }

    /// What it has logged.
    pub(crate) fn log(&self) -> Result<String, Failure> {
        Ok(fs::read_to_string(&self.log)?)
    }

    /// Its metrics.
    pub(crate) async fn metrics(&self) -> Result<Vec<u8>, Failure> {
        Ok(self.admin.ask("GET", "/metrics", "", "").await?.body)
    }

    /// The number of its process.
    pub(crate) const fn process(&self) -> u32 {
        self.id
    }

    /// What it holds of the machine's memory, in bytes.
    pub(crate) fn resident(&self) -> Result<u64, Failure> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let kib = line.and_then(|line| line.split_whitespace().next());
        Ok(kib.ok_or("no VmRSS")?.parse::<u64>()? * 1_024)
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        self.kill();
    }
}

fn listens(log: &str, name: &str) -> Option<SocketAddr> {
    let mut lines = log
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok());
    let line = lines.find(|line: &Value| line["message"] == "listening" && line["name"] == name)?;
    line["address"].as_str()?.parse().ok()
}

//! The binary, as a child.

use std::{
    net::SocketAddr,
    process::{ExitStatus, Stdio},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use tokio::{
    io::{AsyncBufReadExt, BufReader},
    process::{Child, Command},
    sync::watch,
    time::timeout,
};

use super::{ADMIN_TOKEN, Failure};

/// Far more than anything here takes.
pub(crate) const LONG: Duration = Duration::from_secs(60);

/// A service that runs. Dropped, it is killed.
pub(crate) struct Service {
    /// Where the endpoints are.
    pub(crate) public: SocketAddr,
    /// Where metrics, health and recall are.
    pub(crate) admin: SocketAddr,
    child: Child,
    log: Log,
    count: watch::Receiver<usize>,
}

type Log = Arc<Mutex<Vec<String>>>;

impl Service {
    /// Starts one on ports that are free. Settings are section and key, with a value.
    pub(crate) async fn start(settings: &[(String, String)]) -> Result<Self, Failure> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_downscope-backend"));
        command
            .env_clear()
            .env("DOWNSCOPE_SERVER_LISTEN", "127.0.0.1:0")
            .env("DOWNSCOPE_ADMIN_LISTEN", "127.0.0.1:0")
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        for (name, value) in settings {
            let name = name.replace('.', "_").to_ascii_uppercase();
            command.env(format!("DOWNSCOPE_{name}"), value);
        }
        let mut child = command.spawn()?;
        let stderr = child.stderr.take().ok_or("no standard error")?;
        let log = Log::default();
        let (counted, count) = watch::channel(0);
        let written = Arc::clone(&log);
        tokio::spawn(async move {
            let mut lines = BufReader::new(stderr).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                let mut log = written.lock().unwrap_or_else(PoisonError::into_inner);
                log.push(line);
                counted.send_replace(log.len());
            }
        });
        let mut service = Self {
            public: SocketAddr::from(([127, 0, 0, 1], 0)),
            admin: SocketAddr::from(([127, 0, 0, 1], 0)),
            child,
            log,
            count,
        };
        service.admin = service.listens("admin").await?;
        service.public = service.listens("public").await?;
        Ok(service)
    }

    async fn listens(&self, name: &str) -> Result<SocketAddr, Failure> {
        let line = self.line(|line| line["message"] == "listening" && line["name"] == name);
        let line = line.await?;
        Ok(line["address"].as_str().unwrap_or_default().parse()?)
    }

    /// Waits for a line of the log.
    pub(crate) async fn line(&self, fits: impl Fn(&Value) -> bool) -> Result<Value, Failure> {
        let mut count = self.count.clone();
        let finding = async {
            loop {
                count.borrow_and_update();
                let found = self.lines().into_iter().find(&fits);
                if let Some(line) = found {
                    return Ok(line);
                }
                if count.changed().await.is_err() {
                    return Err(format!("it has ended:\n{}", self.log()).into());
                }
            }
        };
        let found = timeout(LONG, finding).await;
        found.unwrap_or_else(|_| Err(format!("no such line in:\n{}", self.log()).into()))
    }

    /// What it has logged, line by line.
    pub(crate) fn lines(&self) -> Vec<Value> {
        let log = self.log();
        log.lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect()
    }

    /// What it has logged.
    pub(crate) fn log(&self) -> String {
        self.log
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .join("\n")
    }

    /// Sends it a signal.
    pub(crate) fn signal(&self, signal: Signal) -> Result<(), Failure> {
        let id = self.child.id().ok_or("it has ended")?;
        let id = Pid::from_raw(id.try_into()?).ok_or("no process")?;
        Ok(kill_process(id, signal)?)
    }

    /// Waits for its end.
    pub(crate) async fn end(&mut self) -> Result<ExitStatus, Failure> {
        Ok(timeout(LONG, self.child.wait()).await??)
    }

    /// `GET` at the admin listener: the status and the body.
    pub(crate) async fn get(&self, path: &str) -> Result<(u16, String), Failure> {
        let url = format!("http://{}{path}", self.admin);
        let response = client()?.get(url).send().await?;
        Ok((response.status().as_u16(), response.text().await?))
    }

    /// `POST /recall`: the status and the body.
    pub(crate) async fn recall(&self, body: &Value) -> Result<(u16, Value), Failure> {
        let request = client()?
            .post(format!("http://{}/recall", self.admin))
            .bearer_auth(ADMIN_TOKEN)
            .header("content-type", "application/json")
            .body(body.to_string());
        let response = request.send().await?;
        let status = response.status().as_u16();
        let body = response.text().await?;
        Ok((status, serde_json::from_str(&body).unwrap_or_default()))
    }

    /// The value of a metric, with its labels as they are written.
    pub(crate) async fn metric(&self, name: &str) -> Result<f64, Failure> {
        let (_, text) = self.get("/metrics").await?;
        let value = text
            .lines()
            .find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        Ok(value
            .ok_or_else(|| format!("no {name} in:\n{text}"))?
            .parse()?)
    }
}

/// One that goes nowhere but where it is sent.
pub(crate) fn client() -> reqwest::Result<reqwest::Client> {
    reqwest::Client::builder().no_proxy().build()
}

//! A server of a test's own, on a port that was free: `redis-server`, or what
//! `REDIS_SERVER` names.

use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

/// Ends with the test.
pub(super) struct Server {
    child: Child,
    port: u16,
    folder: PathBuf,
    arguments: Vec<String>,
}

impl Server {
    /// One that keeps nothing on disk unless it is told to, with these arguments too.
    pub(super) fn start(arguments: &[&str]) -> Self {
        let arguments: Vec<_> = arguments.iter().map(|one| (*one).to_owned()).collect();
        // Between finding a port and using it, somebody else may have taken it.
        for _ in 0..20 {
            let port = free_port();
            let folder = std::env::temp_dir().join(format!("downscope-test-redis-{port}"));
            if let Some(child) = start(port, &folder, &arguments) {
                return Self {
                    child,
                    port,
                    folder,
                    arguments,
                };
            }
        }
        panic!("no redis-server was started: is it installed?");
    }

    pub(super) fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Ends it as a power cut does, and starts it again with what is on its disk.
    pub(super) fn restart(&mut self) {
        self.kill();
        for _ in 0..20 {
            if let Some(child) = start(self.port, &self.folder, &self.arguments) {
                self.child = child;
                return;
            }
        }
        panic!("not started again");
    }

    /// Asks it directly.
    pub(super) async fn ask<T: redis::FromRedisValue>(&self, words: &[&str]) -> T {
        ask(&self.url(), words).await
    }

    /// Makes it a replica of `master` that has all of it, or a master.
    pub(super) async fn follow(&self, master: Option<&Self>) {
        let Some(master) = master else {
            let _: String = self.ask(&["REPLICAOF", "NO", "ONE"]).await;
            return;
        };
        let port = master.port.to_string();
        let _: String = self.ask(&["REPLICAOF", "127.0.0.1", &port]).await;
        let is_linked = async || {
            let state: String = self.ask(&["INFO", "replication"]).await;
            state.contains("master_link_status:up")
        };
        while !is_linked().await {
            tokio::task::yield_now().await;
        }
        // What was written before is there as soon as this is.
        let _: i64 = master.ask(&["WAIT", "1", "0"]).await;
    }

    pub(super) fn kill(&mut self) {
        _ = self.child.kill();
        _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
        _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Asks the server at `url`.
pub(super) async fn ask<T: redis::FromRedisValue>(url: &str, words: &[&str]) -> T {
    let answer = async {
        let client = redis::Client::open(url)?;
        // On a machine that is busy, it takes as long as it takes.
        let patient = redis::AsyncConnectionConfig::new()
            .set_connection_timeout(None)
            .set_response_timeout(None);
        let connection = client.get_multiplexed_async_connection_with_config(&patient);
        let mut connection = connection.await?;
        let mut cmd = redis::Cmd::new();
        for word in words {
            cmd.arg(word);
        }
        cmd.query_async(&mut connection).await
    };
    answer
        .await
        .unwrap_or_else(|error: redis::RedisError| panic!("{words:?}: {error}"))
}

fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0));
    let port = listener.and_then(|listener| listener.local_addr());
    port.map_or(0, |address| address.port())
}

/// `None` where it ends before it is ready.
fn start(port: u16, folder: &Path, arguments: &[String]) -> Option<Child> {
    std::fs::create_dir_all(folder).ok()?;
    let program = std::env::var_os("REDIS_SERVER");
    let mut command = Command::new(program.unwrap_or_else(|| "redis-server".into()));
    command.args(["--port", &port.to_string(), "--bind", "127.0.0.1"]);
    command
        .args(["--save", "", "--appendonly", "no", "--dir"])
        .arg(folder);
    command.args(arguments).stdout(Stdio::piped());
    let mut child = command.spawn().ok()?;
    let mut lines = BufReader::new(child.stdout.take()?).lines();
    let is_ready = |line: &String| line.contains("Ready to accept connections");
    if !lines
        .by_ref()
        .map_while(Result::ok)
        .any(|line| is_ready(&line))
    {
        _ = child.wait();
        return None;
    }
    // Nobody reads what it says from now on, and it must not wait for that.
    std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
    Some(child)
}

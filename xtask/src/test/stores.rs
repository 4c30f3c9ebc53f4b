//! A real Redis and a real PostgreSQL for the tests of the backend: on loopback, on
//! free ports, with nothing in them, and gone afterwards.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use crate::setup::{self, Program, Source};
use crate::step::{ask, run};
use crate::workspace::Workspace;

/// How often it is looked whether a server answers, and how long apart.
const LOOKS: u32 = 600;
const LOOK: Duration = Duration::from_millis(100);

/// The two servers. Dropped, they end.
pub(super) struct Stores {
    redis: Server,
    postgres: Server,
}

struct Server {
    child: Child,
    port: u16,
    directory: PathBuf,
}

impl Stores {
    /// Starts both; installs what is missing, if this machine is one where that can be done.
    pub(super) fn start(workspace: &Workspace) -> Result<Self> {
        let [redis, postgres] = <[PathBuf; 2]>::try_from(setup::find(workspace, &programs())?)
            .ok()
            .context("two programs were asked for")?;
        Ok(Self {
            redis: start_redis(workspace, &redis)?,
            postgres: start_postgres(workspace, &postgres)?,
        })
    }

    /// Tells a command where they are.
    pub(super) fn name_to(&self, command: &mut Command) {
        let redis = format!("redis://127.0.0.1:{}/", self.redis.port);
        let postgres = format!(
            "postgres://postgres@127.0.0.1:{}/postgres",
            self.postgres.port
        );
        command
            .env("DOWNSCOPE_TEST_REDIS", redis)
            .env("DOWNSCOPE_TEST_POSTGRES", postgres);
    }
}

/// What brings them.
pub(crate) fn programs() -> [Program; 2] {
    [
        Program {
            variable: "REDIS_SERVER",
            names: &["redis-server", "valkey-server"],
            source: Source::Debian("redis-server"),
        },
        Program {
            variable: "POSTGRES",
            names: &[
                "/usr/lib/postgresql/17/bin/postgres",
                "/usr/lib/postgresql/16/bin/postgres",
                "/usr/lib/postgresql/15/bin/postgres",
                "postgres",
            ],
            source: Source::Debian("postgresql"),
        },
    ]
}

fn start_redis(workspace: &Workspace, program: &Path) -> Result<Server> {
    let directory = fresh_directory("redis")?;
    let port = free_port()?;
    let mut command = workspace.command(program);
    command
        .args(["--bind", "127.0.0.1", "--port", &port.to_string()])
        .args(["--save", "", "--appendonly", "no", "--dir"])
        .arg(&directory);
    Server::start(command, port, directory)
}

/// PostgreSQL refuses to run as root: there it runs as the user of Debian's package.
fn start_postgres(workspace: &Workspace, program: &Path) -> Result<Server> {
    let directory = fresh_directory("postgres")?;
    let is_root = ask(workspace.command("id").arg("-u"))? == "0";
    let command = |program: &Path| {
        if !is_root {
            return workspace.command(program);
        }
        let mut command = workspace.command("setpriv");
        command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]);
        command.current_dir("/").arg(program);
        command
    };
    if is_root {
        let mut own = workspace.command("chown");
        run(
            "give PostgreSQL its directory",
            own.arg("postgres:").arg(&directory),
        )?;
    }
    let data = directory.join("data");
    let initdb = program.with_file_name("initdb");
    let mut init = command(&initdb);
    init.args(["--auth=trust", "--username=postgres", "--encoding=UTF8"])
        .args(["--no-sync", "--locale=C", "-D"])
        .arg(&data);
    run("make a database (initdb)", &mut init)?;
    let port = free_port()?;
    let mut server = command(program);
    server
        .arg("-D")
        .arg(&data)
        .args(["-h", "127.0.0.1", "-p", &port.to_string(), "-k"])
        .arg(&directory)
        .args(["-c", "fsync=off", "-c", "max_connections=200"]);
    Server::start(server, port, directory)
}

impl Server {
    fn start(mut command: Command, port: u16, directory: PathBuf) -> Result<Self> {
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("{command:?} cannot be started"))?;
        let mut server = Self {
            child,
            port,
            directory,
        };
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
}

impl Drop for Server {
    fn drop(&mut self) {
        // Nothing in it is of use to anybody, so it need not end in order.
        _ = self.child.kill();
        _ = self.child.wait();
        _ = fs::remove_dir_all(&self.directory);
    }
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}

fn fresh_directory(name: &str) -> Result<PathBuf> {
    let directory = std::env::temp_dir().join(format!("downscope-{name}-{}", std::process::id()));
    fs::create_dir_all(&directory)?;
    Ok(directory)
}

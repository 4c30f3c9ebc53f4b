//! A real Redis and a real PostgreSQL for the tests of the backend: on loopback, on
//! free ports, with nothing in them, and gone afterwards.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::server::{Log, Server, free_port};
use crate::setup::{self, Program, Source};
use crate::step::{ask, run};
use crate::workspace::Workspace;

/// The two servers. Dropped, they end.
pub(crate) struct Stores {
    redis: Store,
    redis_program: PathBuf,
    postgres: Store,
}

/// A server, and then what it has written.
struct Store(
    Server,
    #[expect(dead_code, reason = "it is there to be dropped")] Directory,
);

struct Directory(PathBuf);

impl Stores {
    /// Starts both; installs what is missing, if this machine is one where that can be done.
    pub(crate) fn start(workspace: &Workspace) -> Result<Self> {
        let [redis, postgres] = <[PathBuf; 2]>::try_from(setup::find(workspace, &programs())?)
            .ok()
            .context("two programs were asked for")?;
        Ok(Self {
            redis: start_redis(workspace, &redis)?,
            redis_program: redis,
            postgres: start_postgres(workspace, &postgres)?,
        })
    }

    /// Tells a command where they are.
    pub(super) fn name_to(&self, command: &mut Command) {
        command
            .env("DOWNSCOPE_TEST_REDIS", self.redis())
            .env("DOWNSCOPE_TEST_POSTGRES", self.postgres());
    }

    /// What Redis is started by.
    pub(super) fn redis_program(&self) -> &Path {
        &self.redis_program
    }

    /// The URL of Redis.
    pub(crate) fn redis(&self) -> String {
        format!("redis://127.0.0.1:{}/", self.redis.0.port())
    }

    /// The URL of PostgreSQL.
    pub(crate) fn postgres(&self) -> String {
        let port = self.postgres.0.port();
        format!("postgres://postgres@127.0.0.1:{port}/postgres")
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

fn start_redis(workspace: &Workspace, program: &Path) -> Result<Store> {
    let directory = fresh_directory("redis")?;
    let port = free_port()?;
    let mut command = workspace.command(program);
    command
        .args(["--bind", "127.0.0.1", "--port", &port.to_string()])
        .args(["--save", "", "--appendonly", "no", "--dir"])
        .arg(&directory.0);
    Ok(Store(
        Server::start(command, port, Log::Nowhere)?,
        directory,
    ))
}

/// PostgreSQL refuses to run as root: there it runs as the user of Debian's package.
fn start_postgres(workspace: &Workspace, program: &Path) -> Result<Store> {
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
            own.arg("postgres:").arg(&directory.0),
        )?;
    }
    let data = directory.0.join("data");
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
        .arg(&directory.0)
        .args(["-c", "fsync=off", "-c", "max_connections=200"]);
    Ok(Store(Server::start(server, port, Log::Nowhere)?, directory))
}

impl Drop for Directory {
    fn drop(&mut self) {
        _ = fs::remove_dir_all(&self.0);
    }
}

fn fresh_directory(name: &str) -> Result<Directory> {
    let directory = std::env::temp_dir().join(format!("downscope-{name}-{}", std::process::id()));
    fs::create_dir_all(&directory)?;
    Ok(Directory(directory))
}

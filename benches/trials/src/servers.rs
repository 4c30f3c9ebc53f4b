//! A real Redis and a real PostgreSQL of the trials' own, on ports that were free.

use std::{
    env, fs,
    fs::File,
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::Duration,
};

use rustix::process::{Pid, Signal, geteuid, kill_process};
use tempfile::TempDir;

use crate::{Failure, Kind};

const LOOKS: u32 = 1_200;
const LOOK: Duration = Duration::from_millis(25);

/// A server that can be stopped and started again with what it has kept.
pub(crate) struct Server {
    kind: Kind,
    port: u16,
    program: PathBuf,
    directory: TempDir,
    child: Option<Child>,
}

impl Server {
    /// Starts one; `None` for the store that needs none.
    pub(crate) fn start(kind: Kind) -> Result<Option<Self>, Failure> {
        let (variable, name) = match kind {
            Kind::Memory => return Ok(None),
            Kind::Redis => ("REDIS_SERVER", "redis-server"),
            Kind::Postgres => ("POSTGRES", "postgres"),
        };
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let port = listener.local_addr()?.port();
        drop(listener);
        let program = env::var_os(variable).unwrap_or_else(|| name.into());
        let mut server = Self {
            kind,
            port,
            program: program.into(),
            directory: tempfile::Builder::new().prefix("downscope-").tempdir()?,
            child: None,
        };
        if kind == Kind::Postgres {
            server.init_postgres()?;
        }
        server.run()?;
        Ok(Some(server))
    }

    /// What the service finds it by.
    pub(crate) fn url(&self) -> String {
        match self.kind {
            Kind::Postgres => format!("postgres://postgres@127.0.0.1:{}/postgres", self.port),
            Kind::Memory | Kind::Redis => format!("redis://127.0.0.1:{}", self.port),
        }
    }

    /// Runs it, and waits until it answers.
    pub(crate) fn run(&mut self) -> Result<(), Failure> {
        let path = self.directory.path();
        let mut command = command(self.kind, &self.program);
        match self.kind {
            Kind::Memory => return Ok(()),
            Kind::Redis => {
                command
                    .args(["--bind", "127.0.0.1", "--port", &self.port.to_string()])
                    .args([
                        "--save",
                        "",
                        "--appendonly",
                        "yes",
                        "--rdbcompression",
                        "no",
                    ])
                    .arg("--dir")
                    .arg(path);
            }
            Kind::Postgres => {
                command
                    .arg("-D")
                    .arg(path.join("data"))
                    .args(["-h", "127.0.0.1", "-p", &self.port.to_string(), "-k"])
                    .arg(path)
                    .args(["-c", "max_connections=400"]);
            }
        }
        let log = File::options()
            .create(true)
            .append(true)
            .open(path.join("server.log"))?;
        command.stdin(Stdio::null()).stdout(log.try_clone()?);
        self.child = Some(command.stderr(log).spawn()?);
        for _ in 0..LOOKS {
            if self.answers() {
                return Ok(());
            }
            thread::sleep(LOOK);
        }
        Err(format!("{} does not answer", self.program.display()).into())
    }

    /// Ends it in order; what it has kept stays.
    pub(crate) fn stop(&mut self) -> Result<(), Failure> {
        let Some(mut child) = self.child.take() else {
            return Ok(());
        };
        let id = Pid::from_raw(child.id().try_into()?).ok_or("no process")?;
        // PostgreSQL waits for its clients on SIGTERM, and not on this.
        kill_process(id, Signal::INT)?;
        child.wait()?;
        Ok(())
    }

    /// Everything that it holds, in bytes that can be searched.
    pub(crate) fn dump(&self) -> Result<Vec<u8>, Failure> {
        match self.kind {
            Kind::Memory => Ok(Vec::new()),
            Kind::Redis => {
                if !self
                    .say("SAVE")
                    .is_some_and(|answer| answer.starts_with("+OK"))
                {
                    return Err("Redis was not saved".into());
                }
                let mut all = Vec::new();
                read_all(self.directory.path(), &mut all)?;
                Ok(all)
            }
            Kind::Postgres => {
                let program = self.program.with_file_name("pg_dump");
                let output = Command::new(program)
                    .args(["--inserts", "-h", "127.0.0.1", "-U", "postgres", "-p"])
                    .args([&*self.port.to_string(), "postgres"])
                    .output()?;
                if !output.status.success() {
                    return Err("pg_dump failed".into());
                }
                Ok(output.stdout)
            }
        }
    }

    /// The number of its process, while it runs.
    pub(crate) fn process(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// What it takes in memory (Redis) or of files (PostgreSQL, without its log), in bytes.
    pub(crate) fn weight(&self) -> Result<u64, Failure> {
        let text = match self.kind {
            Kind::Memory => return Ok(0),
            Kind::Redis => {
                let said = self.say("INFO memory").ok_or("no answer")?;
                let line = said
                    .lines()
                    .find_map(|line| line.strip_prefix("used_memory:"));
                line.ok_or("no used_memory")?.to_owned()
            }
            Kind::Postgres => {
                let output = Command::new(self.program.with_file_name("psql"))
                    .args(["-h", "127.0.0.1", "-U", "postgres", "-p"])
                    .args([&*self.port.to_string(), "postgres", "-Atc"])
                    .arg("select pg_database_size(current_database())")
                    .output()?;
                String::from_utf8(output.stdout)?
            }
        };
        Ok(text.trim().parse()?)
    }

    fn init_postgres(&self) -> Result<(), Failure> {
        let path = self.directory.path();
        if geteuid().is_root() {
            let mut own = Command::new("chown");
            own.arg("postgres:").arg(path).status()?;
        }
        let mut init = command(self.kind, &self.program.with_file_name("initdb"));
        init.args(["--auth=trust", "--username=postgres", "--encoding=UTF8"])
            .args(["--locale=C", "-D"])
            .arg(path.join("data"))
            .stdout(Stdio::null());
        if !init.status()?.success() {
            return Err("initdb failed".into());
        }
        Ok(())
    }

    fn answers(&self) -> bool {
        match self.kind {
            Kind::Memory => true,
            Kind::Redis => self
                .say("PING")
                .is_some_and(|text| text.starts_with("+PONG")),
            Kind::Postgres => {
                let program = self.program.with_file_name("pg_isready");
                let mut ask = Command::new(program);
                ask.args(["-q", "-h", "127.0.0.1", "-p", &self.port.to_string()]);
                ask.status().is_ok_and(|status| status.success())
            }
        }
    }

    fn say(&self, word: &str) -> Option<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        stream.write_all(format!("{word}\r\n").as_bytes()).ok()?;
        let mut answer = [0; 1_024];
        let length = stream.read(&mut answer).ok()?;
        Some(String::from_utf8_lossy(answer.get(..length)?).into_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        _ = self.stop();
    }
}

/// PostgreSQL refuses to run as root: there it runs as the user of Debian's package.
fn command(kind: Kind, program: &Path) -> Command {
    if kind != Kind::Postgres || !geteuid().is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=postgres", "--regid=postgres", "--clear-groups"]);
    command.current_dir("/").arg(program);
    command
}

fn read_all(directory: &Path, all: &mut Vec<u8>) -> Result<(), Failure> {
    for entry in fs::read_dir(directory)? {
        let path = entry?.path();
        if path.is_dir() {
            read_all(&path, all)?;
        } else {
            all.extend(fs::read(path)?);
        }
    }
    Ok(())
}

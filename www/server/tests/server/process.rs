//! The executable, as whoever starts it has it.

use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
    sync::mpsc,
    thread,
    time::Duration,
};

/// Longer than the end takes on the slowest machine.
const PATIENCE: Duration = Duration::from_secs(20);

#[test]
fn a_server_that_is_told_to_ends_with_its_standard_input() {
    let mut server = Command::new(env!("CARGO_BIN_EXE_downscope-server"))
        .args(["--until-eof", "--port", "0", "--api-port", "0"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(server.stdout.take().unwrap());
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    assert!(line.starts_with("app http://127.0.0.1:"), "{line}");

    drop(server.stdin.take());
    // The output ends with its process, and can be waited for with a limit.
    let (tell, ended) = mpsc::channel();
    thread::spawn(move || tell.send(output.lines().last().is_some()));
    let in_time = ended.recv_timeout(PATIENCE);
    _ = server.kill();
    assert!(in_time.is_ok());
    assert!(server.wait().unwrap().success());
}

//! An app, as far as the service sees one: it says who sends a request.

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::thread;
use std::time::Duration;

use anyhow::Result;
use serde_json::json;

/// Two sign-ins, as the header `Cookie` has them. They are of two users.
pub(super) const COOKIES: [&str; 2] = ["who=alice", "who=bob"];
/// What the service proves itself with.
pub(super) const SECRET: &str = "FAKE-auth-secret";

/// A client that says nothing is not waited for.
const PATIENCE: Duration = Duration::from_secs(10);
const MOST_HEADERS: usize = 100;

/// Starts it, until this process ends; the answer is where the service asks. Whoever is
/// signed in may have tokens for `resource` (its last segment may be `*`), and for nothing else.
pub(super) fn start(resource: &'static str) -> Result<String> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let url = format!("http://{}/who", listener.local_addr()?);
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            // Whom it cannot answer, the service asks again.
            thread::spawn(move || _ = answer(connection, resource));
        }
    });
    Ok(url)
}

fn answer(connection: TcpStream, resource: &str) -> io::Result<()> {
    connection.set_read_timeout(Some(PATIENCE))?;
    let mut headers = Vec::new();
    for line in BufReader::new(&connection).lines().take(MOST_HEADERS) {
        let line = line?;
        if line.is_empty() {
            break;
        }
        headers.push(line);
    }
    let answer = response(&headers, resource);
    (&connection).write_all(answer.as_bytes())
}

fn response(headers: &[String], resource: &str) -> String {
    let value = |name: &str| {
        let mut pairs = headers.iter().filter_map(|line| line.split_once(':'));
        let pair = pairs.find(|(one, _)| one.eq_ignore_ascii_case(name));
        pair.map_or("", |(_, value)| value.trim())
    };
    let cookie = value("cookie");
    let (status, body) = if value("x-downscope-auth") != SECRET {
        ("404 Not Found", String::new())
    } else if COOKIES.contains(&cookie) {
        let user = cookie.strip_prefix("who=").unwrap_or_default();
        let body = json!({
            "user": user,
            "sign_in": format!("{user}-1"),
            "subject_token": "FAKE-subject",
            "resources": [resource],
        });
        ("200 OK", body.to_string())
    } else {
        ("401 Unauthorized", String::new())
    };
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\
         connection: close\r\n\r\n{body}"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(headers: &[&str]) -> String {
        let headers: Vec<_> = headers.iter().map(|&line| line.to_owned()).collect();
        let response = response(&headers, "https://api.example/1");
        response.lines().next().unwrap_or_default().to_owned()
    }

    #[test]
    fn only_the_service_hears_who_is_signed_in() {
        let auth = format!("X-Downscope-Auth: {SECRET}");
        assert_eq!(status(&[&auth, "Cookie: who=bob"]), "HTTP/1.1 200 OK");
        let nobody = status(&[&auth, "Cookie: who=carol"]);
        assert_eq!(nobody, "HTTP/1.1 401 Unauthorized");
        assert_eq!(status(&["Cookie: who=bob"]), "HTTP/1.1 404 Not Found");
    }
}

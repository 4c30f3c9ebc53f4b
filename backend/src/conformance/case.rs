//! A check at work: what it sends, and what it has met with so far.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::time::Instant;

use super::{
    Answer, Authority, Settings, Verdict,
    call::{Call, Endpoint},
    verdict::{failed, skipped},
};

/// What all checks share.
#[derive(Debug)]
pub(super) struct Kit {
    pub(super) settings: Settings,
    pub(super) authority: Option<Arc<Authority>>,
    pub(super) client: reqwest::Client,
    /// Random, so that no name is one of an earlier run.
    pub(super) prefix: String,
    pub(super) names: AtomicU64,
    /// The term of the backend's leases, if it keeps any.
    pub(super) term: Option<Duration>,
}

/// One check at work.
#[derive(Debug)]
pub struct Case {
    pub(super) kit: Arc<Kit>,
    turn: AtomicUsize,
    trace: Mutex<Vec<String>>,
}

impl Case {
    pub(super) const fn new(kit: Arc<Kit>) -> Self {
        Self {
            kit,
            turn: AtomicUsize::new(0),
            trace: Mutex::new(Vec::new()),
        }
    }

    pub(super) fn settings(&self) -> &Settings {
        &self.kit.settings
    }

    /// The stand-in.
    pub(super) fn authority(&self) -> Verdict<&Authority> {
        let authority = self.kit.authority.as_deref();
        authority.ok_or_else(|| skipped("there is no stand-in authorization server"))
    }

    pub(super) fn patience(&self) -> Duration {
        self.kit.settings.patience
    }

    pub(super) fn term(&self) -> Verdict<Duration> {
        let term = self.kit.term;
        term.ok_or_else(|| failed("a lease endpoint that says its `term`", "none"))
    }

    /// What was sent and what came, so far.
    pub(super) fn trace(&self) -> Vec<String> {
        self.lock().clone()
    }

    pub(super) async fn send(&self, call: &Call<'_>) -> Verdict<Answer> {
        let settings = &self.kit.settings;
        let count = settings.instances.len().max(1);
        let turn = call
            .instance
            .unwrap_or_else(|| self.turn.fetch_add(1, Ordering::Relaxed));
        let base = settings
            .instances
            .get(turn % count)
            .map_or("", String::as_str);
        let path = match call.endpoint {
            Endpoint::Token => &settings.token_path,
            Endpoint::Revoke => &settings.revoke_path,
            Endpoint::Lease => &settings.lease_path,
        };
        let url = format!("{base}{path}");
        let place = self.note(call.shown(&url));
        let begin = Instant::now();
        let result = self.exchange(call, &url, begin).await;
        let seconds = begin.elapsed().as_secs_f64();
        let came = match &result {
            Ok(answer) => answer.came(),
            Err(error) => error.clone(),
        };
        if let Some(line) = self.lock().get_mut(place) {
            line.push_str(&format!("\n  → {came} ({seconds:.2} s)"));
        }
        result.map_err(|error| failed("an answer", error))
    }

    async fn exchange(&self, call: &Call<'_>, url: &str, begin: Instant) -> Result<Answer, String> {
        let method = call
            .method
            .parse()
            .map_err(|_| "no such method".to_owned())?;
        let mut request = self.kit.client.request(method, url).timeout(call.within);
        for (name, value) in &call.headers {
            request = request.header(*name, value);
        }
        let response = request.body(call.text()).send().await;
        let response = response.map_err(|error| in_words(&error, call.within))?;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let body = response.text().await;
        Ok(Answer {
            status,
            headers,
            body: body.map_err(|error| in_words(&error, call.within))?,
            took: begin.elapsed(),
        })
    }

    fn note(&self, line: String) -> usize {
        let mut trace = self.lock();
        trace.push(line);
        trace.len() - 1
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        self.trace.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Why there is no answer, without the address and what else the library says.
fn in_words(error: &reqwest::Error, within: Duration) -> String {
    if error.is_timeout() {
        format!("no answer within {} s", within.as_secs())
    } else if error.is_connect() {
        "the connection was refused".to_owned()
    } else {
        "the connection was closed before the answer".to_owned()
    }
}

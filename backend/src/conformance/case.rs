//! A check at work: what it sends, and what it has met with so far.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use serde_json::{Map, Value, json};
use tokio::time::{Instant, sleep};

use super::{
    Answer, Authority, Settings, Verdict,
    answer::{Granted, Word},
    call::{Body, Call, Endpoint, FORM, JSON},
    verdict::{failed, skipped},
};

/// How long the SDK waits for the answer to a revoke.
pub(super) const ANSWER_TO_REVOKE: Duration = Duration::from_secs(15);
/// How often the SDK sends a revoke.
const MOST_TRIES: u32 = 4;
/// The longest wait between two of them that is kept.
const LONGEST_WAIT: u64 = 5;

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

/// A page life.
#[derive(Clone, Debug)]
pub(super) struct Page {
    pub(super) session: String,
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

    /// A new page life.
    pub(super) fn page(&self) -> Page {
        let number = self.kit.names.fetch_add(1, Ordering::Relaxed);
        let session = format!("{}-{number}", self.kit.prefix);
        Page { session }
    }

    /// A token request of the app's own page.
    pub(super) fn token(&self, page: &Page, id: &str) -> Call<'_> {
        let fields = [
            ("resource", json!(self.kit.settings.resource)),
            ("scope", json!(self.kit.settings.scope())),
            ("session", json!(page.session)),
            ("id", json!(id)),
        ];
        self.of_own_page(Endpoint::Token, &fields)
    }

    /// A lease request of the app's own page.
    pub(super) fn lease(&self, page: &Page) -> Call<'_> {
        self.of_own_page(Endpoint::Lease, &[("session", json!(page.session))])
    }

    /// A revoke, as a page sends it that goes away: no cookie, no header of ours.
    pub(super) fn revoke<'b>(
        &self,
        pairs: impl IntoIterator<Item = (&'b str, &'b str)>,
    ) -> Call<'_> {
        let form = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(pairs)
            .finish();
        Call::new(self, Endpoint::Revoke, Body::Text(form))
            .with("content-type", FORM)
            .within(ANSWER_TO_REVOKE)
    }

    /// A revoke of one request of a page life.
    pub(super) fn revoke_pending(&self, page: &Page, id: &str) -> Call<'_> {
        self.revoke([
            ("session", page.session.as_str()),
            ("pending", id),
            ("reason", "unload"),
        ])
    }

    /// A revoke of a whole page life.
    pub(super) fn revoke_page_life(&self, page: &Page) -> Call<'_> {
        self.revoke([
            ("session", page.session.as_str()),
            ("whole_session", "1"),
            ("reason", "unload"),
        ])
    }

    /// A revoke of one token.
    pub(super) fn revoke_token(&self, token: &str) -> Call<'_> {
        self.revoke([("token", token), ("reason", "unload")])
    }

    /// Sends a revoke up to four times while it is answered 503, as the SDK does.
    pub(super) async fn insist(&self, call: Call<'_>) -> Verdict<Answer> {
        let mut tries = 1;
        loop {
            let answer = call.clone().send().await?;
            if answer.status != 503 || tries == MOST_TRIES {
                return Ok(answer);
            }
            tries += 1;
            let wait = answer.retry_after().unwrap_or(1).min(LONGEST_WAIT);
            sleep(Duration::from_secs(wait)).await;
        }
    }

    /// A token to begin with.
    pub(super) async fn granted(&self, page: &Page, id: &str) -> Verdict<Granted> {
        self.token(page, id).send().await?.granted()
    }

    /// Fails if the answer to a revoke says of any of these more than is true, now (204) or
    /// within the patience (202).
    pub(super) async fn keeps_its_word(&self, answer: &Answer, tokens: &[String]) -> Verdict<Word> {
        let authority = self.authority()?;
        let alive = authority.alive_of(tokens).len();
        let word = Word::try_from(answer)?;
        if word == Word::Dead && alive > 0 {
            let came = format!("204, and {alive} of {} are alive", tokens.len());
            return Err(failed("no 204 before everything named is dead", came));
        }
        if word == Word::TakenOver {
            self.all_die(tokens, "202 was answered").await?;
        }
        Ok(word)
    }

    /// Fails unless these die within the patience.
    pub(super) async fn all_die(&self, tokens: &[String], since: &str) -> Verdict {
        let authority = self.authority()?;
        if authority.until_dead(self.patience(), tokens).await {
            return Ok(());
        }
        let alive = authority.alive_of(tokens).len();
        let seconds = self.patience().as_secs();
        Err(failed(
            format!(
                "that all {} are dead within {seconds} s after {since}",
                tokens.len()
            ),
            format!("{alive} of {} are alive", tokens.len()),
        ))
    }

    /// Fails unless whatever was minted during this check dies within the patience.
    pub(super) async fn nothing_lives(&self, since: &str) -> Verdict {
        let authority = self.authority()?;
        if authority.until_nothing_lives(self.patience()).await {
            return Ok(());
        }
        let alive = authority.minted_and_alive().len();
        let seconds = self.patience().as_secs();
        Err(failed(
            format!("that nothing is alive {seconds} s after {since}"),
            format!(
                "{alive} of {} that were minted live",
                authority.minted().len()
            ),
        ))
    }

    /// Fails if a token was minted during this check, where that can be seen.
    pub(super) fn nothing_was_minted(&self) -> Verdict {
        let minted = self.kit.authority.as_deref().map(Authority::minted);
        match minted.map_or(0, |minted| minted.len()) {
            0 => Ok(()),
            count => Err(failed("that nothing is minted", format!("{count} tokens"))),
        }
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

    fn of_own_page(&self, endpoint: Endpoint, fields: &[(&str, Value)]) -> Call<'_> {
        let fields = fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()));
        let settings = &self.kit.settings;
        let cookie = settings.cookie.as_ref().map(|cookie| cookie.expose());
        Call::new(self, endpoint, Body::Fields(fields.collect::<Map<_, _>>()))
            .with("content-type", JSON)
            .with("x-downscope", "1")
            .with("sec-fetch-site", "same-origin")
            .with_or_without("origin", settings.origin.as_deref())
            .with_or_without("cookie", cookie)
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

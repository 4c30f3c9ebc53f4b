//! Forward auth: the app says who sends a request. What it says is used for seconds, and
//! a burst of requests of one page asks once.

use std::{sync::Arc, time::Duration};

use axum::http::{HeaderMap, HeaderName};
use moka::future::Cache;
use reqwest::StatusCode;

use super::{
    ask::{Asker, NoAnswer},
    forgotten::Forgotten,
};
use crate::{
    core::{Fingerprint, Policy, RecallScope, Refusal, Secret},
    edge::{Identify, Identifying, Identity},
    service::{
        metrics::Metrics,
        settings::{ForwardSettings, Invalid},
    },
};

/// How many answers are kept.
const MOST: u64 = 20_000;
/// For how long it is remembered that the app has known somebody.
const ACQUAINTANCE: Duration = Duration::from_secs(60 * 60);
/// More than passes between asking and keeping, beside what the app may take.
const SLACK: Duration = Duration::from_secs(1);

/// Asks the app.
pub(in crate::service) struct Forward {
    asker: Asker,
    headers: Vec<HeaderName>,
    /// Mixed into what an answer is found by: what is in memory tells nothing about a cookie.
    pepper: Secret,
    /// `None` where each request asks.
    answers: Option<Cache<Fingerprint, Arc<Known>>>,
    /// Whom the app has known lately, by the same.
    acquainted: Cache<Fingerprint, ()>,
    forgotten: Forgotten,
    metrics: Arc<Metrics>,
}

/// What the app has said.
struct Known {
    identity: Identity,
    /// The number of the last recall when it was asked.
    since: u64,
}

impl Forward {
    /// `pepper` is random.
    pub(in crate::service) fn new(
        settings: &ForwardSettings,
        policy: Policy,
        pepper: Secret,
        metrics: Arc<Metrics>,
    ) -> Result<Self, Invalid> {
        let cache = || {
            let cache = Cache::builder().max_capacity(MOST);
            cache.time_to_live(settings.cache).build()
        };
        Ok(Self {
            asker: Asker::new(settings, policy)?,
            headers: settings.headers.clone(),
            pepper,
            answers: (!settings.cache.is_zero()).then(cache),
            acquainted: Cache::builder()
                .max_capacity(MOST)
                .time_to_live(ACQUAINTANCE)
                .build(),
            forgotten: Forgotten::new(settings.cache + settings.timeout + SLACK),
            metrics,
        })
    }

    /// Forgets what the app has answered about those whom a recall is about. Questions about
    /// them that are under way are asked again.
    pub(in crate::service) fn forget(&self, scope: &RecallScope) {
        self.forgotten.note(scope);
    }

    /// The headers that the app is sent, and what its answer is found by. `None` if the
    /// request has none of them.
    fn shown(&self, headers: &HeaderMap) -> Option<(HeaderMap, Fingerprint)> {
        let mut shown = HeaderMap::new();
        let mut text = self.pepper.expose().as_bytes().to_vec();
        for name in &self.headers {
            for value in headers.get_all(name) {
                // Neither a name nor a value has a line end in it.
                for part in [name.as_str().as_bytes(), b":", value.as_bytes(), b"\n"] {
                    text.extend_from_slice(part);
                }
                let mut value = value.clone();
                value.set_sensitive(true);
                shown.append(name, value);
            }
        }
        (!shown.is_empty()).then(|| (shown, Fingerprint::of(text)))
    }

    /// The app has not said who sends a request: the log says why, the page that it was so.
    fn unsaid(&self, why: &'static str, status: Option<u16>) -> Refusal {
        let url = self.asker.place();
        tracing::warn!(why, status, url, "the app does not say who sends a request");
        Refusal::temporarily_unavailable("The app does not say who sends this request.", None)
    }

    async fn ask(&self, shown: HeaderMap, key: Fingerprint) -> Result<Arc<Known>, NoAnswer> {
        loop {
            let asking = async {
                let since = self.forgotten.now();
                let is_stranger = !self.acquainted.contains_key(&key);
                let answer = self.asker.ask(shown.clone(), is_stranger).await;
                self.metrics.asked(answer.as_ref().err().copied());
                match &answer {
                    Ok(_) => self.acquainted.insert(key, ()).await,
                    Err(NoAnswer::SignedOut) => self.acquainted.invalidate(&key).await,
                    Err(NoAnswer::Failed(_) | NoAnswer::Unexpected(_)) => {}
                }
                answer.map(|identity| Arc::new(Known { identity, since }))
            };
            let known = match &self.answers {
                None => asking.await,
                Some(answers) => {
                    let answer = answers.try_get_with(key, asking).await;
                    answer.map_err(|error| *error)
                }
            }?;
            if !self.forgotten.has(&known.identity.owner, known.since) {
                return Ok(known);
            }
            if let Some(answers) = &self.answers {
                answers.invalidate(&key).await;
            }
        }
    }
}

impl Identify for Forward {
    fn identify<'a>(&'a self, headers: &'a HeaderMap) -> Identifying<'a> {
        Box::pin(async move {
            let Some((shown, key)) = self.shown(headers) else {
                return Ok(None);
            };
            match self.ask(shown, key).await {
                Ok(known) => Ok(Some(known.identity.clone())),
                Err(NoAnswer::SignedOut) => Ok(None),
                Err(NoAnswer::Failed(why)) => Err(self.unsaid(why, None)),
                Err(NoAnswer::Unexpected(status)) => {
                    Err(self.unsaid(what_is_meant(status), Some(status.as_u16())))
                }
            }
        })
    }
}

/// Why an app may answer so.
fn what_is_meant(status: StatusCode) -> &'static str {
    if status.is_redirection() {
        "a redirect in place of 401"
    } else if status.is_client_error() {
        "a status other than 200 and, for nobody, 401 or 403; some apps answer so where \
         auth.secret is not what they compare it with"
    } else {
        "a status other than 200 and, for nobody, 401 or 403"
    }
}

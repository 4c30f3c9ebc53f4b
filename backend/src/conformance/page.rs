//! What pages send, as the SDK does.

use std::{sync::atomic::Ordering, time::Duration};

use serde_json::{Map, Value, json};
use tokio::time::sleep;

use super::{
    Answer, Case, Verdict,
    answer::Granted,
    call::{Body, Call, Endpoint, FORM, JSON},
};

/// How long the SDK waits for the answer to a revoke.
const ANSWER_TO_REVOKE: Duration = Duration::from_secs(15);
/// How often the SDK sends a revoke.
const MOST_TRIES: u32 = 4;
/// The longest wait between two of them that is kept.
const LONGEST_WAIT: u64 = 5;

/// A page life.
#[derive(Clone, Debug)]
pub(super) struct Page {
    pub(super) session: String,
}

impl Case {
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

    /// A revoke of what was handed out. Where there is no record, it is named as the SDK names
    /// it: by its handle. Elsewhere either has to do, and the token is what says less.
    pub(super) fn revoke_granted<'b>(
        &self,
        granted: impl IntoIterator<Item = &'b Granted>,
    ) -> Call<'_> {
        let is_stateless = self.kit.settings.is_stateless;
        let names = granted.into_iter().map(|one| match &one.handle {
            Some(handle) if is_stateless => ("handle", handle.as_str()),
            Some(_) | None => ("token", one.token.as_str()),
        });
        self.revoke(names.chain([("reason", "unload")]))
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
}

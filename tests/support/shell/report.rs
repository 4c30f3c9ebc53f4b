//! What a shell writes down of what it is about to report.

use downscope::core::{
    Code, FLOOR, Generation, Input, Millis, Moment, Page, REFUSAL_HOLD, REVOKE_ATTEMPTS, Recall,
    RevokeOutcome,
};

use super::{Secret, Shell};

impl Shell {
    /// Writes down what is about to be reported to the machine.
    pub(crate) fn report(&mut self, input: &Input, now: Moment) {
        match *input {
            Input::Acquire { grant, caller, .. } => {
                self.waiting.insert(caller, Some(grant));
            }
            Input::Answered {
                grant,
                generation,
                answer,
            } => {
                if self.flight(grant) == Some(generation) {
                    self.flights.remove(&grant);
                }
                if let Some(request) = self.requests.get_mut(&generation)
                    && !request.answered
                {
                    request.answered = true;
                    self.names_changed = true;
                    match answer {
                        Ok(issued) => {
                            self.names.remove(&generation);
                            let ends = issued.lifetime.map(|life| (request.sent, life));
                            self.alive.insert(generation, ends);
                        }
                        Err(failure) if !failure.may_have_minted() => {
                            self.alive.remove(&generation);
                        }
                        Err(_) => {}
                    }
                    if let Ok(issued) = answer {
                        // Five minutes where it is not stated.
                        let lifetime = issued.lifetime.unwrap_or(Millis::from_secs(300));
                        let lapsed = self.lease.has_ended(now);
                        if request.session == self.sessions && self.endpoints.lease {
                            self.lease.heard(request.sent);
                        }
                        let longest = self.config.max_age.unwrap_or(lifetime);
                        let life = lifetime.min(longest);
                        let secret = Secret {
                            born: request.sent,
                            usable_for: life - self.config.expiry_margin.min(life / 6),
                            weight: issued.weight,
                        };
                        if lapsed {
                            self.spent.extend(self.secrets.keys());
                        }
                        self.secrets.insert(generation, secret);
                        self.unname(generation);
                    }
                }
            }
            Input::Close { caller } => {
                self.closed = true;
                self.waiting.insert(caller, None);
            }
            Input::Page(event) => self.report_page(event),
            Input::Unauthorized { grant, generation } => {
                if self
                    .requests
                    .get(&generation)
                    .is_some_and(|request| request.grant == grant)
                {
                    // What was refused soon after another one may be handed out again.
                    let last = self.refusals.insert(grant, now);
                    if last.is_none_or(|last| now.since(last) >= REFUSAL_HOLD) {
                        self.spent.insert(generation);
                    }
                }
            }
            Input::Resume => {
                self.failures.clear();
                self.stopped = false;
            }
            Input::Revoke { caller, .. } => {
                self.waiting.insert(caller, None);
            }
            Input::RevokeAnswered { request, outcome } => {
                if let Some(sent) = self.awaited.get_mut(&request.0) {
                    sent.under_way = false;
                    let again = matches!(outcome, RevokeOutcome::TryAgain(_));
                    // What is taken over need not be named by the page again.
                    let is_settled =
                        matches!(outcome, RevokeOutcome::Confirmed | RevokeOutcome::TakenOver);
                    if is_settled {
                        let named = sent.tokens.iter().chain(&sent.pending);
                        for one in named {
                            self.alive.remove(one);
                        }
                        if sent.whole_session {
                            self.alive.clear();
                        }
                    }
                    if !again || sent.attempts == REVOKE_ATTEMPTS || sent.names_nothing() {
                        self.revokes_failed |= outcome != RevokeOutcome::Confirmed;
                        self.awaited.remove(&request.0);
                    }
                }
            }
            Input::Cancel { .. } => {}
            Input::LeaseAnswered { request, answer } => {
                if self.lease.has_ended(now) {
                    self.spent.extend(self.secrets.keys());
                }
                self.lease.answered(request, answer, now);
            }
            Input::Recalled(recall) => self.report_recall(recall),
        }
    }

    /// It is known by its token from here on, and a revoke of which nothing is left
    /// is not sent again.
    fn unname(&mut self, generation: Generation) {
        for sent in self.awaited.values_mut() {
            sent.pending.retain(|&one| one != generation);
        }
        self.awaited
            .retain(|_, sent| sent.under_way || !sent.names_nothing());
    }

    /// What the backend wants back may not be handed out from here on.
    fn report_recall(&mut self, recall: Recall) {
        match recall {
            Recall::All => self.spent.extend(self.secrets.keys()),
            Recall::Stop => {
                self.spent.extend(self.secrets.keys());
                self.stopped = true;
            }
            Recall::Token(generation) => {
                self.spent.insert(generation);
            }
        }
    }

    fn report_page(&mut self, event: Page) {
        match event {
            Page::Leaving { told, .. } => {
                if told.is_some() && !self.away && self.endpoints.revoke {
                    self.send_farewell();
                }
                self.away = true;
            }
            Page::Prerendering => self.away = true,
            Page::Shown => {
                if std::mem::take(&mut self.away) {
                    self.failures.clear();
                    self.stopped = false;
                }
            }
            // What failed for want of a network may be tried again, if not at once.
            Page::Online => {
                for (_, error) in self.failures.values_mut() {
                    if matches!(error.code, Code::Network | Code::Timeout) {
                        error.retry_after = Some(FLOOR);
                    }
                }
            }
            Page::Hidden => self.hidden = true,
            Page::Visible => self.hidden = false,
        }
    }
}

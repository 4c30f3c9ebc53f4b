//! What a shell writes down of what it is about to report.

use downscope::core::{Code, Input, Moment, Page, REVOKE_ATTEMPTS, Recall, RevokeOutcome};

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
                    if let Ok(issued) = answer {
                        let lapsed = self.lease.has_ended(now);
                        if request.session == self.sessions && self.config.has_lease {
                            self.lease.heard(request.sent);
                        }
                        let longest = self.config.max_age.unwrap_or(issued.lifetime);
                        let life = issued.lifetime.min(longest);
                        let secret = Secret {
                            born: request.sent,
                            usable_for: life - self.config.expiry_margin.min(life / 6),
                            weight: issued.weight,
                        };
                        if lapsed {
                            self.spent.extend(self.secrets.keys());
                        }
                        self.secrets.insert(generation, secret);
                    }
                }
            }
            Input::Close { caller } => {
                self.closed = true;
                self.waiting.insert(caller, None);
            }
            Input::Page(event) => self.report_page(event),
            Input::Refused { grant, generation } => {
                if self
                    .requests
                    .get(&generation)
                    .is_some_and(|request| request.grant == grant)
                {
                    self.spent.insert(generation);
                }
            }
            Input::Resume => {
                self.failures.clear();
                self.stopped = false;
            }
            Input::Revoke { caller, .. } => {
                self.waiting.insert(caller, None);
            }
            Input::RevokeAnswered { batch, outcome } => {
                if let Some(sent) = self.batches.get_mut(&batch.0) {
                    sent.under_way = false;
                    let again = matches!(outcome, RevokeOutcome::TryAgain(_));
                    if !again || sent.attempts == REVOKE_ATTEMPTS {
                        self.batches.remove(&batch.0);
                    }
                }
            }
            Input::Cancel { .. } => {}
            Input::LeaseAnswered { batch, answer } => {
                if self.lease.has_ended(now) {
                    self.spent.extend(self.secrets.keys());
                }
                self.lease.answered(batch, answer, now);
            }
            Input::Recalled(recall) => self.report_recall(recall),
        }
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
            Page::Leaving { .. } => {
                self.away = true;
            }
            Page::Prerendering => self.away = true,
            Page::Shown => {
                if std::mem::take(&mut self.away) {
                    self.failures.clear();
                    self.stopped = false;
                }
            }
            // What failed for want of a network may be tried at once.
            Page::Online => self
                .failures
                .retain(|_, (_, error)| !matches!(error.code, Code::Network | Code::Timeout)),
            Page::Hidden => self.hidden = true,
            Page::Visible => self.hidden = false,
        }
    }
}

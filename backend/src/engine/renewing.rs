//! Carries out a lease request.

use std::time::Duration;

use super::{
    Engine, entropy,
    held::Ear,
    runtime::{Instant, timeout},
};
use crate::core::{
    LeaseAnswer, LeaseRequest, LeaseTerms, Millis, Owner, Refusal, Renewal, RenewalEvent,
    RenewalStep,
};

impl Engine {
    /// Answers a lease request that has passed every check: whoever sent it is `owner`.
    /// It may take as long as requests are held. To drop the future is to close the
    /// connection, which gives its place back and changes nothing else.
    pub async fn renew(&self, request: LeaseRequest, owner: Owner) -> Result<LeaseAnswer, Refusal> {
        let Self(inner) = self;
        if inner.held.is_empty() {
            // Nobody has looked lately: what was said before must not wake this one.
            self.wake_told().await;
        }
        let mut ear = inner.held.listen(&request.session);
        let has_room = inner
            .held
            .has_room(&owner.sign_in, self.settings().held_at_once);
        let fresh = entropy::word();
        let mut renewal = Renewal::new(request, owner.clone(), self.renewing(), fresh, has_room);
        let mut event = RenewalEvent::Start;
        loop {
            event = match renewal.next(event) {
                RenewalStep::Heartbeat(heartbeat) => {
                    ear.listen_anew();
                    let heard = inner.store.heartbeat(&heartbeat).await;
                    if heartbeat.takes_over {
                        inner.due.notify_one();
                    }
                    let heard = heard.map_err(|error| self.failed("heartbeat", &error));
                    RenewalEvent::Heard(heard.ok())
                }
                RenewalStep::AskWhetherEnded(former) => {
                    RenewalEvent::HasEnded(inner.sign_ins.has_ended(&former).await)
                }
                RenewalStep::Say(say) => {
                    let said = inner.store.say(&say).await;
                    RenewalEvent::Said(said.map_err(|error| self.failed("say", &error)).ok())
                }
                RenewalStep::Withdraw(withdraw) => {
                    let withdrawn = inner.store.withdraw(&withdraw).await;
                    inner.due.notify_one();
                    let withdrawn = withdrawn.map_err(|error| self.failed("withdraw", &error));
                    RenewalEvent::Withdrawn(withdrawn.is_ok())
                }
                RenewalStep::Hold(hold) => {
                    let hold = LeaseTerms::held_for(hold, entropy::number());
                    match self.hold(&ear, &owner, hold).await {
                        None => RenewalEvent::NoRoom,
                        Some(held) => RenewalEvent::Held {
                            held,
                            has_signed_out: inner.sign_ins.has_ended(&owner).await,
                        },
                    }
                }
                RenewalStep::Done(answer) => return answer,
            }
        }
    }

    async fn hold(&self, ear: &Ear<'_>, owner: &Owner, hold: Millis) -> Option<Millis> {
        let since = Instant::now();
        let most = self.settings().held_at_once;
        let mut place = self.0.held.hold(ear, &owner.sign_in, most)?;
        _ = timeout(Duration::from_millis(hold), &mut place.woken).await;
        Some(Millis::try_from(since.elapsed().as_millis()).unwrap_or(Millis::MAX))
    }
}

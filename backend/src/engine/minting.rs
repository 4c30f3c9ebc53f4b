//! Carries out a token request.

use std::time::Duration;

use super::{Engine, Event, Moment, doubts::Doubt, ending, entropy};
use crate::core::{
    Begun, Mint, MintDone, MintEvent, MintStep, Owner, Refusal, Secret, TokenAnswer, TokenRequest,
};

impl Engine {
    /// Answers a token request that has passed every check: whoever sent it is `owner`,
    /// and may have what it asks for, on the authority of `subject` where the app hands one over.
    pub async fn mint(
        &self,
        request: TokenRequest,
        owner: Owner,
        subject: Option<Secret>,
    ) -> Result<TokenAnswer, Refusal> {
        self.mint_since(self.moment(), request, owner, subject)
            .await
    }

    /// As [`Engine::mint`]. `asked` is a moment before it was asked who sends the request: where
    /// they were recalled after it, nothing is minted on the strength of that answer.
    pub async fn mint_since(
        &self,
        asked: Moment,
        request: TokenRequest,
        owner: Owner,
        subject: Option<Secret>,
    ) -> Result<TokenAnswer, Refusal> {
        let Some(place) = self.0.mints.take(&owner.user) else {
            return Err(Refusal::temporarily_unavailable(
                "Too many tokens are being minted.",
                Some(1),
            ));
        };
        let engine = self.clone();
        let minting = self.0.tasks.spawn(async move {
            let _place = place;
            let resource = request.resource.clone();
            let ring = engine.ring();
            let settings = engine.minting();
            let chance = entropy::chance();
            let mint = Mint::new(request, owner.clone(), subject, settings, ring, chance);
            engine.carry_out_mint(mint, asked, &owner, &resource).await
        });
        minting
            .await
            .unwrap_or_else(|_| Err(Refusal::server_error("The request failed.")))
    }

    async fn carry_out_mint(
        &self,
        mut mint: Mint,
        asked: Moment,
        owner: &Owner,
        resource: &str,
    ) -> Result<TokenAnswer, Refusal> {
        let Self(inner) = self;
        let mut event = MintEvent::Start;
        let mut is_told = false;
        let mut doubt = None;
        loop {
            event = match mint.next(event) {
                MintStep::Begin(begin) => {
                    let begun = inner.store.begin(&begin).await;
                    if begin.takes_over {
                        inner.due.notify_one();
                    }
                    match begun.map_err(|error| self.failed("begin", &error)).ok() {
                        // A recall that comes later finds it on record.
                        Some(Begun::Begun) if inner.recalls.concern(owner, asked) => {
                            MintEvent::Recalled
                        }
                        begun => MintEvent::Began(begun),
                    }
                }
                MintStep::AskWhetherEnded(former) => {
                    MintEvent::HasEnded(inner.sign_ins.has_ended(&former).await)
                }
                MintStep::Exchange(wanted) => {
                    let begun = inner.doubts.begin(mint.name(), owner, resource);
                    let minted = inner.upstream.exchange(&wanted).await;
                    if let Ok(minted) = &minted {
                        begun.is_about(minted.token.fingerprint());
                        doubt = Some(begun);
                    }
                    if let Err(error) = &minted {
                        inner.audit.record(&Event::NotMinted {
                            request: mint.name(),
                            owner,
                            error: *error,
                        });
                    }
                    MintEvent::Exchanged(minted)
                }
                MintStep::Admit(admit) => {
                    // It is entered once more where the store has not answered.
                    if let Some((minted, expires_in)) = mint.minted()
                        && !std::mem::replace(&mut is_told, true)
                    {
                        inner.audit.record(&Event::Minted {
                            token: minted.token.fingerprint(),
                            request: mint.name(),
                            owner,
                            resource,
                            scope: &minted.scope,
                            expires_in,
                        });
                    }
                    let admitted = inner.store.admit(&admit).await;
                    let admitted = admitted.map_err(|error| self.failed("admit", &error));
                    MintEvent::Admitted(admitted.ok())
                }
                MintStep::Done(done) => return self.finish(&mint, owner, *done, doubt).await,
            }
        }
    }

    async fn finish(
        &self,
        mint: &Mint,
        owner: &Owner,
        done: MintDone,
        doubt: Option<Doubt>,
    ) -> Result<TokenAnswer, Refusal> {
        let Self(inner) = self;
        // On record, it is none any more.
        let doubt = doubt.filter(|_| done.orphan.is_some());
        if let Some((key, lost)) = done.abandoned
            && let session = &mint.name().session
            && let Err(error) = inner.store.abandon(session, &key, lost).await
        {
            self.failed("abandon", &error);
        }
        if let Some((token, life)) = done.orphan {
            inner.audit.record(&Event::Orphaned {
                token: token.fingerprint(),
                owner,
            });
            let engine = self.clone();
            inner.tasks.spawn(async move {
                let _doubt = doubt;
                ending::orphan(&engine, token, Duration::from_millis(life)).await;
            });
        }
        if done.has_made_due {
            inner.due.notify_one();
        }
        done.answer
    }
}

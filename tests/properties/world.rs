//! A page to which steps happen.

use std::collections::BTreeSet;

use downscope::core::{
    CallerId, Failure, Generation, GrantId, Input, Issued, Millis, Page as Event, Recall,
    RequestId, RevokeOutcome, Scope, Terms,
};

use crate::life::Life;
use crate::step::{Answer, Recalled, Revoked, Step};
use crate::support::{self, Kept, Page, ensure, issued, key};

/// A page, and how the steps' numbers are read.
pub(crate) struct World {
    page: Page,
    grants: Vec<GrantId>,
    most_grants: usize,
}

impl World {
    pub(crate) fn new(life: &Life) -> Result<Self, String> {
        let mut world = Self {
            page: Page::new(life.config.clone(), life.endpoints, life.jitter),
            grants: Vec::new(),
            most_grants: life.config.max_grants as usize,
        };
        world.page.shell.writes_late = life.writes_late;
        if life.prerendered {
            world.page.take(Input::Page(Event::Prerendering))?;
        }
        Ok(world)
    }

    pub(crate) fn step(&mut self, step: &Step) -> Kept {
        match *step {
            Step::Ask { grant, want } => {
                if let Some(grant) = pick(&self.grants, grant) {
                    self.page.ask(grant, want)?;
                }
            }
            Step::Cancel { caller } => self.cancel(caller)?,
            Step::Answer { request, answer } => self.answer(request, answer)?,
            Step::AnswerLease { request, answer } => self.answer_lease(request, answer)?,
            Step::Open { scope } => {
                let (id, _) = self.page.open(key(&scope.to_string()))?;
                if !self.grants.contains(&id) {
                    self.grants.push(id);
                    self.check_bound()?;
                }
            }
            Step::Leave { persisted, is_told } => {
                let told = is_told.then_some(self.page.shell.farewell.up_to);
                let event = Event::Leaving { persisted, told };
                self.page.take(Input::Page(event))?;
            }
            Step::Page(event) => {
                self.page.take(Input::Page(event))?;
            }
            Step::Peek { grant, settled } => self.peek(grant, settled)?,
            Step::Recall(what) => self.recall(what)?,
            Step::Refuse { token } => self.refuse(token)?,
            Step::Resume => {
                self.page.take(Input::Resume)?;
            }
            Step::Revoke(what) => {
                let scope = match what {
                    Revoked::All => Some(Scope::All),
                    Revoked::EveryTab => Some(Scope::EveryTab),
                    Revoked::Grant(number) => pick(&self.grants, number).map(Scope::Grant),
                };
                if let Some(scope) = scope {
                    let caller = self.page.new_caller();
                    self.page.take(Input::Revoke { scope, caller })?;
                }
            }
            Step::AnswerRevoke { request, outcome } => {
                let awaited: Vec<_> = self.page.shell.revokes_under_way().collect();
                if let Some(request) = pick(&awaited, request) {
                    self.page.take(Input::RevokeAnswered { request, outcome })?;
                }
            }
            Step::Pass(time) => {
                self.page.pass(time)?;
            }
            Step::Jump { monotonic, wall } => {
                self.page.jump(monotonic, wall);
                // Before any timer: what has died meanwhile must not be used.
                for grant in 0..self.grants.len() {
                    self.peek(grant, false)?;
                }
            }
            Step::Tick => {
                self.page.tick()?;
            }
            Step::Stray { number } => self.stray(number)?,
        }
        Ok(())
    }

    /// Not more grants than agreed, unless somebody waits for each of them.
    fn check_bound(&self) -> Kept {
        let shell = &self.page.shell;
        let grants = self.grants.iter().filter(|&&id| !shell.is_gone(id)).count();
        let waited_for: BTreeSet<_> = shell.waiting().filter_map(|(_, grant)| grant).collect();
        let most = self.most_grants.max(waited_for.len() + 1);
        ensure!(grants <= most, "{grants} grants are held");
        Ok(())
    }

    /// A timer that fires before its time does nothing, not even inside.
    pub(crate) fn tick_early(&mut self) -> Kept {
        if self.page.machine.poll_timeout(self.page.now) == Some(Millis(0)) {
            return Ok(());
        }
        let before = format!("{:?}", self.page.machine);
        self.page.tick()?;
        ensure!(
            before == format!("{:?}", self.page.machine),
            "an early timer changed the machine"
        );
        Ok(())
    }

    fn cancel(&mut self, caller: usize) -> Kept {
        let waiting: Vec<_> = self.page.shell.waiting().collect();
        if let Some((caller, Some(grant))) = pick(&waiting, caller) {
            self.page.take(Input::Cancel { grant, caller })?;
        }
        Ok(())
    }

    /// Answers any request there ever was: late and twice is part of it.
    fn answer(&mut self, request: usize, answer: Answer) -> Kept {
        let requests = &self.page.shell.requests;
        let all: Vec<_> = requests.iter().map(|(&name, &one)| (name, one)).collect();
        let Some((generation, request)) = pick(&all, request) else {
            return Ok(());
        };
        let answer = match answer {
            Answer::Failed(failure) => Err(failure),
            Answer::Issued { lifetime, weight } => Ok(Issued { lifetime, weight }),
        };
        self.page.take(Input::Answered {
            grant: request.grant,
            generation,
            answer,
        })?;
        Ok(())
    }

    /// Half of the time the request under way.
    fn answer_lease(&mut self, request: usize, answer: Result<Terms, Failure>) -> Kept {
        let shell = &self.page.shell;
        let under_way = shell
            .lease
            .under_way()
            .filter(|_| request.is_multiple_of(2));
        if let Some(request) = under_way.or_else(|| pick(&shell.lease_requests, request)) {
            self.page.take(Input::LeaseAnswered { request, answer })?;
        }
        Ok(())
    }

    /// Anything that was ever minted here, or asked for.
    fn recall(&mut self, what: Recalled) -> Kept {
        let requests: Vec<_> = self.page.shell.requests.keys().copied().collect();
        let recall = match what {
            Recalled::All => Some(Recall::All),
            Recalled::Stop => Some(Recall::Stop),
            Recalled::Request(number) => pick(&requests, number).map(Recall::Token),
        };
        if let Some(recall) = recall {
            self.page.take(Input::Recalled(recall))?;
        }
        Ok(())
    }

    fn peek(&mut self, grant: usize, settled: bool) -> Kept {
        let Some(grant) = pick(&self.grants, grant) else {
            return Ok(());
        };
        let now = self.page.now;
        match self.page.machine.peek(grant, settled, now) {
            Some(generation) => self.page.shell.check_usable(generation, now),
            None => Ok(()),
        }
    }

    fn refuse(&mut self, token: usize) -> Kept {
        let tokens: Vec<_> = self.page.shell.secrets().collect();
        if let Some(generation) = pick(&tokens, token)
            && let Some(request) = self.page.shell.requests.get(&generation).copied()
        {
            self.page.take(Input::Unauthorized {
                grant: request.grant,
                generation,
            })?;
        }
        Ok(())
    }

    fn stray(&mut self, number: u32) -> Kept {
        let grant = GrantId::from_number(f64::from(number));
        let far = number.saturating_add(1_000_000);
        let before = self.page.shell.waiting().count();
        for answer in [Err(Failure::Network), Ok(issued(support::hours(1)))] {
            self.page.take(Input::Answered {
                grant,
                generation: Generation(far),
                answer,
            })?;
        }
        self.page.take(Input::Unauthorized {
            grant,
            generation: Generation(far),
        })?;
        self.page.take(Input::Cancel {
            grant,
            caller: CallerId(far),
        })?;
        self.page.take(Input::RevokeAnswered {
            request: RequestId(far),
            outcome: RevokeOutcome::TryAgain(None),
        })?;
        self.page.take(Input::LeaseAnswered {
            request: RequestId(far),
            answer: Err(Failure::Final),
        })?;
        self.page
            .take(Input::Recalled(Recall::Token(Generation(far))))?;
        self.page.ask(grant, support::ANY)?;
        ensure!(
            self.page.shell.waiting().count() == before,
            "somebody waits for a grant that is not there"
        );
        Ok(())
    }

    /// Closes, hears out whoever still has something to say, and looks whether
    /// anything is left.
    pub(crate) fn finish(mut self) -> Kept {
        let caller = self.page.new_caller();
        self.page.take(Input::Close { caller })?;
        let unanswered: Vec<_> = self
            .page
            .shell
            .requests
            .iter()
            .filter(|(_, request)| !request.answered)
            .map(|(&generation, request)| (generation, request.grant))
            .collect();
        for (generation, grant) in unanswered {
            self.page.take(Input::Answered {
                grant,
                generation,
                answer: Ok(issued(support::hours(1))),
            })?;
        }
        // Whatever is still told to a closed client, it asks for nothing.
        for event in [Event::Online, Event::Shown, Event::Visible] {
            self.page.take(Input::Page(event))?;
        }
        if let Some(&request) = self.page.shell.lease_requests.last() {
            let answer = Err(Failure::Network);
            self.page.take(Input::LeaseAnswered { request, answer })?;
        }
        self.page.take(Input::Recalled(Recall::All))?;
        self.page.pass(support::hours(2))?;
        let awaited: Vec<_> = self.page.shell.revokes_under_way().collect();
        for request in awaited {
            self.page.take(Input::RevokeAnswered {
                request,
                outcome: RevokeOutcome::Confirmed,
            })?;
        }
        // Until then it is known what to name.
        if self.page.shell.revokes_failed {
            self.page.take(Input::Page(Event::Leaving {
                persisted: false,
                told: None,
            }))?;
        }
        let Page {
            machine,
            shell,
            now,
            ..
        } = &self.page;
        ensure!(shell.waiting().next().is_none(), "somebody waits for ever");
        ensure!(shell.secrets().next().is_none(), "a token is kept for ever");
        ensure!(
            machine.poll_timeout(*now).is_none(),
            "a timer runs after the end"
        );
        Ok(())
    }
}

fn pick<T: Copy>(from: &[T], number: usize) -> Option<T> {
    from.get(number.checked_rem(from.len())?).copied()
}

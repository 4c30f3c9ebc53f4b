//! One client: the machine, the secrets, and who waits for what.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use js_sys::{Function, JsString, Object};
use wasm_bindgen::prelude::*;
use web_sys::{AbortController, AbortSignal};

use super::clock::now;
use super::endpoint::{self, Source};
use super::io::{self, Parts};
use super::last::LastRequest;
use super::lease;
use super::page::{self, PageEvents};
use super::revoke::{self, Revocation};
use super::secrets::Secrets;
use super::tabs::Tabs;
use super::timer::Timer;
use crate::core::{
    Batch, CallerId, Code, Config, Error, Failure, Generation, GrantId, GrantKey, Input, Machine,
    Millis, Notice, Output, Page, Recall, RevokeOutcome, Revoked, Scope, Sending, State, Terms,
    Want,
};

/// A token and the name that it has in the core.
pub(crate) type Acquired = (Generation, JsString);

/// Told what happens to the grants, or without one to the lease, with no borrow held.
pub(crate) type Listener = Box<dyn Fn(&Shell, Option<GrantId>, Notice)>;

/// Called once, with no borrow held.
pub(crate) type Sink<T> = Box<dyn FnOnce(T)>;

/// Those who wait for an answer, by name.
type Sinks<T> = RefCell<Vec<(CallerId, Sink<T>)>>;

/// Where the app's backend is.
pub(crate) struct Endpoints {
    pub(crate) source: Source,
    /// Gives a record of headers, or a promise of one; not for revokes.
    pub(crate) headers: Option<Function>,
    /// A `RequestCredentials`; not for revokes.
    pub(crate) credentials: String,
    /// Absolute; checked.
    pub(crate) revoke_url: Option<String>,
    /// Absolute; checked.
    pub(crate) lease_url: Option<String>,
    /// Needing any rules out the beacon.
    pub(crate) revoke_headers: Option<Object>,
    /// Whether the browser is to hold the last revoke ready.
    pub(crate) deferred: bool,
    /// With a space between; empty: the origin of the grant's resource.
    pub(crate) allowed_origins: String,
    /// Names the app among others of the origin.
    pub(crate) app: String,
}

pub(crate) struct Shell {
    machine: RefCell<Machine>,
    pub(super) secrets: RefCell<Secrets>,
    last: LastRequest,
    pub(super) endpoints: Endpoints,
    pub(super) session: RefCell<JsString>,
    listener: Listener,
    waiting: Sinks<Result<Acquired, Error>>,
    revoking: Sinks<Revoked>,
    requests: RefCell<Vec<(Generation, AbortController)>>,
    /// Other requests whose answer is awaited.
    pub(super) others: RefCell<Vec<(Batch, AbortController)>>,
    pub(super) request_timeout: Millis,
    timer: Timer,
    page_events: Cell<Option<PageEvents>>,
    tabs: RefCell<Option<Tabs>>,
    /// Until it is closed a client outlives its handle: the tokens that it
    /// handed out are to be revoked when the page goes.
    kept: Cell<Option<Rc<Self>>>,
    callers: Cell<u32>,
    pumping: Cell<bool>,
}

impl Shell {
    pub(crate) fn new(config: Config, endpoints: Endpoints, listener: Listener) -> Rc<Self> {
        let shell = Rc::new(Self {
            request_timeout: config.request_timeout,
            machine: RefCell::new(Machine::new(config, io::random_seed() as u64)),
            secrets: RefCell::default(),
            last: LastRequest::new(&endpoints),
            endpoints,
            session: RefCell::default(),
            listener,
            waiting: RefCell::default(),
            revoking: RefCell::default(),
            requests: RefCell::default(),
            others: RefCell::default(),
            timer: Timer::default(),
            page_events: Cell::default(),
            tabs: RefCell::default(),
            kept: Cell::default(),
            callers: Cell::new(0),
            pumping: Cell::new(false),
        });
        shell.renew_session();
        let events = PageEvents::listen(Rc::downgrade(&shell), &shell.last);
        shell.page_events.set(Some(events));
        let tabs = Tabs::listen(&shell.endpoints.app, Rc::downgrade(&shell));
        shell.tabs.replace(tabs);
        shell.keep();
        if let Some(page) = page::at_the_start() {
            shell.page(page);
        }
        shell
    }

    pub(crate) fn open(self: &Rc<Self>, key: GrantKey, hint: Option<GrantId>) -> GrantId {
        let id = self.machine.borrow_mut().open(key, hint);
        self.pump();
        id
    }

    /// The token to use right now. See [`Machine::peek`].
    pub(crate) fn peek(&self, id: GrantId, settled: bool) -> Option<JsString> {
        let now = now();
        let generation = self.machine.borrow_mut().peek(id, settled, now)?;
        self.token(generation)
    }

    /// Calls `sink` with a token or why there is none.
    pub(crate) fn acquire(
        self: &Rc<Self>,
        id: GrantId,
        want: Want,
        signal: Option<&AbortSignal>,
        sink: Sink<Result<Acquired, Error>>,
    ) {
        if signal.is_some_and(AbortSignal::aborted) {
            return sink(Err(Error::new(Code::Aborted)));
        }
        let caller = self.caller();
        let shell = Rc::downgrade(self);
        let listener = signal.map(|signal| {
            OnAbort::new(signal, move || {
                if let Some(shell) = shell.upgrade() {
                    shell.input(Input::Cancel { grant: id, caller });
                }
            })
        });
        let sink: Sink<_> = Box::new(move |answer| {
            drop(listener);
            sink(answer);
        });
        self.waiting.borrow_mut().push((caller, sink));
        self.input(Input::Acquire {
            grant: id,
            caller,
            want,
        });
    }

    /// The resource answered 401 to this token.
    pub(crate) fn refused(self: &Rc<Self>, grant: GrantId, generation: Generation) {
        self.input(Input::Refused { grant, generation });
    }

    /// As [`Shell::refused`], for those who know the token by its characters.
    pub(crate) fn refused_token(self: &Rc<Self>, id: GrantId, token: &JsString) {
        let current = self.machine.borrow().current(id);
        if let Some(generation) = current
            && self.token(generation).as_ref() == Some(token)
        {
            self.refused(id, generation);
        }
    }

    pub(crate) fn revoke(self: &Rc<Self>, scope: Scope, sink: Sink<Revoked>) {
        let caller = self.caller();
        self.revoking.borrow_mut().push((caller, sink));
        self.input(Input::Revoke { scope, caller });
    }

    pub(crate) fn close(self: &Rc<Self>, sink: Sink<Revoked>) {
        let caller = self.caller();
        self.revoking.borrow_mut().push((caller, sink));
        self.input(Input::Close { caller });
    }

    pub(crate) fn resume(self: &Rc<Self>) {
        self.input(Input::Resume);
    }

    pub(crate) fn page(self: &Rc<Self>, page: Page) {
        self.input(Input::Page(page));
    }

    pub(crate) fn state(&self, id: GrantId) -> State {
        let now = now();
        self.machine.borrow().state(id, now)
    }

    pub(crate) fn key(&self, id: GrantId) -> Option<GrantKey> {
        self.machine.borrow().key(id).cloned()
    }

    /// The scopes that the server says it granted with the grant's token.
    pub(crate) fn granted_scope(&self, id: GrantId) -> Option<JsString> {
        let generation = self.machine.borrow().current(id)?;
        self.secrets.borrow().get(generation)?.scope.clone()
    }

    /// The app's other tabs are told to revoke everything.
    pub(super) fn revoke_as_told(self: &Rc<Self>) {
        let caller = self.caller();
        let scope = Scope::All;
        self.input(Input::Revoke { scope, caller });
    }

    pub(super) fn lease_answered(self: &Rc<Self>, batch: Batch, answer: Result<Terms, Failure>) {
        self.input(Input::LeaseAnswered { batch, answer });
    }

    pub(super) fn recalled(self: &Rc<Self>, recall: Recall) {
        self.input(Input::Recalled(recall));
    }

    pub(super) fn revoke_answered(self: &Rc<Self>, batch: Batch, outcome: RevokeOutcome) {
        self.input(Input::RevokeAnswered { batch, outcome });
    }

    fn token(&self, generation: Generation) -> Option<JsString> {
        let secrets = self.secrets.borrow();
        secrets.get(generation).map(|secret| secret.token.clone())
    }

    fn caller(&self) -> CallerId {
        let caller = self.callers.get().wrapping_add(1);
        self.callers.set(caller);
        CallerId(caller)
    }

    fn input(self: &Rc<Self>, input: Input) {
        let now = now();
        self.machine.borrow_mut().handle_input(input, now);
        self.pump();
    }

    /// Drains the machine. What is carried out may call the app's code, which
    /// may call back in here: no borrow is held meanwhile, and whatever such a
    /// call brings about waits for its turn in the outer loop.
    fn pump(self: &Rc<Self>) {
        if self.pumping.replace(true) {
            return;
        }
        loop {
            let output = self.machine.borrow_mut().poll_output();
            let Some(output) = output else { break };
            self.carry_out(output);
        }
        self.pumping.set(false);
        self.keep();
        self.arm();
    }

    /// A client that is closed lets go once nothing of it is left to revoke:
    /// until then a page that goes takes the revoke along.
    fn keep(self: &Rc<Self>) {
        let over = self.machine.borrow().is_over();
        if over {
            self.page_events.take();
            self.tabs.take();
        }
        self.kept.set((!over).then(|| self.clone()));
    }

    fn arm(self: &Rc<Self>) {
        let now = now();
        let Some(wait) = self.machine.borrow().poll_timeout(now) else {
            return self.timer.disarm();
        };
        let shell = Rc::downgrade(self);
        self.timer.arm(wait, now, move || {
            if let Some(shell) = shell.upgrade() {
                shell.timer.disarm();
                let now = super::clock::now();
                shell.machine.borrow_mut().handle_timeout(now);
                shell.pump();
            }
        });
    }

    fn carry_out(self: &Rc<Self>, output: Output) {
        match output {
            Output::AbortLease(batch) => {
                if let Some((_, controller)) = take(&self.others, batch) {
                    controller.abort();
                }
            }
            Output::AbortRequest(generation) => {
                self.last.forget_request(generation);
                if let Some((_, controller)) = take(&self.requests, generation) {
                    controller.abort();
                }
            }
            Output::Forget(generation) => {
                self.last.forget_token(generation);
                self.secrets.borrow_mut().remove(generation);
            }
            Output::LeaseLost(error) => (self.listener)(self, None, Notice::Failed(error)),
            Output::Notify(id, notice) => (self.listener)(self, Some(id), notice),
            Output::Reject(caller, error) => self.answer(caller, Err(error)),
            Output::RenewSession => {
                // A request under way keeps pages out of some back/forward caches.
                for (_, controller) in self.others.take() {
                    controller.abort();
                }
                self.renew_session();
            }
            Output::RequestLease(batch) => lease::request(self, batch),
            Output::RequestToken(id, generation) => self.request_token(id, generation),
            Output::Resolve(caller, generation) => {
                let token = self.token(generation);
                let token = token.ok_or(Error::new(Code::Internal));
                self.answer(caller, token.map(|token| (generation, token)));
            }
            Output::Revoke {
                batch,
                sending,
                tokens,
                pending,
                reason,
                whole_session,
            } => {
                let revocation = Revocation {
                    tokens,
                    pending,
                    reason,
                    whole_session,
                };
                match sending {
                    Sending::Awaited => revoke::send_and_await(self, batch, &revocation),
                    Sending::Unload if self.last.is_sent() => self.hand_over_rest(revocation),
                    Sending::Unload => revoke::hand_over(self, &revocation),
                }
            }
            Output::Revoked(caller, revoked) => {
                if let Some((_, sink)) = take(&self.revoking, caller) {
                    sink(revoked);
                }
            }
            Output::TellOtherTabs => {
                if let Some(tabs) = &*self.tabs.borrow() {
                    tabs.tell();
                }
            }
        }
    }

    fn renew_session(&self) {
        let name = io::random_name();
        self.last.session(&name);
        self.session.replace(name);
    }

    /// The last request named every token and every request under way.
    fn hand_over_rest(&self, mut revocation: Revocation) {
        let requests = self.requests.borrow();
        let is_under_way = |one| requests.iter().any(|(request, _)| *request == one);
        revocation.tokens.clear();
        revocation.pending.retain(|&one| !is_under_way(one));
        drop(requests);
        if !revocation.pending.is_empty() {
            revoke::hand_over(self, &revocation);
        }
    }

    fn answer(&self, caller: CallerId, answer: Result<Acquired, Error>) {
        if let Some((_, sink)) = take(&self.waiting, caller) {
            sink(answer);
        }
    }

    fn request_token(self: &Rc<Self>, grant: GrantId, generation: Generation) {
        let (Some(key), Ok(controller)) = (self.key(grant), AbortController::new()) else {
            return;
        };
        let signal = controller.signal();
        self.requests.borrow_mut().push((generation, controller));
        self.last.request(generation);
        let shell = self.clone();
        let callback = io::once(move |answer, _| {
            take(&shell.requests, generation);
            shell.last.forget_request(generation);
            let read = endpoint::token_response(&Parts::new(answer));
            let answer = read.map(|(issued, secret)| {
                shell.last.token(generation, &secret);
                shell.secrets.borrow_mut().insert(generation, secret);
                issued
            });
            shell.input(Input::Answered {
                grant,
                generation,
                answer,
            });
        });
        let session = self.session.borrow().clone();
        endpoint::ask(
            &self.endpoints,
            &key,
            &session,
            generation.0,
            &signal,
            &callback,
        );
    }
}

/// Calls back when a signal fires; lets go of the signal on drop.
struct OnAbort {
    stop: Function,
}

impl OnAbort {
    fn new(signal: &AbortSignal, callback: impl FnOnce() + 'static) -> Self {
        let callback = io::once(move |_, _| callback());
        Self {
            stop: io::on_abort(signal, &callback),
        }
    }
}

impl Drop for OnAbort {
    fn drop(&mut self) {
        let _ = self.stop.call0(&JsValue::UNDEFINED);
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        self.timer.disarm();
    }
}

pub(super) fn take<K: PartialEq, V>(list: &RefCell<Vec<(K, V)>>, key: K) -> Option<(K, V)> {
    let mut list = list.borrow_mut();
    let place = list.iter().position(|(one, _)| *one == key)?;
    Some(list.swap_remove(place))
}

//! One client: the machine, what goes over the wire, and who waits for what.

use std::cell::{Cell, RefCell};
use std::mem::ManuallyDrop;
use std::rc::Rc;

use js_sys::JsString;
use wasm_bindgen::prelude::*;
use web_sys::AbortSignal;

use super::answers;
use super::clock::now;
use super::io::{self, Subscription};
use super::page;
use super::tabs::Tabs;
use super::timer::Timer;
use super::wire::{Revocation, Wire};
use crate::core::{
    CallerId, Code, Config, Error, Generation, GrantId, GrantKey, Input, Machine, Millis, Moment,
    Notice, Output, Pace, Page, Revoked, Scope, Sending, State, Want,
};

thread_local! {
    /// Shared by the clients of the page.
    static PACE: ManuallyDrop<Pace> = ManuallyDrop::new(Pace::default());
}

/// On a page that asks for tokens all the time its listeners are set again no more
/// often than this: 1 second.
const LISTENS_AGAIN_AFTER: Millis = Millis(1_000);

/// A token and the name that it has in the core.
pub(crate) type Acquired = (Generation, JsString);

/// Told what happens to the grants, or without one to the lease, with no borrow held.
pub(crate) type Listener = Box<dyn Fn(&Shell, Option<GrantId>, Notice)>;

/// Called once, with no borrow held.
pub(crate) type Sink<T> = Box<dyn FnOnce(T)>;

/// Those who wait for an answer, by name.
type Sinks<T> = RefCell<Vec<(CallerId, Sink<T>)>>;

pub(crate) struct Shell {
    machine: RefCell<Machine>,
    pub(super) wire: Wire,
    listener: Listener,
    waiting: Sinks<Result<Acquired, Error>>,
    revoking: Sinks<Revoked>,
    pub(super) request_timeout: Millis,
    timer: Timer,
    answers: Cell<Option<Subscription>>,
    page_events: Cell<Option<Subscription>>,
    listened_at: Cell<Millis>,
    tabs: RefCell<Option<Tabs>>,
    /// Until it is closed a client outlives its handle: the tokens that it
    /// handed out are to be revoked when the page goes.
    kept: Cell<Option<Rc<Self>>>,
    callers: Cell<u32>,
    pumping: Cell<bool>,
}

impl Shell {
    /// `backend` is what the app has said of it, checked, as `Wire` in `io.js` has it.
    pub(crate) fn new(config: Config, backend: &JsValue, listener: Listener) -> Rc<Self> {
        let shell = Rc::new(Self {
            request_timeout: config.request_timeout,
            machine: RefCell::new(
                Machine::new(config, io::random_seed() as u64)
                    .keeping_pace(PACE.with(|pace| (**pace).clone()), io::source_of(backend)),
            ),
            wire: Wire::new(backend),
            listener,
            waiting: RefCell::default(),
            revoking: RefCell::default(),
            timer: Timer::default(),
            answers: Cell::default(),
            page_events: Cell::default(),
            listened_at: Cell::default(),
            tabs: RefCell::default(),
            kept: Cell::default(),
            callers: Cell::new(0),
            pumping: Cell::new(false),
        });
        let heard = answers::listen(Rc::downgrade(&shell), &shell.wire);
        shell.answers.set(Some(heard));
        shell.wire.renew_session();
        let events = page::listen(Rc::downgrade(&shell), &shell.wire);
        shell.page_events.set(Some(events));
        let tabs = Tabs::listen(&shell.wire, Rc::downgrade(&shell));
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
        self.listen_again(now);
        let generation = self.machine.borrow_mut().peek(id, settled, now)?;
        self.wire.token(generation)
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
        self.wire.listen_again();
        let caller = self.caller();
        let shell = Rc::downgrade(self);
        let listener = signal.map(|signal| {
            on_abort(signal, move || {
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

    /// The resource answered 401 to this token. Whether another one can be had.
    pub(crate) fn refused(self: &Rc<Self>, grant: GrantId, generation: Generation) -> bool {
        self.input(Input::Refused { grant, generation });
        self.machine.borrow().current(grant) != Some(generation)
    }

    /// As [`Shell::refused`], for those who know the token by its characters.
    pub(crate) fn refused_token(self: &Rc<Self>, id: GrantId, token: &JsString) {
        let current = self.machine.borrow().current(id);
        if let Some(generation) = current
            && self.wire.token(generation).as_ref() == Some(token)
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
        self.wire.scope(generation)
    }

    /// The app's other tabs are told to revoke everything.
    pub(super) fn revoke_as_told(self: &Rc<Self>) {
        let caller = self.caller();
        let scope = Scope::All;
        self.input(Input::Revoke { scope, caller });
    }

    /// What a function of the app's threw when it was asked for the grant's token last.
    #[cfg(feature = "js")]
    pub(crate) fn cause(&self, id: GrantId) -> JsValue {
        self.wire.cause(id)
    }

    /// Whatever took the page's listeners away: a page that uses tokens is listened to.
    fn listen_again(&self, now: Moment) {
        let since = now.0 - self.listened_at.get();
        if since >= LISTENS_AGAIN_AFTER {
            self.listened_at.set(now.0);
            self.wire.listen_again();
        }
    }

    fn caller(&self) -> CallerId {
        let caller = self.callers.get().wrapping_add(1);
        self.callers.set(caller);
        CallerId(caller)
    }

    pub(super) fn input(self: &Rc<Self>, input: Input) {
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
            self.answers.take();
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
            Output::AbortLease(batch) => self.wire.abort_other(batch),
            Output::AbortRequest(generation) => self.wire.abort(generation),
            Output::Forget(generation) => self.wire.forget(generation),
            Output::LeaseLost(error) => (self.listener)(self, None, Notice::Failed(error)),
            Output::Notify(id, notice) => (self.listener)(self, Some(id), notice),
            Output::Reject(caller, error) => self.answer(caller, Err(error)),
            Output::RenewSession => self.wire.renew_session(),
            Output::NameWholeSession => self.wire.name_whole_session(),
            Output::RequestLease(batch) => self.wire.ask_for_lease(batch),
            Output::RequestToken(id, generation) => {
                if let Some(key) = self.key(id) {
                    self.wire.ask_for_token(generation, id, &key);
                }
            }
            Output::Resolve(caller, generation) => {
                let token = self.wire.token(generation);
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
                    Sending::Awaited => {
                        self.wire.revoke(batch, &revocation, self.request_timeout);
                    }
                    Sending::Unload => self.wire.hand_over(&revocation),
                }
            }
            Output::Revoked(caller, revoked) => {
                if let Some((_, sink)) = take(&self.revoking, caller) {
                    sink(revoked);
                }
            }
            Output::TellOtherTabs => {
                // No borrow is held meanwhile.
                let tabs = self.tabs.take();
                if let Some(tabs) = &tabs {
                    tabs.tell();
                }
                self.tabs.replace(tabs);
            }
        }
    }

    fn answer(&self, caller: CallerId, answer: Result<Acquired, Error>) {
        if let Some((_, sink)) = take(&self.waiting, caller) {
            sink(answer);
        }
    }
}

/// Calls back when a signal fires; lets go of the signal on drop.
fn on_abort(signal: &AbortSignal, callback: impl Fn() + 'static) -> Subscription {
    let callback = io::callback(move |_, _| callback());
    Subscription::new(io::on_abort(signal, callback.as_ref()), callback)
}

impl Drop for Shell {
    fn drop(&mut self) {
        self.timer.disarm();
    }
}

fn take<T>(list: &Sinks<T>, caller: CallerId) -> Option<(CallerId, Sink<T>)> {
    let mut list = list.borrow_mut();
    let place = list.iter().position(|(one, _)| *one == caller)?;
    Some(list.swap_remove(place))
}

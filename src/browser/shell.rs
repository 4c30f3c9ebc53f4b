//! One client: the machine, what goes over the wire, and who waits for what.

use std::cell::{Cell, RefCell};
use std::mem::ManuallyDrop;
use std::rc::Rc;

use js_sys::JsString;
use wasm_bindgen::prelude::*;
use web_sys::AbortSignal;

use super::call::{self, Subscription};
use super::clock::now;
use super::endpoint;
use super::io;
use super::page::{self, Event};
use super::tabs::Tabs;
use super::timer::Timer;
use super::wire::Wire;
use crate::core::{
    CallerId, Code, Config, Error, Generation, GrantId, GrantKey, Input, Machine, Millis, Moment,
    Notice, Output, Pace, Revoked, Scope, Sending, State, Want,
};

thread_local! {
    /// Shared by the clients of the page.
    static PACE: ManuallyDrop<Pace> = ManuallyDrop::new(Pace::default());
}

/// Whoever asks in the name of another tab: nobody waits for what becomes of it.
const NOBODY: CallerId = CallerId(0);

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
        let wire = Wire::new(backend);
        let request_timeout = config.request_timeout;
        let machine = Machine::new(config, wire.endpoints(), io::random_seed() as u64);
        let machine = PACE.with(|pace| machine.keeping_pace(pace, &io::source_of(backend)));
        let shell = Rc::new(Self {
            request_timeout,
            machine: RefCell::new(machine),
            wire,
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
        let tell = shell.weakly(Self::input);
        shell.answers.set(Some(endpoint::listen(&shell.wire, tell)));
        shell.wire.renew_session();
        let tell = shell.weakly(Self::page_event);
        shell.page_events.set(Some(page::listen(&shell.wire, tell)));
        let revoke = shell.weakly(Self::input);
        let tabs = Tabs::listen(&shell.wire, move || {
            revoke(Input::Revoke {
                scope: Scope::All,
                caller: NOBODY,
            });
        });
        shell.tabs.replace(tabs);
        shell.keep();
        if let Some(page) = page::at_the_start() {
            shell.input(Input::Page(page));
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
        let tell = self.weakly(Self::input);
        let listener = signal
            .map(|signal| on_abort(signal, move || tell(Input::Cancel { grant: id, caller })));
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

    /// Calls with the shell, for as long as there is one.
    fn weakly<T>(self: &Rc<Self>, call: fn(&Rc<Self>, T)) -> impl Fn(T) + 'static
    where
        T: 'static,
    {
        let shell = Rc::downgrade(self);
        move |what| {
            if let Some(shell) = shell.upgrade() {
                call(&shell, what);
            }
        }
    }

    fn page_event(self: &Rc<Self>, event: Event) {
        match event {
            Event::Happened(page) => self.input(Input::Page(page)),
            Event::Write => {
                let farewell = self.machine.borrow().farewell();
                self.wire.hold(&farewell);
            }
        }
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
        let wake = self.weakly(|shell, now| {
            shell.timer.disarm();
            shell.machine.borrow_mut().handle_timeout(now);
            shell.pump();
        });
        self.timer.arm(wait, now, move || wake(super::clock::now()));
    }

    fn carry_out(self: &Rc<Self>, output: Output) {
        match output {
            Output::AbortLease(request) => self.wire.abort(request.0),
            Output::AbortRequest(generation) => self.wire.abort(generation.0),
            Output::Forget(generation) => self.wire.forget(generation),
            Output::LeaseLost(error) => (self.listener)(self, None, Notice::Failed(error)),
            Output::Name(generation) => self.wire.name(generation),
            Output::Notify(id, notice) => (self.listener)(self, Some(id), notice),
            Output::Reject(caller, error) => self.answer(caller, Err(error)),
            Output::RenewSession => self.wire.renew_session(),
            Output::RequestLease(request) => self.wire.ask_for_lease(request),
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
                request,
                sending,
                reason,
                whole_session,
                is_short,
            } => match sending {
                Sending::Awaited => {
                    let wait = self.request_timeout;
                    self.wire.revoke(request, reason, whole_session, wait);
                }
                Sending::Unload => self.wire.hand_over(reason, whole_session, is_short),
            },
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
    let callback = call::callback(move |_, _| callback());
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

//! One client: the machine, what goes over the wire, and who waits for what.

use std::cell::{RefCell, RefMut};
use std::mem::ManuallyDrop;
use std::rc::{Rc, Weak};

use js_sys::JsString;
use wasm_bindgen::prelude::*;
use web_sys::AbortSignal;

use super::call::{self, Callback, Subscription};
use super::clock::now;
use super::endpoint;
use super::io::{self, Part};
use super::page;
use super::timer::{self, Timer};
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
type Sinks<T> = Vec<(CallerId, Sink<T>)>;

pub(crate) struct Shell {
    pub(super) wire: Wire,
    listener: Listener,
    request_timeout: Millis,
    inner: RefCell<Inner>,
}

/// What changes. Borrowed for a moment only, never while JavaScript runs.
struct Inner {
    machine: Machine,
    waiting: Sinks<Result<Acquired, Error>>,
    revoking: Sinks<Revoked>,
    callers: u32,
    timer: Option<Timer>,
    listened_at: Millis,
    /// What the browser calls, until the client is over.
    heard: Option<Callback>,
    /// Until it is closed a client outlives its handle: the tokens that it
    /// handed out are to be revoked when the page goes.
    kept: Option<Rc<Shell>>,
    is_pumping: bool,
}

impl Shell {
    /// `backend` is what the app has said of it, checked, as `Wire` in `io.js` has it.
    pub(crate) fn new(config: Config, backend: &JsValue, listener: Listener) -> Rc<Self> {
        let wire = Wire::new(backend);
        let request_timeout = config.request_timeout;
        let machine = Machine::new(config, wire.endpoints(), io::random_seed() as u64);
        let machine = PACE.with(|pace| machine.keeping_pace(pace, &io::source_of(backend)));
        let shell = Rc::new(Self {
            wire,
            listener,
            request_timeout,
            inner: RefCell::new(Inner {
                machine,
                waiting: Vec::new(),
                revoking: Vec::new(),
                callers: 0,
                timer: None,
                listened_at: Millis(0),
                heard: None,
                kept: None,
                is_pumping: false,
            }),
        });
        let own = Rc::downgrade(&shell);
        let heard = call::callback(move |what, flag| {
            if let Some(shell) = own.upgrade() {
                shell.hear(what, flag);
            }
        });
        shell.wire.listen(heard.as_ref());
        shell.inner().heard = Some(heard);
        shell.wire.renew_session();
        shell.keep();
        if let Some(page) = page::at_the_start() {
            shell.input(Input::Page(page));
        }
        shell
    }

    pub(crate) fn open(self: &Rc<Self>, key: GrantKey, hint: Option<GrantId>) -> GrantId {
        let id = self.inner().machine.open(key, hint);
        self.pump();
        id
    }

    #[cfg(feature = "js")]
    pub(crate) fn find(&self, key: &GrantKey) -> Option<GrantId> {
        self.inner().machine.find(key)
    }

    /// The token to use right now. See [`Machine::peek`].
    pub(crate) fn peek(&self, id: GrantId, settled: bool) -> Option<JsString> {
        let now = now();
        self.listen_again(now);
        let generation = self.inner().machine.peek(id, settled, now)?;
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
        let caller = self.inner().new_caller();
        let listener = signal.map(|signal| on_abort(signal, Rc::downgrade(self), id, caller));
        let sink: Sink<_> = Box::new(move |answer| {
            drop(listener);
            sink(answer);
        });
        self.inner().waiting.push((caller, sink));
        self.input(Input::Acquire {
            grant: id,
            caller,
            want,
        });
    }

    /// The resource answered 401 to this token. Whether another one can be had.
    pub(crate) fn unauthorized(self: &Rc<Self>, grant: GrantId, generation: Generation) -> bool {
        self.input(Input::Unauthorized { grant, generation });
        self.inner().machine.has_another(grant, generation)
    }

    /// As [`Shell::unauthorized`], for those who know the token by its characters.
    pub(crate) fn unauthorized_token(self: &Rc<Self>, id: GrantId, token: &JsString) {
        let current = self.inner().machine.current(id);
        if let Some(generation) = current
            && self.wire.token(generation).as_ref() == Some(token)
        {
            self.unauthorized(id, generation);
        }
    }

    pub(crate) fn revoke(self: &Rc<Self>, scope: Scope, sink: Sink<Revoked>) {
        let caller = self.inner().new_caller();
        self.inner().revoking.push((caller, sink));
        self.input(Input::Revoke { scope, caller });
    }

    pub(crate) fn close(self: &Rc<Self>, sink: Sink<Revoked>) {
        let caller = self.inner().new_caller();
        self.inner().revoking.push((caller, sink));
        self.input(Input::Close { caller });
    }

    pub(crate) fn resume(self: &Rc<Self>) {
        self.input(Input::Resume);
    }

    pub(crate) fn state(&self, id: GrantId) -> State {
        let now = now();
        self.inner().machine.state(id, now)
    }

    pub(crate) fn key(&self, id: GrantId) -> Option<GrantKey> {
        self.inner().machine.key(id).cloned()
    }

    /// The scopes that the server says it granted with the grant's token.
    pub(crate) fn granted_scope(&self, id: GrantId) -> Option<JsString> {
        let generation = self.inner().machine.current(id)?;
        self.wire.scope(generation)
    }

    /// What a function of the app's threw when it was asked for the grant's token last.
    #[cfg(feature = "js")]
    pub(crate) fn cause(&self, id: GrantId) -> JsValue {
        self.wire.cause(id)
    }

    /// Whatever took the page's listeners away: a page that uses tokens is listened to.
    fn listen_again(&self, now: Moment) {
        let mut inner = self.inner();
        if now.0 - inner.listened_at >= LISTENS_AGAIN_AFTER {
            inner.listened_at = now.0;
            drop(inner);
            self.wire.listen_again();
        }
    }

    /// See `Tell` in `io.js`.
    fn hear(self: &Rc<Self>, what: JsValue, flag: bool) {
        let Some(event) = what.as_string() else {
            let answer = Part::new(what);
            return endpoint::answered(&self.wire, &answer, flag, |input| self.input(input));
        };
        match event.as_str() {
            "write" => {
                let farewell = self.inner().machine.farewell();
                self.wire.hold(&farewell);
            }
            "elsewhere" => self.input(Input::Revoke {
                scope: Scope::All,
                caller: NOBODY,
            }),
            event => {
                if let Some(page) = page::read(&self.wire, event, flag) {
                    self.input(Input::Page(page));
                }
            }
        }
    }

    fn input(self: &Rc<Self>, input: Input) {
        let now = now();
        self.inner().machine.handle_input(input, now);
        self.pump();
    }

    /// Drains the machine. What is carried out may call the app's code, which
    /// may call back in here: no borrow is held meanwhile, and whatever such a
    /// call brings about waits for its turn in the outer loop.
    fn pump(self: &Rc<Self>) {
        if std::mem::replace(&mut self.inner().is_pumping, true) {
            return;
        }
        loop {
            let output = self.inner().machine.poll_output();
            let Some(output) = output else { break };
            self.carry_out(output);
        }
        self.inner().is_pumping = false;
        self.keep();
        self.arm();
    }

    /// A client that is closed lets go once nothing of it is left to revoke:
    /// until then a page that goes takes the revoke along.
    fn keep(self: &Rc<Self>) {
        if !self.inner().machine.is_over() {
            self.inner().kept = Some(self.clone());
            return;
        }
        self.wire.end();
        let heard = self.inner().heard.take();
        let kept = self.inner().kept.take();
        drop((heard, kept));
    }

    fn arm(self: &Rc<Self>) {
        let now = now();
        let mut inner = self.inner();
        let wait = inner.machine.poll_timeout(now);
        let is_armed = |wait| {
            inner
                .timer
                .as_ref()
                .is_some_and(|timer| timer.is_soon_enough(wait, now))
        };
        if wait.is_some_and(is_armed) {
            return;
        }
        let old = inner.timer.take();
        drop(inner);
        drop(old);
        let Some(wait) = wait else { return };
        let shell = Rc::downgrade(self);
        let timer = timer::set(wait, now, move || {
            if let Some(shell) = shell.upgrade() {
                shell.wake();
            }
        });
        self.inner().timer = timer;
    }

    fn wake(self: &Rc<Self>) {
        let fired = self.inner().timer.take();
        drop(fired);
        let now = now();
        self.inner().machine.handle_timeout(now);
        self.pump();
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
                let sink = take(&mut self.inner().revoking, caller);
                if let Some(sink) = sink {
                    sink(revoked);
                }
            }
            Output::TellOtherTabs => self.wire.tell_tabs(),
        }
    }

    fn answer(&self, caller: CallerId, answer: Result<Acquired, Error>) {
        let sink = take(&mut self.inner().waiting, caller);
        if let Some(sink) = sink {
            sink(answer);
        }
    }

    #[inline(never)]
    fn inner(&self) -> RefMut<'_, Inner> {
        self.inner.borrow_mut()
    }
}

impl Inner {
    fn new_caller(&mut self) -> CallerId {
        self.callers = self.callers.wrapping_add(1);
        CallerId(self.callers)
    }
}

/// Cancels a call when a signal fires; lets go of the signal on drop.
fn on_abort(
    signal: &AbortSignal,
    shell: Weak<Shell>,
    grant: GrantId,
    caller: CallerId,
) -> Subscription {
    let callback = call::callback(move |_, _| {
        if let Some(shell) = shell.upgrade() {
            shell.input(Input::Cancel { grant, caller });
        }
    });
    Subscription::new(io::on_abort(signal, callback.as_ref()), callback)
}

fn take<T>(list: &mut Sinks<T>, caller: CallerId) -> Option<Sink<T>> {
    let place = list.iter().position(|(one, _)| *one == caller)?;
    Some(list.swap_remove(place).1)
}

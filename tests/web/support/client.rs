//! A client as the facade uses it: the exported functions, with promises around.

use std::cell::{OnceCell, RefCell};
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use downscope::api;
use downscope::core::{Notice, Status};
use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::js;
use super::page::{Page, within};

/// What a listener does when it is told of an event; what it gives as `Err` is thrown.
type Listener = Rc<dyn Fn(&str) -> Result<(), JsValue>>;

type Notify = Closure<dyn Fn(f64, usize, JsValue) -> Result<(), JsValue>>;

pub(crate) struct Client {
    number: u32,
    told: Rc<RefCell<Vec<String>>>,
    listener: Rc<OnceCell<Listener>>,
    _notify: Notify,
}

impl Client {
    /// A client with these options, as a JavaScript expression.
    pub(crate) fn new(options: &str) -> Self {
        let told = Rc::new(RefCell::new(Vec::new()));
        let listener = Rc::new(OnceCell::<Listener>::new());
        let (list, called) = (told.clone(), listener.clone());
        let notify: Notify = Closure::new(move |_, number: usize, _| {
            let event = Notice::NAMES[number];
            list.borrow_mut().push(event.to_owned());
            called.get().map_or(Ok(()), |listener| listener(event))
        });
        Self {
            number: create(&js(options), notify.as_ref().unchecked_ref()),
            told,
            listener,
            _notify: notify,
        }
    }

    /// Calls back at each event; to be said once.
    pub(crate) fn on_event(&self, listener: impl Fn(&str) -> Result<(), JsValue> + 'static) {
        assert!(self.listener.set(Rc::new(listener)).is_ok());
    }

    /// The events so far.
    pub(crate) fn told(&self) -> Vec<String> {
        self.told.borrow().clone()
    }

    /// The grant with this scope and the resource `/file`.
    pub(crate) fn grant(&self, scope: &str) -> Grant {
        let resource = js("new URL('/file', location.href).href").as_string();
        self.open(resource.as_deref(), scope).unwrap()
    }

    /// As the facade does it: the scopes are sorted already.
    pub(crate) fn open(&self, resource: Option<&str>, scope: &str) -> Result<Grant, Refusal> {
        let opened = api::open(self.number, &resource.into(), &scope.into(), 0.0);
        let client = self.number;
        opened.map(|id| Grant { client, id }).map_err(Refusal)
    }

    pub(crate) fn revoke_all(&self) -> Answer<Revoked> {
        revoked(|settle| api::revoke(self.number, 0.0, false, settle))
    }

    pub(crate) fn resume(&self) {
        api::resume(self.number);
    }

    pub(crate) fn close(&self) -> Answer<Revoked> {
        revoked(|settle| api::close(self.number, settle))
    }

    /// Closes the client, after which nothing of it is left in the page.
    pub(crate) async fn ends_cleanly(self, page: &Page) {
        self.close().await.unwrap();
        page.is_clean().await;
    }

    /// The same, where a request was let go of whose answer may still come.
    pub(crate) async fn ends_after_late_answers(self, page: &Page) {
        self.close().await.unwrap();
        page.is_clean_after_late_answers().await;
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Grant {
    client: u32,
    id: f64,
}

impl Grant {
    pub(crate) fn token(self) -> Answer<String> {
        self.token_with("{}")
    }

    /// As [`Grant::token`], with options, as a JavaScript expression.
    pub(crate) fn token_with(self, options: &str) -> Answer<String> {
        let answer = settled(self.promise(options));
        Box::pin(async move { answer.await.map(|token| token.as_string().unwrap()) })
    }

    /// The promise itself: the token stays out of linear memory.
    pub(crate) fn promise(self, options: &str) -> Promise {
        Promise::new(&mut |resolve, reject| self.call(options, settler(&resolve, &reject)))
    }

    /// Calls the function with a value and whether it is a failure, with nothing between.
    pub(crate) fn call(self, options: &str, settle: Function) {
        api::acquire(self.client, self.id, js(options), settle);
    }

    pub(crate) fn peek(self) -> Option<String> {
        api::peek(self.client, self.id, false).map(String::from)
    }

    pub(crate) fn fetch(self, input: &JsValue, init: &JsValue) -> Answer<JsValue> {
        settled(Promise::new(&mut |resolve, reject| {
            api::fetch(
                self.client,
                self.id,
                input,
                init,
                settler(&resolve, &reject),
            );
        }))
    }

    /// Says that the resource refused this token.
    pub(crate) fn refuse(self, token: &JsValue) {
        api::unauthorized(self.client, self.id, token.unchecked_ref());
    }

    pub(crate) fn revoke(self) -> Answer<Revoked> {
        revoked(|settle| api::revoke(self.client, self.id, false, settle))
    }

    /// A part of the state that a user interface would show.
    fn state(self, place: u32) -> JsValue {
        let state = api::state(self.client, self.id);
        state.unchecked_ref::<Array>().get(place)
    }

    pub(crate) fn status(self) -> &'static str {
        Status::NAMES[self.state(0).as_f64().unwrap() as usize]
    }

    /// When the held token was issued, is refreshed and expires, as `Date.now()` has it.
    pub(crate) fn times(self) -> [Option<f64>; 3] {
        [1, 2, 3].map(|place| self.state(place).as_f64())
    }

    /// The client of the grant, without its listener.
    pub(crate) fn close_client(self) -> Answer<Revoked> {
        revoked(|settle| api::close(self.client, settle))
    }

    /// Another grant of the same client.
    pub(crate) fn sibling(self, scope: &str) -> Self {
        let id = api::open(self.client, &JsValue::UNDEFINED, &scope.into(), 0.0).unwrap();
        Self { id, ..self }
    }
}

/// The answer to a call that has been made, awaited or not.
pub(crate) type Answer<T> = Pin<Box<dyn Future<Output = Result<T, Refusal>>>>;

/// What a revoke came to.
#[derive(Debug, PartialEq)]
pub(crate) struct Revoked {
    pub(crate) tokens: u32,
    pub(crate) confirmed: bool,
}

/// What was thrown, or what a promise was rejected with.
#[derive(Debug, PartialEq)]
pub(crate) struct Refusal(pub(crate) JsValue);

impl Refusal {
    pub(crate) fn code(&self) -> String {
        self.text("code")
    }

    pub(crate) fn message(&self) -> String {
        self.text("message")
    }

    pub(crate) fn get(&self, name: &str) -> JsValue {
        get(&self.0, name)
    }

    fn text(&self, name: &str) -> String {
        let text = self.0.is_object().then(|| self.get(name).as_string());
        text.flatten().unwrap_or_else(|| format!("{:?}", self.0))
    }
}

/// What a promise comes to; a bounded time is waited for it.
pub(crate) fn settled(promise: Promise) -> Answer<JsValue> {
    // Listened to from now on, awaited or not: its rejection is never unhandled.
    let answer = JsFuture::from(within(&promise));
    Box::pin(async move { answer.await.map_err(Refusal) })
}

/// The function that settles a promise, as the facade has it.
fn settler(resolve: &Function, reject: &Function) -> Function {
    let body = "return (value, failed) => (failed ? reject : resolve)(value)";
    let make = Function::new_with_args("resolve, reject", body);
    let settle = make.call2(&JsValue::UNDEFINED, resolve, reject);
    settle.unwrap().unchecked_into()
}

fn revoked(call: impl Fn(Function)) -> Answer<Revoked> {
    let settle = |resolve: Function, reject: Function| call(settler(&resolve, &reject));
    let answer = settled(Promise::new(&mut |resolve, reject| settle(resolve, reject)));
    Box::pin(async move {
        let revoked = answer.await?;
        Ok(Revoked {
            tokens: revoked.unchecked_ref::<Array>().get(0).as_f64().unwrap() as u32,
            confirmed: revoked.unchecked_ref::<Array>().get(1).as_bool().unwrap(),
        })
    })
}

/// Options as the facade hands them on once it has read them.
fn create(options: &JsValue, notify: &Function) -> u32 {
    let option = |name| get(options, name);
    let backend = Object::assign(&Object::new(), options.unchecked_ref());
    for name in ["tokenEndpoint", "revokeEndpoint", "leaseEndpoint"] {
        if let Some(path) = option(name).as_string() {
            let url = js(&format!("new URL('{path}', location.href).href"));
            Reflect::set(&backend, &name.into(), &url).unwrap();
        }
    }
    if option("app").is_undefined() {
        Reflect::set(&backend, &"app".into(), &"test".into()).unwrap();
    }
    api::create(&backend, notify.clone())
}

fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap()
}

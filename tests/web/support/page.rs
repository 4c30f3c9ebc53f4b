//! The page: what `page.js` and `network.js` put in the place of the browser's own.

use js_sys::{Array, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use super::{function, hooks};

/// A page of one test. Dropping it puts everything back; so does the next one,
/// for a test that fails runs no destructor.
pub(crate) struct Page {
    pub(crate) time: Time,
    pub(crate) network: Network,
    pub(crate) events: Events,
}

impl Page {
    pub(crate) fn new() -> Self {
        hooks::start();
        restore();
        Self {
            time: Time::new(),
            network: Network::new(),
            events: Events::new(),
        }
    }

    /// Nothing is left in the page: no listener, no timer, no complaint.
    pub(crate) async fn is_clean(&self) {
        rest().await;
        let nothing: [String; 0] = [];
        assert_eq!(self.events.listened(), nothing);
        assert_eq!(self.events.complaints(), nothing);
        assert_eq!(
            self.network.lonely(),
            0,
            "beacons without a request beside them"
        );
        assert_eq!(self.time.armed(), 0, "timers are left");
    }

    /// The same, as soon as a closed client waits for no late answer any more.
    pub(crate) async fn is_clean_after_late_answers(&self) {
        self.time.advance(60_000).await;
        self.is_clean().await;
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        restore();
    }
}

#[wasm_bindgen(module = "/tests/web/support/page.js")]
extern "C" {
    fn restore();

    #[wasm_bindgen(js_name = patchGlobal)]
    pub(crate) fn patch_global(name: &str, value: &JsValue);

    /// `hidden` or `prerendering`, without an event.
    #[wasm_bindgen(js_name = sayOfDocument)]
    pub(crate) fn say_of_document(name: &str, value: bool);

    #[wasm_bindgen(js_name = patchNavigator)]
    pub(crate) fn patch_navigator(name: &str, value: &JsValue);
}

#[wasm_bindgen(module = "/tests/web/support/page.js")]
extern "C" {
    pub(crate) type Time;

    #[wasm_bindgen(constructor)]
    fn new() -> Time;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn now(this: &Time) -> f64;

    #[wasm_bindgen(method, js_name = advance)]
    fn advancing(this: &Time, millis: f64) -> Promise;

    #[wasm_bindgen(method)]
    pub(crate) fn sleep(this: &Time, millis: f64);

    #[wasm_bindgen(method, getter)]
    pub(crate) fn armed(this: &Time) -> u32;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn most(this: &Time) -> u32;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn delays(this: &Time) -> Vec<f64>;

    #[wasm_bindgen(js_name = rest)]
    fn resting() -> Promise;

    pub(super) fn within(promise: &Promise) -> Promise;
}

impl Time {
    /// Lets time pass; each timer fires when it is due.
    pub(crate) async fn advance(&self, millis: u32) {
        done(self.advancing(millis.into())).await;
    }
}

/// Lets everything go on that waits for no timer.
pub(crate) async fn rest() {
    done(resting()).await;
}

#[wasm_bindgen(module = "/tests/web/support/network.js")]
extern "C" {
    pub(crate) type Network;

    #[wasm_bindgen(constructor)]
    fn new() -> Network;

    #[wasm_bindgen(method, js_name = once)]
    fn answer_once(this: &Network, path: &str, answer: &JsValue);

    #[wasm_bindgen(method, js_name = always)]
    fn answer_always(this: &Network, path: &str, answer: &JsValue);

    #[wasm_bindgen(method, js_name = sent)]
    fn all_sent(this: &Network, path: &str) -> Array;

    #[wasm_bindgen(method, js_name = untilSent)]
    fn sending(this: &Network, path: &str, count: usize) -> Promise;

    /// Beacons that no other request says the same as.
    #[wasm_bindgen(method, getter)]
    fn lonely(this: &Network) -> u32;

    #[wasm_bindgen(method, js_name = grantToken)]
    pub(crate) fn grant_token(this: &Network) -> JsValue;

    pub(crate) type Sent;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn method(this: &Sent) -> String;

    #[wasm_bindgen(method, getter, js_name = isAborted)]
    pub(crate) fn is_aborted(this: &Sent) -> bool;

    #[wasm_bindgen(method, getter, js_name = isBeacon)]
    pub(crate) fn is_beacon(this: &Sent) -> bool;

    /// Left to the browser, which sends it when the page ends.
    #[wasm_bindgen(method, getter, js_name = isLater)]
    pub(crate) fn is_later(this: &Sent) -> bool;

    /// The request that goes beside a beacon, should that be lost.
    #[wasm_bindgen(method, getter)]
    pub(crate) fn twin(this: &Sent) -> Option<Sent>;

    #[wasm_bindgen(method, getter, js_name = isForm)]
    pub(crate) fn is_form(this: &Sent) -> bool;

    #[wasm_bindgen(method, getter, js_name = isKeepalive)]
    pub(crate) fn is_keepalive(this: &Sent) -> bool;

    #[wasm_bindgen(method)]
    pub(crate) fn header(this: &Sent, name: &str) -> Option<String>;

    #[wasm_bindgen(method)]
    pub(crate) fn setting(this: &Sent, name: &str) -> Option<String>;

    #[wasm_bindgen(method)]
    pub(crate) fn value(this: &Sent, name: &str) -> Option<String>;

    #[wasm_bindgen(method)]
    pub(crate) fn values(this: &Sent, name: &str) -> Vec<String>;

    #[wasm_bindgen(method, js_name = onAbort)]
    pub(crate) fn on_abort(this: &Sent, callback: &JsValue);

    #[wasm_bindgen(method)]
    pub(crate) fn respond(this: &Sent, answer: &JsValue);
}

impl Network {
    /// The next request to the path is answered by this function of JavaScript.
    pub(crate) fn once(&self, path: &str, answer: &str) {
        self.answer_once(path, &function(answer));
    }

    /// Requests to the path are answered by this function of JavaScript.
    pub(crate) fn always(&self, path: &str, answer: &str) {
        self.answer_always(path, &function(answer));
    }

    /// What was sent to the path so far.
    pub(crate) fn sent(&self, path: &str) -> Vec<Sent> {
        let sent = self.all_sent(path);
        sent.iter().map(JsCast::unchecked_into).collect()
    }

    pub(crate) fn count(&self, path: &str) -> usize {
        self.sent(path).len()
    }

    /// The request to the path with this number, counted from one; waits for it.
    pub(crate) async fn nth(&self, path: &str, number: usize) -> Sent {
        done(self.sending(path, number)).await;
        self.sent(path).swap_remove(number - 1)
    }
}

#[wasm_bindgen(module = "/tests/web/support/page.js")]
extern "C" {
    pub(crate) type Events;

    #[wasm_bindgen(constructor)]
    fn new() -> Events;

    #[wasm_bindgen(method)]
    pub(crate) fn leave(this: &Events, persisted: bool);

    #[wasm_bindgen(method, js_name = comeBack)]
    pub(crate) fn come_back(this: &Events);

    #[wasm_bindgen(method, js_name = setHidden)]
    pub(crate) fn set_hidden(this: &Events, hidden: bool);

    /// Tells those who listen to it of an event of the page or its document.
    #[wasm_bindgen(method)]
    pub(crate) fn tell(this: &Events, name: &str);

    /// Every listener is lost, as by `document.open()`.
    #[wasm_bindgen(method)]
    pub(crate) fn lose(this: &Events);

    /// How many listen to the events of a target that is not the page.
    #[wasm_bindgen(method)]
    pub(crate) fn count(this: &Events, target: &JsValue) -> u32;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn listened(this: &Events) -> Vec<String>;

    #[wasm_bindgen(method, getter)]
    pub(crate) fn complaints(this: &Events) -> Vec<String>;
}

async fn done(promise: Promise) {
    JsFuture::from(promise).await.unwrap();
}

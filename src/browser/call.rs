//! Functions for JavaScript to call back.

use std::cell::Cell;
use std::rc::Rc;

use js_sys::Function;
use wasm_bindgen::prelude::*;

/// A function of one signature for all purposes: each further one would bring its
/// own glue. `Fn`, since it may be called while it runs: Firefox tells of
/// `visibilitychange` while `pagehide` hands its request over.
///
/// Never left to JavaScript to collect: that would run a finalizer, and Chromium
/// throws a page out of its back/forward cache if anything runs in it.
pub(super) type Callback = Closure<dyn Fn(JsValue, bool)>;

/// One that can be called until it is dropped.
pub(super) fn callback(callback: impl Fn(JsValue, bool) + 'static) -> Callback {
    wrap(Box::new(callback))
}

/// One that has to be called once, and is gone then.
pub(super) fn once(callback: impl FnOnce(JsValue, bool) + 'static) -> JsValue {
    wrap_once(Box::new(callback))
}

/// Something of the browser's that calls back until this is dropped.
pub(super) struct Subscription {
    end: Function,
    _callback: Callback,
}

impl Subscription {
    /// `end` ends it.
    pub(super) const fn new(end: Function, callback: Callback) -> Self {
        Self {
            end,
            _callback: callback,
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let _ = self.end.call0(&JsValue::UNDEFINED);
    }
}

/// Not generic: it is compiled once.
fn wrap_once(callback: Box<dyn FnOnce(JsValue, bool)>) -> JsValue {
    let both = Rc::new(Cell::new(
        None::<(Callback, Box<dyn FnOnce(JsValue, bool)>)>,
    ));
    let own = both.clone();
    let wrapped = self::callback(move |value, flag| {
        if let Some((_wrapped, callback)) = own.take() {
            callback(value, flag);
        }
    });
    let function = wrapped.as_ref().clone();
    both.set(Some((wrapped, callback)));
    function
}

fn wrap(callback: Box<dyn Fn(JsValue, bool)>) -> Callback {
    Closure::wrap(callback)
}

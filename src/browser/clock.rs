//! Both clocks, read together and joined.

use std::cell::RefCell;

use wasm_bindgen::prelude::*;

use crate::core::{Clock, Millis, Moment};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = Date, js_name = now)]
    pub(crate) fn date_now() -> f64;

    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn performance_now() -> f64;
}

thread_local! {
    /// One for the page: its clients keep pace with each other.
    static CLOCK: RefCell<Clock> = const { RefCell::new(Clock::new()) };
}

pub(crate) fn now() -> Moment {
    let monotonic = Millis(performance_now() as u64);
    let wall = Millis(date_now() as u64);
    CLOCK.with_borrow_mut(|clock| clock.join(monotonic, wall))
}

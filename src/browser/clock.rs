//! Both clocks, read together.

use wasm_bindgen::prelude::*;

use crate::core::{Millis, Moment};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = Date, js_name = now)]
    fn date_now() -> f64;

    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn performance_now() -> f64;
}

pub(crate) fn now() -> Moment {
    Moment {
        monotonic: Millis(performance_now() as u64),
        wall: Millis(date_now() as u64),
    }
}

//! Listens to a caller's signal for as long as it matters.

use wasm_bindgen::prelude::*;
use web_sys::AbortSignal;

/// Calls back once when the signal fires; lets go of the signal on drop.
pub(super) struct OnAbort {
    signal: AbortSignal,
    listener: Closure<dyn FnMut()>,
}

impl OnAbort {
    pub(super) fn new(signal: &AbortSignal, callback: impl FnMut() + 'static) -> Self {
        let listener = Closure::new(callback);
        let function = listener.as_ref().unchecked_ref();
        // A signal that takes no listener just cannot cancel anything.
        let _ = signal.add_event_listener_with_callback("abort", function);
        Self {
            signal: signal.clone(),
            listener,
        }
    }
}

impl Drop for OnAbort {
    fn drop(&mut self) {
        let function = self.listener.as_ref().unchecked_ref();
        let _ = self
            .signal
            .remove_event_listener_with_callback("abort", function);
    }
}

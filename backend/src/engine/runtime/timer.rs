//! Time on JavaScript's event loop. What sleeps is plain data, so that a request that waits
//! can be held by anything; the callback lies in a table of its own.

use std::{
    cell::RefCell,
    collections::HashMap,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tokio::sync::oneshot;
use wasm_bindgen::{JsCast, JsValue, prelude::*};
pub(in crate::engine) use web_time::{Instant, SystemTime, UNIX_EPOCH};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &JsValue, millis: f64) -> JsValue;
    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(timeout: &JsValue);

    /// As Node has it: an object.
    type Timeout;
    /// Lets the process end though this has not come. Not every platform has it.
    #[wasm_bindgen(method, structural, catch)]
    fn unref(this: &Timeout) -> Result<JsValue, JsValue>;
}

/// The longest that `setTimeout` waits for: 2³¹ - 1 ms.
const LONGEST: Duration = Duration::from_millis(0x7fff_ffff);

/// One that runs, with what it calls.
struct Entry {
    timeout: JsValue,
    _callback: Closure<dyn FnMut()>,
}

#[derive(Default)]
struct Table {
    last: u32,
    entries: HashMap<u32, Entry>,
}

thread_local! {
    static TABLE: RefCell<Table> = RefCell::default();
}

/// Ends after a while. Dropped, it is forgotten.
pub(in crate::engine) struct Sleep {
    number: u32,
    ended: oneshot::Receiver<()>,
}

pub(in crate::engine) fn sleep(duration: Duration) -> Sleep {
    let (end, ended) = oneshot::channel();
    let mut end = Some(end);
    let callback = Closure::new(move || _ = end.take().map(|end| end.send(())));
    // Not a part of a millisecond too early.
    let millis = duration.min(LONGEST).as_secs_f64() * 1_000.0;
    let timeout = set_timeout(callback.as_ref(), millis.ceil());
    // Elsewhere it is a number.
    if timeout.is_object() {
        _ = timeout.unchecked_ref::<Timeout>().unref();
    }
    let number = TABLE.with_borrow_mut(|table| {
        table.last = table.last.wrapping_add(1);
        let entry = Entry {
            timeout,
            _callback: callback,
        };
        table.entries.insert(table.last, entry);
        table.last
    });
    Sleep { number, ended }
}

pub(in crate::engine) fn sleep_until(at: Instant) -> Sleep {
    sleep(at.saturating_duration_since(Instant::now()))
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        Pin::new(&mut self.ended).poll(context).map(|_| ())
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        let entry = TABLE.with_borrow_mut(|table| table.entries.remove(&self.number));
        if let Some(entry) = entry {
            clear_timeout(&entry.timeout);
        }
    }
}

/// It took too long.
#[derive(Debug)]
pub(in crate::engine) struct Elapsed;

pub(in crate::engine) async fn timeout<F: Future>(
    duration: Duration,
    future: F,
) -> Result<F::Output, Elapsed> {
    tokio::select! {
        biased;
        outcome = future => Ok(outcome),
        () = sleep(duration) => Err(Elapsed),
    }
}

pub(in crate::engine) async fn timeout_at<F: Future>(
    at: Instant,
    future: F,
) -> Result<F::Output, Elapsed> {
    timeout(at.saturating_duration_since(Instant::now()), future).await
}

/// Ticks at once, and then every so often; not more often where it was late.
pub(in crate::engine) struct Interval {
    next: Instant,
    period: Duration,
}

impl Interval {
    pub(in crate::engine) fn new(period: Duration) -> Self {
        Self {
            next: Instant::now(),
            period,
        }
    }

    pub(in crate::engine) async fn tick(&mut self) {
        sleep_until(self.next).await;
        self.next = Instant::now() + self.period;
    }
}

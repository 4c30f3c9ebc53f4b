//! One value, handed from a callback to a future.

use std::cell::RefCell;
use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

type Shared<T> = Rc<RefCell<(Option<T>, Option<Waker>)>>;

pub(crate) struct Receiver<T>(Shared<T>);

/// A callback that takes the value, and the future that gives it.
pub(crate) fn channel<T: 'static>() -> (impl FnOnce(T) + 'static, Receiver<T>) {
    let shared: Shared<T> = Rc::new(RefCell::new((None, None)));
    let receiver = Receiver(shared.clone());
    let send = move |value| {
        let waker = {
            let mut shared = shared.borrow_mut();
            shared.0 = Some(value);
            shared.1.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    };
    (send, receiver)
}

impl<T> Future for Receiver<T> {
    type Output = T;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<T> {
        let mut shared = self.0.borrow_mut();
        match shared.0.take() {
            Some(value) => Poll::Ready(value),
            None => {
                shared.1 = Some(context.waker().clone());
                Poll::Pending
            }
        }
    }
}

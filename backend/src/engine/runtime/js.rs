//! Tasks on JavaScript's event loop.

use tokio::sync::oneshot;
use tokio_util::task::TaskTracker;

/// The end of a task, and what came of it.
pub(in crate::engine) type JoinHandle<T> = oneshot::Receiver<T>;

/// Starts a task of its own. It goes on though nobody waits for it.
pub(in crate::engine) fn spawn<T: 'static>(
    task: impl Future<Output = T> + 'static,
) -> JoinHandle<T> {
    let (done, handle) = oneshot::channel();
    wasm_bindgen_futures::spawn_local(async move {
        // Nobody may wait for it any more.
        _ = done.send(task.await);
    });
    handle
}

/// Tasks that can be waited for together.
pub(in crate::engine) struct Tasks(TaskTracker);

impl Tasks {
    pub(in crate::engine) fn new() -> Self {
        Self(TaskTracker::new())
    }

    pub(in crate::engine) fn spawn<T: 'static>(
        &self,
        task: impl Future<Output = T> + 'static,
    ) -> JoinHandle<T> {
        spawn(self.0.track_future(task))
    }

    pub(in crate::engine) fn close(&self) {
        self.0.close();
    }

    pub(in crate::engine) async fn wait(&self) {
        self.0.wait().await;
    }
}

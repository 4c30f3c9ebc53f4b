//! The signals that the process hears.

use std::{fs, io};

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::settings::Keys;
use crate::{core::KeyRing, engine::Engine};

/// The signals. While there is one of these, none ends the process by itself.
pub(super) struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hang_up: Signal,
}

impl Signals {
    pub(super) fn new() -> io::Result<Self> {
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    /// Waits for a signal to end, and turns the keys whenever one says so.
    pub(super) async fn stop(&mut self, engine: &Engine, keys: &Keys) {
        loop {
            tokio::select! {
                _ = self.terminate.recv() => return,
                _ = self.interrupt.recv() => return,
                _ = self.hang_up.recv() => turn(engine, keys),
            }
        }
    }

    /// Waits for a signal to end.
    pub(super) async fn end(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// Reads the keys again. Where they cannot be read, those of before stay.
fn turn(engine: &Engine, keys: &Keys) {
    let Some(file) = &keys.file else {
        tracing::warn!("keys.ring is in no file: there is nothing to read again");
        return;
    };
    let ring = match fs::read_to_string(file) {
        Ok(text) => KeyRing::parse(&text).map_err(|error| error.to_string()),
        Err(error) => Err(error.kind().to_string()),
    };
    match ring {
        Ok(ring) => {
            engine.turn(ring);
            tracing::info!("the keys were read again");
        }
        Err(error) => tracing::error!(error, "the keys cannot be read, and stay as they were"),
    }
}

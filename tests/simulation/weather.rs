//! What the pages have to put up with.

/// Chances are per mille; times are in milliseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Weather {
    /// A message gets lost, on its way there or on its way back.
    pub(crate) loss: u64,
    /// The backend answers with an error though it is up.
    pub(crate) error: u64,
    /// A token is minted, and something between page and backend answers in place
    /// of the backend.
    pub(crate) replaced: u64,
    /// The backend is down that often, for that long each time.
    pub(crate) outage: Option<(u64, u64)>,
    /// Something happens to the page between two calls.
    pub(crate) incident: u64,
    /// The page ends without an event.
    pub(crate) crash: u64,
    /// Between two calls of a page, at least and at most.
    pub(crate) pause: (u64, u64),
}

pub(crate) const CALM: Weather = Weather {
    loss: 0,
    error: 0,
    replaced: 0,
    outage: None,
    incident: 0,
    crash: 0,
    pause: (1_000, 300_000),
};

pub(crate) const ROUGH: Weather = Weather {
    loss: 10,
    error: 20,
    replaced: 30,
    outage: Some((3 * 3_600_000, 300_000)),
    incident: 40,
    crash: 20,
    ..CALM
};

/// Every other page is killed, and much gets lost.
pub(crate) const DEADLY: Weather = Weather {
    loss: 30,
    crash: 500,
    ..ROUGH
};

pub(crate) const DOWN: Weather = Weather {
    outage: Some((1, 1)),
    pause: (100, 2_000),
    ..CALM
};

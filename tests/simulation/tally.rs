//! What came of it all.

use std::fmt;

use crate::backend::Alive;

#[derive(Debug, Default, PartialEq)]
pub(crate) struct Tally {
    pub(crate) pages: u64,
    /// Milliseconds that pages were open.
    pub(crate) open: u64,
    /// Calls that whatever token is held will do for.
    pub(crate) calls: u64,
    /// How many of these were answered with a token without waiting.
    pub(crate) immediate: u64,
    /// Callers who were told of a failure.
    pub(crate) rejected: u64,
    pub(crate) requests: u64,
    pub(crate) minted: u64,
    pub(crate) revokes: u64,
    /// Tokens that were minted, and of which something else was answered.
    pub(crate) replaced: u64,
    /// Lease requests.
    pub(crate) leases: u64,
    /// Tokens of which the backend let go once their page was not heard of.
    pub(crate) swept: u64,
    /// The same, though the page was there.
    pub(crate) swept_alive: u64,
    /// The longest time that a token was alive after its page.
    pub(crate) longest: u64,
    /// Tokens that live on after their page.
    pub(crate) alive: Alive,
    /// Pages whose tokens live on for no good reason.
    pub(crate) outlived: Vec<u64>,
}

impl Tally {
    pub(crate) fn count(&mut self, page: u64, minted: u64, alive: &Alive) {
        self.minted += minted;
        self.alive.lost += alive.lost;
        self.alive.misjudged += alive.misjudged;
        self.alive.orphans += alive.orphans;
        self.alive.outlived += alive.outlived;
        if alive.outlived + alive.orphans > 0 {
            self.outlived.push(page);
        }
    }

    pub(crate) fn at_once(&self) -> f64 {
        self.immediate as f64 / self.calls as f64
    }

    pub(crate) fn requests_per_page_hour(&self) -> f64 {
        self.requests as f64 / self.hours()
    }

    pub(crate) fn leases_per_page_hour(&self) -> f64 {
        self.leases as f64 / self.hours()
    }

    fn hours(&self) -> f64 {
        self.open as f64 / 3_600_000.0
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} pages, open for {:.0} hours",
            self.pages,
            self.hours()
        )?;
        writeln!(
            f,
            "  {} calls: {:.2} % answered at once; {} callers told of a failure",
            self.calls,
            100.0 * self.at_once(),
            self.rejected
        )?;
        writeln!(
            f,
            "  {} token requests: {:.2} per page and hour; {} revoke requests",
            self.requests,
            self.requests_per_page_hour(),
            self.revokes
        )?;
        if self.leases > 0 {
            writeln!(
                f,
                "  {} lease requests: {:.1} per page and hour; {} tokens swept for pages \
                 that were gone, {} for pages that slept or were cut off\n  \
                 at the longest a token outlived its page by {:.0} seconds",
                self.leases,
                self.leases_per_page_hour(),
                self.swept,
                self.swept_alive,
                self.longest as f64 / 1000.0
            )?;
        }
        write!(
            f,
            "  {} tokens, {} of them lost behind another answer; alive after their page:\n    \
             {} though every revoke arrived\n    \
             {} of which a revoke got lost, or the page crashed\n    \
             {} which a clock that was set ahead had called dead\n    \
             {} of which the page never heard",
            self.minted,
            self.replaced,
            self.alive.outlived,
            self.alive.lost,
            self.alive.misjudged,
            self.alive.orphans
        )
    }
}

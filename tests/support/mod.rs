//! A page without a browser: the machine, two clocks that a test can set, and
//! a shell that keeps book and holds the machine to its contract.

mod contact;
mod leaving;
mod page;
mod shell;

pub(crate) use page::Page;
pub(crate) use shell::{Outcome, Revoke};

use downscope::core::{Endpoints, GrantKey, Issued, Millis, Want};

/// `Ok`, or the sentence that was broken.
pub(crate) type Kept = Result<(), String>;

/// Leaves the function with a broken sentence unless the condition holds.
macro_rules! ensure {
    ($kept:expr, $($broken:tt)+) => {
        if !$kept {
            return Err(format!($($broken)+));
        }
    };
}
pub(crate) use ensure;

/// A backend that revokes, and keeps no lease.
pub(crate) const REVOKING: Endpoints = Endpoints {
    revoke: true,
    lease: false,
};

/// The same, and it keeps a lease.
pub(crate) const LEASING: Endpoints = Endpoints {
    revoke: true,
    lease: true,
};

/// Whatever is held will do.
pub(crate) const ANY: Want = Want {
    min_ttl: Millis(0),
    force: false,
    timeout: None,
};

/// The token endpoint's good answer, with a token of common length.
pub(crate) fn issued(lifetime: Millis) -> Issued {
    Issued {
        lifetime: Some(lifetime),
        weight: 40,
    }
}

/// The name of a grant with one scope and no resource.
pub(crate) fn key(scope: &str) -> GrantKey {
    GrantKey::new(None, [scope.to_owned()]).unwrap_or_else(|wrong| unreachable!("{wrong}"))
}

pub(crate) const fn seconds(count: u64) -> Millis {
    Millis::from_secs(count)
}

pub(crate) const fn minutes(count: u64) -> Millis {
    seconds(60 * count)
}

pub(crate) const fn hours(count: u64) -> Millis {
    minutes(60 * count)
}

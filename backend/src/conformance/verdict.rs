//! What a check comes to.

use std::fmt;

/// Nothing to hold against the backend, or a [`Fault`].
pub type Verdict<T = ()> = Result<T, Fault>;

/// Why a check did not pass.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Fault {
    /// The backend breaks the rule.
    Failed {
        /// What the rule asks for.
        expected: String,
        /// What came.
        came: String,
    },
    /// The rule could not be looked at.
    Skipped(String),
}

/// The rule is broken.
pub(super) fn failed(expected: impl Into<String>, came: impl Into<String>) -> Fault {
    Fault::Failed {
        expected: expected.into(),
        came: came.into(),
    }
}

/// The rule cannot be looked at.
pub(super) fn skipped(why: impl Into<String>) -> Fault {
    Fault::Skipped(why.into())
}

/// Fails unless it is so.
pub(super) fn ensure(is_so: bool, expected: impl Into<String>, came: impl Into<String>) -> Verdict {
    if is_so {
        Ok(())
    } else {
        Err(failed(expected, came))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Failed { expected, came } => write!(f, "expected: {expected}\ncame: {came}"),
            Self::Skipped(why) => f.write_str(why),
        }
    }
}

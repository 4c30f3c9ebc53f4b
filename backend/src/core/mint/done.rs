//! What a token request ends with.

use crate::core::{answer::TokenAnswer, refusal::Refusal, secret::Secret, time::Millis};

/// The end of a token request.
#[derive(Debug)]
pub struct MintDone {
    /// What is answered.
    pub answer: Result<TokenAnswer, Refusal>,
    /// The record of a token that nobody has, to be given up; and for how long it may be alive
    /// all the same, as [`crate::store::Store::abandon`] is told.
    pub abandoned: Option<(String, Millis)>,
    /// A token that could not be put on record and that nobody has seen: to be ended here and now.
    pub orphan: Option<(Secret, Millis)>,
    /// Whether something became due, so that somebody should look.
    pub has_made_due: bool,
}

impl MintDone {
    pub(super) const fn answered(answer: Result<TokenAnswer, Refusal>) -> Self {
        Self {
            answer,
            abandoned: None,
            orphan: None,
            has_made_due: false,
        }
    }
}

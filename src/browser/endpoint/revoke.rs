//! The revoke endpoint.

use super::super::io::Part;
use super::answer;
use crate::core::{Input, RequestId, RevokeOutcome};

pub(super) fn answered(answer: &Part, tell: impl Fn(Input)) {
    let status = answer::status(answer);
    let body = answer::body(answer);
    tell(Input::RevokeAnswered {
        request: RequestId(answer::id(answer)),
        outcome: RevokeOutcome::of(status, body, answer::retry_after(answer)),
    });
}

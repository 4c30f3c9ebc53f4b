//! From the core's notices and states to flat records, times as `Date.now()` has them.
//! What a number stands for, the core says: the build makes `names.js` of that.

use js_sys::{Array, Function, JsString};
use wasm_bindgen::prelude::*;

use super::error;
use super::record::record;
use crate::browser::{Listener, date_now};
use crate::core::{GrantId, Millis, Notice, Revoked, State};

/// Hands notices to the facade: the grant (0: the lease), the number of the notice,
/// and when the token expires, the error or the reason.
pub(super) fn listener(notify: Function) -> Listener {
    Box::new(move |shell, grant, notice| {
        let detail = match notice {
            Notice::Expired | Notice::Gone => JsValue::UNDEFINED,
            Notice::Expiring(wait) | Notice::Refreshed(wait) => at(wait).into(),
            Notice::Failed(error) => match grant {
                Some(grant) => error::with_cause(error, shell, grant),
                None => error::make(error),
            },
            Notice::Revoked(reason) => reason.as_str().into(),
        };
        let grant = grant.map_or(0.0, GrantId::to_number).into();
        let _ = notify.call3(
            &JsValue::UNDEFINED,
            &grant,
            &notice.number().into(),
            &detail,
        );
    })
}

/// The number of the status, when its token was issued, is refreshed and expires, the
/// number of the error's code, and the granted scope.
pub(super) fn state(state: &State, scope: Option<JsString>) -> JsValue {
    let token = state.token;
    let made = record(&(
        state.status as u8,
        token.map(|token| date_now() - token.age.0 as f64),
        token.map(|token| at(token.refresh_in)),
        token.map(|token| at(token.expires_in)),
        state.error.map(|error| error.code as u8),
    ));
    made.unchecked_ref::<Array>().push(&scope.into());
    made
}

/// How many tokens, and whether that is confirmed.
pub(super) fn revoked(revoked: Revoked) -> JsValue {
    record(&(revoked.tokens, revoked.confirmed))
}

fn at(wait: Millis) -> f64 {
    date_now() + wait.0 as f64
}

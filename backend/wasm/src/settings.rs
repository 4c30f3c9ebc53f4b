//! What `createBackend` is given, in JSON.

use std::ops::RangeInclusive;

use downscope_backend::{
    core::{Handles, KeyRing, LeaseFault, LeaseTerms, Limits, Millis, Watch},
    edge::Paths,
    engine::Settings,
};
use serde::Deserialize;
use wasm_bindgen::prelude::*;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Given {
    keys: String,
    pub(crate) origins: Vec<String>,
    #[serde(default)]
    paths: GivenPaths,
    #[serde(default)]
    handles: GivenHandles,
    lease: Option<GivenLease>,
    require_lease: Option<bool>,
    revocations_per_second: Option<u32>,
    mints_at_once: Option<u32>,
    held_at_once: Option<u32>,
    unknown_per_second: Option<u32>,
    untold_life: Option<Millis>,
    /// Whether it is swept, and does not run.
    #[serde(default)]
    is_swept: bool,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct GivenPaths {
    token: Option<String>,
    revoke: Option<String>,
    lease: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum GivenHandles {
    #[default]
    None,
    Short,
    Sealed,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GivenLease {
    hold: Option<Millis>,
    term: Option<Millis>,
}

impl Given {
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    pub(crate) fn ring(&self) -> Result<KeyRing, String> {
        KeyRing::parse(&self.keys).map_err(|error| format!("keys: {error}"))
    }

    pub(crate) fn paths(&self) -> Paths {
        let mut paths = Paths::default();
        let given = &self.paths;
        for (path, own) in [
            (&mut paths.token, &given.token),
            (&mut paths.revoke, &given.revoke),
            (&mut paths.lease, &given.lease),
        ] {
            if let Some(own) = own {
                path.clone_from(own);
            }
        }
        paths
    }

    pub(crate) fn settings(&self) -> Settings {
        let watch = watch(self.is_swept);
        let mut lease = LeaseTerms::usual(watch);
        if let Some(given) = &self.lease {
            lease.term = given.term.unwrap_or(lease.term);
            lease.hold = given.hold.unwrap_or(lease.hold);
        }
        let limits = Limits {
            watch_gap: lease.watch_gap(watch),
            ..Limits::default()
        };
        let fallback = Settings::default();
        Settings {
            handles: match self.handles {
                GivenHandles::None => Handles::None,
                GivenHandles::Short => Handles::Short,
                GivenHandles::Sealed => Handles::Sealed,
            },
            lease,
            require_lease: self.require_lease.unwrap_or(fallback.require_lease),
            revocations_per_second: self
                .revocations_per_second
                .unwrap_or(fallback.revocations_per_second),
            mints_at_once: self.mints_at_once.unwrap_or(fallback.mints_at_once),
            held_at_once: self.held_at_once.unwrap_or(fallback.held_at_once),
            unknown_per_second: self
                .unknown_per_second
                .unwrap_or(fallback.unknown_per_second),
            untold_life: self.untold_life.unwrap_or(fallback.untold_life),
            limits,
        }
    }
}

const fn watch(is_swept: bool) -> Watch {
    if is_swept {
        Watch::EachMinute
    } else {
        Watch::Always
    }
}

/// What is wrong with these terms, if anything, in words for the developer. They are in
/// milliseconds; what is not given is as usual.
#[wasm_bindgen(js_name = leaseFault)]
pub fn lease_fault(hold: Option<f64>, term: Option<f64>, is_swept: bool) -> Option<String> {
    let watch = watch(is_swept);
    let usual = LeaseTerms::usual(watch);
    let terms = LeaseTerms {
        hold: hold.map_or(usual.hold, whole),
        term: term.map_or(usual.term, whole),
    };
    let range = |name: &str, range: RangeInclusive<Millis>| {
        let (least, most) = range.into_inner();
        format!("lease.{name} must be milliseconds, from {least} to {most}")
    };
    Some(match terms.check(watch).err()? {
        LeaseFault::Hold => range("hold", LeaseTerms::HOLDS),
        LeaseFault::Term => range("term", LeaseTerms::TERMS),
        LeaseFault::Room => {
            let room = LeaseTerms::room(watch);
            let who = if is_swept {
                ", where nothing but sweep() looks after it"
            } else {
                ""
            };
            format!("lease.hold must be {room} less than lease.term, or lower{who}")
        }
    })
}

/// What is no whole number is out of every range.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a whole number, which fits"
)]
fn whole(number: f64) -> Millis {
    const MOST: f64 = 9_007_199_254_740_992.0;
    let is_whole = number.trunc().to_bits() == number.to_bits() && (0.0..MOST).contains(&number);
    if is_whole {
        number as Millis
    } else {
        Millis::MAX
    }
}

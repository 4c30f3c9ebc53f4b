//! What `createBackend` is given, in JSON.

use downscope_backend::{
    core::{Handles, KeyRing, LeaseTerms, Limits, Millis},
    edge::Paths,
    engine::Settings,
};
use serde::Deserialize;

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
        let mut lease = LeaseTerms::default();
        if let Some(given) = &self.lease {
            lease.term = given.term.unwrap_or(lease.term);
            lease.hold = given.hold.unwrap_or(lease.hold);
        }
        let limits = Limits {
            watch_gap: lease.watch_gap(),
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

//! What is tried: the service, an app on the npm package, or one instance of each.

use std::{env, process::Command};

use crate::Kind;

/// Whose instances they are.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Backend {
    /// The service's.
    #[default]
    Service,
    /// Those of an app on the npm package.
    Npm,
    /// The first is the service's, the second that of the app.
    Both,
}

/// What one instance is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Program {
    Service,
    Npm,
}

impl Backend {
    const ALL: [Self; 3] = [Self::Service, Self::Npm, Self::Both];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Service => "service",
            Self::Npm => "npm",
            Self::Both => "both",
        }
    }

    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }

    /// What is started at this place.
    pub(crate) const fn program(self, place: usize) -> Program {
        match (self, place) {
            (Self::Service, _) | (Self::Both, 0) => Program::Service,
            (Self::Npm | Self::Both, _) => Program::Npm,
        }
    }

    /// Whether it has what this trial is about.
    pub(crate) fn can(self, trial: &str, kind: Kind, is_quick: bool) -> bool {
        let is_shared = kind != Kind::Memory;
        let is_service = self == Self::Service;
        match trial {
            "kill" | "store-outage" if !is_shared => false,
            // The package keeps to the contract's terms, and those take long.
            "lease" | "store-outage" => is_service || !is_quick && (is_shared || self == Self::Npm),
            // It is given other keys by being started anew.
            "rotate" => is_service,
            "frozen" => self == Self::Npm && is_shared,
            _ => is_shared || self != Self::Both,
        }
    }
}

impl Program {
    /// With these settings.
    pub(crate) fn command(self, settings: &[(String, String)]) -> Command {
        let variable =
            |name: &str, fallback: &str| env::var_os(name).unwrap_or_else(|| fallback.into());
        let mut command = match self {
            Self::Service => Command::new(variable("DOWNSCOPE_BACKEND", "downscope-backend")),
            Self::Npm => {
                let mut command = Command::new(variable("NODE", "node"));
                command.arg(variable("DOWNSCOPE_BACKEND_APP", "service.mjs"));
                command
            }
        };
        command.env_clear();
        for (name, value) in settings {
            let name = name.replace('.', "_").to_ascii_uppercase();
            command.env(format!("DOWNSCOPE_{name}"), value);
        }
        if self == Self::Npm {
            for name in ["DOWNSCOPE_BACKEND_PKG", "PATH"] {
                command.env(name, variable(name, ""));
            }
        }
        command
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_are_one_of_each() {
        let places = |backend: Backend| [0, 1].map(|place| backend.program(place));
        assert_eq!(places(Backend::Both), [Program::Service, Program::Npm]);
        assert_eq!(places(Backend::Npm), [Program::Npm; 2]);
        assert_eq!(places(Backend::default()), [Program::Service; 2]);
    }

    #[test]
    fn a_backend_is_tried_by_what_it_has() {
        assert!(!Backend::Npm.can("rotate", Kind::Redis, false));
        assert!(!Backend::Service.can("frozen", Kind::Redis, false));
        assert!(!Backend::Both.can("throughput", Kind::Memory, true));
        assert!(Backend::Both.can("kill", Kind::Postgres, true));
        assert!(Backend::Npm.can("lease", Kind::Memory, false));
        assert!(!Backend::Npm.can("lease", Kind::Memory, true));
        assert!(!Backend::Both.can("lease", Kind::Memory, false));
    }
}

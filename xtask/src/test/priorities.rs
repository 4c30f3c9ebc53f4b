//! Lets a low priority count. Linux may share the processors among sessions first ("autogroup"),
//! and each browser that a test starts is a session of its own: the stages beside, with the
//! lowest priority, then take as much as the browsers that are waited for.

use std::fs;

use crate::setup::is_set;

const SETTING: &str = "/proc/sys/kernel/sched_autogroup_enabled";

/// Dropped, it has the setting be what it was.
pub(super) struct Priorities {
    was: String,
}

impl Priorities {
    /// Where nobody else uses the machine, and it may be done.
    pub(super) fn heeded() -> Option<Self> {
        let was = fs::read_to_string(SETTING).ok()?;
        let is_wanted = is_set("CI") && was.trim() == "1";
        (is_wanted && fs::write(SETTING, "0").is_ok()).then_some(Self { was })
    }
}

impl Drop for Priorities {
    fn drop(&mut self) {
        // Where it cannot be set back it is the machine that has changed.
        _ = fs::write(SETTING, &self.was);
    }
}

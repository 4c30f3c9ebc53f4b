//! Names for what the core and its shell speak of; they carry nothing else.

/// Names somebody who waits for an answer; chosen by the shell, each used once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CallerId(pub u32);

/// Names a token request and the token that it brought; never used twice by
/// one machine, and no [`RequestId`] has its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Generation(pub u32);

/// Names a request to the lease or the revoke endpoint; one that is sent again
/// keeps its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RequestId(pub u32);

/// Names a grant of one machine; dead once the grant gave way to others.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct GrantId {
    pub(crate) slot: u32,
    pub(crate) serial: u32,
}

impl GrantId {
    /// The name as one number below 2^53, which a JavaScript number holds.
    #[must_use]
    pub const fn to_number(self) -> f64 {
        self.serial as f64 * Self::SLOTS as f64 + self.slot as f64
    }

    /// The name that [`GrantId::to_number`] gave; any other number names no grant.
    #[must_use]
    pub const fn from_number(number: f64) -> Self {
        let number = number as u64;
        Self {
            slot: (number % Self::SLOTS) as u32,
            serial: (number / Self::SLOTS) as u32,
        }
    }

    /// 2^20 slots and 2^32 serials make 52 bits.
    const SLOTS: u64 = 1 << 20;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_survives_the_trip_through_a_javascript_number() {
        for (slot, serial) in [(0, 1), (1_048_575, u32::MAX), (7, 1 << 31)] {
            let id = GrantId { slot, serial };
            assert!(id.to_number() < 9_007_199_254_740_992.0);
            assert_eq!(GrantId::from_number(id.to_number()), id);
        }
    }
}

//! Byte ranges (RFC 9110 section 14), one at a time.

use std::ops::Range;

/// What of a representation to send.
#[derive(Debug, Eq, PartialEq)]
pub(crate) enum Selection {
    /// All of it.
    Whole,
    /// These bytes of it.
    Part(Range<usize>),
    /// Nothing: it ends before the range begins.
    Unsatisfiable,
}

/// Reads a `Range` header for a representation of `length` bytes. What it cannot
/// read, several ranges among it, is ignored, as section 14.2 allows.
pub(crate) fn select(header: &str, length: usize) -> Selection {
    let Some((unit, set)) = header.split_once('=') else {
        return Selection::Whole;
    };
    let Some((first, last)) = set.trim().split_once('-') else {
        return Selection::Whole;
    };
    if !unit.eq_ignore_ascii_case("bytes") {
        return Selection::Whole;
    }
    let part = match (position(first), position(last)) {
        (Some(first), Some(last)) if last < first => return Selection::Whole,
        (Some(first), Some(last)) => first..last.saturating_add(1).min(length),
        (Some(first), None) if last.is_empty() => first..length,
        (None, Some(suffix)) if first.is_empty() => length.saturating_sub(suffix)..length,
        (Some(_) | None, None) | (None, Some(_)) => return Selection::Whole,
    };
    if part.start < part.end {
        Selection::Part(part)
    } else {
        Selection::Unsatisfiable
    }
}

fn position(text: &str) -> Option<usize> {
    // `parse` alone would take a plus sign.
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    Some(text.parse().unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_selects_its_bytes() {
        assert_eq!(select("bytes=0-0", 10), Selection::Part(0..1));
        assert_eq!(select("bytes=2-4", 10), Selection::Part(2..5));
        assert_eq!(select("bytes=7-", 10), Selection::Part(7..10));
        assert_eq!(select("Bytes=-3", 10), Selection::Part(7..10));
    }

    #[test]
    fn a_range_ends_where_the_representation_ends() {
        assert_eq!(select("bytes=8-99", 10), Selection::Part(8..10));
        assert_eq!(select("bytes=-99", 10), Selection::Part(0..10));
        assert_eq!(
            select("bytes=8-99999999999999999999999999", 10),
            Selection::Part(8..10)
        );
    }

    #[test]
    fn a_range_beyond_the_end_is_unsatisfiable() {
        assert_eq!(select("bytes=10-", 10), Selection::Unsatisfiable);
        assert_eq!(select("bytes=10-12", 10), Selection::Unsatisfiable);
        assert_eq!(select("bytes=-0", 10), Selection::Unsatisfiable);
        assert_eq!(select("bytes=0-", 0), Selection::Unsatisfiable);
    }

    #[test]
    fn what_is_no_single_range_of_bytes_is_ignored() {
        for header in [
            "",
            "bytes",
            "bytes=",
            "bytes=-",
            "bytes=4-2",
            "bytes=0-1,3-4",
            "bytes=+1-2",
            "items=0-1",
        ] {
            assert_eq!(select(header, 10), Selection::Whole, "{header}");
        }
    }
}

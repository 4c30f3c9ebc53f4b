//! For how long an authorization server wants to be left alone (RFC 9110 section 10.2.3).

use std::time::UNIX_EPOCH;

/// The seconds to wait that `Retry-After` says: a number, or a date. That is reckoned from the
/// answer's own `Date`, and only where there is none from `unix_now`: the two clocks differ. The
/// longest wait where there are several, as whatever stands before the server may add one.
pub fn retry_after(value: &str, date: Option<&str>, unix_now: u64) -> Option<u64> {
    let now = date.and_then(unix_time).unwrap_or(unix_now);
    let parts: Vec<_> = value.split(',').collect();
    let seconds = parts.iter().filter_map(|part| part.trim().parse().ok());
    // A comma is also part of most dates.
    let dates = parts.iter().filter_map(|part| unix_time(part));
    let halves = parts.windows(2).map(|halves| halves.join(","));
    let dates = dates.chain(halves.filter_map(|date| unix_time(&date)));
    seconds
        .chain(dates.map(|date| date.saturating_sub(now)))
        .max()
}

/// As in each of the three forms of RFC 9110 section 5.6.7.
fn unix_time(date: &str) -> Option<u64> {
    let date = httpdate::parse_http_date(date.trim()).ok()?;
    let since = date.duration_since(UNIX_EPOCH).ok()?;
    Some(since.as_secs())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 784_111_777;
    const AT_NOW: &str = "Sun, 06 Nov 1994 08:49:37 GMT";

    #[test]
    fn a_wait_is_a_number_or_a_date_in_any_form_and_the_longest_of_several() {
        for (value, seconds) in [
            ("20", Some(20)),
            (" 20 ", Some(20)),
            ("20, 20", Some(20)),
            ("5,20", Some(20)),
            ("Sun, 06 Nov 1994 08:50:07 GMT", Some(30)),
            ("Sunday, 06-Nov-94 08:50:07 GMT", Some(30)),
            ("Sun Nov  6 08:50:07 1994", Some(30)),
            (
                "Sun, 06 Nov 1994 08:50:07 GMT, Sun, 06 Nov 1994 08:50:37 GMT",
                Some(60),
            ),
            ("7, Sun, 06 Nov 1994 08:50:07 GMT", Some(30)),
            ("Sun Nov  6 08:50:07 1994, 40", Some(40)),
            // It is over already.
            ("Sun, 06 Nov 1994 08:49:07 GMT", Some(0)),
            ("soon, 20", Some(20)),
            ("soon", None),
            ("", None),
            ("-5", None),
            ("Sun, 06 Nov 1994", None),
        ] {
            assert_eq!(retry_after(value, Some(AT_NOW), 0), seconds, "{value}");
        }
    }

    #[test]
    fn a_date_is_reckoned_by_the_answers_own_clock_where_it_tells_one() {
        let until = "Sun, 06 Nov 1994 08:50:07 GMT";
        assert_eq!(retry_after(until, Some(AT_NOW), NOW + 3_600), Some(30));
        for none in [None, Some("today")] {
            assert_eq!(retry_after(until, none, NOW + 10), Some(20));
        }
    }
}

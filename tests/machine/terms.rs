//! What a lease endpoint answers is read with care.

use downscope::core::{Millis, Terms, terms};

use crate::support::seconds;

#[test]
fn terms_that_do_not_say_are_a_renewal_each_minute_and_no_lapse() {
    let silent = Terms {
        renew_in: seconds(55),
        held: Millis(0),
        term: None,
    };
    assert_eq!(terms(None, None, None), Ok(silent));
}

#[test]
fn a_renewal_comes_in_the_first_half_of_the_term() {
    let read = |renew_in, term| terms(Some(renew_in), None, Some(term)).map(|one| one.renew_in);
    assert_eq!(read(80.0, 90.0), Ok(seconds(45)));
    assert_eq!(read(20.0, 90.0), Ok(seconds(20)));
    assert_eq!(read(0.0, 90.0), Ok(Millis(0)));
    assert_eq!(read(1e300, 10.0), Ok(seconds(5)));
}

#[test]
fn terms_are_numbers_of_seconds_that_a_lease_can_live_with() {
    let read = |renew_in, held, term| terms(Some(renew_in), Some(held), Some(term));
    assert!(read(0.5, 54.9, 10.0).is_ok());
    for bad in [f64::NAN, -1.0, f64::NEG_INFINITY] {
        assert!(read(bad, 0.0, 90.0).is_err(), "{bad}");
        assert!(read(0.0, bad, 90.0).is_err(), "{bad}");
        assert!(read(0.0, 0.0, bad).is_err(), "{bad}");
    }
    assert!(read(0.0, 0.0, 9.9).is_err(), "each lease would lapse");
    assert!(read(f64::INFINITY, f64::INFINITY, f64::INFINITY).is_ok());
}

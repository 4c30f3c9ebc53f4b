//! The rules, by what they are about.

use super::Theme;

mod admission;
mod authority;
mod cost;
mod errors;
mod instances;
mod lease;
mod lease_end;
mod lives;
mod overtaking;
mod page_life;
mod revoke;
mod token;
mod truth;
mod twice;

/// Every rule. They are looked at in this order.
pub const THEMES: &[Theme] = &[
    admission::THEME,
    token::THEME,
    errors::THEME,
    authority::THEME,
    lives::THEME,
    twice::THEME,
    revoke::THEME,
    overtaking::THEME,
    page_life::THEME,
    truth::THEME,
    cost::THEME,
    instances::THEME,
    lease::THEME,
    lease_end::THEME,
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_rule_has_a_name_of_its_own_and_says_what_it_is() {
        let mut names = BTreeSet::new();
        for check in THEMES.iter().flat_map(|theme| theme.checks) {
            let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
            assert!(check.name.chars().all(is_plain), "{}", check.name);
            assert!(names.insert(check.name), "{}", check.name);
            for text in [check.rule, check.why] {
                assert!(text.ends_with('.'), "{}: {text}", check.name);
            }
        }
    }
}

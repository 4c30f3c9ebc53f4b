//! What is known of a grant by its name.

use downscope::core::{Config, Generation, GrantId, Input, Want};

use crate::scenario::Scenario;
use crate::support::{ANY, hours, key};

fn current(page: &Scenario, grant: GrantId) -> Option<Generation> {
    page.page.machine.current(grant)
}

#[test]
fn a_name_tells_what_its_grant_is_for_until_the_grant_gives_way() {
    let mut page = Scenario::with(Config {
        max_grants: 1,
        ..Config::default()
    });
    let old = page.grant("a");
    assert_eq!(page.page.machine.key(old), Some(&key("a")));
    let new = page.grant("b");
    assert_eq!(page.page.machine.key(old), None);
    assert_eq!(page.page.machine.key(new), Some(&key("b")));
}

#[test]
fn a_name_tells_which_token_a_report_is_about() {
    let mut page = Scenario::new();
    let (grant, old) = page.held("a");
    let other = page.grant("b");
    assert_eq!(
        (current(&page, grant), current(&page, other)),
        (Some(old), None)
    );
    page.ask_for(grant, Want { force: true, ..ANY });
    assert_eq!(current(&page, grant), Some(old), "until the other is here");
    let generation = page.answer(grant, hours(1));
    assert_eq!(current(&page, grant), Some(generation));
    page.take(Input::Unauthorized { grant, generation });
    assert_eq!(current(&page, grant), None);
}

//! Many grants, refreshed ahead of expiry.

use downscope::core::{
    Code, Config, Generation, MAX_WAIT, Millis, Notice, Output, Page as Event, Reason, Status, Want,
};

use crate::scenario::Scenario;
use crate::support::{ANY, hours, key, minutes, seconds};

#[test]
fn fifty_callers_make_one_request() {
    let mut page = Scenario::new();
    let grant = page.grant("a");
    let callers: Vec<_> = (0..50).map(|_| page.ask(grant)).collect();
    assert_eq!(page.requests(), 1);
    let token = page.answer(grant, hours(1));
    assert!(callers.iter().all(|&one| page.token(one) == Some(token)));
}

#[test]
fn a_grant_asks_for_nothing_until_a_token_is_wanted() {
    let mut page = Scenario::new();
    let grant = page.grant("a");
    page.pass(hours(1));
    assert_eq!(page.peek(grant), None);
    assert_eq!((page.requests(), page.timer()), (0, None));
}

#[test]
fn grants_live_side_by_side() {
    let mut page = Scenario::new();
    let (first, old) = page.held("a");
    let (second, young) = page.held("b");
    assert_ne!(old, young);
    assert_eq!(page.peek(first), Some(old));
    assert_eq!(page.peek(second), Some(young));
}

#[test]
fn the_same_resource_and_scopes_are_the_same_grant() {
    let mut page = Scenario::new();
    let (grant, _) = page.held("a");
    assert_eq!(page.grant("a"), grant);
    let other = page.grant("b");
    assert_eq!(page.page.machine.open(key("b"), Some(grant)), grant);
    assert_ne!(grant, other);
}

#[test]
fn the_least_recently_used_grant_gives_way_and_its_token_is_revoked() {
    let mut page = Scenario::with(Config {
        max_grants: 2,
        ..Config::default()
    });
    let (used, _) = page.held("a");
    let (idle, token) = page.held("b");
    page.peek(used);
    page.grant("c");
    assert_eq!(page.revokes().len(), 1);
    assert_eq!(page.revokes()[0].tokens, [token]);
    assert_eq!(page.revokes()[0].reason, Reason::Evicted);
    assert!(page.notices(idle).contains(&Notice::Gone));
    assert_eq!(page.state(used).status, Status::Valid);
    let late = page.ask(idle);
    assert_eq!(page.error(late).code, Code::Revoked);
}

#[test]
fn a_grant_that_somebody_waits_for_does_not_give_way() {
    let mut page = Scenario::with(Config {
        max_grants: 1,
        ..Config::default()
    });
    let waited_for = page.grant("a");
    let caller = page.ask(waited_for);
    page.grant("b");
    let token = page.answer(waited_for, hours(1));
    assert_eq!(page.token(caller), Some(token));
}

#[test]
fn a_bound_that_gave_way_is_kept_again_once_nobody_waits() {
    let mut page = Scenario::with(Config {
        max_grants: 2,
        ..Config::default()
    });
    let grants = ["a", "b", "c", "d"].map(|scope| {
        let grant = page.grant(scope);
        page.ask(grant);
        grant
    });
    for grant in grants {
        page.answer(grant, hours(1));
    }
    page.grant("e");
    let held = grants.iter().filter(|&&grant| page.peek(grant).is_some());
    assert_eq!(held.count(), 1, "beside the grant that was just opened");
}

#[test]
fn an_hour_long_token_is_refreshed_by_minute_fifty_behind_its_callers() {
    let mut page = Scenario::new();
    let (grant, old) = page.held("a");
    page.pass(minutes(16));
    assert_eq!(page.requests(), 1);
    page.pass_until_request(grant);
    let age = page.state(grant).token.map(|token| token.age);
    assert!(age <= Some(minutes(50)));
    let caller = page.ask(grant);
    assert_eq!(page.token(caller), Some(old));
    let new = page.answer(grant, hours(1));
    let caller = page.ask(grant);
    assert_eq!(page.token(caller), Some(new));
    assert_eq!(page.requests(), 2);
}

#[test]
fn a_call_past_the_refresh_point_starts_the_refresh_though_no_timer_fired() {
    let mut page = Scenario::new();
    let (grant, token) = page.held("a");
    page.page.advance(minutes(51));
    let callers = [page.ask(grant), page.ask(grant)];
    assert!(callers.iter().all(|&one| page.token(one) == Some(token)));
    assert_eq!(page.requests(), 2);
}

#[test]
fn the_app_is_told_once_that_a_token_is_expiring() {
    let mut page = Scenario::new();
    let (grant, _) = page.held("a");
    page.page.advance(minutes(51));
    page.ask(grant);
    page.tick();
    page.ask(grant);
    assert_eq!(
        page.notices(grant),
        [Notice::Refreshed(hours(1)), Notice::Expiring(minutes(9)),]
    );
}

#[test]
fn a_token_counts_as_expired_five_minutes_ahead() {
    let mut page = Scenario::new();
    let (grant, token) = page.held("a");
    page.page.advance(minutes(55) - Millis(1));
    assert_eq!(page.peek(grant), Some(token));
    page.page.advance(Millis(1));
    assert_eq!(page.peek(grant), None);
}

#[test]
fn a_minute_long_token_serves_twenty_calls() {
    let mut page = Scenario::new();
    let grant = page.grant("a");
    page.ask(grant);
    page.answer(grant, minutes(1));
    for _ in 0..20 {
        page.pass(seconds(1));
        let caller = page.ask(grant);
        assert!(page.token(caller).is_some());
    }
    assert!(page.requests() <= 2, "the next one, behind them");
}

#[test]
fn a_thirty_day_token_is_not_refreshed_in_a_loop() {
    let mut page = Scenario::new();
    let grant = page.grant("a");
    page.ask(grant);
    page.answer(grant, hours(30 * 24));
    page.pass(minutes(1));
    assert_eq!(page.timer(), Some(MAX_WAIT));
    page.pass(hours(9 * 24));
    assert_eq!(page.requests(), 1);
    page.pass_until_request(grant);
    assert!(page.peek(grant).is_some());
}

#[test]
fn pages_opened_together_refresh_apart() {
    let refresh = |seed| {
        let mut page = Scenario::seeded(Config::default(), seed);
        let (grant, _) = page.held("a");
        page.state(grant).token.map(|token| token.refresh_in)
    };
    let mut moments: Vec<_> = (0..100).map(refresh).collect();
    moments.sort_unstable();
    moments.dedup();
    assert!(moments.len() > 90);
}

#[test]
fn a_visible_page_keeps_its_token_fresh_for_a_day() {
    let mut page = Scenario::new();
    let (grant, _) = page.held("a");
    for _ in 0..43 {
        page.pass_until_request(grant);
        assert_eq!(page.state(grant).status, Status::Refreshing);
        page.answer(grant, hours(1));
    }
    let passed = page.page.now.since(Scenario::new().page.now);
    assert!(passed > hours(21) && passed < hours(27), "{passed:?}");
}

#[test]
fn a_hidden_page_refreshes_once_what_was_used_and_then_rests() {
    let mut page = Scenario::new();
    let (grant, _) = page.held("a");
    page.event(Event::Hidden);
    page.pass_until_request(grant);
    page.answer(grant, hours(1));
    page.pass(hours(24));
    assert_eq!((page.requests(), page.timer()), (2, None));
}

#[test]
fn a_page_that_is_seen_again_catches_up() {
    let mut page = Scenario::new();
    let (grant, _) = page.held("a");
    page.event(Event::Hidden);
    page.pass_until_request(grant);
    page.answer(grant, hours(1));
    page.pass(minutes(51));
    assert_eq!(page.requests(), 2);
    page.event(Event::Visible);
    assert_eq!(page.requests(), 3);
}

#[test]
fn an_idle_page_does_not_poll_for_tokens_of_a_few_seconds() {
    let mut page = Scenario::new();
    let grant = page.grant("a");
    page.ask(grant);
    page.answer(grant, seconds(20));
    page.pass(seconds(15));
    page.answer(grant, seconds(20));
    page.pass(hours(1));
    assert_eq!(page.requests(), 2);
}

#[test]
fn who_needs_more_life_than_is_left_gets_another_token() {
    let mut page = Scenario::new();
    let (grant, old) = page.held("a");
    page.page.advance(minutes(45));
    let modest = page.ask(grant);
    assert_eq!(page.token(modest), Some(old));
    let min_ttl = minutes(20);
    let viewer = page.ask_for(grant, Want { min_ttl, ..ANY });
    assert_eq!(page.outcome(viewer), None);
    let new = page.answer(grant, hours(1));
    assert_eq!(page.token(viewer), Some(new));
}

#[test]
fn a_wish_for_more_life_than_half_a_token_is_not_a_loop() {
    let mut page = Scenario::new();
    let grant = page.grant("a");
    let want = Want {
        min_ttl: hours(1),
        ..ANY
    };
    page.ask_for(grant, want);
    page.answer(grant, minutes(1));
    for _ in 0..30 {
        let caller = page.ask_for(grant, want);
        assert!(page.token(caller).is_some());
        page.pass(seconds(1));
    }
    assert!(page.requests() <= 2, "the next one, behind them");
}

#[test]
fn a_forced_refresh_leaves_the_held_token_to_the_others() {
    let mut page = Scenario::new();
    let (grant, old) = page.held("a");
    let force = Want { force: true, ..ANY };
    let forced = [page.ask_for(grant, force), page.ask_for(grant, force)];
    let other = page.ask(grant);
    assert_eq!(page.token(other), Some(old));
    assert_eq!(page.requests(), 2);
    let new = page.answer(grant, hours(1));
    assert!(forced.iter().all(|&one| page.token(one) == Some(new)));
}

#[test]
fn a_max_age_ends_a_token_before_the_server_does_and_revokes_it() {
    let mut page = Scenario::with(Config {
        max_age: Some(minutes(10)),
        ..Config::default()
    });
    let (grant, old) = page.held("a");
    page.pass_until_request(grant);
    let left = page.state(grant).token.map(|token| token.expires_in);
    let left = left.unwrap_or_default();
    let new = page.answer(grant, hours(1));
    assert_eq!(page.peek(grant), Some(new));
    page.pass(left - Millis(1));
    assert_eq!(page.revokes(), []);
    page.pass(Millis(1));
    assert_eq!(page.revokes()[0].tokens, [old]);
    assert_eq!(page.revokes()[0].reason, Reason::Expired);
}

#[test]
fn a_token_that_died_on_its_way_is_asked_for_once_more() {
    let mut page = Scenario::new();
    let grant = page.grant("a");
    let caller = page.ask(grant);
    page.pass(seconds(2));
    let dead = page.answer(grant, seconds(1));
    assert!(page.said().contains(&Output::Forget(dead)));
    assert_eq!((page.requests(), page.outcome(caller)), (2, None));
    page.pass(seconds(2));
    page.answer(grant, seconds(1));
    assert_eq!(page.state(grant).status, Status::Waiting);
}

#[test]
fn a_settled_look_gives_way_once_the_refresh_is_due() {
    let mut page = Scenario::new();
    let (grant, token) = page.held("a");
    let look = |page: &mut Scenario, settled| -> Option<Generation> {
        page.page.machine.peek(grant, settled, page.page.now)
    };
    assert_eq!(look(&mut page, true), Some(token));
    page.page.advance(minutes(50));
    assert_eq!(look(&mut page, true), None);
    assert_eq!(look(&mut page, false), Some(token));
}

#[test]
fn the_state_says_where_a_grant_stands() {
    let mut page = Scenario::new();
    let grant = page.grant("a");
    let mut path = vec![page.state(grant).status];
    page.ask(grant);
    path.push(page.state(grant).status);
    page.answer(grant, hours(1));
    path.push(page.state(grant).status);
    page.pass_until_request(grant);
    path.push(page.state(grant).status);
    page.close();
    path.push(page.state(grant).status);
    assert_eq!(
        path,
        [
            Status::Empty,
            Status::Fetching,
            Status::Valid,
            Status::Refreshing,
            Status::Closed,
        ]
    );
}

//! At most four requests in five seconds go out for a grant that gets no
//! token, whatever they are sent for.

use downscope::core::{
    Code, Config, FLOOR, Failure, GrantId, Input, Machine, Millis, Pace, Page as Event, Recall,
    RevokeOutcome, Status, Want,
};

use crate::scenario::{INTO_CACHE, Scenario, status};
use crate::support::{ANY, REVOKING, hours, minutes, seconds};

const MOST: usize = 4;
const WINDOW: Millis = seconds(5);

const ONE_MILLISECOND: Millis = Millis(1);

const PATIENT: Want = Want {
    timeout: Some(hours(2)),
    ..ANY
};

/// A grant and what has another request sent for it at once, again and again.
struct Cause {
    name: &'static str,
    config: Config,
    again: fn(&mut Scenario, GrantId) -> GrantId,
}

fn causes() -> Vec<Cause> {
    let default = Config::default;
    let hides = Config {
        revoke_when_hidden: true,
        ..default()
    };
    let one_grant = Config {
        max_grants: 1,
        ..default()
    };
    let cause = |name, config, again| Cause {
        name,
        config,
        again,
    };
    vec![
        cause("back from the cache", default(), |page, grant| {
            page.event(INTO_CACHE);
            page.event(Event::Shown);
            grant
        }),
        cause("hidden and seen", hides, |page, grant| {
            page.event(Event::Hidden);
            page.event(Event::Visible);
            grant
        }),
        cause("recalled", default(), |page, grant| {
            if let Some(flight) = page.page.shell.flight(grant) {
                page.recall(Recall::Token(flight));
            }
            grant
        }),
        cause("signed in again", default(), |page, grant| {
            if page.page.shell.flight(grant).is_some() {
                page.fail(grant, status(401));
            }
            page.take(Input::Resume);
            page.ask_for(grant, PATIENT);
            grant
        }),
        cause("revoked and asked for again", default(), |page, grant| {
            page.revoke(grant);
            page.ask_for(grant, PATIENT);
            grant
        }),
        cause("evicted and opened again", one_grant, |page, grant| {
            if page.page.shell.flight(grant).is_some() {
                page.fail(grant, status(403));
            } else {
                page.revoke(grant);
            }
            page.grant("other");
            let grant = page.grant("a");
            page.ask_for(grant, PATIENT);
            grant
        }),
    ]
}

#[test]
fn whatever_the_cause_the_fifth_request_waits_until_the_first_is_five_seconds_past() {
    for Cause {
        name,
        config,
        again,
    } in causes()
    {
        let mut page = Scenario::with(config);
        let mut grant = page.grant("a");
        page.ask_for(grant, PATIENT);
        for happened in 1..MOST {
            grant = again(&mut page, grant);
            assert_eq!(page.requests(), happened + 1, "{name}: at once");
        }
        for _ in 0..20 {
            grant = again(&mut page, grant);
        }
        assert_eq!(page.requests(), MOST, "{name}");
        page.pass(WINDOW - ONE_MILLISECOND);
        assert_eq!(page.requests(), MOST, "{name}");
        page.pass(FLOOR + ONE_MILLISECOND);
        assert_eq!(page.requests(), MOST + 1, "{name}");
        let caller = page.ask(grant);
        let token = page.answer(grant, hours(1));
        assert_eq!(page.token(caller), Some(token), "{name}");
    }
}

#[test]
fn causes_that_take_turns_share_the_four() {
    let mut page = Scenario::new();
    let grant = page.grant("a");
    page.ask_for(grant, PATIENT);
    for Cause { config, again, .. } in causes() {
        if config == Config::default() {
            again(&mut page, grant);
        }
    }
    page.event(Event::Online);
    assert_eq!(page.requests(), MOST);
    page.pass(WINDOW + FLOOR);
    assert_eq!(page.requests(), MOST + 1);
}

#[test]
fn a_network_that_comes_and_goes_is_tried_no_more_than_four_times_in_five_seconds() {
    for failure in [Failure::Network, Failure::Timeout, Failure::Thrown] {
        let mut page = Scenario::new();
        let (grant, _) = page.held("a");
        page.pass_until_request(grant);
        let mut sent = Vec::new();
        for _ in 0..1_200 {
            if page.page.shell.flight(grant).is_some() {
                sent.push(page.page.now);
                page.fail(grant, failure);
            }
            page.event(Event::Online);
            page.pass(Millis(50));
        }
        let mut all = sent.windows(MOST + 1);
        assert!(all.all(|five| five[MOST].since(five[0]) >= WINDOW));
        assert!(sent.len() >= 10, "{failure:?}: {}", sent.len());
    }
}

#[test]
fn who_is_held_back_waits_and_is_told_of_no_failure() {
    let mut page = Scenario::new();
    let grant = page.grant("a");
    let caller = page.ask(grant);
    for _ in 0..MOST {
        page.event(INTO_CACHE);
        page.event(Event::Shown);
    }
    assert_eq!(page.state(grant).status, Status::Waiting);
    let late = page.ask(grant);
    assert_eq!((page.outcome(caller), page.outcome(late)), (None, None));
    page.pass_until_request(grant);
    let token = page.answer(grant, hours(1));
    assert_eq!(page.token(caller), Some(token));
    assert_eq!(page.token(late), Some(token));
}

#[test]
fn who_is_held_back_is_not_held_back_longer_than_it_waits() {
    let mut page = Scenario::new();
    let grant = page.grant("a");
    page.ask(grant);
    for _ in 0..MOST {
        page.event(INTO_CACHE);
        page.event(Event::Shown);
    }
    let hasty = page.ask_for(
        grant,
        Want {
            timeout: Some(seconds(1)),
            ..ANY
        },
    );
    page.pass(seconds(1));
    assert_eq!(page.error(hasty).code, Code::Timeout);
}

#[test]
fn nothing_is_held_back_while_tokens_arrive() {
    let mut page = Scenario::new();
    let (grant, _) = page.held("a");
    for _ in 0..20 {
        page.ask_for(grant, Want { force: true, ..ANY });
        page.answer(grant, hours(1));
        page.answer_revokes(RevokeOutcome::Confirmed);
    }
    assert_eq!(page.requests(), 21);
}

#[test]
fn a_token_makes_up_for_those_in_vain() {
    let mut page = Scenario::new();
    let grant = page.grant("a");
    page.ask(grant);
    for _ in 1..MOST {
        page.event(INTO_CACHE);
        page.event(Event::Shown);
    }
    page.answer(grant, hours(1));
    for forced in 1..=MOST {
        page.ask_for(grant, Want { force: true, ..ANY });
        assert_eq!(page.requests(), MOST + forced);
        page.answer(grant, hours(1));
    }
}

#[test]
fn another_grant_is_not_held_back() {
    let mut page = Scenario::new();
    let (grant, other) = (page.grant("a"), page.grant("b"));
    page.ask_for(grant, PATIENT);
    for _ in 0..MOST {
        page.revoke(grant);
        page.ask_for(grant, PATIENT);
    }
    assert_eq!(page.requests(), MOST);
    let caller = page.ask(other);
    let token = page.answer(other, hours(1));
    assert_eq!(page.token(caller), Some(token));
}

/// A client of that backend beside others of its page.
fn client(pace: &Pace, backend: &str, seed: u64) -> Scenario {
    let mut page = Scenario::seeded(Config::default(), seed);
    let machine = Machine::new(Config::default(), REVOKING, seed);
    page.page.machine = machine.keeping_pace(pace, backend);
    page.page.shell.shares_pace = true;
    page
}

#[test]
fn clients_that_are_made_anew_keep_the_pace_of_those_before() {
    for failure in [status(401), status(503), Failure::Network] {
        let pace = Pace::default();
        let mut requests = 0;
        for seed in 0..20 {
            let mut page = client(&pace, "https://app.example/token", seed);
            let grant = page.grant("a");
            page.ask(grant);
            if page.page.shell.flight(grant).is_some() {
                page.fail(grant, failure);
            }
            requests += page.requests();
            page.close();
        }
        assert_eq!(requests, MOST, "{failure:?}");
        let mut later = client(&pace, "https://app.example/token", 99);
        later.page.advance(WINDOW - ONE_MILLISECOND);
        let grant = later.grant("a");
        let caller = later.ask(grant);
        assert_eq!(later.requests(), 0, "{failure:?}");
        later.pass(FLOOR + ONE_MILLISECOND);
        let token = later.answer(grant, hours(1));
        assert_eq!(later.token(caller), Some(token), "{failure:?}");
    }
}

#[test]
fn two_clients_side_by_side_share_the_four() {
    let pace = Pace::default();
    let mut pages = [1, 2].map(|seed| client(&pace, "https://app.example/token", seed));
    let grants = pages.each_mut().map(|page| page.grant("a"));
    let requests = |pages: &[Scenario]| pages.iter().map(Scenario::requests).sum::<usize>();
    // Both before anything has failed.
    for (page, &grant) in pages.iter_mut().zip(&grants) {
        page.ask_for(grant, PATIENT);
    }
    for _ in 0..5 {
        for (page, &grant) in pages.iter_mut().zip(&grants) {
            page.revoke(grant);
            page.ask_for(grant, PATIENT);
        }
    }
    assert_eq!(requests(&pages), MOST);
    // What one of them gets is good news for the other.
    let [one, _] = &mut pages;
    one.pass(WINDOW + FLOOR);
    one.answer(grants[0], hours(1));
    let [_, other] = &mut pages;
    other.page.advance(WINDOW + FLOOR);
    other.revoke(grants[1]);
    let caller = other.ask(grants[1]);
    let token = other.answer(grants[1], hours(1));
    assert_eq!(other.token(caller), Some(token));
}

#[test]
fn clients_of_other_backends_or_with_a_pace_of_their_own_are_not_held_back() {
    let pace = Pace::default();
    for _ in 0..MOST {
        let mut page = client(&pace, "https://app.example/token", 1);
        let grant = page.grant("a");
        page.ask(grant);
        page.fail(grant, status(503));
    }
    for (pace, backend) in [
        (&pace, "https://other.example/token"),
        (&Pace::default(), "https://app.example/token"),
    ] {
        let mut page = client(pace, backend, 1);
        let grant = page.grant("a");
        page.ask(grant);
        assert_eq!(page.requests(), 1);
    }
    let mut page = client(&pace, "https://app.example/token", 1);
    let held_back = page.grant("a");
    page.ask(held_back);
    let other = page.grant("b");
    page.ask(other);
    assert_eq!(page.requests(), 1, "another grant");
}

#[test]
fn an_outage_of_minutes_is_answered_by_back_off_alone() {
    let mut page = Scenario::new();
    let grant = page.grant("a");
    let mut sent = Vec::new();
    let began = page.page.now;
    while page.page.now.since(began) < minutes(4) {
        page.ask(grant);
        if page.page.shell.flight(grant).is_some() {
            sent.push(page.page.now);
            page.fail(grant, status(503));
        }
        page.pass(Millis(100));
    }
    assert!((5..=6).contains(&sent.len()), "{}", sent.len());
}

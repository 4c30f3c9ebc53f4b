//! A server that comes back with less than it was told.

use downscope_backend::{
    core::{Begun, Fate, Limits, Millis},
    store::{
        Store,
        redis::{Redis, Settings},
    },
};

use super::{Server, connect, mint, run};
use crate::{bench::ok, words::*};

/// Some time of a test.
const NOW: Millis = 1_800_000_000_000;

const FIRST: Settings = Settings {
    prefix: String::new(),
    shards: 2,
    is_first: true,
    is_durable: false,
};

fn first() -> Settings {
    Settings {
        prefix: "downscope".to_owned(),
        ..FIRST
    }
}

/// Whether the store says that what is not on record was never minted.
async fn is_complete(store: &Redis) -> bool {
    let withdrawn = ok(store.withdraw(&pending(PAGE_2, &["1"]))).await;
    withdrawn.is_complete
}

/// Puts on disk what the server has, has one more token minted, and cuts the power.
async fn lose_a_token(server: &mut Server, store: &Redis) {
    mint(store, PAGE, "1").await;
    let _: String = server.ask(&["SAVE"]).await;
    mint(store, PAGE, "2").await;
    server.restart();
}

#[test]
fn what_a_server_has_lost_is_not_taken_for_dead() {
    run(|| async {
        let mut server = Server::start(&[]);
        let store = connect(&server, &first()).await;
        assert!(is_complete(&store).await);
        lose_a_token(&mut server, &store).await;
        let withdrawn = ok(store.withdraw(&pending(PAGE, &["1", "2"]))).await;
        assert_eq!(keys(&withdrawn.works), [key(PAGE, "1")]);
        assert!(!withdrawn.is_complete);
        // No other one is misled either, which finds the scripts there again.
        assert!(!is_complete(&connect(&server, &first()).await).await);
        assert!(!is_complete(&store).await);
    });
}

#[test]
fn it_is_noticed_by_who_connects_after_it_too() {
    run(|| async {
        let mut server = Server::start(&[]);
        let store = connect(&server, &first()).await;
        lose_a_token(&mut server, &store).await;
        drop(store);
        assert!(!is_complete(&connect(&server, &first()).await).await);
    });
}

#[test]
fn a_server_that_has_lost_everything_is_no_first_one() {
    run(|| async {
        let mut server = Server::start(&[]);
        let store = connect(&server, &first()).await;
        mint(&store, PAGE, "1").await;
        let _: String = server.ask(&["FLUSHALL"]).await;
        assert!(!is_complete(&store).await, "flushed");
        let _: String = server.ask(&["FLUSHALL"]).await;
        server.restart();
        assert!(!is_complete(&store).await, "started again");
    });
}

#[test]
fn what_is_awaited_and_was_forgotten_is_not_taken_for_dead() {
    run(|| async {
        let mut server = Server::start(&[]);
        let store = connect(&server, &first()).await;
        let _: String = server.ask(&["SAVE"]).await;
        ok(store.begin(&request(PAGE, "1"))).await;
        let withdrawn = ok(store.withdraw(&pending(PAGE, &["1"]))).await;
        assert_eq!(withdrawn.minting, [key(PAGE, "1")]);
        server.restart();
        let fates = ok(store.fates(PAGE, &withdrawn.minting)).await;
        assert_eq!(fates, [Fate::Alive]);
    });
}

#[test]
fn a_server_that_is_the_master_again_is_not_taken_for_one_that_has_missed_nothing() {
    run(|| async {
        let settings = first();
        let (one, other) = (Server::start(&[]), Server::start(&[]));
        let at = async |server: &Server, now| match Redis::connect_at(&server.url(), &settings, now)
            .await
        {
            Ok(store) => store,
            Err(error) => panic!("not connected: {error}"),
        };
        let store = at(&one, NOW).await;
        assert!(is_complete(&store).await);
        other.follow(Some(&one)).await;
        other.follow(None).await;
        let on_other = at(&other, NOW).await;
        assert!(!is_complete(&on_other).await);
        // In the course of time it can say so again.
        let later = NOW + Limits::default().longest_life;
        on_other.set_now(later);
        assert!(is_complete(&on_other).await);
        // It falls back, and the last that the other one was told is lost: the first one was never
        // ended, and has its scripts.
        one.follow(Some(&other)).await;
        one.follow(None).await;
        mint(&on_other, PAGE, "1").await;
        store.set_now(later);
        assert!(!is_complete(&store).await);
        assert!(!is_complete(&at(&one, later).await).await);
    });
}

#[test]
fn a_server_that_loses_nothing_is_believed() {
    run(|| async {
        let mut server = Server::start(&["--appendonly", "yes", "--appendfsync", "always"]);
        let settings = Settings {
            is_durable: true,
            ..first()
        };
        let store = connect(&server, &settings).await;
        mint(&store, PAGE, "1").await;
        server.restart();
        assert!(is_complete(&store).await);
        let begun = ok(store.begin(&request(PAGE, "1"))).await;
        assert!(matches!(begun, Begun::Minted { .. }), "{begun:?}");
    });
}

#[test]
fn another_version_of_the_scripts_is_no_loss() {
    run(|| async {
        let server = Server::start(&[]);
        let store = connect(&server, &first()).await;
        // As after an update, whose scripts the server has never had: all but the witness go.
        for number in 0..2 {
            let shard = format!("{{downscope:{number}}}");
            let witness = format!("-- {shard}\nreturn redis.status_reply('OK')\n");
            if number == 0 {
                let _: String = server.ask(&["SCRIPT", "FLUSH"]).await;
            }
            let _: String = server.ask(&["SCRIPT", "LOAD", &witness]).await;
        }
        assert!(is_complete(&store).await);
        assert!(is_complete(&connect(&server, &first()).await).await);
    });
}

#[test]
fn a_server_that_is_away_is_an_error_and_then_it_is_back() {
    run(|| async {
        let mut server = Server::start(&[]);
        let store = connect(&server, &first()).await;
        server.kill();
        let begin = request(PAGE, "1");
        for _ in 0..3 {
            let error = store.begin(&begin).await;
            let text = error
                .err()
                .map(|error| error.to_string())
                .unwrap_or_default();
            assert!(
                text.starts_with("Redis: ") && !text.contains(PAGE),
                "{text}"
            );
        }
        assert!(store.ping().await.is_err());
        server.restart();
        ok(store.ping()).await;
        assert_eq!(ok(store.begin(&begin)).await, Begun::Begun);
    });
}

#[test]
fn whether_it_answers_is_asked_without_a_script() {
    run(|| async {
        let server = Server::start(&[]);
        let store = connect(&server, &first()).await;
        mint(&store, PAGE, "1").await;
        let _: String = server.ask(&["CONFIG", "RESETSTAT"]).await;
        ok(store.ping()).await;
        let calls: String = server.ask(&["INFO", "commandstats"]).await;
        assert!(calls.contains("cmdstat_ping:calls=1"), "{calls}");
        assert!(!calls.contains("eval"), "{calls}");
        ok(store.stats()).await;
        let calls: String = server.ask(&["INFO", "commandstats"]).await;
        assert!(calls.contains("eval"), "{calls}");
    });
}

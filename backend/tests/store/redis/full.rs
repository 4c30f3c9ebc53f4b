//! A server whose memory is full, and one that is given more than there is room for.

use downscope_backend::{
    core::{Begun, Class, Enlist, Fate, Limits},
    store::{Store, redis::Settings},
};

use super::{Server, connect, mint, run};
use crate::{bench::ok, words::*};

#[test]
fn where_memory_is_full_nothing_is_minted_and_what_is_due_is_carried_out() {
    run(|| async {
        let server = Server::start(&[]);
        let store = connect(&server, &Settings::default()).await;
        for id in ["1", "2"] {
            mint(&store, PAGE, id).await;
        }
        ok(store.begin(&request(PAGE, "3"))).await;
        let _: String = server.ask(&["CONFIG", "SET", "maxmemory", "1"]).await;

        let refused = store.begin(&request(PAGE, "4")).await;
        let text = refused
            .err()
            .map(|error| error.to_string())
            .unwrap_or_default();
        assert!(text.contains("OOM") && !text.contains(PAGE), "{text}");
        // Its token is there already, and must not get lost.
        ok(store.admit(&minted(PAGE, "3", LIFE))).await;
        let withdrawn = ok(store.withdraw(&whole(PAGE))).await;
        assert_eq!(withdrawn.works.len(), 3);
        ok(store.done(&withdrawn.works[..2])).await;
        let again = withdrawn.works[2..].iter().cloned().map(|work| (work, 0));
        ok(store.retry(&again.collect::<Vec<_>>())).await;
        let works = ok(store.claim(&EVERYTHING)).await;
        assert_eq!(works.len(), 1);
        ok(store.done(&works)).await;
        ok(store.heartbeat(&alive(PAGE))).await;
        ok(store.lapse(TERM, 10, &Limits::default())).await;
        let three = ["1", "2", "3"].map(|id| key(PAGE, id));
        assert_eq!(ok(store.fates(PAGE, &three)).await, [Fate::Dead; 3]);

        let _: String = server.ask(&["CONFIG", "SET", "maxmemory", "0"]).await;
        assert_eq!(ok(store.begin(&request(PAGE_2, "4"))).await, Begun::Begun);
    });
}

#[test]
fn made_up_names_hold_the_server_up_for_a_little_at_a_time() {
    run(|| async {
        let server = Server::start(&[]);
        let store = connect(&server, &Settings::default()).await;
        let mut items: Vec<_> = (0..1_000)
            .map(|number| listed(&number.to_string(), Class::Unknown, LIFE))
            .collect();
        items.push(listed("proven", Class::Known, LIFE));
        let room = |unknown| Enlist {
            limits: Limits {
                unknown,
                ..Limits::default()
            },
            ..enlist(items.clone())
        };
        let calls = async || {
            let told: String = server.ask(&["INFO", "commandstats"]).await;
            let line = told.split("cmdstat_evalsha:calls=").nth(1);
            let count = line.and_then(|line| line.split(',').next()?.parse().ok());
            count.unwrap_or(0_u32)
        };
        let before = calls().await;
        let enlisted = ok(store.enlist(&room(50))).await;
        assert_eq!((enlisted.due, enlisted.refused), (51, 950));
        // One that finds that there is no room, and one for what is proven.
        assert_eq!(calls().await - before, 2);
        let before = calls().await;
        let enlisted = ok(store.enlist(&room(10_000))).await;
        assert_eq!((enlisted.due, enlisted.refused), (1_001, 0));
        assert_eq!(calls().await - before, 6);
    });
}

//! What is Redis' own: a server that is started again, one whose memory is full, many page
//! lives at a time, and a cluster.

mod cluster;
mod full;
mod many;
mod restart;
mod server;

use downscope_backend::store::{
    Store,
    redis::{Redis, Settings},
};

use self::server::Server;
use crate::{
    bench::{Kind, ok, runtime, skipped},
    words::*,
};

/// Runs it, if there is to be a Redis at all.
fn run<F: Future<Output = ()>>(test: impl FnOnce() -> F) {
    if std::env::var_os("DOWNSCOPE_TEST_REDIS").is_none() {
        return skipped(Kind::Redis);
    }
    runtime().block_on(test());
}

async fn connect(server: &Server, settings: &Settings) -> Redis {
    match Redis::connect(&server.url(), settings).await {
        Ok(store) => store,
        Err(error) => panic!("not connected: {error}"),
    }
}

/// The keys of one prefix, on the server that the environment names.
pub(crate) async fn keys_of(prefix: &str) -> Vec<String> {
    let url = std::env::var("DOWNSCOPE_TEST_REDIS").unwrap_or_default();
    let pattern = format!("{{{prefix}:*");
    let mut keys: Vec<String> = server::ask(&url, &["KEYS", &pattern]).await;
    let stays = |key: &String| key.ends_with('}') || key.ends_with(":told");
    keys.retain(|key| !stays(key));
    keys
}

/// Has a token minted for a page life.
async fn mint(store: &Redis, session: &str, id: &str) {
    ok(store.begin(&request(session, id))).await;
    ok(store.admit(&minted(session, id, LIFE))).await;
}

#[test]
fn a_store_goes_by_the_clock_of_its_server() {
    run(|| async {
        let server = Server::start(&[]);
        let store = connect(&server, &Settings::default()).await;
        mint(&store, PAGE, "1").await;
        let begun = ok(store.begin(&request(PAGE, "1"))).await;
        let downscope_backend::core::Begun::Minted { expires_in, .. } = begun else {
            panic!("minted before: {begun:?}");
        };
        // Ten minutes for the slowest of machines.
        assert!(
            (LIFE - 600_000..=LIFE).contains(&expires_in),
            "{expires_in}"
        );
        let (seconds, _): (u64, u64) = server.ask(&["TIME"]).await;
        let since: u64 = server.ask(&["HGET", "{downscope:0}", "since"]).await;
        assert!(
            (since..since + 600_000).contains(&(seconds * 1_000 + 999)),
            "{since}"
        );
    });
}

#[test]
fn two_stores_on_one_server_know_nothing_of_each_other() {
    run(|| async {
        let server = Server::start(&[]);
        let other = Settings {
            prefix: "another".to_owned(),
            ..Settings::default()
        };
        let one = connect(&server, &Settings::default()).await;
        let other = connect(&server, &other).await;
        mint(&one, PAGE, "1").await;
        assert_eq!(ok(other.stats()).await.live, 0);
        let named = tokens(Some(PAGE), &[token(PAGE, "1")]);
        assert_eq!(ok(other.withdraw(&named)).await.unknown_tokens, [0]);
        let keys: Vec<String> = server.ask(&["KEYS", "*"]).await;
        assert!(
            keys.iter()
                .all(|key| { key.starts_with("{downscope:0}") || key.starts_with("{another:0}") })
        );
    });
}

#[test]
fn a_prefix_that_would_tear_page_lives_apart_is_refused() {
    run(|| async {
        let server = Server::start(&[]);
        for prefix in ["", "a}b", "{a"] {
            let settings = Settings {
                prefix: prefix.to_owned(),
                ..Settings::default()
            };
            assert!(Redis::connect(&server.url(), &settings).await.is_err());
        }
    });
}

#[test]
fn a_server_that_is_not_there_is_an_error_without_its_password() {
    run(|| async {
        let server = Server::start(&[]);
        let url = server
            .url()
            .replace("redis://", "redis://user:FAKE-password@");
        drop(server);
        let error = Redis::connect(&url, &Settings::default()).await;
        let error = error.err().map(|error| error.to_string());
        let text = error.unwrap_or_else(|| panic!("nobody is there"));
        assert!(
            text.starts_with("Redis: ") && !text.contains("FAKE"),
            "{text}"
        );
    });
}

#[test]
fn thousands_of_made_up_names_take_few_commands() {
    run(|| async {
        let server = Server::start(&[]);
        let store = connect(&server, &Settings::default()).await;
        let ids: Vec<_> = (0..7_000).map(|id| id.to_string()).collect();
        let ids: Vec<_> = ids.iter().map(String::as_str).collect();
        let names: Vec<_> = ids.iter().map(|id| token(PAGE_2, id)).collect();
        for withdraw in [pending(PAGE, &ids), tokens(None, &names)] {
            let _: String = server.ask(&["CONFIG", "RESETSTAT"]).await;
            ok(store.withdraw(&withdraw)).await;
            let stats: String = server.ask(&["INFO", "commandstats"]).await;
            let calls: u32 = stats
                .split(&[',', ':'])
                .filter_map(|one| one.strip_prefix("calls=")?.parse::<u32>().ok())
                .sum();
            assert!((1..500).contains(&calls), "{calls}");
        }
    });
}

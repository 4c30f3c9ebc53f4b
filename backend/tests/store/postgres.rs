//! What is true of the store in PostgreSQL alone.

use downscope_backend::{
    core::{Begun, Claim, Class, Fate, Heard, Limits, Stats, Withdraw},
    store::{
        Store,
        postgres::{Postgres, Settings},
    },
};
use futures_util::future::join_all;
use tokio_postgres::{Client, NoTls};

use crate::{
    bench::{Bench, Kind, ok, random, run, runtime, skipped},
    words::*,
};

/// A schema that nobody else uses. It is removed at the end of this.
pub(crate) struct Schema {
    /// The database.
    pub(crate) url: String,
    /// Its name.
    pub(crate) name: String,
}

impl Schema {
    /// `None`, where the environment names no database.
    pub(crate) fn new() -> Option<Self> {
        Some(Self {
            url: std::env::var("DOWNSCOPE_TEST_POSTGRES").ok()?,
            name: format!("test_{:016x}", random()),
        })
    }

    /// Those of a store that lies in it.
    pub(crate) fn settings(&self) -> Settings {
        Settings {
            schema: self.name.clone(),
            ..Settings::default()
        }
    }

    /// Connects as an instance does. The URL has `parameter` too.
    async fn connect(&self, parameter: &str) -> Postgres {
        let Self { url, .. } = self;
        let join = if url.contains('?') { '&' } else { '?' };
        match Postgres::connect(&format!("{url}{join}{parameter}"), &self.settings()).await {
            Ok(store) => store,
            Err(error) => panic!("no store: {error}"),
        }
    }

    /// What is in the tables that are empty in an empty store, and what is counted.
    pub(crate) async fn leftovers(&self) -> Vec<String> {
        let Self { name, .. } = self;
        let counts = [
            ("sessions", "count(*)"),
            ("records", "count(*)"),
            ("names", "count(*)"),
            (
                "tallies",
                "coalesce(abs(sum(strangers)) + abs(sum(unknown)), 0)::bigint",
            ),
        ];
        let mut left = Vec::new();
        for (table, count) in counts {
            let count = format!("select {count} from {name}.{table}");
            match self.number(&count).await {
                0 => {}
                number => left.push(format!("{table}: {number}")),
            }
        }
        left
    }

    async fn execute(&self, text: &str) {
        if let Err(error) = client(&self.url).await.batch_execute(text).await {
            panic!("{text}: {error}");
        }
    }

    /// The one number that a query answers with.
    async fn number(&self, text: &str) -> i64 {
        match client(&self.url).await.query_one(text, &[]).await {
            Ok(row) => row.get(0),
            Err(error) => panic!("{text}: {error}"),
        }
    }
}

impl Drop for Schema {
    fn drop(&mut self) {
        let drop = format!("drop schema if exists {} cascade", self.name);
        // In a thread, since this one may be in the middle of something.
        std::thread::scope(|scope| {
            scope.spawn(|| {
                runtime().block_on(async { client(&self.url).await.batch_execute(&drop).await })
            });
        });
    }
}

async fn client(url: &str) -> Client {
    match tokio_postgres::connect(url, NoTls).await {
        Ok((client, connection)) => {
            tokio::spawn(connection);
            client
        }
        Err(error) => panic!("no PostgreSQL where the environment names one: {error}"),
    }
}

/// Runs it on a schema of its own, if there is to be a PostgreSQL at all.
fn alone<F: Future<Output = ()>>(test: impl FnOnce(Schema) -> F) {
    match Schema::new() {
        Some(schema) => runtime().block_on(test(schema)),
        None => skipped(Kind::Postgres),
    }
}

#[test]
fn what_has_expired_leaves_nothing_behind() {
    run(Kind::Postgres, async |bench: Bench| {
        bench.mint(&leased(PAGE, "1"), LIFE).await;
        assert_eq!(bench.begin(&request(PAGE_2, "1")).await, Begun::Begun);
        bench.withdraw(&pending(PAGE, &["2"])).await;
        bench.withdraw(&whole("a stranger")).await;
        bench.admit(&minted("nowhere", "1", LIFE)).await;
        let items = [Class::Known, Class::Unknown].map(|class| listed("FAKE", class, LIFE));
        bench.enlist(&enlist(items.to_vec())).await;
        assert_eq!(bench.leftovers().await, Vec::<String>::new());
    });
}

#[test]
fn instances_that_start_at_once_make_the_schema_once() {
    alone(async |schema| {
        for store in join_all([""; 8].map(|none| schema.connect(none))).await {
            assert_eq!(ok(store.stats()).await, Stats::default());
        }
        let count = format!("select count(*) from {}.epoch", schema.name);
        assert_eq!(schema.number(&count).await, 1);
    });
}

#[test]
fn a_store_goes_by_the_clock_of_the_database() {
    alone(async |schema| {
        let store = schema.connect("").await;
        let now = "select (extract(epoch from clock_timestamp()) * 1000)::bigint";
        let before = schema.number(now).await;
        assert_eq!(ok(store.begin(&request(PAGE, "1"))).await, Begun::Begun);
        let after = schema.number(now).await;
        let ends = format!("select expires_at from {}.records", schema.name);
        let begun = schema.number(&ends).await - 30_000;
        assert!((before - 1..=after + 1).contains(&begun));
    });
}

#[test]
fn a_connection_that_was_lost_is_made_again() {
    alone(async |schema| {
        let Schema { name, .. } = &schema;
        let store = schema.connect(&format!("application_name={name}")).await;
        let heard = ok(store.heartbeat(&alive(PAGE))).await;
        assert!(matches!(heard, Heard::Renewed { .. }), "{heard:?}");
        let end = format!(
            "select count(pg_terminate_backend(pid)) from pg_stat_activity
            where application_name = '{name}'"
        );
        assert!(schema.number(&end).await > 0);
        // It may be given a connection of which nobody has seen yet that it is closed.
        let mut tries = 0;
        while store.heartbeat(&alive(PAGE)).await.is_err() {
            tries += 1;
            assert!(tries <= schema.settings().connections, "each fails once");
        }
        assert_eq!(ok(store.stats()).await.leases, 1);
    });
}

#[test]
fn a_standby_that_has_taken_over_goes_back_no_further_than_to_then() {
    run(Kind::Postgres, async |bench: Bench| {
        let Some(schema) = &bench.schema else {
            panic!("a schema of its own");
        };
        let record = [key(PAGE, "1")];
        bench.mint(&request(PAGE, "1"), LIFE).await;
        assert!(bench.withdraw(&pending(PAGE, &["2"])).await.is_complete);
        assert_eq!(ok(bench.store.fates(PAGE_2, &record)).await, [Fate::Dead]);

        // What a standby that has taken over says is what this one had not said before.
        let change = format!("update {}.epoch set timeline = 'FFFFFFFF'", schema.name);
        schema.execute(&change).await;
        assert_eq!(ok(bench.store.fates(PAGE_2, &record)).await, [Fate::Alive]);
        bench.pass(60_000);
        assert_eq!(ok(bench.store.fates(PAGE_2, &record)).await, [Fate::Dead]);

        schema.execute(&change).await;
        for names in [pending(PAGE, &["3"]), whole(PAGE_2)] {
            assert!(!bench.withdraw(&names).await.is_complete, "{names:?}");
        }
        bench.pass(Limits::default().longest_life);
        assert!(bench.withdraw(&whole(PAGE_2)).await.is_complete);
    });
}

#[test]
fn a_database_that_does_not_tell_its_timeline_is_the_same_one() {
    run(Kind::Postgres, async |bench: Bench| {
        let Some(schema) = &bench.schema else {
            panic!("a schema of its own");
        };
        let replace = format!(
            "create or replace function {}.timeline() returns text language plpgsql as $$
             begin return left(no_such_function(), 8); exception when others then return null; end $$",
            schema.name
        );
        schema.execute(&replace).await;
        assert!(bench.withdraw(&pending(PAGE, &["1"])).await.is_complete);
    });
}

#[test]
fn a_store_that_does_not_get_on_says_so_and_no_more() {
    alone(async |schema| {
        let hurried = schema.connect("options=-c%20statement_timeout%3D50").await;
        ok(hurried.heartbeat(&alive(PAGE))).await;
        let mut blocker = client(&schema.url).await;
        let blocked = async {
            let transaction = blocker.transaction().await?;
            let lock = format!("lock table {}.sessions", schema.name);
            transaction.batch_execute(&lock).await?;
            let error = hurried
                .heartbeat(&alive(PAGE))
                .await
                .map_err(|error| error.0);
            assert_eq!(error, Err("PostgreSQL: SQLSTATE 57014".to_owned()));
            // Whether it answers is no matter of what is in it, unlike how much that is.
            ok(hurried.ping()).await;
            assert!(hurried.stats().await.is_err());
            transaction.rollback().await
        };
        let blocked: Result<(), tokio_postgres::Error> = blocked.await;
        assert!(blocked.is_ok(), "{blocked:?}");
        ok(hurried.heartbeat(&alive(PAGE))).await;
    });
}

#[test]
fn where_nothing_is_left_of_a_rate_nobody_waits_for_who_takes_of_it() {
    alone(async |schema| {
        let store = schema.connect("options=-c%20statement_timeout%3D500").await;
        store.set_now(1_000_000);
        let of_one = Claim {
            per_second: 1,
            ..EVERYTHING
        };
        for id in ["1", "2"] {
            ok(store.begin(&request(PAGE, id))).await;
            ok(store.admit(&minted(PAGE, id, LIFE))).await;
        }
        let names = Withdraw {
            claim: of_one,
            ..whole(PAGE)
        };
        assert_eq!(ok(store.withdraw(&names)).await.works.len(), 1);
        let mut taker = client(&schema.url).await;
        let taking = async {
            let transaction = taker.transaction().await?;
            let lock = format!("select from {}.budgets for update", schema.name);
            transaction.execute(&lock, &[]).await?;
            let claimed = store.claim(&of_one).await;
            transaction.rollback().await?;
            Ok::<_, tokio_postgres::Error>(claimed)
        };
        let taken = taking.await;
        assert!(
            matches!(&taken, Ok(Ok(works)) if works.is_empty()),
            "{taken:?}"
        );
        store.set_now(1_001_200);
        assert_eq!(ok(store.claim(&of_one)).await.len(), 1);
    });
}

#[test]
fn what_no_store_can_be_connected_to_is_told_without_the_url() {
    runtime().block_on(async {
        let nowhere = "postgres://user:FAKE-password@127.0.0.1:1/none";
        for (url, schema, text) in [
            (nowhere, "downscope", "PostgreSQL: connection refused"),
            (
                "redis://FAKE",
                "downscope",
                "PostgreSQL: that is no URL of a database",
            ),
            (
                nowhere,
                "no; schema",
                "PostgreSQL: that is no name of a schema",
            ),
        ] {
            let settings = Settings {
                schema: schema.to_owned(),
                ..Settings::default()
            };
            let error = Postgres::connect(url, &settings).await.map(drop);
            assert_eq!(error.map_err(|error| error.0), Err(text.to_owned()));
        }
    });
}

//! Brings the schema up to date, once, however many instances start.

use super::asking::{Database, Session};
use crate::store::StoreError;

/// Each makes a version of the one before. What stands here is not changed any more once
/// it was released: instances of an older release call the functions beside newer ones.
const MIGRATIONS: [&[&str]; 1] = [&[
    include_str!("sql/1_schema.sql"),
    include_str!("sql/2_common.sql"),
    include_str!("sql/3_work.sql"),
    include_str!("sql/4_leases.sql"),
    include_str!("sql/5_requests.sql"),
    include_str!("sql/6_withdraw.sql"),
    include_str!("sql/7_enlist.sql"),
    include_str!("sql/8_recall.sql"),
]];

pub(super) async fn run(database: &Database, is_first: bool) -> Result<(), StoreError> {
    let session = database.link.session().await?;
    let (schema, clock) = (&database.schema, database.clock());
    let migrated = within_patience(migrate(&session, schema, is_first, clock)).await;
    if migrated.is_err() {
        session.discard();
    }
    migrated
}

/// All of them may take so long, others that do the same included. In WebAssembly each of the
/// statements is waited for by the client.
async fn within_patience(
    migrating: impl Future<Output = Result<(), StoreError>>,
) -> Result<(), StoreError> {
    #[cfg(target_arch = "wasm32")]
    return migrating.await;
    #[cfg(not(target_arch = "wasm32"))]
    tokio::time::timeout(std::time::Duration::from_secs(60), migrating)
        .await
        .map_err(|_| StoreError("PostgreSQL: the schema could not be made in time".into()))?
}

async fn migrate(
    session: &Session,
    schema: &str,
    is_first: bool,
    clock: Option<i64>,
) -> Result<(), StoreError> {
    // Where nothing is to be done, nothing needs the right to.
    if is_current(session, schema).await? {
        return Ok(());
    }
    let begin = format!(
        "begin;
        set local statement_timeout = 0;
        select pg_advisory_xact_lock(hashtextextended('downscope {schema}', 0));
        create schema if not exists {schema};
        set local search_path to {schema};
        create table if not exists migrations (
            version integer primary key,
            at timestamptz not null default now()
        )"
    );
    session.say(&begin).await?;
    let version = session.say(VERSION).await?;
    let done = version.and_then(|text| text.parse().ok()).unwrap_or(0);
    for (number, files) in (1_i32..).zip(MIGRATIONS).skip(done) {
        for file in files {
            session.say(file).await?;
        }
        let insert = format!("insert into migrations (version) values ({number})");
        session.say(&insert).await?;
    }
    let clock = clock.map_or_else(|| "null".to_owned(), |clock| clock.to_string());
    let found = format!("select downscope_found({is_first}, {clock})");
    session.say(&found).await?;
    session.say("commit").await.map(drop)
}

const VERSION: &str = "select coalesce(max(version), 0) from migrations";

async fn is_current(session: &Session, schema: &str) -> Result<bool, StoreError> {
    let table = format!("{schema}.migrations");
    let is_there = format!("select to_regclass('{table}') is not null");
    if session.say(&is_there).await?.as_deref() != Some("t") {
        return Ok(false);
    }
    let text = VERSION.replace("migrations", &table);
    let version = session.say(&text).await?;
    let version = version.and_then(|text| text.parse::<usize>().ok());
    Ok(version.is_some_and(|version| version >= MIGRATIONS.len()))
}

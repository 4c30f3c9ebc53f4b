//! Brings the schema up to date, once, however many instances start.

use std::time::Duration;

use tokio::time::timeout;
use tokio_postgres::Client;

use super::asking::{Database, failed, no_client};
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

/// How long all of them may take, others that do the same included.
const PATIENCE: Duration = Duration::from_secs(60);

pub(super) async fn run(database: &Database, is_first: bool) -> Result<(), StoreError> {
    let client = database.pool.get().await;
    let mut client = client.map_err(|error| no_client(&error))?;
    let (schema, clock) = (&database.schema, database.clock());
    let migrated = timeout(PATIENCE, migrate(&mut client, schema, is_first, clock)).await;
    migrated
        .map_err(|_| StoreError("PostgreSQL: the schema could not be made in time".into()))?
        .map_err(|error| failed(&error))
}

async fn migrate(
    client: &mut Client,
    schema: &str,
    is_first: bool,
    clock: Option<i64>,
) -> Result<(), tokio_postgres::Error> {
    // Where nothing is to be done, nothing needs the right to.
    if is_current(client, schema).await? {
        return Ok(());
    }
    let transaction = client.transaction().await?;
    let begin = format!(
        "set local statement_timeout = 0;
        select pg_advisory_xact_lock(hashtextextended('downscope {schema}', 0));
        create schema if not exists {schema};
        set local search_path to {schema};
        create table if not exists migrations (
            version integer primary key,
            at timestamptz not null default now()
        )"
    );
    transaction.batch_execute(&begin).await?;
    let row = transaction.query_one(VERSION, &[]).await?;
    let version: i32 = row.try_get(0)?;
    let done = usize::try_from(version).unwrap_or(0);
    for (number, files) in (1_i32..).zip(MIGRATIONS).skip(done) {
        for file in files {
            transaction.batch_execute(file).await?;
        }
        let insert = "insert into migrations (version) values ($1)";
        transaction.execute(insert, &[&number]).await?;
    }
    let found = "select downscope_found($1, $2)";
    transaction.execute(found, &[&is_first, &clock]).await?;
    transaction.commit().await
}

const VERSION: &str = "select coalesce(max(version), 0) from migrations";

async fn is_current(client: &Client, schema: &str) -> Result<bool, tokio_postgres::Error> {
    let table = format!("{schema}.migrations");
    let is_there = "select to_regclass($1) is not null";
    if !client.query_one(is_there, &[&table]).await?.try_get(0)? {
        return Ok(false);
    }
    let text = VERSION.replace("migrations", &table);
    let version: i32 = client.query_one(&text, &[]).await?.try_get(0)?;
    Ok(usize::try_from(version).is_ok_and(|version| version >= MIGRATIONS.len()))
}

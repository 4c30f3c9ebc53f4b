//! What the database keeps, as the core knows it.

use super::asking::{Row, get};
use crate::{
    core::{Class, Millis, Owner, Reason, Work},
    store::StoreError,
};

/// The type `work`.
#[derive(Debug)]
#[cfg_attr(
    not(target_arch = "wasm32"),
    derive(postgres_types::FromSql),
    postgres(name = "work")
)]
#[cfg_attr(target_arch = "wasm32", derive(serde::Deserialize))]
pub(super) struct WorkRow {
    key: String,
    #[cfg_attr(target_arch = "wasm32", serde(deserialize_with = "bytes"))]
    sealed: Vec<u8>,
    attempts: i32,
    expires_in: i64,
    reason: Option<String>,
    user_name: Option<String>,
    sign_in: Option<String>,
    session: Option<String>,
    is_unknown: bool,
}

#[cfg(target_arch = "wasm32")]
fn bytes<'de, D: serde::Deserializer<'de>>(value: D) -> Result<Vec<u8>, D::Error> {
    use serde::{Deserialize as _, de::Error as _};
    let text = String::deserialize(value)?;
    super::asking::read_hex(&text).ok_or_else(|| D::Error::custom("no bytes"))
}

/// The works of an answer, in their order.
pub(super) fn works(row: &Row) -> Result<Vec<Work>, StoreError> {
    let works: Vec<WorkRow> = get(row, "works")?;
    Ok(works.into_iter().map(work).collect())
}

fn work(row: WorkRow) -> Work {
    Work {
        key: row.key,
        sealed: row.sealed,
        attempts: u32::try_from(row.attempts).unwrap_or(0),
        expires_in: Millis::try_from(row.expires_in).unwrap_or(0),
        reason: row.reason.as_deref().and_then(Reason::parse),
        owner: row
            .user_name
            .zip(row.sign_in)
            .map(|(user, sign_in)| Owner { user, sign_in }),
        session: row.session,
        class: if row.is_unknown {
            Class::Unknown
        } else {
            Class::Known
        },
    }
}

/// Whose a page life is that is somebody else's.
pub(super) fn owner(row: &Row) -> Result<Owner, StoreError> {
    Ok(Owner {
        user: get(row, "user_name")?,
        sign_in: get(row, "sign_in")?,
    })
}

/// An answer that the functions of this version do not give.
pub(super) fn unheard_of<T>() -> Result<T, StoreError> {
    Err(StoreError("PostgreSQL: an outcome that is none".into()))
}

//! What the scripts answer.

use super::wire::{FromRedisValue, ParsingError, Value, from_redis_value};
use crate::core::{Begun, Class, Heard, Owner, Reason, Withdrawn, Work};

/// One work of a claim.
pub(super) struct Row(pub(super) Work);

/// What became of a request that was to begin.
pub(super) struct BeginReply(pub(super) Begun);

/// What a sign of life met with.
pub(super) struct HeartbeatReply(pub(super) Heard);

/// What a withdrawal met with on one shard.
pub(super) struct WithdrawReply(pub(super) Withdrawn);

impl FromRedisValue for Row {
    fn from_redis_value(value: Value) -> Result<Self, ParsingError> {
        let (key, sealed, attempts, expires_in, reason, user, sign_in, session, class) =
            from_redis_value::<(_, _, _, _, String, Option<_>, Option<_>, _, String)>(value)?;
        let owner = user.zip(sign_in);
        Ok(Self(Work {
            key,
            sealed,
            attempts,
            expires_in,
            reason: Reason::parse(&reason),
            owner: owner.map(|(user, sign_in)| Owner { user, sign_in }),
            session,
            class: read_class(&class)?,
        }))
    }
}

impl FromRedisValue for BeginReply {
    fn from_redis_value(value: Value) -> Result<Self, ParsingError> {
        let (word, mut rest) = read_word(value)?;
        Ok(Self(match &*word {
            "begun" => Begun::Begun,
            "full" => Begun::Full,
            "minting" => Begun::Minting,
            "mismatch" => Begun::Mismatch,
            "withdrawn" => Begun::Withdrawn,
            "minted" => Begun::Minted {
                sealed: next(&mut rest)?,
                key: next(&mut rest)?,
                expires_in: next(&mut rest)?,
            },
            "not_yours" => Begun::NotYours {
                owner: read_owner(&mut rest)?,
            },
            _ => return Err("no outcome of a request".into()),
        }))
    }
}

impl FromRedisValue for HeartbeatReply {
    fn from_redis_value(value: Value) -> Result<Self, ParsingError> {
        let (word, mut rest) = read_word(value)?;
        Ok(Self(match &*word {
            "ended" => Heard::Ended,
            "full" => Heard::Full,
            "not_yours" => Heard::NotYours {
                owner: read_owner(&mut rest)?,
            },
            "renewed" => Heard::Renewed {
                is_first: next(&mut rest)?,
                said: next(&mut rest)?,
                recalls: next(&mut rest)?,
                version: next(&mut rest)?,
            },
            _ => return Err("no outcome of a sign of life".into()),
        }))
    }
}

impl FromRedisValue for WithdrawReply {
    fn from_redis_value(value: Value) -> Result<Self, ParsingError> {
        let (works, due, minting, tokens, handles, refused, complete) =
            from_redis_value::<(Vec<Row>, _, Vec<_>, _, _, _, _)>(value)?;
        Ok(Self(Withdrawn {
            works: read_works(works),
            due,
            minting,
            unknown_tokens: tokens,
            unknown_handles: handles,
            is_refused: refused,
            is_complete: complete,
        }))
    }
}

pub(super) fn read_works(rows: Vec<Row>) -> Vec<Work> {
    rows.into_iter().map(|Row(work)| work).collect()
}

/// As the scripts name it.
pub(super) const fn class_name(class: Class) -> &'static str {
    match class {
        Class::Known => "k",
        Class::Unknown => "u",
    }
}

fn read_class(name: &str) -> Result<Class, ParsingError> {
    let all = [Class::Known, Class::Unknown];
    let class = all.into_iter().find(|class| class_name(*class) == name);
    class.ok_or_else(|| "no class".into())
}

fn read_word(value: Value) -> Result<(String, std::vec::IntoIter<Value>), ParsingError> {
    let mut items = from_redis_value::<Vec<Value>>(value)?.into_iter();
    Ok((next(&mut items)?, items))
}

fn read_owner(items: &mut impl Iterator<Item = Value>) -> Result<Owner, ParsingError> {
    Ok(Owner {
        user: next(items)?,
        sign_in: next(items)?,
    })
}

fn next<T: FromRedisValue>(items: &mut impl Iterator<Item = Value>) -> Result<T, ParsingError> {
    from_redis_value(items.next().unwrap_or(Value::Nil))
}

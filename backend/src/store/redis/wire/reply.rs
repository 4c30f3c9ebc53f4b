//! What the server answers.

/// As RESP has it, as far as the scripts use it.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Value {
    /// Nothing.
    Nil,
    /// A number.
    Int(i64),
    /// A string, of whatever bytes.
    Bytes(Vec<u8>),
    /// Several.
    Array(Vec<Self>),
}

/// It is something else.
#[derive(Debug)]
pub(in crate::store::redis) struct ParsingError;

impl From<&str> for ParsingError {
    fn from(_: &str) -> Self {
        Self
    }
}

pub(in crate::store::redis) trait FromRedisValue: Sized {
    fn from_redis_value(value: Value) -> Result<Self, ParsingError>;

    /// Several of them, where that is a string.
    fn several(_: Vec<u8>) -> Option<Vec<Self>> {
        None
    }
}

pub(in crate::store::redis) fn from_redis_value<T: FromRedisValue>(
    value: Value,
) -> Result<T, ParsingError> {
    T::from_redis_value(value)
}

impl FromRedisValue for Value {
    fn from_redis_value(value: Value) -> Result<Self, ParsingError> {
        Ok(value)
    }
}

impl FromRedisValue for () {
    fn from_redis_value(_: Value) -> Result<Self, ParsingError> {
        Ok(())
    }
}

impl FromRedisValue for String {
    fn from_redis_value(value: Value) -> Result<Self, ParsingError> {
        match value {
            Value::Bytes(bytes) => Self::from_utf8(bytes).map_err(|_| ParsingError),
            Value::Int(number) => Ok(number.to_string()),
            Value::Nil | Value::Array(_) => Err(ParsingError),
        }
    }
}

macro_rules! numbers {
    ($($number:ty)*) => {$(
        impl FromRedisValue for $number {
            fn from_redis_value(value: Value) -> Result<Self, ParsingError> {
                match value {
                    Value::Int(number) => Self::try_from(number).map_err(|_| ParsingError),
                    text @ (Value::Nil | Value::Bytes(_) | Value::Array(_)) => String::from_redis_value(text)?.parse().map_err(|_| ParsingError),
                }
            }
        }
    )*};
}

numbers! { u32 u64 }

impl FromRedisValue for u8 {
    fn from_redis_value(_: Value) -> Result<Self, ParsingError> {
        Err(ParsingError)
    }

    fn several(bytes: Vec<u8>) -> Option<Vec<Self>> {
        Some(bytes)
    }
}

impl FromRedisValue for bool {
    fn from_redis_value(value: Value) -> Result<Self, ParsingError> {
        match u32::from_redis_value(value)? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(ParsingError),
        }
    }
}

impl<T: FromRedisValue> FromRedisValue for Option<T> {
    fn from_redis_value(value: Value) -> Result<Self, ParsingError> {
        match value {
            Value::Nil => Ok(None),
            value @ (Value::Int(_) | Value::Bytes(_) | Value::Array(_)) => {
                T::from_redis_value(value).map(Some)
            }
        }
    }
}

impl<T: FromRedisValue> FromRedisValue for Vec<T> {
    fn from_redis_value(value: Value) -> Result<Self, ParsingError> {
        match value {
            Value::Array(items) => items.into_iter().map(T::from_redis_value).collect(),
            Value::Bytes(bytes) => T::several(bytes).ok_or(ParsingError),
            Value::Nil => Ok(Self::new()),
            Value::Int(_) => Err(ParsingError),
        }
    }
}

macro_rules! tuples {
    ($(($($name:ident)*))*) => {$(
        impl<$($name: FromRedisValue),*> FromRedisValue for ($($name,)*) {
            fn from_redis_value(value: Value) -> Result<Self, ParsingError> {
                let Value::Array(items) = value else {
                    return Err(ParsingError);
                };
                let mut items = items.into_iter();
                let mut next = || items.next().ok_or(ParsingError);
                let tuple = ($($name::from_redis_value(next()?)?,)*);
                if items.next().is_some() {
                    return Err(ParsingError);
                }
                Ok(tuple)
            }
        }
    )*};
}

tuples! { (A B) (A B C) (A B C D) (A B C D E F G) (A B C D E F G H I) }

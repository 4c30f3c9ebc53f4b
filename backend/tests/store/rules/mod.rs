//! The rules, by theme.

mod again;
mod bounds;
mod complete;
mod due;
mod fates;
mod heard;
mod lapsed;
mod passing;
mod races;
mod rates;
mod recalled;
mod said;
mod unknown;
mod withdrawn;

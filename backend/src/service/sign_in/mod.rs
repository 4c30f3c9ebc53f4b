//! Who sends a request.

mod answer;
mod ask;
mod development;
mod forgotten;
mod forward;
mod places;

pub(super) use self::{
    ask::NoAnswer,
    development::{Development, router as development_router},
    forward::Forward,
};

//! What is counted, for Prometheus.

mod audit;
mod counted;
mod metered;
mod stock;

pub(super) use self::{audit::Trail, counted::Metrics, metered::Metered, stock::Stock};

//! The settings, checked and in the types that the parts take.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use tracing::level_filters::LevelFilter;

use super::{auth, invalid::Invalid, parts, read::Read, values::Values};
use crate::{
    core::{Handles, KeyRing, Origins, Policy, Secret},
    edge::Paths,
    engine,
    upstream::OAuthSettings,
};

/// Everything that the service is told.
#[derive(Debug)]
pub struct Config {
    /// Where the endpoints are.
    pub listen: SocketAddr,
    /// Their paths.
    pub paths: Paths,
    /// Where the app's pages are.
    pub origins: Origins,
    /// What anybody may have.
    pub policy: Policy,
    /// How much the listener takes.
    pub bounds: Bounds,
    /// How long a stop may take.
    pub stop: Duration,
    /// The other listener, if there is one.
    pub admin: Option<Admin>,
    /// Who tells who sends a request.
    pub auth: Auth,
    /// How the engine behaves.
    pub engine: engine::Settings,
    /// What tokens are sealed with.
    pub keys: Keys,
    /// Where what is alive and due is kept.
    pub store: StoreSettings,
    /// Who mints.
    pub upstream: OAuthSettings,
    /// What is logged.
    pub level: LevelFilter,
}

/// How much a listener takes.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Connections at a time.
    pub connections: usize,
    /// For the headers of a request, and for a connection that idles.
    pub header: Duration,
    /// For the body of a request.
    pub body: Duration,
}

/// Metrics, health and recall.
#[derive(Debug)]
pub struct Admin {
    /// Where they are.
    pub listen: SocketAddr,
    /// What a recall needs; `None` on loopback only.
    pub token: Option<Secret>,
}

/// Who tells who sends a request.
#[derive(Debug)]
pub enum Auth {
    /// The app.
    Forward(ForwardSettings),
    /// Nobody: anybody is signed in.
    Development,
}

/// How the app is asked.
#[derive(Debug)]
pub struct ForwardSettings {
    /// Where.
    pub url: String,
    /// Proves that it is the service that asks.
    pub secret: Option<Secret>,
    /// The request headers that the app is sent.
    pub headers: Vec<axum::http::HeaderName>,
    /// How long an answer is used; zero for not at all.
    pub cache: Duration,
    /// How long the app may take.
    pub timeout: Duration,
}

/// What tokens are sealed with.
#[derive(Debug)]
pub struct Keys {
    /// The keys; `None` for one that is drawn at the start.
    pub ring: Option<KeyRing>,
    /// Where they are read again.
    pub file: Option<PathBuf>,
}

/// Where what is alive and due is kept.
#[derive(Debug)]
pub struct StoreSettings {
    /// Which one.
    pub kind: StoreKind,
    /// Where its server is.
    pub url: Secret,
    /// What the names of everything in it begin with.
    pub prefix: String,
    /// How many connections to PostgreSQL this instance keeps at the most.
    pub connections: usize,
    /// Over how many slots Redis spreads the page lives.
    pub shards: u32,
    /// Whether Redis loses nothing that it has answered.
    pub is_durable: bool,
    /// Whether nothing was minted before the store began.
    pub is_first: bool,
}

/// The stores.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum StoreKind {
    /// In this process, and gone with it.
    Memory,
    /// PostgreSQL.
    Postgres,
    /// Redis or Valkey.
    Redis,
}

impl Config {
    /// Checks what was read. Nothing is connected to.
    pub fn new(read: &Read) -> Result<Self, Invalid> {
        Self::check(read).map_err(|invalid| read.place(invalid))
    }

    fn check(read: &Read) -> Result<Self, Invalid> {
        let values = &read.values;
        let listen = address(values, "server.listen")?;
        let store = parts::store(values)?;
        let connections = values.small("server.connections", 1..=1_000_000)?;
        let engine = engine::Settings {
            // The rest of them is for those who do not wait, revokes among them.
            held_at_once: connections / 2,
            ..parts::engine(values)?
        };
        let is_memory = store.kind == StoreKind::Memory;
        let has_own_key = is_memory && engine.handles != Handles::Sealed;
        Ok(Self {
            listen,
            paths: parts::paths(values)?,
            origins: parts::origins(values)?,
            policy: parts::policy(values)?,
            bounds: Bounds {
                connections: usize::try_from(connections).unwrap_or(usize::MAX),
                header: values.seconds("server.header_seconds", 1..=3_600)?,
                body: values.seconds("server.body_seconds", 1..=3_600)?,
            },
            stop: values.seconds("server.stop_seconds", 1..=86_400)?,
            admin: auth::admin(values)?,
            auth: auth::auth(values, listen)?,
            engine,
            keys: keys(read, has_own_key)?,
            store,
            upstream: parts::upstream(values)?,
            level: values.read("log.level", "must be error, warn, info or debug", |level| {
                match level {
                    "error" => Some(LevelFilter::ERROR),
                    "warn" => Some(LevelFilter::WARN),
                    "info" => Some(LevelFilter::INFO),
                    "debug" => Some(LevelFilter::DEBUG),
                    _ => None,
                }
            })?,
        })
    }
}

pub(super) fn address(values: &Values, name: &str) -> Result<SocketAddr, Invalid> {
    let wrong = "must be an address and a port, such as 127.0.0.1:8790";
    values.read(name, wrong, |text| text.parse().ok())
}

fn keys(read: &Read, can_be_drawn: bool) -> Result<Keys, Invalid> {
    let Some(text) = read.values.text("keys.ring") else {
        if can_be_drawn {
            return Ok(Keys {
                ring: None,
                file: None,
            });
        }
        let wrong = "must be set: what is sealed outlives this process";
        return Err(Invalid::setting("keys.ring", wrong));
    };
    let ring = KeyRing::parse(text).map_err(|error| Invalid::setting("keys.ring", error))?;
    Ok(Keys {
        ring: Some(ring),
        file: read.files.get("keys.ring").cloned(),
    })
}

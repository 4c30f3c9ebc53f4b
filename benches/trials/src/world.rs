//! Everything that a trial needs: an app, an authorization server, instances of the backend.

use std::{
    ops::Range,
    path::PathBuf,
    process::Stdio,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use futures_util::{StreamExt, TryStreamExt, stream};
use tempfile::TempDir;

use crate::{
    Failure, Kind,
    app::App,
    args::Options,
    authority::Authority,
    backend::{Backend, Program},
    http::Client,
    instance::Instance,
    page::Page,
    servers::Server,
};

/// 32 bytes each, in base64url.
pub(crate) const KEYS: [&str; 2] = [
    "b2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2xkb2w",
    "bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmV3bmU",
];
/// How many of a crowd of tokens are minted at a time.
const FILLING: usize = 48;
/// How many seconds those live.
const LIFE: u64 = 3_600;
pub(crate) const CLIENT_SECRET: &str = "FAKE-client-secret";

/// The processes and the stand-ins. Dropped, they end.
pub(crate) struct World {
    pub(crate) authority: Authority,
    pub(crate) instances: Vec<Arc<Instance>>,
    pub(crate) keys: PathBuf,
    backend: Backend,
    settings: Vec<(String, String)>,
    directory: TempDir,
    started: usize,
    next: AtomicUsize,
    _app: App,
}

impl World {
    /// One with the usual settings and `more`, and nothing in its store.
    pub(crate) async fn new(
        kind: Kind,
        server: Option<&Server>,
        options: &Options,
        more: &[(&str, &str)],
    ) -> Result<Self, Failure> {
        static WORLDS: AtomicUsize = AtomicUsize::new(0);
        let (app, authority) = (App::start().await?, Authority::start().await?);
        let directory = tempfile::Builder::new().prefix("downscope-").tempdir()?;
        let keys = directory.path().join("keys");
        std::fs::write(&keys, KEYS[0])?;
        let prefix = format!("trial_{}", WORLDS.fetch_add(1, Ordering::Relaxed));
        let usual = [
            (
                "store.url",
                server.map_or_else(|| "memory".to_owned(), Server::url),
            ),
            ("store.prefix", prefix),
            ("store.nothing_minted_before", "true".to_owned()),
            ("auth.url", format!("http://{}/who", app.address)),
            ("auth.secret", "FAKE-auth-secret".to_owned()),
            ("keys.ring_file", keys.to_string_lossy().into_owned()),
            ("policy.resources", "https://api.example/files/*".to_owned()),
            ("policy.scopes", "read".to_owned()),
            (
                "upstream.token_endpoint",
                format!("http://{}/token", authority.address),
            ),
            (
                "upstream.revocation_endpoint",
                format!("http://{}/revoke", authority.address),
            ),
            ("upstream.client_id", "client".to_owned()),
            ("upstream.client_secret", CLIENT_SECRET.to_owned()),
        ];
        let usual = usual.map(|(name, value)| (name.to_owned(), value));
        let more = more
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        let mut world = Self {
            authority,
            instances: Vec::new(),
            keys,
            backend: options.backend,
            settings: usual.into_iter().chain(more).collect(),
            directory,
            started: 0,
            next: AtomicUsize::new(0),
            _app: app,
        };
        for place in 0..kind.instances() {
            let instance = world.start(place).await?;
            world.instances.push(instance);
        }
        Ok(world)
    }

    /// Puts a new instance in the place of one that was killed.
    pub(crate) async fn replace(&mut self, place: usize) -> Result<(), Failure> {
        let instance = self.start(place).await?;
        if let Some(old) = self.instances.get_mut(place) {
            *old = instance;
        }
        Ok(())
    }

    /// Has a token minted for each of these numbers, so many for each page, some at a time.
    pub(crate) async fn fill(
        &self,
        name: &str,
        numbers: Range<u64>,
        of_a_page: u64,
        lease: bool,
    ) -> Result<(), Failure> {
        let minting = stream::iter(numbers).map(async |number| {
            let page = Page::new(name, number / of_a_page);
            let id = number % of_a_page;
            let minted = page.mint(self.client(), id, LIFE, lease).await?;
            let refused = || format!("not minted: {}", minted.status).into();
            minted.token.map(drop).ok_or_else(refused)
        });
        minting.buffer_unordered(FILLING).try_collect().await
    }

    /// An instance, round robin.
    pub(crate) fn client(&self) -> &Client {
        let place = self.next.fetch_add(1, Ordering::Relaxed) % self.instances.len();
        &self.instances[place].public
    }

    async fn start(&mut self, place: usize) -> Result<Arc<Instance>, Failure> {
        self.started += 1;
        let log = self.directory.path().join(format!("{}.log", self.started));
        let program = self.backend.program(place);
        Ok(Arc::new(
            Instance::start(program, &self.settings, log).await?,
        ))
    }
}

/// Whether the service was built with this store.
pub(crate) fn is_built_in(kind: Kind) -> bool {
    let url = format!("{}://127.0.0.1:1", kind.name());
    let settings = [("store.url".to_owned(), url)];
    let mut command = Program::Service.command(&settings);
    let output = command.arg("--check").stdin(Stdio::null()).output();
    output.is_ok_and(|output| {
        !String::from_utf8_lossy(&output.stderr).contains("this build has no such store")
    })
}

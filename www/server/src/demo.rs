//! Puts the parts together: the app's origin and the file API's.

use std::{fmt, sync::Arc, time::Duration};

use axum::Router;
use downscope_backend::{
    core::{KeyRing, LeaseTerms, Origins, Pattern, Policy},
    edge::Edge,
    engine::{Audit, Engine, Running, Settings, SignIns as EngineSignIns, Upstream},
    store::{Store, memory::Memory},
    upstream::OAuth,
};

use crate::{
    api,
    app::{self, PageConfig},
    clock::Clock,
    control::Control,
    embedded::{Client, Embedded},
    faults::Faults,
    files::FileApi,
    ledger::{Ledger, LogLine},
    media::{FileInfo, Media},
    secret,
    sign_in::SignIns,
    static_files::{Mount, StaticFiles},
    vault::{self, Vault},
};

/// What a viewer needs; nothing that changes or shares a file.
const VIEWER: [&str; 4] = [
    "annotation_view_self",
    "base_preview",
    "item_download",
    "item_preview",
];

/// How long it takes at the most to end in order.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the demo is made of.
pub struct Ingredients {
    /// Where the page is, for example `http://127.0.0.1:8788`.
    pub app_origins: Vec<String>,
    /// Where the file API is.
    pub api_origin: String,
    /// Static files of the page.
    pub mounts: Vec<Mount>,
    /// An origin of its own for a keeper, which then alone gets tokens.
    pub vault: Option<Vault>,
    /// The demo user's files.
    pub media: Media,
    /// Who mints.
    pub upstream: UpstreamChoice,
    /// How long pages may be silent.
    pub leases: LeaseTerms,
    /// What time it is.
    pub clock: Clock,
    /// Where log lines go.
    pub log: LogLine,
}

/// Who mints.
pub enum UpstreamChoice {
    /// The authorization server in this process.
    Embedded,
    /// Box.
    Box {
        /// How to speak to it.
        client: Box<OAuth>,
        /// The origin of its API.
        base: String,
        /// The files there that the page may ask for; the demo's own if there are none.
        files: Vec<FileInfo>,
    },
    /// Another one, for the demo's own files.
    Other(Arc<dyn Upstream>),
}

/// The two origins, ready to be served.
pub struct Demo {
    /// The app: page, contract and control plane.
    pub app: Router,
    /// The file API and the embedded authorization server.
    pub api: Router,
    /// The keeper's origin, if there is one.
    pub vault: Option<Router>,
    embedded: Arc<Embedded>,
    running: Running,
}

impl Demo {
    /// Puts `ingredients` together; in a Tokio runtime, where it then runs.
    pub fn new(ingredients: Ingredients) -> Self {
        let Ingredients {
            app_origins,
            api_origin,
            mounts,
            vault,
            media,
            upstream,
            leases,
            clock,
            log,
        } = ingredients;
        let media = Arc::new(media);
        let ledger = Arc::new(Ledger::new(clock.clone(), log));
        let faults = Arc::new(Faults::default());
        let sign_ins = Arc::new(SignIns::default());
        let embedded = Arc::new(Embedded::new(&api_origin, clock.clone()));
        let is_embedded = matches!(upstream, UpstreamChoice::Embedded);
        let is_box = matches!(upstream, UpstreamChoice::Box { .. });

        let mut config = PageConfig {
            api_origin,
            upstream: "embedded",
            lease_term: leases.term,
            files: media.infos().cloned().collect(),
            vault_origin: None,
            vault: vault.clone(),
        };
        let upstream: Arc<dyn Upstream> = match upstream {
            UpstreamChoice::Embedded => Arc::<Embedded>::clone(&embedded),
            UpstreamChoice::Box {
                client,
                base,
                files,
            } => {
                config.upstream = "box";
                config.api_origin = base;
                if !files.is_empty() {
                    config.files = files;
                }
                Arc::<OAuth>::from(client)
            }
            UpstreamChoice::Other(upstream) => upstream,
        };
        let base = &config.api_origin;
        let resources = config.files.iter();
        let resources =
            resources.filter_map(|file| Pattern::parse(&format!("{base}/2.0/files/{}", file.id)));
        let policy = Policy::new(resources, VIEWER);
        // What the embedded server mints dies with this process; Box's tokens do not.
        let store = Arc::new(Memory::new(move || clock.now(), !is_box));
        let engine = Engine::new(
            Settings {
                lease: leases,
                ..Settings::default()
            },
            KeyRing::of(&key()),
            Arc::clone(&store) as Arc<dyn Store>,
            upstream,
            Arc::clone(&sign_ins) as Arc<dyn EngineSignIns>,
            Arc::clone(&ledger) as Arc<dyn Audit>,
        );
        let running = engine.run();
        let edge = Edge {
            engine: engine.clone(),
            origins: Origins::new(app_origins),
            policy: Some(policy),
            identify: Arc::clone(&sign_ins) as Arc<dyn downscope_backend::edge::Identify>,
        };

        let control = Control {
            engine,
            store,
            is_embedded,
            embedded: Arc::clone(&embedded),
            faults: Arc::clone(&faults),
            ledger: Arc::clone(&ledger),
        };
        let vault = vault.map(|vault| {
            let own = Mount {
                prefix: "/".to_owned(),
                directory: vault.directory.clone(),
            };
            let package = mounts.iter().filter(|mount| mount.prefix == "/pkg/");
            let served = package.cloned().chain([own]).collect();
            let files = StaticFiles::new(served, Arc::clone(&sign_ins));
            vault::router(vault, &config.api_origin, &edge, &control, files)
        });
        let files = StaticFiles::new(mounts, Arc::clone(&sign_ins));
        let file_api = FileApi {
            embedded: Arc::clone(&embedded),
            ledger,
            media,
        };
        Self {
            app: app::router(&edge, control, sign_ins, config, files),
            api: api::router(file_api, faults),
            vault,
            embedded,
            running,
        }
    }

    /// Ends in order: what is due is ended first.
    pub async fn stop(self) {
        self.running.stop(PATIENCE, true).await;
    }

    /// The client of the embedded authorization server.
    pub fn client(&self) -> &Client {
        self.embedded.client()
    }
}

/// What is on record is in memory, so its key need not outlive this process.
fn key() -> [u8; 32] {
    *secret::random().fingerprint().as_bytes()
}

impl fmt::Debug for Demo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Demo").finish_non_exhaustive()
    }
}

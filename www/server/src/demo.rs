//! Puts the parts together: the app's origin and the file API's.

use std::{fmt, sync::Arc};

use axum::Router;

use crate::{
    api,
    app::{self, PageConfig},
    clock::Clock,
    contract::{self, Audit, Backend, LeaseTerms, Policy},
    control::Control,
    faults::Faults,
    files::FileApi,
    ledger::{Ledger, LogLine},
    media::{FileInfo, Media},
    sign_in::SignIns,
    static_files::{Mount, StaticFiles},
    upstream::{
        Upstream,
        box_api::{BoxApi, BoxSettings},
        embedded::{Client, Embedded},
    },
};

/// What the demo is made of.
pub struct Ingredients {
    /// Where the page is, for example `http://127.0.0.1:8788`.
    pub app_origins: Vec<String>,
    /// Where the file API is.
    pub api_origin: String,
    /// Static files of the page.
    pub mounts: Vec<Mount>,
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
        settings: BoxSettings,
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
    embedded: Arc<Embedded>,
}

impl Demo {
    /// Puts `ingredients` together; in a Tokio runtime, where it then watches the leases.
    pub fn new(ingredients: Ingredients) -> Self {
        let Ingredients {
            app_origins,
            api_origin,
            mounts,
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

        let mut config = PageConfig {
            api_origin,
            upstream: "embedded",
            files: media.infos().cloned().collect(),
        };
        let upstream: Arc<dyn Upstream> = match upstream {
            UpstreamChoice::Embedded => Arc::<Embedded>::clone(&embedded),
            UpstreamChoice::Box { settings, files } => {
                config.upstream = "box";
                config.api_origin.clone_from(&settings.base);
                if !files.is_empty() {
                    config.files = files;
                }
                Arc::new(BoxApi::new(settings, clock.clone()))
            }
            UpstreamChoice::Other(upstream) => upstream,
        };
        let base = &config.api_origin;
        let resources = config
            .files
            .iter()
            .map(|file| format!("{base}/2.0/files/{}", file.id));
        let backend = Arc::new(Backend::new(
            app_origins,
            Arc::clone(&sign_ins),
            Policy::for_viewing(resources),
            upstream,
            Arc::<Ledger>::clone(&ledger) as Arc<dyn Audit>,
            clock,
            leases,
        ));
        tokio::spawn(contract::watch_leases(Arc::downgrade(&backend)));

        let control = Control {
            backend: Arc::clone(&backend),
            is_embedded,
            embedded: Arc::clone(&embedded),
            faults: Arc::clone(&faults),
            ledger: Arc::clone(&ledger),
        };
        let files = StaticFiles::new(mounts, Arc::clone(&sign_ins));
        let file_api = FileApi {
            embedded: Arc::clone(&embedded),
            ledger,
            media,
        };
        Self {
            app: app::router(&backend, control, sign_ins, config, files),
            api: api::router(file_api, faults),
            embedded,
        }
    }

    /// The client of the embedded authorization server.
    pub fn client(&self) -> &Client {
        self.embedded.client()
    }
}

impl fmt::Debug for Demo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Demo").finish_non_exhaustive()
    }
}

//! What the tests run against, and what they say to it.

mod app;
mod page;
mod server;
mod service;

pub(crate) use self::{
    app::App,
    page::Page,
    server::Server,
    service::{LONG, Service, client},
};

/// What a test gives up with.
pub(crate) type Failure = Box<dyn std::error::Error>;
/// What a test comes to.
pub(crate) type Outcome = Result<(), Failure>;

/// Everything that a service needs.
pub(crate) struct World {
    pub(crate) app: App,
    pub(crate) server: Server,
    pub(crate) service: Service,
}

/// The client secret.
pub(crate) const CLIENT_SECRET: &str = "FAKE-client-secret";
/// What the service proves itself to the app with.
pub(crate) const AUTH_SECRET: &str = "FAKE-auth-secret";
/// What a recall needs.
pub(crate) const ADMIN_TOKEN: &str = "FAKE-admin-token-1";

impl World {
    /// One with the usual settings, and `more`, as section and key with a value.
    pub(crate) async fn new(more: &[(&str, &str)]) -> Result<Self, Failure> {
        let app = App::start().await?;
        let server = Server::start().await?;
        let service = Service::start(&settings(&app, &server, more)).await?;
        Ok(Self {
            app,
            server,
            service,
        })
    }

    /// A page of the user of this cookie.
    pub(crate) fn page(&self, cookie: &str) -> Page {
        Page::new(self.service.public, cookie)
    }
}

/// The usual settings and `more`.
pub(crate) fn settings(app: &App, server: &Server, more: &[(&str, &str)]) -> Vec<(String, String)> {
    let usual = [
        ("auth.url", app.url("/who")),
        ("auth.secret", AUTH_SECRET.to_owned()),
        ("admin.token", ADMIN_TOKEN.to_owned()),
        ("policy.resources", "https://api.example/files/*".to_owned()),
        ("policy.scopes", "read write".to_owned()),
        ("upstream.token_endpoint", server.url("/token")),
        ("upstream.revocation_endpoint", server.url("/revoke")),
        ("upstream.client_id", "client".to_owned()),
        ("upstream.client_secret", CLIENT_SECRET.to_owned()),
        ("store.nothing_minted_before", "true".to_owned()),
        ("log.level", "debug".to_owned()),
    ];
    let usual = usual.map(|(name, value)| (name.to_owned(), value));
    let more = more
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    usual.into_iter().chain(more).collect()
}

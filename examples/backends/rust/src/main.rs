//! `cargo run --package downscope-rust-backend`

mod box_api;
mod record;
mod refusal;
mod session;
mod tokens;

use std::env;
use std::error::Error;
use std::io::{self, Write};
use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::routing::get;
use tokio::net::TcpListener;

use box_api::BoxApi;
use session::Sessions;
use tokens::App;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let var = |name: &str| env::var(name).map_err(|_| format!("{name} must be set"));
    let box_api = BoxApi::new(
        env::var("BOX_API").unwrap_or_else(|_| "https://api.box.com".to_owned()),
        var("BOX_CLIENT_ID")?,
        var("BOX_CLIENT_SECRET")?,
    );
    let sessions = Arc::new(Sessions::new(
        env::var("BOX_SUBJECT_TOKEN").unwrap_or_default(),
        &env::var("BOX_FILE_IDS").unwrap_or_default(),
    ));
    let app = App::new(var("APP_ORIGIN")?, box_api, Arc::clone(&sessions));
    let sign_in = move || async move {
        let cookie = HeaderValue::try_from(sessions.sign_in()).ok();
        let headers: HeaderMap = cookie
            .map(|one| (header::SET_COOKIE, one))
            .into_iter()
            .collect();
        (headers, "signed in")
    };
    let router = Router::new()
        .route("/", get(sign_in))
        .merge(tokens::router(app));

    let port: u16 = env::var("PORT").map_or(Ok(3000), |port| port.parse())?;
    let listener = TcpListener::bind(("127.0.0.1", port)).await?;
    writeln!(io::stdout(), "http://{}", listener.local_addr()?)?;
    axum::serve(listener, router).await?;
    Ok(())
}

use downscope::core::Config;
use downscope::{Backend, Client, FetchFailure};

// Once per page: a client lives until it is closed.
fn open() -> Result<Client, downscope::core::Error> {
    let backend = Backend::new("/api/token")
        .revoke_at("/api/revoke")
        .header("X-Downscope", "1");
    Client::new(Config::default(), backend)
}

async fn load(client: &Client, resource: &str) -> Result<web_sys::Response, FetchFailure> {
    let file = client
        .grant(Some(resource), ["base_preview", "item_download"])
        .map_err(FetchFailure::Token)?;
    let request = web_sys::Request::new_with_str(&format!("{resource}/content"));
    file.fetch(&request.map_err(FetchFailure::Fetch)?).await
}

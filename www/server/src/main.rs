//! Serves the demo on loopback.

use std::{
    env,
    io::{self, Write},
    process::ExitCode,
    sync::Arc,
    thread,
};

use downscope_server::{
    args::{self, Args, Command},
    box_settings,
    clock::Clock,
    demo::{Demo, Ingredients, UpstreamChoice},
    media::{FileInfo, Media},
    vault::Vault,
};
use tokio::{net::TcpListener, sync::oneshot};

fn main() -> ExitCode {
    let outcome = match args::parse(env::args_os().skip(1)) {
        Ok(Command::Help) => io::stdout()
            .write_all(args::USAGE.as_bytes())
            .map_err(Into::into),
        Ok(Command::Serve(args)) => serve(args),
        Err(error) => Err(error.into()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("downscope-server: {error}");
            ExitCode::FAILURE
        }
    }
}

#[tokio::main]
async fn serve(args: Args) -> Result<(), Box<dyn std::error::Error>> {
    let var = |name: &str| env::var(name).ok();
    let upstream = match box_settings::client_from_env(var)? {
        None => UpstreamChoice::Embedded,
        Some((client, base)) => {
            let files = var("BOX_FILES").unwrap_or_default();
            UpstreamChoice::Box {
                client: Box::new(client),
                base,
                files: FileInfo::parse_list(&files),
            }
        }
    };
    let media = Media::load(&args.www.join("media"))?;
    if media.infos().next().is_none() {
        eprintln!(
            "no {}/media/files.json: the demo user has no files",
            args.www.display()
        );
    }

    let app = TcpListener::bind(("127.0.0.1", args.port)).await?;
    let api = TcpListener::bind(("127.0.0.1", args.api_port)).await?;
    let vault = match &args.vault {
        Some(_) => Some(TcpListener::bind(("127.0.0.1", args.vault_port)).await?),
        None => None,
    };
    let vault_port = match &vault {
        Some(vault) => vault.local_addr()?.port(),
        None => 0,
    };
    let (port, api_port) = (app.local_addr()?.port(), api.local_addr()?.port());
    let demo = Demo::new(Ingredients {
        app_origins: ["127.0.0.1", "localhost"]
            .map(|host| format!("http://{host}:{port}"))
            .into(),
        api_origin: format!("http://127.0.0.1:{api_port}"),
        mounts: args.mounts,
        vault: args.vault.map(|directory| Vault {
            origins: ["127.0.0.1", "localhost"]
                .map(|host| {
                    let at = |port| format!("http://{host}:{port}");
                    (at(vault_port), at(port))
                })
                .into(),
            directory,
        }),
        media,
        upstream,
        leases: args.leases,
        clock: Clock::system(),
        log: Arc::new(|line| eprintln!("{line}")),
    });

    let mut stdout = io::stdout();
    if vault.is_some() {
        writeln!(stdout, "vault http://127.0.0.1:{vault_port}")?;
    }
    writeln!(
        stdout,
        "app http://127.0.0.1:{port}\napi http://127.0.0.1:{api_port}"
    )?;
    stdout.flush()?;
    let serving = async {
        let keeping = async {
            match (vault, demo.vault) {
                (Some(listener), Some(router)) => axum::serve(listener, router).await,
                (_, None) | (None, _) => std::future::pending().await,
            }
        };
        tokio::try_join!(
            axum::serve(app, demo.app),
            axum::serve(api, demo.api),
            keeping
        )?;
        Ok(())
    };
    tokio::select! {
        ended = serving => ended,
        () = eof(), if args.until_eof => Ok(()),
    }
}

/// Waits for the end of standard input, in a thread that nobody waits for: a
/// read cannot be called off.
async fn eof() {
    let (ended, end) = oneshot::channel::<()>();
    thread::spawn(move || {
        // One that cannot be read has ended as well.
        _ = io::copy(&mut io::stdin(), &mut io::sink());
        drop(ended);
    });
    _ = end.await;
}

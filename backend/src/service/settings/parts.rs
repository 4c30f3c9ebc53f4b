//! The settings of each part, checked.

use std::{collections::BTreeSet, net::SocketAddr};

use axum::http::HeaderName;
use reqwest::Url;

use super::{
    config::{Auth, ForwardSettings, StoreKind, StoreSettings},
    values::{Invalid, Values},
};
use crate::{
    core::{Handles, LeaseTerms, Limits, Millis, Origins, Pattern, Policy, Secret},
    edge::Paths,
    engine,
    service::stores,
    upstream::{ClientAuthentication, OAuthSettings, Subject},
};

pub(super) fn paths(values: &Values) -> Result<Paths, Invalid> {
    let names = [
        "server.token_path",
        "server.revoke_path",
        "server.lease_path",
    ];
    let wrong = "must begin with a slash and have letters, digits, slashes and any of -._~";
    let [token, revoke, lease] = names.map(|name| {
        values.read(name, wrong, |path| {
            let is_plain = |c: char| c.is_ascii_alphanumeric() || "/-._~".contains(c);
            let fits = path.len() > 1 && path.starts_with('/') && path.chars().all(is_plain);
            fits.then(|| path.to_owned())
        })
    });
    let paths = Paths {
        token: token?,
        revoke: revoke?,
        lease: lease?,
    };
    let all = BTreeSet::from([&paths.token, &paths.revoke, &paths.lease]);
    if all.len() < names.len() {
        let wrong = "must be another than those of the other endpoints";
        return Err(Invalid::setting("server.token_path", wrong));
    }
    Ok(paths)
}

pub(super) fn origins(values: &Values) -> Result<Origins, Invalid> {
    let wrong = "must be origins as browsers write them: https://app.example";
    let origins = values.each("server.origins", wrong, |text| {
        let origin = Url::parse(text).ok()?.origin();
        (origin.is_tuple() && origin.ascii_serialization() == text).then(|| text.to_owned())
    })?;
    Ok(Origins::new(origins))
}

pub(super) fn policy(values: &Values) -> Result<Policy, Invalid> {
    let wrong = "must be absolute URIs, of which the last segment may be *";
    let resources = values.each("policy.resources", wrong, Pattern::parse)?;
    let scopes = values.list("policy.scopes");
    for (name, is_empty) in [
        ("policy.resources", resources.is_empty()),
        ("policy.scopes", scopes.is_empty()),
    ] {
        if is_empty {
            return Err(Invalid::setting(
                name,
                "is not set: no token could be given",
            ));
        }
    }
    Ok(Policy::new(resources, scopes))
}

pub(super) fn engine(values: &Values) -> Result<engine::Settings, Invalid> {
    let millis = |name| {
        values
            .number(name, 1..=86_400)
            .map(|seconds| seconds * 1_000)
    };
    let (hold, term): (Millis, Millis) =
        (millis("lease.hold_seconds")?, millis("lease.term_seconds")?);
    if hold >= term {
        // Pages would fall silent while they are kept waiting.
        let wrong = "must be less than lease.term_seconds";
        return Err(Invalid::setting("lease.hold_seconds", wrong));
    }
    let lease = LeaseTerms { hold, term };
    let longest_life = values.number("tokens.longest_life_seconds", 1..=34_560_000)? * 1_000;
    Ok(engine::Settings {
        handles: values.read(
            "tokens.handles",
            "must be none, short or sealed",
            |handles| match handles {
                "none" => Some(Handles::None),
                "short" => Some(Handles::Short),
                "sealed" => Some(Handles::Sealed),
                _ => None,
            },
        )?,
        lease,
        require_lease: values.flag("lease.required")?,
        revocations_per_second: values.small("limits.revocations_per_second", 0..=1_000_000)?,
        mints_at_once: values.small("limits.mints_at_once", 1..=1_000_000)?,
        unknown_per_second: values.small("limits.unknown_per_second", 1..=1_000_000)?,
        untold_life: longest_life,
        limits: Limits {
            records: values.small("limits.records", 1..=u32::MAX)?,
            leases_per_sign_in: values.small("limits.leases_per_sign_in", 1..=u32::MAX)?,
            longest_life,
            watch_gap: lease.watch_gap(),
            ..Limits::default()
        },
        ..engine::Settings::default()
    })
}

pub(super) fn store(values: &Values) -> Result<StoreSettings, Invalid> {
    let url = values.required("store.url")?;
    let kind = match url.split_once(':').map_or(url, |(scheme, _)| scheme) {
        "memory" => StoreKind::Memory,
        "postgres" | "postgresql" => StoreKind::Postgres,
        "redis" | "redis+unix" => StoreKind::Redis,
        _ => {
            let wrong = "must be memory, redis://… or postgres://…";
            return Err(Invalid::setting("store.url", wrong));
        }
    };
    if !stores::has(kind) {
        let wrong = "this build has no such store";
        return Err(Invalid::setting("store.url", wrong));
    }
    Ok(StoreSettings {
        kind,
        url: Secret::from(url.to_owned()),
        prefix: values.read("store.prefix", PREFIX, |prefix| {
            let is_plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            let begins = |c: char| c.is_ascii_lowercase() || c == '_';
            let fits = prefix.len() <= 63 && prefix.starts_with(begins);
            (fits && prefix.chars().all(is_plain)).then(|| prefix.to_owned())
        })?,
        connections: usize::from(
            u16::try_from(values.small("store.postgres_connections", 1..=1_000)?)
                .unwrap_or(u16::MAX),
        ),
        shards: values.small("store.redis_shards", 1..=1_024)?,
        is_durable: values.flag("store.redis_is_durable")?,
        is_first: values.flag("store.nothing_minted_before")?,
    })
}

const PREFIX: &str = "must be a lower-case letter or _, and up to 62 of these and digits";

pub(super) fn auth(values: &Values, listen: SocketAddr) -> Result<Auth, Invalid> {
    match values.required("auth.mode")? {
        "forward" => Ok(Auth::Forward(forward(values)?)),
        "development" if !listen.ip().is_loopback() => {
            let wrong = "can be development where server.listen is on loopback only";
            Err(Invalid::setting("auth.mode", wrong))
        }
        "development" if values.text("upstream.subject") == Some("app") => {
            let wrong = "must be token or client_credentials where there is no app";
            Err(Invalid::setting("upstream.subject", wrong))
        }
        "development" => Ok(Auth::Development),
        _ => Err(Invalid::setting(
            "auth.mode",
            "must be forward or development",
        )),
    }
}

fn forward(values: &Values) -> Result<ForwardSettings, Invalid> {
    let is_insecure = values.flag("auth.insecure_http")?;
    let wrong = "must be an https URL, or an http URL on loopback";
    let url = values.read("auth.url", wrong, |text| {
        let url = Url::parse(text).ok()?;
        let is_loopback = matches!(url.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
        let is_plain = url.username().is_empty() && url.password().is_none();
        let fits =
            url.scheme() == "https" || url.scheme() == "http" && (is_loopback || is_insecure);
        (is_plain && fits).then(|| text.to_owned())
    })?;
    let headers = values.each("auth.headers", "must be names of headers", |name| {
        let name: HeaderName = name.parse().ok()?;
        let is_own = [
            "connection",
            "content-length",
            "host",
            "transfer-encoding",
            "x-downscope-auth",
        ];
        (!is_own.contains(&name.as_str())).then_some(name)
    })?;
    if headers.is_empty() {
        return Err(Invalid::setting("auth.headers", "must be names of headers"));
    }
    Ok(ForwardSettings {
        url,
        secret: values.secret("auth.secret"),
        headers,
        cache: values.seconds("auth.cache_seconds", 0..=3_600)?,
        timeout: values.seconds("auth.timeout_seconds", 1..=60)?,
    })
}

pub(super) fn upstream(values: &Values) -> Result<OAuthSettings, Invalid> {
    let client_id = values.required("upstream.client_id")?.to_owned();
    let client_secret = values.secret("upstream.client_secret");
    let client_secret =
        client_secret.ok_or_else(|| Invalid::setting("upstream.client_secret", "is not set"))?;
    let subject = subject(values)?;
    let authentication = values.read(
        "upstream.client_authentication",
        "must be post or basic",
        |way| match way {
            "post" => Some(ClientAuthentication::Post),
            "basic" => Some(ClientAuthentication::Basic),
            _ => None,
        },
    )?;
    match values.required("upstream.kind")? {
        "box" => {
            let base = values.text("upstream.box_url");
            OAuthSettings::for_box(base, client_id, client_secret, subject)
                .map_err(|error| Invalid::setting("upstream.box_url", error))
        }
        "oauth" => {
            let settings = OAuthSettings {
                token_endpoint: values.required("upstream.token_endpoint")?.to_owned(),
                revocation_endpoint: values.required("upstream.revocation_endpoint")?.to_owned(),
                client_id,
                client_secret,
                authentication,
                subject,
            };
            let checked = settings.check();
            checked.map_err(|error| Invalid::setting("upstream.token_endpoint", error))?;
            Ok(settings)
        }
        _ => Err(Invalid::setting("upstream.kind", "must be oauth or box")),
    }
}

fn subject(values: &Values) -> Result<Subject, Invalid> {
    match values.required("upstream.subject")? {
        "app" => Ok(Subject::FromApp),
        "client_credentials" => Ok(Subject::ClientCredentials {
            parameters: values.pairs("upstream.parameters").to_vec(),
        }),
        "token" => {
            let token: Option<Secret> = values.secret("upstream.subject_token");
            let missing = || Invalid::setting("upstream.subject_token", "is not set");
            token.map(Subject::Token).ok_or_else(missing)
        }
        _ => Err(Invalid::setting(
            "upstream.subject",
            "must be app, client_credentials or token",
        )),
    }
}

//! The settings of each part, checked.

use std::{collections::BTreeSet, ops::RangeInclusive};

use reqwest::Url;

use super::{
    config::{StoreKind, StoreSettings},
    invalid::Invalid,
    values::Values,
};
use crate::{
    core::{Handles, LeaseTerms, Limits, Millis, Origins, Pattern, Policy, Secret, Watch},
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
    let resources = values.each("policy.resources", wrong, |text| {
        // A port that is none, for example, is no matter of the policy's.
        Url::parse(text).ok().and_then(|_| Pattern::parse(text))
    })?;
    let wrong = "must be a list of scopes, none with a space, quote or backslash";
    let scopes = values.each("policy.scopes", wrong, |scope| {
        Policy::is_scope(scope).then(|| scope.to_owned())
    })?;
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
    let lease = lease(values)?;
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
            watch_gap: lease.watch_gap(Watch::Always),
            ..Limits::default()
        },
        ..engine::Settings::default()
    })
}

/// What holds and terms may be where pages need not keep to them.
const IN_TESTS: RangeInclusive<Millis> = 1_000..=86_400_000;

fn lease(values: &Values) -> Result<LeaseTerms, Invalid> {
    let is_test = values.flag("lease.out_of_contract")?;
    let millis = |name, contract: RangeInclusive<Millis>| {
        let (least, most) = if is_test { IN_TESTS } else { contract }.into_inner();
        let seconds = values.number(name, least / 1_000..=most / 1_000);
        seconds.map(|seconds| seconds * 1_000)
    };
    let terms = LeaseTerms {
        hold: millis("lease.hold_seconds", LeaseTerms::HOLDS)?,
        term: millis("lease.term_seconds", LeaseTerms::TERMS)?,
    };
    let (is_wrong, room) = if is_test {
        (terms.hold >= terms.term, 1)
    } else {
        let room = LeaseTerms::room(Watch::Always) / 1_000;
        (terms.check(Watch::Always).is_err(), room)
    };
    if is_wrong {
        let wrong = format!("must be less than lease.term_seconds by {room} at the least");
        return Err(Invalid::setting("lease.hold_seconds", wrong));
    }
    Ok(terms)
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

//! Every setting there is: the help, the README and the reading of files and of the
//! environment all go by this list.

/// One setting.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Section and key, joined by a dot.
    pub name: &'static str,
    /// What it takes.
    pub kind: Kind,
    /// What holds where it is not set; `None` for nothing.
    pub default: Option<&'static str>,
    /// What it is, in one line.
    pub about: &'static str,
}

/// What a setting takes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Kind {
    /// A text.
    Text,
    /// A text that nobody is to see: `<name>_file` can name a file that holds it.
    Secret,
    /// A whole number.
    Number,
    /// `true` or `false`.
    Flag,
    /// Texts; in the environment separated by commas or spaces.
    List,
    /// Names and their values; in the environment `name=value`, separated by commas or spaces.
    Pairs,
}

const fn is(
    name: &'static str,
    kind: Kind,
    default: Option<&'static str>,
    about: &'static str,
) -> Setting {
    Setting {
        name,
        kind,
        default,
        about,
    }
}

/// The list.
#[rustfmt::skip]
pub const SETTINGS: &[Setting] = &[
    is("server.listen", Kind::Text, Some("127.0.0.1:8790"), "Where the endpoints are, as address and port. TLS is the proxy's."),
    is("server.origins", Kind::List, None, "Origins of the app's pages, as browsers write them: `https://app.example`. For pages of another origin than the endpoints', and for browsers without Fetch Metadata."),
    is("server.token_path", Kind::Text, Some("/api/token"), "Path of the token endpoint."),
    is("server.revoke_path", Kind::Text, Some("/api/revoke"), "Path of the revoke endpoint."),
    is("server.lease_path", Kind::Text, Some("/api/lease"), "Path of the lease endpoint."),
    is("server.connections", Kind::Number, Some("10000"), "Connections that are open at a time; more wait. Half of them can hold a lease request each; pages beyond that ask every `lease.hold_seconds`. The limit of open files has to be higher."),
    is("server.header_seconds", Kind::Number, Some("75"), "How long the headers of a request may take, and how long a connection may idle. Longer than the proxy keeps idle connections."),
    is("server.body_seconds", Kind::Number, Some("20"), "How long the body of a request may take, all of it, and how long an answer may take to be read."),
    is("server.stop_seconds", Kind::Number, Some("25"), "How long a stop may take: for what is under way, and, with the memory store, for the end of everything due."),
    is("admin.listen", Kind::Text, Some("127.0.0.1:8791"), "Where metrics, health and recall are; `off` for nowhere."),
    is("admin.token", Kind::Secret, None, "What `POST /recall` needs, as a bearer token of 16 characters or more. Can be left out on loopback."),
    is("auth.mode", Kind::Text, Some("forward"), "`forward` asks the app who sends a request. `development` signs anybody in, on loopback only."),
    is("auth.url", Kind::Text, None, "Where the app is asked. https, or http on loopback."),
    is("auth.insecure_http", Kind::Flag, Some("false"), "Whether http will do beyond loopback: inside a network where nobody listens."),
    is("auth.secret", Kind::Secret, None, "What the app is sent as `X-Downscope-Auth`, so that it answers nobody else: 16 characters or more. Without it, there is a warning at the start."),
    is("auth.headers", Kind::List, Some("cookie"), "The request headers that the app is sent. They are what tells one user from another."),
    is("auth.cache_seconds", Kind::Number, Some("5"), "How long an answer of the app is used; 0 to ask each time."),
    is("auth.timeout_seconds", Kind::Number, Some("3"), "How long the app may take."),
    is("policy.resources", Kind::List, None, "What tokens are given for: absolute URIs, of which the last segment may be `*`."),
    is("policy.scopes", Kind::List, None, "The scopes that are given, as RFC 6749 spells them: without spaces, quotes and backslashes."),
    is("lease.hold_seconds", Kind::Number, Some("55"), "How long a lease request is held open: 60 at the most, 4 less than `lease.term_seconds` at the least, and less than the proxy waits."),
    is("lease.term_seconds", Kind::Number, Some("90"), "How long a page may be silent before its tokens end; 10 at the least."),
    is("lease.out_of_contract", Kind::Flag, Some("false"), "Whether a term below 10 seconds, a hold above 60 and less than 4 between them will do, which pages do not keep to. For tests."),
    is("lease.required", Kind::Flag, Some("false"), "Whether only pages that keep a lease are given tokens."),
    is("tokens.handles", Kind::Text, Some("none"), "Which revocation handles tokens come with: `none`, `short` (on record in the store) or `sealed` (they need no record)."),
    is("tokens.longest_life_seconds", Kind::Number, Some("86400"), "The longest life of a token. For so long a revoke is repeated where the life is not known."),
    is("keys.ring", Kind::Secret, None, "Keys of 32 bytes in base64url, separated by commas or lines, the one that seals first. The file is read again on SIGHUP. Without it, and with the memory store, one is drawn at each start."),
    is("store.url", Kind::Secret, Some("memory"), "`memory`, `redis://…` or `postgres://…`."),
    is("store.prefix", Kind::Text, Some("downscope"), "What keys in Redis begin with, or the schema in PostgreSQL: several services can share a server."),
    is("store.postgres_connections", Kind::Number, Some("16"), "How many connections to PostgreSQL an instance keeps at the most."),
    is("store.redis_shards", Kind::Number, Some("1"), "Over how many slots of a Redis cluster page lives are spread. The same at all instances; it can be changed while nothing is alive."),
    is("store.redis_is_durable", Kind::Flag, Some("false"), "Whether that Redis loses nothing that it has answered (`appendfsync always`). Otherwise, what it may have lost is not said to be dead."),
    is("store.nothing_minted_before", Kind::Flag, Some("false"), "Whether nothing was minted before the store began: then what it does not know was never minted. For tests, and for an authorization server that starts with it."),
    is("upstream.kind", Kind::Text, Some("oauth"), "`oauth` (RFC 8693 and RFC 7009) or `box`."),
    is("upstream.token_endpoint", Kind::Text, None, "Where tokens are exchanged. https, or http on loopback. Not for Box."),
    is("upstream.revocation_endpoint", Kind::Text, None, "Where they are revoked. Not for Box."),
    is("upstream.box_url", Kind::Text, Some("https://api.box.com"), "Where Box's API is."),
    is("upstream.client_id", Kind::Text, None, "`client_id`."),
    is("upstream.client_secret", Kind::Secret, None, "`client_secret`."),
    is("upstream.client_authentication", Kind::Text, Some("post"), "How the secret is sent: `post` or `basic`. Box takes `post`."),
    is("upstream.subject", Kind::Text, Some("app"), "On whose authority tokens are minted where the app's answer has no `subject_token`: `app` (nobody's), `client_credentials`, or `token` (for development)."),
    is("upstream.subject_token", Kind::Secret, None, "The access token of `upstream.subject = \"token\"`."),
    is("upstream.parameters", Kind::Pairs, None, "Further parameters of the client credentials request, such as `box_subject_type` and `box_subject_id`."),
    is("limits.revocations_per_second", Kind::Number, Some("0"), "How many revocations the authorization server takes, from all instances together; 0 for any number."),
    is("limits.unknown_per_second", Kind::Number, Some("20"), "How many tokens that nothing is on record of are looked up at the authorization server, from all instances together."),
    is("limits.mints_at_once", Kind::Number, Some("1024"), "How many tokens are minted at a time, a quarter of them at most for one user; more are answered with 503."),
    is("limits.records", Kind::Number, Some("1000000"), "How many tokens are on record."),
    is("limits.leases_per_sign_in", Kind::Number, Some("500"), "How many page lives of one sign-in keep a lease."),
    is("log.level", Kind::Text, Some("info"), "`error`, `warn`, `info` (one line for each request and each token) or `debug`."),
];

impl Setting {
    /// Its variable: the dot is an underscore, and all letters are capitals.
    pub fn variable(&self) -> String {
        format!(
            "{PREFIX}{}",
            self.name.replace('.', "_").to_ascii_uppercase()
        )
    }

    /// The section that it is in, and its key there.
    pub fn place(&self) -> (&'static str, &'static str) {
        self.name.split_once('.').unwrap_or((self.name, ""))
    }
}

/// What all variables begin with.
pub const PREFIX: &str = "DOWNSCOPE_";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_variable_belongs_to_one_setting() {
        let mut variables: Vec<_> = SETTINGS.iter().map(Setting::variable).collect();
        variables.sort();
        let all = variables.len();
        variables.dedup();
        assert_eq!(variables.len(), all);
        assert!(
            SETTINGS
                .iter()
                .all(|setting| setting.name.matches('.').count() == 1)
        );
        assert!(
            SETTINGS
                .iter()
                .all(|setting| !setting.place().0.contains('_'))
        );
    }
}

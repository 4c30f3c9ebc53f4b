//! The file and the variables.

use std::{fs, path::Path, process::Command};

use downscope_backend::{
    core::Handles,
    service::settings::{Config, StoreKind, read},
};

use crate::support::{Failure, Outcome};

pub(crate) const MINIMAL: &str = r#"
[auth]
url = "http://127.0.0.1:3000/who"
[policy]
resources = ["https://api.example/*"]
scopes = ["read"]
[upstream]
token_endpoint = "https://as.example/token"
revocation_endpoint = "https://as.example/revoke"
client_id = "client"
client_secret = "FAKE-secret"
"#;

pub(crate) fn config(file: &str, variables: &[(&str, &str)]) -> Result<Config, Failure> {
    let variables = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let open = |path: &Path| fs::read_to_string(path);
    Ok(Config::new(&read(Some(file), variables, &open)?)?)
}

pub(crate) fn error(file: &str, variables: &[(&str, &str)]) -> String {
    match config(file, variables) {
        Ok(_) => "none".to_owned(),
        Err(error) => error.to_string(),
    }
}

#[test]
fn what_is_not_set_is_as_the_table_says() -> Outcome {
    let config = config(MINIMAL, &[])?;
    assert_eq!(config.listen.to_string(), "127.0.0.1:8790");
    let admin = config.admin.ok_or("no admin listener")?;
    assert_eq!(admin.listen.to_string(), "127.0.0.1:8791");
    assert_eq!(config.engine.lease.term, 90_000);
    assert_eq!(config.engine.handles, Handles::None);
    assert_eq!(config.store.kind, StoreKind::Memory);
    Ok(())
}

#[test]
fn a_variable_overrides_the_file() -> Outcome {
    let variables = [
        ("DOWNSCOPE_LEASE_TERM_SECONDS", "120"),
        ("DOWNSCOPE_POLICY_SCOPES", "read, write"),
        ("DOWNSCOPE_ADMIN_LISTEN", "off"),
        ("DOWNSCOPE_UPSTREAM_CLIENT_ID", ""),
        ("DOWNSCOPE_CONFIG", "elsewhere.toml"),
        ("PATH", "/bin"),
    ];
    let config = config(MINIMAL, &variables)?;
    assert_eq!(config.engine.lease.term, 120_000);
    assert_eq!(config.policy.scopes.len(), 2);
    assert!(config.admin.is_none());
    assert_eq!(config.upstream.client_id, "client");
    Ok(())
}

#[test]
fn a_secret_can_be_in_a_file_of_its_own() -> Outcome {
    let directory = tempfile::tempdir()?;
    let path = directory.path().join("secret");
    fs::write(&path, "FAKE-from-a-file\n")?;
    let path = path.to_string_lossy();
    let variable = [("DOWNSCOPE_UPSTREAM_CLIENT_SECRET_FILE", &*path)];
    let config = config(MINIMAL, &variable)?;
    assert_eq!(config.upstream.client_secret.expose(), "FAKE-from-a-file");
    Ok(())
}

#[test]
fn what_is_wrong_is_named_and_never_quoted() {
    let file = |more: &str| format!("{MINIMAL}{more}");
    for (file, variables, named) in [
        (
            file("[sever]\nlisten = \"FAKE\""),
            &[][..],
            "sever.listen: there is no",
        ),
        (
            file("[lease]\nterm = \"FAKE\""),
            &[],
            "lease.term: there is no",
        ),
        (
            file("[lease]\nterm_seconds = \"FAKE\""),
            &[],
            "lease.term_seconds: must be a whole",
        ),
        (
            file("[lease]\nterm_seconds = 10\nhold_seconds = 7"),
            &[],
            "lease.hold_seconds: must be less than lease.term_seconds by 4",
        ),
        (
            file("[lease]\nrequired = \"FAKE\""),
            &[],
            "lease.required: must be true or false",
        ),
        (
            file("[server]\nlisten = \"FAKE\""),
            &[],
            "server.listen: must be an address",
        ),
        (
            file("[server]\norigins = [\"https://FAKE/\"]"),
            &[],
            "server.origins: must be origins",
        ),
        (
            file("[server]\ntoken_path = \"/{FAKE}\""),
            &[],
            "server.token_path: must begin",
        ),
        (
            file("[server]\ntoken_path = \"/api/lease\""),
            &[],
            "server.token_path: must be another",
        ),
        (
            file("[keys]\nring = \"FAKE\""),
            &[],
            "keys.ring: a key is 32 bytes",
        ),
        (
            file("[keys]\nring = \"FAKE\"\nring_file = \"FAKE\""),
            &[],
            "keys.ring and keys.ring_file",
        ),
        (
            file("[keys]\nring_file = \"/FAKE\""),
            &[],
            "keys.ring_file: cannot be read",
        ),
        (
            file("[tokens]\nhandles = \"FAKE\""),
            &[],
            "tokens.handles: must be none",
        ),
        (
            file("[tokens]\nhandles = \"sealed\""),
            &[],
            "keys.ring: must be set",
        ),
        (
            file("[store]\nurl = \"FAKE://FAKE\""),
            &[],
            "store.url: must be memory",
        ),
        (
            file("[admin]\ntoken = \"FAKE\""),
            &[],
            "admin.token: must have 16",
        ),
        (
            file("[admin]\nlisten = \"0.0.0.0:1\""),
            &[],
            "admin.token: must be set",
        ),
        (
            file("FAKE FAKE"),
            &[],
            "the file of settings is no TOML at line 12",
        ),
        (
            file("[log]\nlevel = [\"FAKE\"]"),
            &[],
            "log.level: must be a text",
        ),
        (
            file(""),
            &[("DOWNSCOPE_LEASE", "FAKE")],
            "DOWNSCOPE_LEASE: there is no",
        ),
        (
            file(""),
            &[("DOWNSCOPE_AUTH_URL", "http://FAKE.example/")],
            "auth.url: must be an https",
        ),
        (
            file(""),
            &[("DOWNSCOPE_AUTH_HEADERS", "host")],
            "auth.headers: must be",
        ),
        (
            file(""),
            &[("DOWNSCOPE_UPSTREAM_SUBJECT", "FAKE")],
            "upstream.subject: must be app",
        ),
        (
            file(""),
            &[("DOWNSCOPE_UPSTREAM_SUBJECT", "token")],
            "upstream.subject_token: is not set",
        ),
        (
            file(""),
            &[("DOWNSCOPE_UPSTREAM_TOKEN_ENDPOINT", "http://FAKE.example")],
            "upstream.token_endpoint: ",
        ),
        (
            file(""),
            &[("DOWNSCOPE_LEASE_TERM_SECONDS", "FAKE")],
            "lease.term_seconds: must be a whole",
        ),
        (String::new(), &[], "policy.resources: is not set"),
    ] {
        let error = error(&file, variables);
        assert!(error.starts_with(named), "{error} in place of {named}");
        assert!(!error.contains("FAKE"), "{error}");
    }
}

#[test]
fn http_is_enough_for_the_app_where_it_is_said_so() -> Outcome {
    let variables = [
        ("DOWNSCOPE_AUTH_URL", "http://app.internal:3000/who"),
        ("DOWNSCOPE_AUTH_INSECURE_HTTP", "true"),
    ];
    config(MINIMAL, &variables)?;
    Ok(())
}

#[test]
fn the_command_line_checks_and_tells() -> Outcome {
    let directory = tempfile::tempdir()?;
    let path = directory.path().join("settings.toml");
    fs::write(&path, MINIMAL)?;
    let run = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_downscope-backend"));
        let output = command
            .env_clear()
            .args(args)
            .arg("--config")
            .arg(&path)
            .output()?;
        let text = [output.stdout, output.stderr].concat();
        Ok::<_, Failure>((output.status.code(), String::from_utf8(text)?))
    };
    assert_eq!(
        run(&["--check"])?,
        (Some(0), "The settings are fine.\n".to_owned())
    );
    let version = format!("downscope-backend {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(run(&["--version"])?, (Some(0), version));
    let (code, help) = run(&["--help"])?;
    assert!(
        code == Some(0) && help.contains("lease.term_seconds [90]"),
        "{help}"
    );
    fs::write(&path, "[lease]\nterm_secs = 7\n")?;
    let (code, text) = run(&["--check"])?;
    assert_eq!(code, Some(2));
    assert!(
        text.contains("lease.term_secs: there is no such setting"),
        "{text}"
    );
    Ok(())
}

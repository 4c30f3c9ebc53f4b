//! What `--check` finds wrong, and where it says that it stands.

use std::{fs, process::Command};

use crate::{
    settings::{MINIMAL, config, error},
    support::{Failure, Outcome},
};

#[test]
fn what_the_app_is_sent_is_long_enough_to_be_a_secret() -> Outcome {
    let variable = |secret| error(MINIMAL, &[("DOWNSCOPE_AUTH_SECRET", secret)]);
    for secret in [
        "FAKE-too-short1",
        "FAKE-secret-with-a\nline",
        "FAKE-sécret-of-more",
    ] {
        let error = variable(secret);
        assert!(error.starts_with("auth.secret: must have 16"), "{error}");
        assert!(error.contains("openssl rand -hex 32"), "{error}");
        assert!(!error.contains("FAKE"), "{error}");
    }
    assert_eq!(variable("FAKE-long-enough"), "none");

    // Set to nothing is a mistake, and not the same as left out.
    let empty = variable("");
    assert!(empty.contains("DOWNSCOPE_AUTH_SECRET: is empty"), "{empty}");
    let directory = tempfile::tempdir()?;
    let path = directory.path().join("secret");
    fs::write(&path, "\n")?;
    let path = path.to_string_lossy();
    for name in [
        "ADMIN_TOKEN",
        "AUTH_SECRET",
        "KEYS_RING",
        "STORE_URL",
        "UPSTREAM_CLIENT_SECRET",
    ] {
        let variable = format!("DOWNSCOPE_{name}_FILE");
        for (path, wrong) in [(&*path, "names a file that is empty"), ("", "is empty")] {
            let error = error(MINIMAL, &[(&variable, path)]);
            let expected = format!("{variable}: {wrong}");
            assert!(error.starts_with(&expected), "{error}");
        }
    }
    for empty in ["", "  "] {
        let file = error(&MINIMAL.replace("FAKE-secret", empty), &[]);
        assert!(
            file.starts_with("upstream.client_secret: is empty"),
            "{file}"
        );
        let file = MINIMAL.replace(
            "secret = \"FAKE-secret",
            &format!("secret_file = \"{empty}"),
        );
        assert!(
            error(&file, &[]).starts_with("upstream.client_secret_file: "),
            "{file}"
        );
    }
    Ok(())
}

#[test]
fn of_a_file_that_cannot_be_read_it_is_said_where_a_relative_path_begins() {
    let of = |path| error(MINIMAL, &[("DOWNSCOPE_AUTH_SECRET_FILE", path)]);
    let begins = "begins where the service was started";
    let relative = of("FAKE-auth-secret");
    assert!(
        relative.contains("cannot be read: entity not found; its path is relative"),
        "{relative}"
    );
    assert!(
        relative.contains(begins) && !relative.contains("FAKE"),
        "{relative}"
    );
    let absolute = of("/FAKE-auth-secret");
    assert!(
        absolute.contains("cannot be read") && !absolute.contains(begins),
        "{absolute}"
    );
}

#[test]
fn what_nothing_could_be_given_for_is_refused() {
    let with = |was: &str, is: &str| error(&MINIMAL.replace(was, is), &[]);
    for scope in [
        "read write",
        "",
        r"re\u0000ad",
        r"re\tad",
        r#"re\"ad"#,
        "réad",
    ] {
        let error = with(r#"["read"]"#, &format!(r#"["a", "{scope}"]"#));
        assert!(error.starts_with("policy.scopes: must be"), "{error}");
    }
    for resource in [
        "https://api.example/a b/*",
        r"https://api.example/\n*",
        "https://*",
        "https:///files/*",
        "https://api.example:99999/*",
        "/files/*",
    ] {
        let error = with("https://api.example/*", resource);
        assert!(
            error.starts_with("policy.resources: must be"),
            "{resource}: {error}"
        );
    }
    assert_eq!(with("https://api.example/*", "urn:example:files"), "none");
}

#[test]
fn a_lease_that_the_contract_rules_out_is_for_tests() -> Outcome {
    let short = [
        ("DOWNSCOPE_LEASE_TERM_SECONDS", "9"),
        ("DOWNSCOPE_LEASE_HOLD_SECONDS", "1"),
    ];
    let long = [
        ("DOWNSCOPE_LEASE_TERM_SECONDS", "90"),
        ("DOWNSCOPE_LEASE_HOLD_SECONDS", "61"),
    ];
    for (terms, named) in [
        (short, "lease.term_seconds: must be a whole number from 10"),
        (
            long,
            "lease.hold_seconds: must be a whole number from 1 to 60",
        ),
    ] {
        let error = error(MINIMAL, &terms);
        assert!(error.starts_with(named), "{error}");
        let allowed = [
            terms[0],
            terms[1],
            ("DOWNSCOPE_LEASE_OUT_OF_CONTRACT", "true"),
        ];
        config(MINIMAL, &allowed)?;
    }
    Ok(())
}

#[test]
fn a_complaint_says_where_the_value_stands() -> Outcome {
    let directory = tempfile::tempdir()?;
    let path = directory.path().join("settings.toml");
    let checked = |file: &str, variables: &[(&str, &str)]| {
        fs::write(&path, file)?;
        let mut command = Command::new(env!("CARGO_BIN_EXE_downscope-backend"));
        let output = command
            .env_clear()
            .envs(variables.iter().copied())
            .args(["--check", "--config"])
            .arg(&path)
            .output()?;
        Ok::<_, Failure>((output.status.code(), String::from_utf8(output.stderr)?))
    };
    let own = path.display().to_string();
    let more = |more: &str| format!("{MINIMAL}{more}");
    for (file, variables, parts) in [
        (
            more("[lease]\nterm_seconds = 7\n"),
            &[][..],
            [
                "lease.term_seconds: must be a whole number from 10 to 86400",
                &own,
            ],
        ),
        (
            more(""),
            &[("DOWNSCOPE_LEASE_TERM_SECONDS", "7")],
            [
                "lease.term_seconds: must be a whole number",
                "DOWNSCOPE_LEASE_TERM_SECONDS",
            ],
        ),
        (
            more("[lease]\nterm_secs = 7\n"),
            &[],
            ["lease.term_secs: there is no such setting", &own],
        ),
        (
            more("[lease]\nterm_seconds = \"7\"\n"),
            &[],
            ["lease.term_seconds: must be a whole number", &own],
        ),
        (more("no\n"), &[], ["no TOML at line 12", &own]),
        (
            String::new(),
            &[],
            ["policy.resources: is not set", "DOWNSCOPE_POLICY_RESOURCES"],
        ),
    ] {
        let (code, text) = checked(&file, variables)?;
        assert_eq!(code, Some(2), "{text}");
        for part in parts {
            assert!(text.contains(part), "no {part} in {text}");
        }
    }
    fs::remove_file(&path)?;
    let mut command = Command::new(env!("CARGO_BIN_EXE_downscope-backend"));
    let output = command.env_clear().arg("--config").arg(&path).output()?;
    let text = String::from_utf8(output.stderr)?;
    assert!(
        text.contains(&own) && text.contains("cannot be read"),
        "{text}"
    );
    Ok(())
}

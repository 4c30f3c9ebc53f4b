use super::*;

const FILE: &str = "https://api.example/files/1";

fn policy(written: &Written<'_>) -> Policy {
    let mut policy = Policy::new(Limits::default());
    policy.add(Rule::read(written).unwrap());
    policy
}

fn files() -> Written<'static> {
    Written {
        resource: Some("https://api.example/files/*"),
        scopes: &["read", "write"],
        ..Written::default()
    }
}

fn get(url: &str) -> Request<'_> {
    Request {
        resource: Some(FILE),
        method: "GET",
        url,
        headers: &[],
        header_size: 0,
        body: 0,
        open: 0,
    }
}

#[test]
fn a_grant_needs_a_rule_for_its_resource_and_all_of_its_scopes() {
    let policy = policy(&files());
    let scopes = &["read"][..];
    assert_eq!(policy.grant(Some(FILE), scopes, 0), Ok(0));
    assert_eq!(policy.grant(Some(FILE), &["read", "write"], 0), Ok(0));
    for (resource, scopes, refusal) in [
        (Some(FILE), &["read", "admin"][..], Refusal::Grant),
        (Some(FILE), &[], Refusal::Grant),
        (None, scopes, Refusal::Grant),
        (Some("https://api.example/users/1"), scopes, Refusal::Grant),
        (
            Some("https://api.example/files/1?a=b"),
            scopes,
            Refusal::Grant,
        ),
        (
            Some("https://api.example/files/../users"),
            scopes,
            Refusal::Form,
        ),
        (Some("https://evil.example/files/1"), scopes, Refusal::Grant),
    ] {
        assert_eq!(
            policy.grant(resource, scopes, 0),
            Err(refusal),
            "{resource:?}"
        );
    }
}

#[test]
fn without_more_words_a_grant_reads_its_own_resource_and_what_is_below() {
    let policy = policy(&files());
    for url in [FILE, "https://api.example/files/1/content"] {
        assert_eq!(policy.request(0, &get(url)), Ok(()), "{url}");
    }
    for (url, refusal) in [
        ("https://api.example/files/2", Refusal::Url),
        ("https://api.example/files", Refusal::Url),
        ("https://evil.example/files/1", Refusal::Url),
        ("https://api.example/files/1/..", Refusal::Form),
        ("https://api.example/files/1?all=1", Refusal::Query),
    ] {
        assert_eq!(policy.request(0, &get(url)), Err(refusal), "{url}");
    }
    let post = Request {
        method: "POST",
        ..get(FILE)
    };
    assert_eq!(policy.request(0, &post), Err(Refusal::Method));
    let get_in_small = Request {
        method: "get",
        ..get(FILE)
    };
    assert_eq!(policy.request(0, &get_in_small), Err(Refusal::Method));
}

#[test]
fn a_parameter_is_named_by_the_rule_and_comes_once() {
    let queries = Some(&["fields", "page"][..]);
    let policy = policy(&Written { queries, ..files() });
    let url = |query: &str| format!("{FILE}?{query}");
    for query in ["fields=id,name&page=2", "fields", "page="] {
        assert_eq!(policy.request(0, &get(&url(query))), Ok(()), "{query}");
    }
    for query in [
        "admin=1",
        "fields=a&fields=b",
        "fields=a&",
        "Fields=a",
        "%66ields=a",
        "=a",
    ] {
        assert_eq!(
            policy.request(0, &get(&url(query))),
            Err(Refusal::Query),
            "{query}"
        );
    }
}

#[test]
fn a_header_is_one_of_the_rule_s() {
    let policy = policy(&files());
    let with = |headers: &[&str]| {
        policy.request(
            0,
            &Request {
                headers,
                ..get(FILE)
            },
        )
    };
    assert_eq!(with(&["range", "accept"]), Ok(()));
    for header in [
        "authorization",
        "cookie",
        "x-http-method-override",
        "Range",
        "",
        "range ",
    ] {
        assert_eq!(with(&[header]), Err(Refusal::Header), "{header}");
    }
}

#[test]
fn no_policy_gives_away_who_asks_or_lets_one_method_be_another() {
    for header in [
        "authorization",
        "cookie",
        "set-cookie",
        "proxy-authorization",
        "x-http-method-override",
        "x-original-url",
        "Range",
        "a b",
        "",
    ] {
        let list = Some(&[header][..]);
        assert!(
            Rule::read(&Written {
                headers: list,
                ..files()
            })
            .is_err(),
            "{header}"
        );
        assert!(
            Rule::read(&Written {
                answer_headers: list,
                ..files()
            })
            .is_err(),
            "{header}"
        );
    }
    for method in ["get", "TRACE", "CONNECT", ""] {
        let methods = Some(&[method][..]);
        assert!(
            Rule::read(&Written { methods, ..files() }).is_err(),
            "{method}"
        );
    }
}

#[test]
fn where_tokens_come_from_is_no_request_whatever_a_pattern_says() {
    let urls = Some(&["https://app.example/**"][..]);
    let methods = Some(&["GET", "POST"][..]);
    let mut policy = policy(&Written {
        urls,
        methods,
        ..files()
    });
    policy.close_off("https://app.example/api/token");
    policy.close_off("https://app.example/api/lease/?v=1");
    for url in [
        "https://app.example/api/token",
        "https://app.example/API/Token",
        "https://app.example/api/%74oken",
        "https://app.example/api/token?a=b",
        // Some servers give what is below a route to that route.
        "https://app.example/api/token/a",
        "https://app.example/API/lease",
    ] {
        assert_eq!(
            policy.request(0, &get(url)),
            Err(Refusal::Endpoint),
            "{url}"
        );
    }
    assert_eq!(
        policy.request(0, &get("https://app.example/api/tokens")),
        Ok(())
    );
}

#[test]
fn what_is_above_a_limit_is_refused() {
    let policy = policy(&files());
    let Limits {
        requests,
        grants,
        body,
    } = Limits::default();
    assert_eq!(
        policy.grant(Some(FILE), &["read"], grants),
        Err(Refusal::Grants)
    );
    let many = Request {
        open: requests,
        ..get(FILE)
    };
    assert_eq!(policy.request(0, &many), Err(Refusal::Requests));
    let long = Request {
        body: body + 1,
        ..get(FILE)
    };
    assert_eq!(policy.request(0, &long), Err(Refusal::Body));
    let wide = Request {
        header_size: HEADER_SIZE + 1,
        ..get(FILE)
    };
    assert_eq!(policy.request(0, &wide), Err(Refusal::Headers));
    let headers = &["range"; HEADER_COUNT + 1][..];
    assert_eq!(
        policy.request(
            0,
            &Request {
                headers,
                ..get(FILE)
            }
        ),
        Err(Refusal::Headers)
    );
}

#[test]
fn a_rule_that_there_is_not_permits_nothing() {
    assert_eq!(policy(&files()).request(1, &get(FILE)), Err(Refusal::Grant));
    assert!(policy(&files()).answer_headers(1).is_empty());
}

#[test]
fn an_answer_says_nothing_of_where_it_came_from() {
    let policy = policy(&files());
    let told = policy.answer_headers(0);
    for header in [
        "location",
        "content-location",
        "link",
        "refresh",
        "www-authenticate",
    ] {
        assert!(!told.iter().any(|one| one == header), "{header}");
    }
}

#[test]
fn a_rule_without_a_resource_names_its_urls() {
    let written = Written {
        resource: None,
        ..files()
    };
    assert!(Rule::read(&written).is_err());
    let urls = Some(&["https://api.example/me"][..]);
    let policy = policy(&Written { urls, ..written });
    assert_eq!(policy.grant(None, &["read"], 0), Ok(0));
    assert_eq!(
        policy.request(
            0,
            &Request {
                resource: None,
                ..get("https://api.example/me")
            }
        ),
        Ok(())
    );
}

//! Grants by their names, and those that have to give way.

use wasm_bindgen_test::wasm_bindgen_test;

use super::support::{Client, ENDPOINTS, Page};

#[wasm_bindgen_test]
async fn the_same_resource_and_scopes_are_the_same_grant() {
    let page = Page::new();
    let client = Client::new(ENDPOINTS);
    let open = |resource, scope| client.open(resource, scope).unwrap();
    let resource = Some("https://api.example/1");
    assert_eq!(open(resource, "a b"), open(resource, "a b"));
    assert_ne!(open(resource, "a b"), open(resource, "a"));
    assert_ne!(open(resource, "a"), open(None, "a"));
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn what_is_no_name_of_a_grant_is_refused_and_not_quoted() {
    let page = Page::new();
    let client = Client::new(ENDPOINTS);
    for (resource, scope, named) in [
        (Some("/files/secret"), "a", "resource"),
        (Some("https://secret.example/#x"), "a", "resource"),
        (Some(""), "a", "resource"),
        (None, "", "scopes"),
        (None, "secret a", "scopes"),
        (None, "\"secret\"", "scopes"),
    ] {
        let refusal = client.open(resource, scope).unwrap_err();
        assert_eq!(refusal.code(), "invalid_options");
        assert!(refusal.message().contains(&format!("`{named}`")));
        assert!(!refusal.message().contains("secret"));
    }
    client.ends_cleanly(&page).await;
}

#[wasm_bindgen_test]
async fn the_least_recently_used_grant_gives_way_and_its_token_is_revoked() {
    let page = Page::new();
    let client =
        Client::new("{ tokenEndpoint: '/token', revokeEndpoint: '/revoke', maxGrants: 2 }");
    let (old, used) = (client.grant("a"), client.grant("b"));
    old.token().await.unwrap();
    used.token().await.unwrap();
    client.grant("c");

    let revoke = page.network.nth("/revoke", 1).await;
    assert_eq!(revoke.values("token"), ["fake-token-1"]);
    assert_eq!(revoke.value("reason").unwrap(), "evicted");
    assert_eq!(client.told(), ["refreshed", "refreshed", "revoked", "gone"]);
    assert_eq!(old.peek(), None);
    assert_eq!(old.status(), "empty");
    assert_eq!(old.token().await.unwrap_err().code(), "revoked");
    assert_eq!(used.peek().unwrap(), "fake-token-2");
    client.ends_cleanly(&page).await;
}

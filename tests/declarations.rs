//! What `pkg-template/index.d.ts` says is what the core has.

#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeSet;

use downscope::core::{Code, policy::Refusal};

const DECLARATIONS: &str = include_str!("../pkg-template/index.d.ts");
const KEEPER: &str = include_str!("../pkg-template/keeper.d.ts");

#[test]
fn the_declared_error_codes_are_those_of_the_core_of_the_loader_and_of_a_page_with_a_keeper() {
    let union = DECLARATIONS
        .split_once("export type TokenErrorCode =")
        .and_then(|(_, rest)| rest.split_once(';'))
        .map(|(union, _)| union);
    let declared: BTreeSet<_> = union
        .into_iter()
        .flat_map(|union| union.split('|'))
        .map(|code| code.trim().trim_matches('\''))
        .filter(|code| !code.is_empty())
        .collect();
    // Where WebAssembly could not start, or is somewhere else, there is no core to say so.
    let mut known = BTreeSet::from(["isolated", "not_permitted", "unsupported"]);
    known.extend(Code::ALL.map(Code::as_str));
    assert_eq!(declared, known);
}

#[test]
fn what_a_keeper_refuses_for_is_declared_by_the_names_of_the_core() {
    let union = KEEPER
        .split_once("export type KeeperRefusal =")
        .and_then(|(_, rest)| rest.split_once(';'))
        .map(|(union, _)| union);
    let declared: BTreeSet<_> = union
        .into_iter()
        .flat_map(|union| union.split('|'))
        .map(|name| name.trim().trim_matches('\''))
        .filter(|name| !name.is_empty())
        .collect();
    assert_eq!(declared, BTreeSet::from(Refusal::NAMES));
}

#[test]
fn every_error_code_is_explained_where_it_is_declared() {
    for code in Code::ALL {
        assert!(
            DECLARATIONS.contains(&format!(" * - `{}`: ", code.as_str())),
            "{code:?}"
        );
    }
}

#[test]
fn the_page_of_an_error_has_its_message_and_says_whether_to_retry() {
    for code in Code::ALL {
        let file = format!("docs/reference/errors/{}.md", code.as_str());
        let page = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(page.contains(code.message()), "{file}");
        let retryable = if code.is_retryable() { "yes" } else { "no" };
        assert!(
            page.contains(&format!("\nRetryable: {retryable}.\n")),
            "{file}"
        );
    }
}

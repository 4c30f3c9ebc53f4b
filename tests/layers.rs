//! Which file needs which: dependencies point one way, without circles.

#![cfg(not(target_arch = "wasm32"))]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// The longest file of a core or a store, in lines: one job each.
const LONGEST: usize = 300;

/// For each module of a folder, as a path such as `machine::revoke`, those that it names.
type Graph = BTreeMap<String, BTreeSet<String>>;

#[test]
fn nothing_in_the_core_depends_on_itself() {
    let graph = graph_of("src/core");
    assert!(graph.len() > 25, "{:?}", graph.keys());
    assert_eq!(circle_in(&graph), None);
}

#[test]
fn nothing_in_the_browser_layer_depends_on_itself() {
    let graph = graph_of("src/browser");
    assert!(graph.len() > 12, "{:?}", graph.keys());
    assert_eq!(circle_in(&graph), None);
}

#[test]
fn nothing_in_the_backends_core_depends_on_itself() {
    let graph = graph_of("backend/src/core");
    assert!(graph.len() > 20, "{:?}", graph.keys());
    assert_eq!(circle_in(&graph), None);
}

#[test]
fn layers_are_only_looked_at_from_above() {
    for (folder, forbidden) in [
        (
            "src/core",
            &["crate::api", "crate::browser", "crate::client"][..],
        ),
        ("src/browser", &["crate::api", "crate::client"]),
        ("src/api", &["crate::client"]),
        (
            "backend/src/core",
            &[
                "crate::edge",
                "crate::engine",
                "crate::store",
                "crate::upstream",
            ],
        ),
        (
            "backend/src/store",
            &["crate::edge", "crate::engine", "crate::upstream"],
        ),
        ("backend/src/engine", &["crate::edge", "crate::upstream"]),
        ("backend/src/edge", &["crate::service", "crate::upstream"]),
    ] {
        for file in files_in(Path::new(folder)) {
            let code = code_of(&file);
            for one in forbidden {
                assert!(!code.contains(one), "{} names {one}", file.display());
            }
        }
    }
}

#[test]
fn no_file_that_decides_or_keeps_is_long() {
    for folder in ["src/core", "backend/src/core", "backend/src/store"] {
        for file in files_in(Path::new(folder)) {
            let lines = read(&file).lines().count();
            assert!(lines <= LONGEST, "{} has {lines} lines", file.display());
        }
    }
}

/// Of each row such as "`src/core/a.rs:7` `name`".
#[test]
fn the_walk_in_the_documents_leads_where_it_says() {
    let text = read(Path::new("docs/architecture.md"));
    let rows = text.lines().filter_map(|line| line.strip_prefix("| `"));
    let mut places = 0;
    for (place, rest) in rows.filter_map(|row| row.split_once("` `")) {
        let name = rest.split('`').next().unwrap_or_default();
        let (file, line) = place.split_once(':').unwrap_or_default();
        let code = read(Path::new(file));
        let lines: Vec<_> = code.lines().collect();
        let number: usize = line.parse().unwrap_or_default();
        let found = number.checked_sub(1).and_then(|at| lines.get(at));
        let all: Vec<_> = (1..=lines.len())
            .filter(|at| lines[at - 1].contains(name) && !lines[at - 1].contains("//"))
            .collect();
        assert!(
            found.is_some_and(|line| line.contains(name)),
            "{file}:{line} is not `{name}`, which is in lines {all:?}"
        );
        places += 1;
    }
    assert!(places > 10, "{places}");
}

#[test]
fn a_circle_is_found() {
    let graph = |edges: &[(&str, &str)]| {
        let mut graph = Graph::new();
        for &(from, to) in edges {
            let named = graph.entry(from.to_owned()).or_default();
            named.insert(to.to_owned());
        }
        graph
    };
    let straight = graph(&[("a", "b"), ("a", "c"), ("b", "c")]);
    assert_eq!(circle_in(&straight), None);
    let round = graph(&[("a", "b"), ("b", "c"), ("c", "b")]);
    assert_eq!(
        circle_in(&round),
        Some(vec!["b".to_owned(), "c".to_owned()])
    );
}

#[test]
fn what_a_file_names_is_read_from_its_paths() {
    let modules = BTreeSet::from(["", "a", "b", "b::c"].map(str::to_owned));
    let named = |module, code| named_by(module, code, &modules);
    let set = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    assert_eq!(named("a", "use super::b::{X, Y};"), set(&["b"]));
    assert_eq!(named("b::c", "use super::super::a::X;"), set(&["a"]));
    assert_eq!(named("b::c", "use super::Machine;"), set(&["b"]));
    assert_eq!(named("b", "mod c;\nfn f() { c::call(); }"), set(&["b::c"]));
    assert_eq!(named("b", "fn f() { super::a::call(); }"), set(&["a"]));
}

fn graph_of(folder: &str) -> Graph {
    let root = Path::new(folder);
    let files: BTreeMap<_, _> = files_in(root)
        .into_iter()
        .map(|file| (module_of(root, &file), file))
        .collect();
    let modules = files.keys().cloned().collect();
    files
        .iter()
        .map(|(module, file)| (module.clone(), named_by(module, &code_of(file), &modules)))
        .collect()
}

/// `src/core/machine/revoke.rs` is `machine::revoke`; the folder itself has no name.
fn module_of(root: &Path, file: &Path) -> String {
    let path = file.strip_prefix(root).unwrap_or(file).with_extension("");
    let parts: Vec<_> = path.iter().filter_map(|part| part.to_str()).collect();
    let parts = parts.strip_suffix(&["mod"]).unwrap_or(&parts);
    parts.join("::")
}

/// The modules that a file's paths lead to: by `super`, or down to a child.
fn named_by(module: &str, code: &str, modules: &BTreeSet<String>) -> BTreeSet<String> {
    let mut named = BTreeSet::new();
    for path in paths_in(code) {
        let mut parts = path.as_slice();
        let mut at: Vec<&str> = module.split("::").filter(|part| !part.is_empty()).collect();
        let is_child = parts
            .first()
            .is_some_and(|&first| modules.contains(&join(&at, first)));
        if parts.first() != Some(&"super") && !is_child {
            continue;
        }
        while let Some((&"super", rest)) = parts.split_first() {
            at.pop();
            parts = rest;
        }
        // As far as there are modules; what comes after is something in the last.
        let mut target = at.join("::");
        while let Some((&part, rest)) = parts.split_first()
            && modules.contains(&join(&at, part))
        {
            at.push(part);
            target = at.join("::");
            parts = rest;
        }
        if target != module {
            named.insert(target);
        }
    }
    named
}

fn join(parts: &[&str], last: &str) -> String {
    let mut all = parts.to_vec();
    all.push(last);
    all.join("::")
}

/// Every `a::b::c` in the code, up to where it is no plain name any more.
fn paths_in(code: &str) -> Vec<Vec<&str>> {
    let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    code.split(|c| !is_name(c))
        .filter(|path| path.contains("::"))
        .map(|path| path.split("::").filter(|part| !part.is_empty()).collect())
        .collect()
}

/// The first circle there is, from its first module on.
fn circle_in(graph: &Graph) -> Option<Vec<String>> {
    fn walk(graph: &Graph, at: &str, way: &mut Vec<String>, done: &mut BTreeSet<String>) -> bool {
        if let Some(place) = way.iter().position(|one| one == at) {
            way.drain(..place);
            return true;
        }
        if !done.insert(at.to_owned()) {
            return false;
        }
        way.push(at.to_owned());
        for next in graph.get(at).into_iter().flatten() {
            if walk(graph, next, way, done) {
                return true;
            }
        }
        way.pop();
        false
    }
    let mut done = BTreeSet::new();
    graph.keys().find_map(|module| {
        let mut way = Vec::new();
        walk(graph, module, &mut way, &mut done).then_some(way)
    })
}

/// Without comments and without the tests, which may look anywhere.
fn code_of(file: &Path) -> String {
    let text = read(file);
    let code = text.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

fn files_in(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let entries = fs::read_dir(folder).into_iter().flatten();
    for path in entries.flatten().map(|entry| entry.path()) {
        if path.is_dir() {
            files.extend(files_in(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn read(file: &Path) -> String {
    fs::read_to_string(file).unwrap_or_default()
}

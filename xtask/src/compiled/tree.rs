//! What `cargo tree` prints, with the depth before each line.

use std::collections::BTreeMap;
use std::fmt;

use anyhow::{Context, Result};

/// A crate in one version.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) struct Id {
    pub(super) name: String,
    pub(super) version: String,
}

/// Crates, and which of them each needs.
pub(super) struct Tree {
    root: Option<Id>,
    needs: BTreeMap<Id, Vec<Id>>,
}

impl Tree {
    pub(super) fn parse(printed: &str) -> Result<Self> {
        let mut path: Vec<Id> = Vec::new();
        let mut needs: BTreeMap<Id, Vec<Id>> = BTreeMap::new();
        for line in printed.lines().filter(|line| !line.is_empty()) {
            let (depth, id) = parse_line(line)
                .with_context(|| format!("cargo tree printed something else: {line}"))?;
            path.truncate(depth);
            if let Some(parent) = path.last() {
                needs.entry(parent.clone()).or_default().push(id.clone());
            }
            // Printed again, what it needs is not: only its line, with a star.
            needs.entry(id.clone()).or_default();
            path.push(id);
        }
        for all in needs.values_mut() {
            all.sort();
            all.dedup();
        }
        let root = path.into_iter().next();
        Ok(Self { root, needs })
    }

    pub(super) const fn root(&self) -> Option<&Id> {
        self.root.as_ref()
    }

    /// In the order of their names.
    pub(super) fn into_crates(self) -> impl Iterator<Item = (Id, Vec<Id>)> {
        self.needs.into_iter()
    }
}

fn parse_line(line: &str) -> Option<(usize, Id)> {
    let mut words = line.split(' ');
    let depth = words.next()?.parse().ok()?;
    let name = words.next()?;
    let version = words.next()?.strip_prefix('v')?;
    Some((depth, Id::new(name, version)))
}

impl Id {
    pub(super) fn new(name: &str, version: &str) -> Self {
        Self {
            name: name.to_owned(),
            version: version.to_owned(),
        }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.version)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRINTED: &str = "0 app v0.1.0 (/a path/app)\n\
                           1 glue v0.2.1\n\
                           2 slab v0.4.12\n\
                           1 timers v0.4.0\n\
                           2 glue v0.2.1 (*)\n\
                           1 slab v0.4.12\n";

    fn needs(tree: &Tree, name: &str) -> Vec<String> {
        let mut crates = tree.needs.iter();
        let found = crates.find(|(id, _)| id.name == name);
        let names = found.map(|(_, all)| all.iter().map(|id| id.name.clone()).collect());
        names.unwrap_or_default()
    }

    #[test]
    fn each_crate_is_named_once_with_what_it_needs() -> Result<()> {
        let tree = Tree::parse(PRINTED)?;
        assert_eq!(tree.root(), Some(&Id::new("app", "0.1.0")));
        assert_eq!(needs(&tree, "app"), ["glue", "slab", "timers"]);
        assert_eq!(needs(&tree, "timers"), ["glue"]);
        assert_eq!(needs(&tree, "glue"), ["slab"], "its second line has none");
        assert_eq!(tree.into_crates().count(), 4);
        Ok(())
    }

    #[test]
    fn a_line_of_another_form_is_an_error() {
        for line in ["app v0.1.0", "0 app", "0 app 0.1.0"] {
            assert!(Tree::parse(line).is_err(), "{line}");
        }
    }
}

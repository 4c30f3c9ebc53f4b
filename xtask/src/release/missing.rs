//! What a release lacks.

/// Where the changes of a version that is not released stand.
const UNRELEASED: &str = "Unreleased";

/// Of a changelog: a section for the version, and none for what is not released.
pub(super) fn in_changelog(text: &str, file: &str, version: &str) -> Vec<String> {
    let mut missing = Vec::new();
    if section(text, version).is_none_or(|section| section.trim().is_empty()) {
        missing.push(format!("{file} says nothing of {version}"));
    }
    if section(text, UNRELEASED).is_some_and(|section| !section.trim().is_empty()) {
        missing.push(format!(
            "{file} has changes below {UNRELEASED}: they belong to a version"
        ));
    }
    missing
}

/// Of a crate, by the paths that are packed.
pub(super) fn in_crate(paths: &str) -> Vec<&'static str> {
    let expected = [
        "CHANGELOG.md",
        "Cargo.toml",
        "LICENSE-APACHE",
        "LICENSE-MIT",
        "README.md",
        "src/lib.rs",
    ];
    let is_packed = |file: &&str| paths.lines().any(|path| path.replace('\\', "/") == **file);
    let missing = expected.into_iter().filter(|file| !is_packed(file));
    missing.collect()
}

/// What stands below the heading of a version.
fn section<'a>(text: &'a str, version: &str) -> Option<&'a str> {
    let mut parts = text.split("\n## ").skip(1);
    parts.find_map(|part| {
        let (heading, rest) = part.split_once('\n').unwrap_or((part, ""));
        // A date may follow.
        (heading.split(' ').next() == Some(version)).then_some(rest)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing(text: &str) -> Vec<String> {
        in_changelog(text, "CHANGELOG.md", "0.2.0")
    }

    #[test]
    fn a_version_has_a_section_that_says_something() {
        assert!(missing("# Changelog\n\n## 0.2.0\n\n- A line.\n").is_empty());
        assert!(missing("# Changelog\n\n## 0.2.0 (2030-01-01)\n\n- A line.\n").is_empty());
        let others = [
            "# Changelog\n",
            "# Changelog\n\n## 0.2.0\n\n## 0.1.0\n\n- A line.\n",
            "# Changelog\n\n## 0.2.0-rc.1\n\n- A line.\n",
        ];
        for text in others {
            assert_eq!(missing(text), ["CHANGELOG.md says nothing of 0.2.0"]);
        }
    }

    #[test]
    fn what_is_not_released_is_nothing_at_a_release() {
        let released = "## 0.2.0\n\n- A line.\n";
        let empty = format!("# Changelog\n\n## Unreleased\n\n{released}");
        assert!(missing(&empty).is_empty());
        let some = format!("# Changelog\n\n## Unreleased\n\n- More.\n\n{released}");
        assert_eq!(missing(&some).len(), 1);
    }

    #[test]
    fn a_crate_without_a_licence_lacks_it() {
        let all = "CHANGELOG.md\nCargo.toml\nLICENSE-APACHE\nLICENSE-MIT\nREADME.md\nsrc/lib.rs";
        assert!(in_crate(all).is_empty());
        assert!(in_crate(&all.replace('/', "\\")).is_empty());
        let without = all.replace("LICENSE-MIT\n", "");
        assert_eq!(in_crate(&without), ["LICENSE-MIT"]);
    }
}

//! Tests that say that they cannot run here: none is left out in silence.

/// Tells which tests were skipped, and why.
pub(super) fn tell(output: &str) {
    for skip in output.lines().filter_map(parse) {
        eprintln!("   skipped: {skip}");
    }
}

/// The name and the reason, if the line is about a skipped test: as Node's
/// reporter writes it, or as cargo's.
fn parse(line: &str) -> Option<String> {
    let line = line.trim_start();
    if let Some(skip) = line.strip_prefix("﹣ ") {
        let (name, reason) = skip.split_once(" # ").unwrap_or((skip, "no reason given"));
        // The time that it took not to run.
        let name = name.rsplit_once(" (").map_or(name, |(name, _)| name);
        return Some(format!("{name}: {reason}"));
    }
    let (name, reason) = line.strip_prefix("test ")?.split_once(" ... ignored")?;
    let reason = reason.strip_prefix(", ").unwrap_or("no reason given");
    Some(format!("{name}: {reason}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_test_that_node_skipped_is_told_with_its_reason() {
        let skip = parse("  ﹣ a tab that is killed (fast) (0.2ms) # WebKit has no such tab");
        let told = "a tab that is killed (fast): WebKit has no such tab";
        assert_eq!(skip.as_deref(), Some(told));
    }

    #[test]
    fn a_test_that_cargo_ignored_is_told_with_its_reason() {
        let skip = parse("test leaving::a_tab ... ignored, not in Firefox");
        assert_eq!(skip.as_deref(), Some("leaving::a_tab: not in Firefox"));
    }

    #[test]
    fn a_test_that_ran_is_not_told() {
        assert_eq!(parse("✔ a tab that is killed (0.2ms)"), None);
        assert_eq!(parse("test leaving::a_tab ... ok"), None);
    }
}

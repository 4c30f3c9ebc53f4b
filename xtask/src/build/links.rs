//! Links of a document that leaves the repository, and what they lead to does not.

use std::ops::Range;
use std::path::{Component, Path, PathBuf};

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};

/// The text of a document in which each link leads somewhere: what is not there is looked up
/// in the repository, and is no link where nobody knows where that is.
pub(crate) fn settled(
    text: &str,
    document: &Path,
    repository: Option<&str>,
    is_here: impl Fn(&Path) -> bool,
) -> String {
    let mut settled = String::with_capacity(text.len());
    let mut done = 0;
    for Link { whole, inner, to } in links(text) {
        let Some(path) = path_of(&to, document).filter(|path| !is_here(path)) else {
            continue;
        };
        let words = text.get(inner).unwrap_or_default();
        settled.push_str(text.get(done..whole.start).unwrap_or_default());
        done = whole.end;
        if let Some(repository) = repository {
            let path = path.to_string_lossy().replace('\\', "/");
            let anchor = to.split_once('#').map_or("", |(_, anchor)| anchor);
            let mark = if anchor.is_empty() { "" } else { "#" };
            settled.push_str(&format!(
                "[{words}]({repository}/blob/HEAD/{path}{mark}{anchor})"
            ));
        } else {
            settled.push_str(words);
        }
    }
    settled.push_str(text.get(done..).unwrap_or_default());
    settled
}

struct Link {
    whole: Range<usize>,
    /// What is between the brackets.
    inner: Range<usize>,
    to: String,
}

fn links(text: &str) -> Vec<Link> {
    let mut found: Vec<Link> = Vec::new();
    let mut open = false;
    for (event, range) in Parser::new_ext(text, Options::ENABLE_TABLES).into_offset_iter() {
        if let Event::Start(Tag::Link { dest_url, .. }) = event {
            open = true;
            found.push(Link {
                inner: range.end..range.start,
                whole: range,
                to: dest_url.into_string(),
            });
        } else if matches!(event, Event::End(TagEnd::Link)) {
            open = false;
        } else if open && let Some(Link { inner, .. }) = found.last_mut() {
            *inner = inner.start.min(range.start)..inner.end.max(range.end);
        }
    }
    found
}

/// Where a relative link leads, from the root.
fn path_of(to: &str, document: &Path) -> Option<PathBuf> {
    let (path, _) = to.split_once('#').unwrap_or((to, ""));
    if path.is_empty() || path.contains(':') {
        return None;
    }
    let mut found = document.parent()?.to_owned();
    for part in Path::new(path).components() {
        match part {
            Component::ParentDir => {
                found.pop();
            }
            Component::Normal(name) => found.push(name),
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "| [`a`](a.md) and [the *code*](../src/lib.rs#top) |, [out](https://example.org/) [b](#b)";

    fn settle(repository: Option<&str>) -> String {
        let is_here = |path: &Path| path == Path::new("docs/a.md");
        settled(TEXT, Path::new("docs/index.md"), repository, is_here)
    }

    #[test]
    fn what_is_not_there_is_no_link() {
        assert_eq!(
            settle(None),
            TEXT.replace("[the *code*](../src/lib.rs#top)", "the *code*")
        );
    }

    #[test]
    fn what_is_not_there_is_looked_up_in_the_repository() {
        let there = "https://forge.example/team/app/blob/HEAD/src/lib.rs#top";
        assert_eq!(
            settle(Some("https://forge.example/team/app")),
            TEXT.replace("../src/lib.rs#top", there)
        );
    }
}

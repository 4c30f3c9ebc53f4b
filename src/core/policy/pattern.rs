//! Which URLs a pattern stands for.

use super::address::{Address, is_origin, is_segment};

/// An origin or the grant's resource, and the rest of a path, from its first segment to its
/// last: nothing is matched in the middle of anything.
#[derive(Clone, Debug)]
pub struct Pattern {
    base: Base,
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Base {
    /// The resource that the page has named for its grant.
    Resource,
    Origin(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    This(String),
    /// `*`: any one segment.
    One,
    /// `**`, as the last: one segment or more.
    Rest,
}

/// Stands for the grant's resource at the beginning of a pattern.
pub(super) const RESOURCE: &str = "{resource}";

impl Pattern {
    /// Reads `https://api.example/files/*/content`; the error is what it should have been.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        const EXPECTED: &str = "a URL such as https://api.example/files/*: whole segments or * or, at the end, **; no query";
        let (base, path) = match text.strip_prefix(RESOURCE) {
            Some(path) => (Base::Resource, path),
            None => {
                let from = text.find("://").map_or(0, |at| at + 3);
                let slash = text.bytes().skip(from).position(|byte| byte == b'/');
                let (origin, path) = slash
                    .and_then(|at| text.split_at_checked(from + at))
                    .ok_or(EXPECTED)?;
                if !is_origin(origin) {
                    return Err(EXPECTED);
                }
                (Base::Origin(origin.to_owned()), path)
            }
        };
        let parts = match path {
            "" | "/" => Vec::new(),
            _ => {
                let path = path.strip_prefix('/').ok_or(EXPECTED)?;
                path.split('/')
                    .map(Part::parse)
                    .collect::<Option<Vec<_>>>()
                    .ok_or(EXPECTED)?
            }
        };
        let before = parts.split_last().map_or(&[][..], |(_, before)| before);
        if before.contains(&Part::Rest) {
            return Err(EXPECTED);
        }
        Ok(Self { base, parts })
    }

    /// Whether it begins with the grant's resource.
    #[must_use]
    pub fn needs_resource(&self) -> bool {
        self.base == Base::Resource
    }

    /// The origin that it is about, unless that is the resource's.
    #[must_use]
    pub fn origin(&self) -> Option<&str> {
        match &self.base {
            Base::Resource => None,
            Base::Origin(origin) => Some(origin),
        }
    }

    /// Whether it stands for `address`, given the grant's `resource`.
    #[must_use]
    pub fn matches(&self, address: &Address<'_>, resource: Option<&Address<'_>>) -> bool {
        let rest = match (&self.base, resource) {
            (Base::Origin(origin), _) if origin == address.origin => Some(&address.segments[..]),
            (Base::Origin(_), _) | (Base::Resource, None) => None,
            (Base::Resource, Some(resource)) if resource.origin == address.origin => {
                address.segments.strip_prefix(&resource.segments[..])
            }
            (Base::Resource, Some(_)) => None,
        };
        rest.is_some_and(|rest| fits(&self.parts, rest))
    }
}

impl Part {
    fn parse(text: &str) -> Option<Self> {
        match text {
            "*" => Some(Self::One),
            "**" => Some(Self::Rest),
            // A star within a segment would look like one that stands for something.
            _ => (is_segment(text) && !text.contains('*')).then(|| Self::This(text.to_owned())),
        }
    }
}

fn fits(parts: &[Part], segments: &[&str]) -> bool {
    match parts.split_last() {
        Some((Part::Rest, before)) => {
            segments.len() > before.len()
                && segments
                    .iter()
                    .zip(before)
                    .all(|(segment, part)| is_fit(part, segment))
        }
        Some((Part::One | Part::This(_), _)) | None => {
            segments.len() == parts.len()
                && segments
                    .iter()
                    .zip(parts)
                    .all(|(segment, part)| is_fit(part, segment))
        }
    }
}

fn is_fit(part: &Part, segment: &str) -> bool {
    match part {
        Part::This(text) => text == segment,
        Part::One | Part::Rest => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, url: &str, resource: Option<&str>) -> bool {
        let pattern = Pattern::parse(pattern).unwrap();
        let resource = resource.and_then(Address::read);
        Address::read(url).is_some_and(|address| pattern.matches(&address, resource.as_ref()))
    }

    #[test]
    fn a_pattern_is_anchored_at_both_ends_and_at_each_segment() {
        let pattern = "https://api.example/files/*/content";
        assert!(matches(
            pattern,
            "https://api.example/files/1/content",
            None
        ));
        for url in [
            "https://api.example/files/1/content/2",
            "https://api.example/v1/files/1/content",
            "https://api.example/files/1/contents",
            "https://api.example/files/1/2/content",
            "https://api.example/files/content",
            "https://api.example/Files/1/content",
            "https://api.example:8443/files/1/content",
            "https://api.example.evil.example/files/1/content",
        ] {
            assert!(!matches(pattern, url, None), "{url}");
        }
    }

    #[test]
    fn two_stars_stand_for_one_segment_or_more() {
        let pattern = "https://api.example/files/**";
        assert!(matches(pattern, "https://api.example/files/1", None));
        assert!(matches(
            pattern,
            "https://api.example/files/1/content",
            None
        ));
        assert!(!matches(pattern, "https://api.example/files", None));
        assert!(!matches(pattern, "https://api.example/filesystem/1", None));
    }

    #[test]
    fn below_the_resource_is_below_whole_segments_of_it() {
        let resource = Some("https://api.example/files/1");
        assert!(matches(
            "{resource}",
            "https://api.example/files/1",
            resource
        ));
        assert!(matches(
            "{resource}/content",
            "https://api.example/files/1/content",
            resource
        ));
        for url in [
            "https://api.example/files/12/content",
            "https://api.example/files/2/content",
            "https://evil.example/files/1/content",
        ] {
            assert!(!matches("{resource}/**", url, resource), "{url}");
        }
        assert!(!matches(
            "{resource}/**",
            "https://api.example/files/1/a",
            None
        ));
    }

    #[test]
    fn a_pattern_that_nobody_could_read_in_one_way_is_refused() {
        for text in [
            "",
            "/files/*",
            "https://api.example",
            "https://*/a",
            "https://*.example/a",
            "https://api.example/a*",
            "https://api.example/**/a",
            "https://api.example/a?b",
            "https://api.example/a/",
            "https://api.example//a",
            "https://api.example/..",
            "https://api.example/%2e",
            "http://api.example/a",
            "{resource}a",
            "{resource}/a/",
            "https://API.example/a",
            "https://u@api.example/a",
            "{resource}?a",
        ] {
            assert!(Pattern::parse(text).is_err(), "{text}");
        }
    }
}

//! What functions are called in Rust, and what that tells of them.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result};
use walrus::{FunctionId, Module};

/// The paths of functions, without what tells crates and instances apart.
pub(super) struct Names(BTreeMap<FunctionId, String>);

impl Names {
    pub(super) fn of(module: &Module) -> Self {
        let named = module.funcs.iter().filter_map(|function| {
            let symbol = function.name.as_deref()?;
            Some((function.id(), path(symbol)))
        });
        Self(named.collect())
    }

    pub(super) fn which(&self, holds: fn(&str) -> bool) -> BTreeSet<FunctionId> {
        let found = self.0.iter().filter(|(_, path)| holds(path));
        found.map(|(function, _)| *function).collect()
    }

    pub(super) fn find(&self, wanted: &str) -> Result<FunctionId> {
        let found = self.0.iter().find(|(_, path)| *path == wanted);
        let (function, _) = found.with_context(|| format!("there is no {wanted}"))?;
        Ok(*function)
    }

    pub(super) fn show(&self, function: FunctionId) -> &str {
        self.0.get(&function).map_or("(no name)", String::as_str)
    }
}

/// Functions of the standard library that panic, whatever their arguments.
pub(super) fn panics(path: &str) -> bool {
    let path = path.strip_prefix('<').unwrap_or(path);
    let library = ["core::", "alloc::", "std::"];
    if !library.iter().any(|name| path.starts_with(name)) {
        return false;
    }
    let function = path.rsplit("::").next().unwrap_or_default();
    path.starts_with("core::panicking::")
        || function.starts_with("panic_")
        || function.ends_with("_fail")
        || function.ends_with("_failed")
        || matches!(
            function,
            "capacity_overflow" | "handle_alloc_error" | "handle_error" | "rust_oom"
        )
}

/// `core::fmt` itself, and implementations of its traits.
pub(super) fn formats(path: &str) -> bool {
    ["core::fmt::", "<core::fmt::"]
        .iter()
        .any(|name| path.starts_with(name))
        || path.contains("<impl core::fmt::")
        || implemented_trait(path).is_some_and(|name| name.starts_with("core::fmt::"))
}

/// The trait of a path `<Type as Trait>::function`.
fn implemented_trait(path: &str) -> Option<&str> {
    let path = path.strip_prefix('<')?;
    let separators = path.match_indices(" as ");
    let mut cuts = separators.map(|(place, _)| path.split_at(place));
    let (_, name) = cuts.find(|(ty, _)| closes_what_it_opens(ty))?;
    name.strip_prefix(" as ")
}

fn closes_what_it_opens(ty: &str) -> bool {
    let arrows = ty.matches("->").count();
    ty.matches('<').count() + arrows == ty.matches('>').count()
}

fn path(symbol: &str) -> String {
    format!("{:#}", rustc_demangle::demangle(symbol))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crates_and_instances_do_not_show_in_a_path() {
        for symbol in [
            "_RNvNtCsgXGp5Oqx2Ny_4core3fmt5write",
            "_ZN4core3fmt5write17h6c2d1e0e9647e8ddE",
        ] {
            assert_eq!(path(symbol), "core::fmt::write");
        }
        assert_eq!(path("__wbindgen_malloc"), "__wbindgen_malloc");
    }

    #[test]
    fn formatting_is_told_by_its_path() {
        for path in [
            "core::fmt::write",
            "<core::fmt::Formatter>::pad",
            "<alloc::string::String as core::fmt::Write>::write_str",
            "<alloc::vec::Vec<fn() -> <A as B>::C> as core::fmt::Debug>::fmt",
            "core::num::<impl core::fmt::Display for u32>::fmt",
        ] {
            assert!(formats(path), "{path}");
        }
        for path in [
            "core::ptr::drop_in_place<alloc::boxed::Box<dyn core::fmt::Debug>>",
            "<downscope::Wrapper<core::fmt::Error> as core::ops::drop::Drop>::drop",
            "<A as B>::call::<<C as core::fmt::Display>::fmt>",
        ] {
            assert!(!formats(path), "{path}");
        }
    }

    #[test]
    fn only_the_standard_library_is_taken_for_panicking() {
        assert!(panics("core::panicking::panic_bounds_check"));
        assert!(panics("<alloc::vec::Vec<_, _>>::remove::assert_failed"));
        assert!(!panics("downscope::browser::request_failed"));
        assert!(!panics("core::str::from_utf8"));
    }
}

//! Where the figures are left.

use std::path::PathBuf;
use std::{env, fs, io};

use crate::args::Options;

const BEGIN: &str = "<!-- measured: written by `cargo xtask simulate -- --write-docs` -->";
const END: &str = "<!-- end of what was measured -->";

const DOCUMENT: &str = "docs/scale.md";
const PICTURE: &str = "docs/scale.svg";

/// Leaves the tables and the picture in the directory that `DOWNSCOPE_OUT` names, if it
/// does; and in the documents of the working directory, if that is asked for.
pub(crate) fn write(options: &Options, tables: &str, picture: &str) -> io::Result<()> {
    if let Some(out) = env::var_os("DOWNSCOPE_OUT") {
        let out = PathBuf::from(out);
        fs::write(out.join("scale.md"), tables)?;
        fs::write(out.join("scale.svg"), picture)?;
    }
    if options.writes_docs {
        let text = fs::read_to_string(DOCUMENT)?;
        let text = put(&text, tables)
            .ok_or_else(|| io::Error::other(format!("{DOCUMENT} has no place for the tables")))?;
        fs::write(DOCUMENT, text)?;
        fs::write(PICTURE, picture)?;
    }
    Ok(())
}

/// The text with the tables between the two comments.
fn put(text: &str, tables: &str) -> Option<String> {
    let (before, rest) = text.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    Some(format!("{before}{BEGIN}\n\n{tables}\n{END}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_take_the_place_of_those_before_and_nothing_else_changes() {
        let text = format!("head\n{BEGIN}\nold\n{END}\nfoot\n");
        let expected = format!("head\n{BEGIN}\n\nnew\n\n{END}\nfoot\n");
        assert_eq!(put(&text, "new\n"), Some(expected));
        assert_eq!(put("no place", "new"), None);
    }
}

//! The command line.

use crate::{Kind, backend::Backend, trials};

const USAGE: &str = "\
The backend in several real processes, over real stores. Fails above the bars.

  NAME…           lease, store-outage, as-outage, kill, frozen, leave, rotate,
                  throughput, capacity, held, anonymous (default: all)
  --store NAME    memory, redis, postgres; can be repeated (default: all)
  --backend NAME  service; npm, an app on the package; both, one instance of each
                  (default: service)
  --quick         smaller and shorter
";

/// What is to be tried.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Options {
    names: Vec<String>,
    stores: Vec<String>,
    pub(crate) is_quick: bool,
    pub(crate) backend: Backend,
    /// As it was called, for the reader of a report.
    pub(crate) line: String,
}

impl Options {
    /// Reads the arguments, without the name of the program.
    pub(crate) fn parse(arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self {
            line: "cargo xtask trials".to_owned(),
            ..Self::default()
        };
        let mut arguments = arguments;
        while let Some(word) = arguments.next() {
            options.line = format!("{} {word}", options.line);
            match word.as_str() {
                "--quick" => options.is_quick = true,
                "--store" => {
                    let name = arguments.next().unwrap_or_default();
                    if !Kind::ALL.iter().any(|kind| kind.name() == name) {
                        return Err(wrong(&word));
                    }
                    options.line = format!("{} {name}", options.line);
                    options.stores.push(name);
                }
                "--backend" => {
                    let name = arguments.next().unwrap_or_default();
                    options.backend = Backend::parse(&name).ok_or_else(|| wrong(&word))?;
                    options.line = format!("{} {name}", options.line);
                }
                name if trials::names().any(|one| one == name) => options.names.push(word),
                _ => return Err(wrong(&word)),
            }
        }
        Ok(options)
    }

    /// Whether this trial is to be run over this store.
    pub(crate) fn has(&self, name: &str, kind: Kind) -> bool {
        let is_named = self.names.is_empty() || self.names.iter().any(|one| one == name);
        is_named && self.backend.can(name, kind, self.is_quick)
    }

    /// Whether it is to be run over this store.
    pub(crate) fn has_store(&self, kind: Kind) -> bool {
        self.stores.is_empty() || self.stores.iter().any(|one| one == kind.name())
    }

    /// The first if it is to be quick.
    pub(crate) const fn either<T: Copy>(&self, quick: T, full: T) -> T {
        if self.is_quick { quick } else { full }
    }
}

fn wrong(what: &str) -> String {
    format!("cannot make sense of `{what}`\n\n{USAGE}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options, String> {
        Options::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn without_arguments_everything_is_tried_over_every_store() {
        let options = parse("").unwrap();
        let mut names = trials::names().filter(|name| *name != "frozen");
        assert!(names.all(|name| options.has(name, Kind::Redis)));
        assert!(Kind::ALL.iter().all(|kind| options.has_store(*kind)));
        assert!(!options.is_quick);
    }

    #[test]
    fn what_is_named_is_tried_and_nothing_else() {
        let options = parse("kill --quick --store redis").unwrap();
        let has = |name| options.has(name, Kind::Redis);
        assert!(has("kill") && !has("lease") && options.is_quick);
        assert!(options.has_store(Kind::Redis) && !options.has_store(Kind::Memory));
    }

    #[test]
    fn another_backend_is_tried_where_it_is_named() {
        assert_eq!(parse("").unwrap().backend, Backend::Service);
        let options = parse("--backend npm").unwrap();
        assert_eq!(options.backend, Backend::Npm);
        assert!(options.has("frozen", Kind::Redis) && !options.has("rotate", Kind::Redis));
    }

    #[test]
    fn what_makes_no_sense_is_an_error() {
        for line in [
            "murder",
            "--store",
            "--store sqlite",
            "--slow",
            "--backend php",
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}

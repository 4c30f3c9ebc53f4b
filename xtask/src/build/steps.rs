//! What makes the package smaller, and how to leave it out:
//! `[--plain | --without NAME...]`.

use anyhow::{Context, Result, bail};

/// Steps that change nothing but bytes. The package works without any of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Smaller {
    /// Options of LLVM.
    Compiler,
    /// Panics without wording.
    Panics,
    /// Without what the glue, or the WebAssembly for it, has and nobody asks for.
    Needless,
    /// Binaryen's optimiser.
    Optimise,
    /// Short names between the WebAssembly and its glue.
    Names,
    /// Glue without spaces and long names.
    Minify,
}

/// Those of a build.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Steps(Vec<Smaller>);

impl Smaller {
    const ALL: [Self; 6] = [
        Self::Compiler,
        Self::Panics,
        Self::Needless,
        Self::Optimise,
        Self::Names,
        Self::Minify,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Compiler => "compiler",
            Self::Panics => "panics",
            Self::Needless => "needless",
            Self::Optimise => "optimise",
            Self::Names => "names",
            Self::Minify => "minify",
        }
    }

    fn parse(name: &str) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|step| step.name() == name);
        found.with_context(|| {
            let known = Self::ALL.map(Self::name).join(", ");
            format!("no step is called {name}; there are: {known}")
        })
    }
}

impl Steps {
    pub(crate) fn all() -> Self {
        Self(Smaller::ALL.into())
    }

    pub(crate) const fn plain() -> Self {
        Self(Vec::new())
    }

    pub(crate) fn parse(arguments: &[String]) -> Result<Self> {
        let mut steps = Self::all();
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            match argument.as_str() {
                "--plain" => steps = Self::plain(),
                "--without" => {
                    let name = rest.next().context("--without is followed by a name")?;
                    steps = steps.without(&[Smaller::parse(name)?]);
                }
                other => bail!("neither --plain nor --without NAME: {other}"),
            }
        }
        Ok(steps)
    }

    pub(crate) fn without(&self, left_out: &[Smaller]) -> Self {
        let kept = self.0.iter().filter(|step| !left_out.contains(step));
        Self(kept.copied().collect())
    }

    pub(crate) fn has(&self, step: Smaller) -> bool {
        self.0.contains(&step)
    }

    pub(crate) fn are_all(&self) -> bool {
        *self == Self::all()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Steps> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        Steps::parse(&words)
    }

    #[test]
    fn a_build_has_every_step_that_is_not_left_out() -> Result<()> {
        assert!(parse("")?.are_all());
        assert_eq!(parse("--plain")?, Steps::plain());
        let some = parse("--without names --without panics")?;
        let left_out = |step| !some.has(step);
        let [names, panics] = [Smaller::Names, Smaller::Panics];
        for step in Smaller::ALL {
            assert_eq!(left_out(step), [names, panics].contains(&step), "{step:?}");
        }
        Ok(())
    }

    #[test]
    fn a_step_that_does_not_exist_is_an_error_that_names_the_others() {
        for line in ["--without", "--without nmaes", "--plian"] {
            assert!(parse(line).is_err(), "{line}");
        }
        let error = Smaller::parse("nmaes").map_err(|error| error.to_string());
        assert!(error.is_err_and(|message| message.contains("names")));
    }
}

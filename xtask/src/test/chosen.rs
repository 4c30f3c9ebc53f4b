//! Which stages, and in which engines: `[stage...] [--engine NAME]...`.

use anyhow::{Context, Result, bail};

use super::{Engine, STAGES, beside};
use crate::setup::is_required;

/// What a run is asked for; naming none asks for all.
#[derive(Debug, Default)]
pub(super) struct Chosen {
    stages: Vec<String>,
    engines: Vec<Engine>,
    /// Whether another run, which waits for this one, has built what these stages look at.
    pub(super) is_beside: bool,
}

impl Chosen {
    pub(super) fn parse(arguments: &[String]) -> Result<Self> {
        let mut chosen = Self::default();
        let mut rest = arguments.iter();
        while let Some(argument) = rest.next() {
            if argument == beside::FLAG {
                chosen.is_beside = true;
            } else if argument == "--engine" {
                let name = rest.next().context("--engine is followed by a name")?;
                chosen.engines.push(Engine::parse(name)?);
            } else if STAGES.iter().any(|(stage, _)| stage == argument) {
                chosen.stages.push(argument.clone());
            } else {
                let known: Vec<&str> = STAGES.iter().map(|(stage, _)| *stage).collect();
                let known = known.join(", ");
                bail!("no stage is called {argument}; there are: {known}");
            }
        }
        Ok(chosen)
    }

    pub(super) fn has_stage(&self, name: &str) -> bool {
        self.stages.is_empty() || self.stages.iter().any(|stage| stage == name)
    }

    pub(super) fn engines(&self) -> impl Iterator<Item = Engine> {
        Engine::ALL
            .into_iter()
            .filter(|engine| self.engines.is_empty() || self.engines.contains(engine))
    }

    /// Whether a machine without this engine passes all the same.
    pub(super) fn may_lack(&self, engine: Engine) -> bool {
        !self.engines.contains(&engine) && !is_required(engine)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Chosen> {
        let arguments: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        Chosen::parse(&arguments)
    }

    fn engines(line: &str) -> Result<Vec<Engine>> {
        Ok(parse(line)?.engines().collect())
    }

    #[test]
    fn without_names_every_stage_is_chosen_and_every_engine() -> Result<()> {
        let chosen = parse("")?;
        assert!(STAGES.iter().all(|(stage, _)| chosen.has_stage(stage)));
        assert_eq!(engines("")?, Engine::ALL);
        Ok(())
    }

    #[test]
    fn only_the_named_stages_are_chosen() -> Result<()> {
        let chosen = parse("unit fmt")?;
        let is_chosen = |stage: &&str| chosen.has_stage(stage);
        let names = STAGES.iter().map(|(stage, _)| *stage);
        assert_eq!(names.filter(is_chosen).collect::<Vec<_>>(), ["fmt", "unit"]);
        Ok(())
    }

    #[test]
    fn engines_are_named_one_by_one_and_run_in_the_usual_order() -> Result<()> {
        assert_eq!(engines("e2e --engine webkit")?, [Engine::WebKit]);
        assert_eq!(
            engines("--engine webkit browser --engine chromium")?,
            [Engine::Chromium, Engine::WebKit]
        );
        Ok(())
    }

    #[test]
    fn an_engine_that_was_named_may_not_be_lacking() -> Result<()> {
        assert!(!parse("--engine webkit")?.may_lack(Engine::WebKit));
        assert!(!parse("")?.may_lack(Engine::Chromium));
        Ok(())
    }

    #[test]
    fn what_is_neither_a_stage_nor_an_engine_is_an_error() {
        for line in ["untit", "--engine", "--engine presto"] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}

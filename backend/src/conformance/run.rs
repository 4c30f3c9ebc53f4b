//! Looks at one rule after the other.

use std::{
    sync::{Arc, atomic::AtomicU64},
    time::Duration,
};

use tokio::time::{Instant, timeout};

use super::{
    Authority, Case, Check, Fault, LeaseMode, Need, Outcome, Report, Settings, Theme,
    case::Kit,
    checks::THEMES,
    verdict::{failed, skipped},
};

/// A check that takes longer than this and a few times the patience has hung.
const LONGEST_CHECK: Duration = Duration::from_secs(120);
/// A term of up to this is waited for.
const SHORT_TERM: Duration = Duration::from_secs(15);

/// The checks, and a backend that they are about.
#[derive(Clone, Debug)]
pub struct Runner {
    kit: Arc<Kit>,
}

impl Runner {
    /// Asks the backend whether it is there, whether it keeps leases, and whether it is the
    /// stand-in that it asks. The error says what is wrong.
    pub async fn begin(
        settings: Settings,
        authority: Option<Arc<Authority>>,
    ) -> Result<Self, String> {
        let mut random = [0; 12];
        getrandom::fill(&mut random).map_err(|_| "there is no randomness".to_owned())?;
        let client = reqwest::Client::builder()
            .no_proxy()
            .redirect(reqwest::redirect::Policy::none())
            // Each request has a connection of its own, which it can close.
            .pool_max_idle_per_host(0)
            .build()
            .map_err(|_| "there is no HTTP client".to_owned())?;
        let kit = Kit {
            settings,
            authority,
            client,
            prefix: random.iter().map(|byte| format!("{byte:02x}")).collect(),
            names: AtomicU64::default(),
            term: None,
        };
        let mut runner = Self { kit: Arc::new(kit) };
        runner.reach().await?;
        let term = runner.term().await;
        if let Some(kit) = Arc::get_mut(&mut runner.kit) {
            kit.term = term;
        }
        Ok(runner)
    }

    /// Looks at the rules that `only` names, by name or theme, or at all; `tell` hears of each.
    pub async fn run(&self, only: &[String], mut tell: impl FnMut(&Outcome)) -> Report {
        let mut report = Report::default();
        for (theme, check) in selected(only) {
            let outcome = self.look_at(theme, check).await;
            tell(&outcome);
            report.outcomes.push(outcome);
        }
        report
    }

    async fn look_at(&self, theme: &'static str, check: &'static Check) -> Outcome {
        let begin = Instant::now();
        let case = Case::new(Arc::clone(&self.kit));
        let missing = check.needs.iter().find(|need| !self.has(**need));
        let result = if let Some(need) = missing {
            Err(skipped(need.advice()))
        } else {
            self.reset();
            let most = LONGEST_CHECK
                + self.kit.settings.patience * 4
                + self.kit.term.unwrap_or_default() * 6;
            let result = timeout(most, (check.run)(&case)).await;
            self.reset();
            result.unwrap_or_else(|_| Err(failed("an end", "none within minutes")))
        };
        Outcome {
            check,
            theme,
            result,
            sent: case.trace(),
            took: begin.elapsed(),
        }
    }

    fn has(&self, need: Need) -> bool {
        let Kit {
            settings,
            authority,
            term,
            ..
        } = &*self.kit;
        match need {
            Need::Authority => authority.is_some(),
            Need::Cookie => settings.cookie.is_some(),
            Need::CrossOrigin => settings.cross_origin.is_some(),
            Need::Lease => match settings.lease {
                LeaseMode::Auto => term.is_some(),
                LeaseMode::Off => false,
                LeaseMode::On => true,
            },
            Need::Origin => settings.origin.is_some(),
            Need::OtherCookie => settings.other_cookie.is_some(),
            Need::Recall => settings.recall_command.is_some(),
            Need::Record => !settings.is_stateless,
            Need::SecondInstance => settings.instances.len() > 1,
            Need::ShortTerm => settings.is_slow || term.is_none_or(|term| term <= SHORT_TERM),
            Need::TwoScopes => settings.scopes.len() > 1,
        }
    }

    fn reset(&self) {
        if let Some(authority) = &self.kit.authority {
            authority.reset();
        }
    }

    async fn reach(&self) -> Result<(), String> {
        let case = Case::new(Arc::clone(&self.kit));
        for (place, base) in self.kit.settings.instances.iter().enumerate() {
            let answer = case.revoke([]).at(place).send().await;
            if let Err(Fault::Failed { came, .. }) = answer {
                return Err(format!("{base} does not answer: {came}"));
            }
            if self.kit.settings.cookie.is_none() {
                continue;
            }
            let asked = case.token(&case.page(), "1").at(place).send().await;
            match asked.and_then(|answer| answer.granted()) {
                Ok(granted) => self.is_of_stand_in(base, &granted.token)?,
                Err(Fault::Failed { came: why, .. } | Fault::Skipped(why)) => {
                    return Err(format!(
                        "{base} gives no token to begin with, but answers {why}: do --cookie, \
                         --origin, --resource and --scope fit?"
                    ));
                }
            }
        }
        Ok(())
    }

    fn is_of_stand_in(&self, base: &str, token: &str) -> Result<(), String> {
        match &self.kit.authority {
            Some(authority) if !authority.is_alive(token) => Err(format!(
                "the tokens of {base} are not of the stand-in: start it with {} as the address \
                 of its authorization server",
                authority.origin()
            )),
            Some(_) | None => Ok(()),
        }
    }

    /// The term of the backend's leases.
    async fn term(&self) -> Option<Duration> {
        let settings = &self.kit.settings;
        if settings.lease == LeaseMode::Off || settings.cookie.is_none() {
            return None;
        }
        let case = Case::new(Arc::clone(&self.kit));
        let answer = case.lease(&case.page()).send().await.ok()?;
        let term = answer.object()?.get("term")?.as_f64()?;
        Duration::try_from_secs_f64(term).ok()
    }
}

/// The checks that `only` names, by name or theme, each with its theme; all if it names none.
pub fn selected(only: &[String]) -> Vec<(&'static str, &'static Check)> {
    let is_chosen = |theme: &Theme, check: &Check| {
        only.is_empty()
            || only
                .iter()
                .any(|name| name == theme.name || name == check.name)
    };
    let pairs = THEMES.iter().flat_map(|theme| {
        let of_theme = theme.checks.iter();
        of_theme.map(move |check| (theme, check))
    });
    pairs
        .filter(|(theme, check)| is_chosen(theme, check))
        .map(|(theme, check)| (theme.name, check))
        .collect()
}

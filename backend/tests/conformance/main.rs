//! Holds the kit itself to what it says: a backend that keeps the contract passes, and one
//! that breaks it in one place fails the rule that is about that, and no other.

#![expect(
    clippy::wildcard_enum_match_arm,
    reason = "a flaw is looked for by name, and all the others are as none"
)]

mod fake;
mod flaw;

use std::{
    collections::BTreeSet, error::Error, net::Ipv4Addr, path::Path, sync::Arc, time::Duration,
};

use downscope_backend::{
    conformance::{Authority, LeaseMode, Report, Runner, Settings, THEMES, selected},
    core::Secret,
};
use futures_util::{StreamExt as _, stream};
use tokio::sync::RwLock;

use fake::{COOKIES, Fake, ORIGIN, RESOURCE, SCOPES, SIBLING};
use flaw::Flaw;

type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// As many backends are looked at at once; they mostly wait.
const AT_ONCE: usize = 24;
/// And so many where a rule that takes long may be beside another one.
const FEW: usize = 6;
/// What takes long, and is looked at only where it is about that.
const COST: &str = "cost";
const LEASE: [&str; 2] = ["lease", "lease-end"];

/// Most of the time they wait, and do so together; but beside so many backends a term would
/// be over before its time.
static ALONE: RwLock<()> = RwLock::const_new(());

/// Holds a fake to these rules, by name or theme.
async fn report(
    flaw: Flaw,
    rules: &[String],
    are_strangers: bool,
    has_one: bool,
) -> Outcome<Report> {
    let directory = tempfile::tempdir()?;
    let recalls = directory.path().join("recalls");
    let authority = Authority::listen((Ipv4Addr::LOCALHOST, 0).into()).await?;
    let fake = Fake::start(authority.origin(), flaw, recalls.clone(), are_strangers).await?;
    let mut settings = settings(&fake, &recalls);
    if has_one {
        settings.instances.truncate(1);
    }
    if !selected(rules)
        .iter()
        .any(|(theme, _)| LEASE.contains(theme))
    {
        settings.lease = LeaseMode::Off;
    }
    let runner = Runner::begin(settings, Some(Arc::new(authority))).await?;
    Ok(runner.run(rules, |_| {}).await)
}

fn settings(fake: &Fake, recalls: &Path) -> Settings {
    let [cookie, other] = COOKIES.map(|cookie| Some(Secret::from(cookie.to_owned())));
    Settings {
        instances: fake.urls.clone(),
        cookie,
        other_cookie: other,
        origin: Some(ORIGIN.to_owned()),
        cross_origin: Some(SIBLING.to_owned()),
        resource: RESOURCE.to_owned(),
        scopes: SCOPES.map(str::to_owned).to_vec(),
        lease: LeaseMode::On,
        recall_command: Some(format!("echo \"$SESSION\" >> '{}'", recalls.display())),
        patience: Duration::from_secs(10),
        lookups_per_second: 80,
        flood: 10,
        least_term: Duration::from_secs(1),
        ..Settings::default()
    }
}

/// The themes for which it is so.
fn themes(is_so: impl Fn(&str) -> bool) -> Vec<String> {
    let names = THEMES.iter().map(|theme| theme.name);
    names
        .filter(|name| is_so(name))
        .map(str::to_owned)
        .collect()
}

fn of_cost(rules: &[&str]) -> bool {
    let mut cost = THEMES.iter().filter(|theme| theme.name == COST);
    cost.any(|theme| theme.checks.iter().any(|check| rules.contains(&check.name)))
}

/// What each flaw came to, where that is not what it should.
async fn surprises(flaws: &[(Flaw, &[&str])], are_of_lease: bool) -> Outcome<Vec<String>> {
    let all = stream::iter(flaws.iter().copied()).map(|(flaw, rules)| async move {
        let is_costly = of_cost(rules);
        let themes = themes(|name| {
            let is_of_lease = LEASE.contains(&name);
            is_of_lease == are_of_lease && (name != COST || is_costly)
        });
        let report = report(flaw, &themes, false, !are_of_lease).await?;
        let failed: BTreeSet<_> = report.failed().into_iter().collect();
        let expected: BTreeSet<_> = rules.iter().copied().collect();
        let is_expected = failed == expected;
        let details = report.outcomes.iter().filter(|one| one.has_failed());
        let details: Vec<_> = details.map(ToString::to_string).collect();
        Outcome::Ok((!is_expected).then(|| {
            let details = details.join("\n");
            format!("{flaw:?}: {expected:?} were to fail, {failed:?} did\n{details}")
        }))
    });
    let all: Vec<_> = all.buffer_unordered(AT_ONCE).collect().await;
    let mut surprises = Vec::new();
    for surprise in all {
        surprises.extend(surprise?);
    }
    Ok(surprises)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backend_that_keeps_the_contract_passes_every_check() -> Outcome {
    let _together = ALONE.read().await;
    let rules = THEMES.iter().flat_map(|theme| theme.checks);
    let reports = rules.map(|rule| async move {
        let rule = [rule.name.to_owned()];
        report(Flaw::None, &rule, false, false).await
    });
    let reports: Vec<_> = stream::iter(reports).buffer_unordered(FEW).collect().await;
    let mut surprises = Vec::new();
    for report in reports {
        let outcomes = report?.outcomes.into_iter();
        surprises.extend(outcomes.filter(|one| one.result.is_err()));
    }
    let surprises: Vec<_> = surprises.iter().map(ToString::to_string).collect();
    assert!(surprises.is_empty(), "{}", surprises.join("\n"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "dozens of backends at a time, for minutes, in terms that a busy machine overruns"]
async fn one_flaw_fails_the_rule_that_is_about_it_and_no_other() -> Outcome {
    let _alone = ALONE.write().await;
    let surprises = surprises(Flaw::ALL, false).await?;
    assert!(surprises.is_empty(), "{}", surprises.join("\n"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "dozens of backends at a time, for minutes, in terms that a busy machine overruns"]
async fn a_lease_with_a_flaw_fails_the_rule_that_is_about_it_and_no_other() -> Outcome {
    let _together = ALONE.read().await;
    let surprises = surprises(Flaw::OF_LEASES, true).await?;
    assert!(surprises.is_empty(), "{}", surprises.join("\n"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_have_any_file_passes_too() -> Outcome {
    let _together = ALONE.read().await;
    let themes = themes(|name| name == "token");
    let report = report(Flaw::TakesAnyLastSegment, &themes, false, true).await?;
    let failures = report.outcomes.iter().filter(|one| one.has_failed());
    let failures: Vec<_> = failures.map(ToString::to_string).collect();
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    Ok(())
}

#[tokio::test(flavor = "multi_thread")]
async fn instances_that_share_nothing_fail_what_is_about_instances() -> Outcome {
    let _together = ALONE.read().await;
    let themes = themes(|name| name == "instances");
    let report = report(Flaw::None, &themes, true, false).await?;
    let checks = THEMES.iter().filter(|theme| theme.name == "instances");
    let all: Vec<_> = checks.flat_map(|theme| theme.checks).collect();
    let all: Vec<_> = all.into_iter().map(|check| check.name).collect();
    assert_eq!(report.failed(), all);
    Ok(())
}

#[test]
fn every_rule_has_a_flaw_that_it_finds() {
    let flaws = [Flaw::ALL, Flaw::OF_LEASES].concat();
    let found: BTreeSet<_> = flaws.iter().flat_map(|(_, rules)| rules.iter()).collect();
    let of_flaws = THEMES.iter().filter(|theme| theme.name != "instances");
    let rules = of_flaws.flat_map(|theme| theme.checks);
    let rules: Vec<_> = rules.map(|check| check.name).collect();
    let missing: Vec<_> = rules.iter().filter(|rule| !found.contains(rule)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

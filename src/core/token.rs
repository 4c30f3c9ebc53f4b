//! A token as the core knows it: no characters, only its life.

use super::answer::{Issued, UNSTATED_LIFETIME};
use super::config::Config;
use super::names::Generation;
use super::random::Random;
use super::time::{Due, Millis, Moment};

/// Lives at least this long are refreshed by timer on a visible page even if
/// nobody used them since: 30 seconds. Shorter ones only if used, or an idle
/// page would ask the backend every few seconds.
const WORTH_KEEPING_WARM: Millis = Millis(30_000);

/// A held token and the three points of its life.
#[derive(Clone, Debug)]
pub(crate) struct Token {
    pub(crate) generation: Generation,
    /// When the request was sent: the life that the server grants began later.
    pub(crate) born: Moment,
    /// How long it is used and kept (`max_age` included).
    pub(crate) life: Millis,
    /// From here on a refresh runs behind the callers.
    pub(crate) refresh_at: Due,
    /// From here on it counts as expired.
    pub(crate) expired_at: Due,
    /// When the server ends it, which may be later: then it is revoked at the
    /// end of `life`, not just dropped. [`Due::NEVER`]: it does not say.
    pub(crate) ends_at: Due,
    /// Bytes that it takes to name it in a revoke request.
    pub(crate) weight: u32,
    /// Its passing of the refresh point has been told.
    pub(crate) told_expiring: bool,
}

impl Token {
    pub(crate) fn new(
        generation: Generation,
        born: Moment,
        issued: Issued,
        config: &Config,
        random: &mut Random,
    ) -> Self {
        let granted = issued.lifetime.unwrap_or(UNSTATED_LIFETIME);
        let life = config.max_age.map_or(granted, |most| most.min(granted));
        let margin = config.expiry_margin.min(life / 6);
        let lead = config.refresh_lead.max(config.expiry_margin).min(life / 3);
        // On the early side, so that none comes too late; and over so much of the time
        // that pages which were opened together have parted with their second token: the
        // spread is as wide as a token is used on average.
        let jitter = random.up_to((life - lead) * 2 / 3);
        Self {
            generation,
            born,
            life,
            refresh_at: born.after(life - lead - jitter),
            expired_at: born.after(life - margin),
            ends_at: issued
                .lifetime
                .map_or(Due::NEVER, |lifetime| born.after(lifetime)),
            weight: issued.weight,
            told_expiring: false,
        }
    }

    /// Whether it may be handed out for a use that needs it to live `min_ttl`
    /// longer (at most half of its life).
    pub(crate) fn is_usable(&self, min_ttl: Millis, now: Moment) -> bool {
        !self.expired_at.reached(now) && self.dead_at().remaining(now) >= min_ttl.min(self.life / 2)
    }

    /// End of its life.
    pub(crate) fn dead_at(&self) -> Due {
        self.born.after(self.life)
    }

    /// Whether the server lets it live beyond its use here.
    pub(crate) fn outlives(&self) -> bool {
        self.ends_at != self.dead_at()
    }

    pub(crate) fn is_worth_keeping_warm(&self) -> bool {
        self.life >= WORTH_KEEPING_WARM
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Moment = Moment(Millis(0));

    fn token(config: &Config, seconds: u64) -> Token {
        let issued = Issued {
            lifetime: Some(Millis::from_secs(seconds)),
            weight: 0,
        };
        Token::new(Generation(1), START, issued, config, &mut Random::new(9))
    }

    #[test]
    fn an_hour_long_token_is_refreshed_by_minute_50_and_expires_at_55() {
        let token = token(&Config::default(), 3600);
        let refresh = token.refresh_at.remaining(START);
        assert!(refresh <= Millis::from_secs(50 * 60));
        assert!(refresh >= Millis::from_secs(50 * 60 / 3));
        assert_eq!(
            token.expired_at.remaining(START),
            Millis::from_secs(55 * 60)
        );
    }

    #[test]
    fn a_minute_long_token_is_good_for_most_of_its_minute() {
        let token = token(&Config::default(), 60);
        assert!(token.refresh_at.remaining(START) >= Millis::from_secs(13));
        assert_eq!(token.expired_at.remaining(START), Millis::from_secs(50));
    }

    #[test]
    fn refreshes_are_spread_as_wide_as_a_token_is_used_on_average() {
        let mut random = Random::new(9);
        let issued = Issued {
            lifetime: Some(Millis::from_secs(3_600)),
            weight: 0,
        };
        let config = Config::default();
        let mut refresh = || {
            let token = Token::new(Generation(1), START, issued, &config, &mut random);
            token.refresh_at.remaining(START)
        };
        let all: Vec<_> = (0..1_000).map(|_| refresh()).collect();
        let sum = all.iter().fold(Millis(0), |sum, &one| sum + one);
        let (first, last) = (all.iter().min().unwrap(), all.iter().max().unwrap());
        let (mean, spread) = (sum / 1_000, *last - *first);
        assert!(
            spread > mean * 9 / 10 && spread < mean * 11 / 10,
            "{mean:?} {spread:?}"
        );
    }

    #[test]
    fn the_three_points_come_in_order_for_any_lifetime() {
        let mut config = Config::default();
        for (lead, margin) in [(600, 300), (0, 0), (0, 300), (86_400, 86_400)] {
            config.refresh_lead = Millis::from_secs(lead);
            config.expiry_margin = Millis::from_secs(margin);
            for seconds in [1, 2, 59, 60, 299, 600, 3600, 86_400, 2_592_000] {
                let token = token(&config, seconds);
                let refresh = token.refresh_at.remaining(START);
                let expired = token.expired_at.remaining(START);
                assert!(refresh <= expired && expired <= token.life);
                assert!(refresh >= token.life / 5, "{lead} {seconds}");
            }
        }
    }

    #[test]
    fn a_max_age_shortens_the_life_and_leaves_a_token_to_revoke() {
        let config = Config {
            max_age: Some(Millis::from_secs(300)),
            ..Config::default()
        };
        let long = token(&config, 3600);
        assert_eq!(long.life, Millis::from_secs(300));
        assert!(long.outlives());
        assert!(!token(&config, 60).outlives());
    }

    #[test]
    fn a_token_whose_life_is_not_stated_is_used_for_five_minutes_and_may_live_on() {
        let issued = Issued {
            lifetime: None,
            weight: 0,
        };
        let config = Config::default();
        let token = Token::new(Generation(1), START, issued, &config, &mut Random::new(9));
        assert_eq!(token.life, Millis::from_secs(300));
        assert!(token.outlives());
        assert_eq!(token.ends_at, Due::NEVER);
    }

    #[test]
    fn a_wish_for_more_life_than_half_is_capped() {
        let token = token(&Config::default(), 60);
        assert!(token.is_usable(Millis::from_secs(600), START));
        let later = Moment(Millis::from_secs(31));
        assert!(!token.is_usable(Millis::from_secs(600), later));
        assert!(token.is_usable(Millis::from_secs(10), later));
    }
}

//! Whether what was said is so, by the authorization server.

use super::{Answer, Authority, Case, Verdict, answer::Word, verdict::failed};

impl Case {
    /// Fails if the answer to a revoke says of any of these more than is true, now (204) or
    /// within the patience (202).
    pub(super) async fn keeps_its_word(&self, answer: &Answer, tokens: &[String]) -> Verdict<Word> {
        let authority = self.authority()?;
        let alive = authority.alive_of(tokens).len();
        let word = Word::try_from(answer)?;
        if word == Word::Dead && alive > 0 {
            let came = format!("204, and {alive} of {} are alive", tokens.len());
            return Err(failed("no 204 before everything named is dead", came));
        }
        if word == Word::TakenOver {
            self.all_die(tokens, "202 was answered").await?;
        }
        Ok(word)
    }

    /// Fails unless these die within the patience.
    pub(super) async fn all_die(&self, tokens: &[String], since: &str) -> Verdict {
        let authority = self.authority()?;
        if authority.until_dead(self.patience(), tokens).await {
            return Ok(());
        }
        let alive = authority.alive_of(tokens).len();
        let seconds = self.patience().as_secs();
        Err(failed(
            format!(
                "that all {} are dead within {seconds} s after {since}",
                tokens.len()
            ),
            format!("{alive} of {} are alive", tokens.len()),
        ))
    }

    /// Fails unless whatever was minted during this check dies within the patience.
    pub(super) async fn nothing_lives(&self, since: &str) -> Verdict {
        let authority = self.authority()?;
        if authority.until_nothing_lives(self.patience()).await {
            return Ok(());
        }
        let alive = authority.minted_and_alive().len();
        let seconds = self.patience().as_secs();
        Err(failed(
            format!("that nothing is alive {seconds} s after {since}"),
            format!(
                "{alive} of {} that were minted live",
                authority.minted().len()
            ),
        ))
    }

    /// Fails if a token was minted during this check, where that can be seen.
    pub(super) fn nothing_was_minted(&self) -> Verdict {
        match self.count_minted() {
            0 => Ok(()),
            count => Err(failed("that nothing is minted", format!("{count} tokens"))),
        }
    }

    /// How many tokens were minted during this check, as far as that can be seen.
    pub(super) fn count_minted(&self) -> usize {
        let minted = self.kit.authority.as_deref().map(Authority::minted);
        minted.map_or(0, |minted| minted.len())
    }
}

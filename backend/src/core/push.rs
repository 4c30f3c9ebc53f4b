//! What a page is told until it says that it has heard.
//!
//! An answer can be lost with its connection, and nobody notices: the page asks
//! again, as it would after one that it read. So each push has a name, its word,
//! which the page repeats in its next request.

use serde_json::{Value, json};

use super::recall::Recall;

/// A page of an SDK that knows no words never says that it has heard, and drops
/// its tokens at each repetition: soon that has to be taken for heard.
const MOST_REPETITIONS: u64 = 3;

/// What one answer says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Word {
    /// What to drop.
    pub recall: Recall,
    /// Names it. Random, so that no word of another instance or of before a
    /// restart is taken for it.
    pub word: String,
}

/// What was said to one page life and may not have been heard.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct Pushes {
    said: Option<(Word, u64)>,
}

impl Pushes {
    /// Reads what a store has kept. What cannot be read was never said.
    pub fn parse(text: &str) -> Self {
        let read = || {
            let value = serde_json::from_str::<Value>(text).ok()?;
            let word = Word {
                recall: Recall::parse(value.get("recall")?)?,
                word: value.get("word")?.as_str()?.to_owned(),
            };
            Some((word, value.get("left")?.as_u64()?))
        };
        Self { said: read() }
    }

    /// What a store keeps; empty for nothing.
    pub fn to_text(&self) -> String {
        self.said.as_ref().map_or_else(String::new, |(word, left)| {
            json!({ "recall": word.recall.to_json(), "word": word.word, "left": left }).to_string()
        })
    }

    /// What the next answer says: what is `new`, with what the page may have missed; or the
    /// latter alone, for as long as it is repeated. `heard` is the word that the page
    /// repeats, `fresh` names what is said for the first time.
    pub fn say(&mut self, heard: Option<&str>, new: Option<Recall>, fresh: &str) -> Option<Word> {
        let is_heard = |word: &Word| heard == Some(word.word.as_str());
        let missed = self.said.take().filter(|(word, _)| !is_heard(word));
        let (word, left) = match (missed, new) {
            (None, None) | (Some((_, 0)), None) => return None,
            (Some((word, left)), None) => (word, left - 1),
            (missed, Some(new)) => {
                let recall = match missed {
                    Some((word, _)) => word.recall.and(new),
                    None => new,
                };
                let word = fresh.to_owned();
                (Word { recall, word }, MOST_REPETITIONS)
            }
        };
        self.said = Some((word.clone(), left));
        Some(word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn requests(ids: &[&str]) -> Recall {
        Recall::Requests(ids.iter().map(|id| (*id).to_owned()).collect())
    }

    fn word(recall: Recall, word: &str) -> Option<Word> {
        let word = word.to_owned();
        Some(Word { recall, word })
    }

    #[test]
    fn a_push_is_said_until_it_is_heard() {
        let mut pushes = Pushes::default();
        assert_eq!(pushes.say(None, None, "a"), None);
        assert_eq!(
            pushes.say(None, Some(Recall::All), "b"),
            word(Recall::All, "b")
        );
        assert_eq!(pushes.say(None, None, "c"), word(Recall::All, "b"));
        assert_eq!(pushes.say(Some("a"), None, "d"), word(Recall::All, "b"));
        assert_eq!(pushes.say(Some("b"), None, "e"), None);
        assert_eq!(pushes.to_text(), "");
    }

    #[test]
    fn a_push_that_nobody_ever_hears_is_repeated_three_times() {
        let mut pushes = Pushes::default();
        pushes.say(None, Some(Recall::Stop), "a");
        let times = std::iter::from_fn(|| pushes.say(None, None, "b")).count();
        assert_eq!(times, 3);
        assert_eq!(pushes.say(None, None, "c"), None);
    }

    #[test]
    fn what_was_missed_is_said_with_what_is_new_and_by_a_new_word() {
        let mut pushes = Pushes::default();
        pushes.say(None, Some(requests(&["1"])), "a");
        let both = pushes.say(None, Some(requests(&["2"])), "b");
        assert_eq!(both, word(requests(&["1", "2"]), "b"));
        // Of the first word the page has had less than all.
        assert_eq!(pushes.say(Some("a"), None, "c"), both);
    }

    #[test]
    fn what_was_heard_is_not_said_with_what_is_new() {
        let mut pushes = Pushes::default();
        pushes.say(None, Some(Recall::All), "a");
        let next = pushes.say(Some("a"), Some(requests(&["7"])), "b");
        assert_eq!(next, word(requests(&["7"]), "b"));
    }

    #[test]
    fn what_a_store_keeps_reads_as_it_was_written() {
        let mut pushes = Pushes::default();
        assert_eq!(Pushes::parse(&pushes.to_text()), pushes);
        pushes.say(None, Some(requests(&["1"])), "a");
        assert_eq!(Pushes::parse(&pushes.to_text()), pushes);
        for text in ["", "{", "null", "{\"recall\":\"all\"}"] {
            assert_eq!(Pushes::parse(text), Pushes::default(), "{text}");
        }
    }
}

//! What a page is to be told to drop, until it says that it has heard.
//!
//! An answer can be lost with its connection, and nobody notices: the page asks
//! again, as it would after one that it read. So each push has a name, its word,
//! which the page repeats in its next request.

use crate::{contract::Recall, secret::Secret};

/// A page of an SDK that knows no words never says that it has heard, and drops
/// its tokens at each repetition: soon that has to be taken for heard.
const MOST_REPETITIONS: u8 = 3;

/// What one answer says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(in crate::contract) struct Push {
    pub(in crate::contract) recall: Recall,
    /// Names it. Random, so that no word of another instance or of before a
    /// restart is taken for it.
    pub(in crate::contract) word: String,
}

/// What one page life is to hear.
#[derive(Default)]
pub(super) struct Pushes {
    /// Said, and not known to be heard; with how often it may be repeated.
    said: Option<(Push, u8)>,
    /// Not yet said.
    new: Option<Recall>,
}

impl Pushes {
    /// Leaves word.
    pub(super) fn leave(&mut self, recall: Recall) {
        self.new = Some(match self.new.take() {
            Some(earlier) => earlier.and(recall),
            None => recall,
        });
    }

    /// The page has heard what `word` names.
    pub(super) fn heard(&mut self, word: &str) {
        self.said.take_if(|(push, _)| push.word == word);
    }

    /// What the next answer is to say: what is new, with what the page may have
    /// missed; or the latter, for as long as it is repeated.
    pub(super) fn say(&mut self) -> Option<Push> {
        let (push, repetitions) = match (self.said.take(), self.new.take()) {
            (None, None) | (Some((_, 0)), None) => return None,
            (Some((push, left)), None) => (push, left - 1),
            (None, Some(new)) => (Push::new(new), MOST_REPETITIONS),
            (Some((missed, _)), Some(new)) => (Push::new(missed.recall.and(new)), MOST_REPETITIONS),
        };
        self.said = Some((push.clone(), repetitions));
        Some(push)
    }
}

impl Push {
    fn new(recall: Recall) -> Self {
        let word = Secret::random().expose().to_owned();
        Self { recall, word }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn requests(ids: &[&str]) -> Recall {
        Recall::Requests(ids.iter().map(|id| (*id).to_owned()).collect())
    }

    fn said(pushes: &mut Pushes) -> Option<(Recall, String)> {
        pushes.say().map(|push| (push.recall, push.word))
    }

    #[test]
    fn a_push_is_said_until_it_is_heard() {
        let mut pushes = Pushes::default();
        assert_eq!(said(&mut pushes), None);
        pushes.leave(Recall::All);
        let first = said(&mut pushes);
        assert_eq!(first.as_ref().map(|(recall, _)| recall), Some(&Recall::All));
        assert_eq!(said(&mut pushes), first);
        pushes.heard("something else");
        assert_eq!(said(&mut pushes), first);
        let (_, word) = first.unwrap_or((Recall::All, String::new()));
        assert!((1..=64).contains(&word.len()));
        pushes.heard(&word);
        assert_eq!(said(&mut pushes), None);
    }

    #[test]
    fn a_push_that_nobody_ever_hears_is_repeated_three_times() {
        let mut pushes = Pushes::default();
        pushes.leave(Recall::Stop);
        let times = std::iter::from_fn(|| said(&mut pushes)).count();
        assert_eq!(times, 4);
        assert_eq!(said(&mut pushes), None);
    }

    #[test]
    fn what_was_missed_is_said_with_what_is_new_and_by_a_new_word() {
        let mut pushes = Pushes::default();
        pushes.leave(requests(&["1"]));
        pushes.leave(requests(&["2"]));
        let first = said(&mut pushes);
        pushes.leave(requests(&["3"]));
        let second = said(&mut pushes);
        let word = |said: &Option<(Recall, String)>| said.as_ref().map(|(_, word)| word.clone());
        assert_ne!(word(&first), word(&second));
        let recall = second.as_ref().map(|(recall, _)| recall.clone());
        assert_eq!(recall, Some(requests(&["1", "2", "3"])));
        // Of the first word the page has had less than all.
        pushes.heard(&word(&first).unwrap_or_default());
        assert_eq!(said(&mut pushes), second);
    }

    #[test]
    fn what_was_heard_is_not_said_with_what_is_new() {
        let mut pushes = Pushes::default();
        pushes.leave(Recall::All);
        let (_, word) = said(&mut pushes).unwrap_or((Recall::Stop, String::new()));
        pushes.leave(requests(&["7"]));
        pushes.heard(&word);
        let recall = said(&mut pushes).map(|(recall, _)| recall);
        assert_eq!(recall, Some(requests(&["7"])));
    }
}

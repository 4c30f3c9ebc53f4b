//! What one page has before it: a handful of events, in no order.

use crate::event::{Event, NEVER, Time};

/// Events to come.
#[derive(Debug, Default)]
pub(crate) struct Diary(Vec<(Time, Event)>);

impl Diary {
    pub(crate) fn put(&mut self, at: Time, event: Event) {
        self.0.push((at, event));
    }

    /// When the next one is.
    pub(crate) fn next_at(&self) -> Time {
        let times = self.0.iter().map(|&(at, _)| at);
        times.min().unwrap_or(NEVER)
    }

    /// The next one, if it is not after this.
    pub(crate) fn take(&mut self, now: Time) -> Option<Event> {
        let entries = self.0.iter().enumerate();
        let (place, &(at, _)) = entries.min_by_key(|&(_, entry)| *entry)?;
        (at <= now).then(|| self.0.swap_remove(place).1)
    }

    /// Lets each of them that would happen before `until` be decided on anew.
    pub(crate) fn put_off(&mut self, until: Time, mut anew: impl FnMut(Event) -> (Time, Event)) {
        for entry in &mut self.0 {
            if entry.0 < until {
                *entry = anew(entry.1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_come_in_the_order_of_their_time_and_none_before_it() {
        let mut diary = Diary::default();
        for (at, event) in [(7, Event::Call), (3, Event::Leave), (3, Event::Wake)] {
            diary.put(at, event);
        }
        assert_eq!((diary.next_at(), diary.take(2)), (3, None));
        let taken = [3, 3, 3, 9, 9].map(|now| diary.take(now));
        let expected = [Some(Event::Wake), Some(Event::Leave), None];
        assert_eq!(taken[..3], expected);
        assert_eq!(taken[3..], [Some(Event::Call), None]);
        assert_eq!(diary.next_at(), NEVER);
    }

    #[test]
    fn what_is_put_off_is_what_would_happen_before() {
        let mut diary = Diary::default();
        diary.put(3, Event::Call);
        diary.put(10, Event::Leave);
        diary.put_off(10, |event| (12, event));
        assert_eq!(diary.take(11), Some(Event::Leave));
        assert_eq!(diary.take(12), Some(Event::Call));
    }
}

//! What the page goes through.

use super::super::code::Code;
use super::super::input::Page;
use super::super::names::Generation;
use super::super::output::{Notice, Output, Reason};
use super::super::table::Cursor;
use super::super::time::Moment;
use super::Machine;

impl Machine {
    pub(super) fn page(&mut self, page: Page, now: Moment) {
        match page {
            Page::Hidden => self.hidden(),
            Page::Leaving { persisted, told } => self.leave(persisted, told),
            Page::Online => self.online(now),
            Page::Prerendering => self.life.away = true,
            Page::Shown => self.shown(now),
            Page::Visible => self.seen(now),
        }
    }

    /// Whether nothing is asked for until the page can be seen.
    pub(super) const fn rests_while_hidden(&self) -> bool {
        self.config.revoke_when_hidden && !self.life.visible
    }

    /// One revoke, once, and nothing kept: whether the page comes back cannot
    /// be known, and a cached page that is dropped gets no event.
    fn leave(&mut self, persisted: bool, told: Option<Generation>) {
        if self.life.away {
            return;
        }
        self.life.away = true;
        let reason = if persisted {
            Reason::BackForwardCache
        } else {
            Reason::Unload
        };
        self.end_page_life(reason, told);
    }

    /// A system that ends a hidden page says nothing, so this is the last event
    /// that is sure to come.
    fn hidden(&mut self) {
        self.life.visible = false;
        if self.rests_while_hidden() && !self.life.away {
            self.end_page_life(Reason::Hidden, None);
        }
        self.schedule_all();
    }

    fn end_page_life(&mut self, reason: Reason, told: Option<Generation>) {
        let mut endings = Vec::new();
        let mut affected = Vec::new();
        let mut all = Cursor::default();
        while let Some(id) = self.grants.next(&mut all) {
            if self.take_endings(id, &mut endings) {
                affected.push(id);
            }
        }
        self.say_farewell(reason, told);
        let open = endings.iter().filter(|one| one.is_open);
        self.abort(open.map(|one| one.generation).collect());
        self.lease = self.lease.of_the_next_page_life();
        self.emit(Output::RenewSession);
        self.schedule_all();
        // Last: listeners are the app's code, and the revoke must not wait for it.
        for id in affected {
            self.notify(id, Notice::Revoked(reason));
        }
    }

    /// Starts empty. A new page life owes nothing to the refusals of the old
    /// one: the user may have signed in elsewhere meanwhile.
    fn shown(&mut self, now: Moment) {
        if !self.life.away {
            return;
        }
        self.life.away = false;
        self.life.halted = false;
        let mut all = Cursor::default();
        while let Some(id) = self.grants.next(&mut all) {
            let Some(grant) = self.grants.get_mut(id) else {
                continue;
            };
            grant.begin_anew();
            for waiter in &mut grant.waiters {
                waiter.due = now.after(waiter.timeout);
            }
            self.request_if_used(id, now);
        }
        self.schedule_all();
    }

    fn seen(&mut self, now: Moment) {
        self.life.visible = true;
        if self.life.away {
            return;
        }
        self.look_at_the_clock(now);
        if self.config.revoke_when_hidden {
            let mut all = Cursor::default();
            while let Some(id) = self.grants.next(&mut all) {
                self.request_if_used(id, now);
            }
        }
    }

    fn online(&mut self, now: Moment) {
        let mut all = Cursor::default();
        while let Some(id) = self.grants.next(&mut all) {
            let grant = self.grants.get_mut(id);
            if let Some(trouble) = grant.and_then(|grant| grant.trouble.as_mut())
                && trouble
                    .error
                    .is_some_and(|error| matches!(error.code, Code::Network | Code::Timeout))
            {
                // What is planned for earlier is not put off.
                trouble.retry_at = trouble.retry_at.earliest(trouble.retry_floor);
                trouble.refresh_at = trouble.retry_at;
            }
        }
        self.lease.retry_at_once(now);
        if !self.life.away {
            self.look_at_the_clock(now);
        }
    }
}

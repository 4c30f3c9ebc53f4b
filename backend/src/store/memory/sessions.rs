//! Page lives: whose they are, and what is recalled from them.

use super::state::{Lease, OwnerKey, Stage, State};
use crate::core::{Limits, Owner, Reason, Recall, RecallOp, RecallScope};

impl State {
    /// Whose the page life is, if not `owner`'s.
    pub(super) fn stranger_to(&self, session: &str, owner: &Owner) -> Option<Owner> {
        let own = self.sessions.get(session)?.owner.as_ref()?;
        (own.sign_in != owner.sign_in).then(|| own.clone())
    }

    /// It is `owner`'s from now on. What was minted for another one ends.
    pub(super) fn adopt(&mut self, name: &str, owner: &Owner) {
        let session = self.sessions.entry(name.to_owned());
        let is_new = matches!(session, std::collections::hash_map::Entry::Vacant(_));
        let session = session.or_default();
        let former = session.owner.replace(owner.clone());
        let Some(former) = former else {
            if !is_new {
                self.strangers = self.strangers.saturating_sub(1);
            }
            self.own(name, owner);
            return;
        };
        if former.sign_in == owner.sign_in {
            self.disown(name, former);
            self.own(name, owner);
            return;
        }
        let word = Recall::All.to_json().to_string();
        let lease = session.lease.take();
        let ends_at = lease.as_ref().map(|lease| lease.ends_at);
        // Whatever it was told was the former's; all that it has was so too.
        session.lease = lease.map(|lease| Lease {
            said: String::new(),
            recalls: vec![word],
            version: lease.version + 1,
            ..lease
        });
        if ends_at.is_some() {
            self.count_lease(&former.sign_in, false);
            self.count_lease(&owner.sign_in, true);
            self.tell(name);
        }
        self.disown(name, former);
        self.own(name, owner);
        self.end_all(name, Reason::Logout);
    }

    /// Makes due, or withdraws, what was or is being minted for it. The answer is how
    /// much became due.
    pub(super) fn end_all(&mut self, name: &str, reason: Reason) -> u32 {
        let ids = self.sessions.get(name).map(|one| &one.ids);
        let keys: Vec<_> = ids
            .into_iter()
            .flatten()
            .map(|(_, key)| key.clone())
            .collect();
        self.end_each(keys, reason)
    }

    fn end_each(&mut self, keys: Vec<String>, reason: Reason) -> u32 {
        let minting = Limits::default().minting;
        let was_live = |state: &Self, key: &str| {
            let record = state.records.get(key);
            record.is_some_and(|record| record.stage == Stage::Live)
        };
        let mut due = 0;
        for key in keys {
            due += u32::from(was_live(self, &key));
            self.end(&key, Some(reason), minting);
        }
        due
    }

    pub(super) fn recall(&mut self, op: &RecallOp) -> u64 {
        let of = |key: OwnerKey| self.by_owner.get(&key).into_iter().flatten().cloned();
        let sessions: Vec<String> = match &op.scope {
            RecallScope::All => {
                let users = self.by_owner.iter();
                let users = users.filter(|(key, _)| matches!(key, OwnerKey::User(_)));
                users
                    .flat_map(|(_, sessions)| sessions.iter().cloned())
                    .collect()
            }
            RecallScope::Session(name) => vec![name.clone()],
            RecallScope::SignIn(name) => of(OwnerKey::SignIn(name.clone())).collect(),
            RecallScope::User(name) => of(OwnerKey::User(name.clone())).collect(),
        };
        let text = op.recall.to_json().to_string();
        let mut due = 0;
        for name in sessions {
            let Some(session) = self.sessions.get_mut(&name) else {
                continue;
            };
            let is_meant = |id: &String| match &op.recall {
                Recall::Requests(ids) => ids.contains(id),
                Recall::All | Recall::Stop => true,
            };
            let keys = session.ids.iter().filter(|(id, _)| is_meant(id));
            let keys = keys.map(|(_, key)| key.clone()).collect();
            if let Some(lease) = &mut session.lease {
                lease.recalls.push(text.clone());
                lease.version += 1;
                self.tell(&name);
            }
            due += u64::from(self.end_each(keys, op.reason));
        }
        due
    }
}

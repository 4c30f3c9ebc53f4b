//! Grants by name and by number.

use super::grant::Grant;
use super::key::GrantKey;
use super::names::GrantId;

/// How far a walk through a table has come.
#[derive(Default)]
pub(crate) struct Cursor(u32);

/// Constant-time access by [`GrantId`], sorted access by [`GrantKey`].
#[derive(Debug, Default)]
pub(crate) struct Table {
    /// Boxed: a list that grows is copied, and WebAssembly never gives back the
    /// memory of the copy.
    slots: Vec<Option<(u32, Box<Grant>)>>,
    free: Vec<u32>,
    /// Occupied slots, sorted by the key of their grant.
    sorted: Vec<u32>,
    serials: u32,
    /// Counts uses, for the choice of the least recently used grant.
    uses: u32,
}

impl Table {
    pub(crate) fn len(&self) -> usize {
        self.sorted.len()
    }

    #[inline(never)]
    pub(crate) fn get(&self, id: GrantId) -> Option<&Grant> {
        match self.slots.get(id.slot as usize) {
            Some(Some((serial, grant))) if *serial == id.serial => Some(grant),
            _ => None,
        }
    }

    #[inline(never)]
    pub(crate) fn get_mut(&mut self, id: GrantId) -> Option<&mut Grant> {
        match self.slots.get_mut(id.slot as usize) {
            Some(Some((serial, grant))) if *serial == id.serial => Some(grant),
            _ => None,
        }
    }

    /// The grant, which is used now.
    pub(crate) fn touch(&mut self, id: GrantId) -> Option<&mut Grant> {
        self.uses = self.uses.wrapping_add(1);
        let uses = self.uses;
        let grant = self.get_mut(id)?;
        grant.last_used = uses;
        Some(grant)
    }

    /// The least recently used grant that nobody waits for.
    pub(crate) fn least_used(&self) -> Option<GrantId> {
        let mut least: Option<(u32, GrantId)> = None;
        let mut all = Cursor::default();
        while let Some(id) = self.next(&mut all) {
            if let Some(grant) = self.get(id)
                && grant.waiters.is_empty()
                && least.is_none_or(|(last_used, _)| grant.last_used < last_used)
            {
                least = Some((grant.last_used, id));
            }
        }
        least.map(|(_, id)| id)
    }

    pub(crate) fn find(&self, key: &GrantKey) -> Option<GrantId> {
        let place = self.place(key).ok()?;
        self.id_at(*self.sorted.get(place)?)
    }

    /// The next grant, in the order of the slots; what happens to the table meanwhile
    /// does no harm.
    #[inline(never)]
    pub(crate) fn next(&self, cursor: &mut Cursor) -> Option<GrantId> {
        while (cursor.0 as usize) < self.slots.len() {
            let slot = cursor.0;
            cursor.0 += 1;
            if let Some(id) = self.id_at(slot) {
                return Some(id);
            }
        }
        None
    }

    /// The key must not be in the table yet.
    pub(crate) fn insert(&mut self, grant: Grant) -> GrantId {
        self.serials = self.serials.wrapping_add(1);
        let serial = self.serials;
        let place = self.place(&grant.key).unwrap_or_else(|place| place);
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            self.slots.len() as u32 - 1
        });
        self.slots[slot as usize] = Some((serial, Box::new(grant)));
        self.sorted.insert(place, slot);
        GrantId { slot, serial }
    }

    pub(crate) fn remove(&mut self, id: GrantId) -> Option<Grant> {
        let place = self.place(&self.get(id)?.key).ok()?;
        self.sorted.remove(place);
        self.free.push(id.slot);
        self.slots[id.slot as usize].take().map(|(_, grant)| *grant)
    }

    fn id_at(&self, slot: u32) -> Option<GrantId> {
        let (serial, _) = self.slots.get(slot as usize)?.as_ref()?;
        Some(GrantId {
            slot,
            serial: *serial,
        })
    }

    fn place(&self, key: &GrantKey) -> Result<usize, usize> {
        self.sorted.binary_search_by(|&slot| {
            self.slots[slot as usize]
                .as_ref()
                .map_or(std::cmp::Ordering::Less, |(_, grant)| grant.key.cmp(key))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::pace::Name;
    use super::*;

    fn grant(scope: &str) -> Grant {
        let key = GrantKey::new(None, [scope.to_owned()]).unwrap();
        let name = Name::new("", &key);
        Grant::new(key, name)
    }

    #[test]
    fn a_grant_is_found_by_its_key() {
        let mut table = Table::default();
        let ids: Vec<_> = ["c", "a", "b"]
            .into_iter()
            .map(|scope| table.insert(grant(scope)))
            .collect();
        assert_eq!(table.find(&grant("c").key), Some(ids[0]));
        assert_eq!(table.find(&grant("b").key), Some(ids[2]));
        assert_eq!(table.find(&grant("d").key), None);
    }

    #[test]
    fn the_name_of_a_removed_grant_never_means_another() {
        let mut table = Table::default();
        let old = table.insert(grant("a"));
        assert!(table.remove(old).is_some());
        let new = table.insert(grant("b"));
        assert!(table.get(old).is_none());
        assert!(table.remove(old).is_none());
        assert!(table.get(new).is_some());
        assert_eq!(table.len(), 1);
    }

    #[test]
    fn numbers_that_name_nothing_find_nothing() {
        let mut table = Table::default();
        table.insert(grant("a"));
        for number in [0.0, -1.0, f64::NAN, f64::INFINITY, 5e300] {
            assert!(table.get(GrantId::from_number(number)).is_none());
        }
    }
}

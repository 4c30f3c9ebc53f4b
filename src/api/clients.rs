//! The clients that are open, by number.

use std::cell::{Cell, RefCell};
use std::mem::ManuallyDrop;
use std::rc::Rc;

use crate::browser::Shell;

type Clients = Vec<(u32, Rc<Shell>)>;

thread_local! {
    /// Never dropped, since a page has no end that could drop it: which saves
    /// the bookkeeping of a destructor.
    static CLIENTS: ManuallyDrop<RefCell<Clients>> =
        const { ManuallyDrop::new(RefCell::new(Vec::new())) };
    static NUMBERS: Cell<u32> = const { Cell::new(0) };
}

/// Gives the client a number that no other one ever has.
pub(super) fn add(client: Rc<Shell>) -> u32 {
    let number = NUMBERS.get().wrapping_add(1);
    NUMBERS.set(number);
    CLIENTS.with(|clients| clients.borrow_mut().push((number, client)));
    number
}

pub(super) fn client(number: u32) -> Option<Rc<Shell>> {
    CLIENTS.with(|clients| {
        let clients = clients.borrow();
        let found = clients.iter().find(|(one, _)| *one == number);
        found.map(|(_, client)| client.clone())
    })
}

pub(super) fn remove(number: u32) -> Option<Rc<Shell>> {
    CLIENTS.with(|clients| {
        let mut clients = clients.borrow_mut();
        let place = clients.iter().position(|(one, _)| *one == number)?;
        Some(clients.swap_remove(place).1)
    })
}

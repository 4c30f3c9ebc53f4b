//! The clients that are open, by number.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::browser::Shell;

thread_local! {
    static CLIENTS: RefCell<Vec<(u32, Rc<Shell>)>> = const { RefCell::new(Vec::new()) };
    static NUMBERS: Cell<u32> = const { Cell::new(0) };
}

/// Gives the client a number that no other one ever has.
pub(super) fn add(client: Rc<Shell>) -> u32 {
    let number = NUMBERS.get().wrapping_add(1);
    NUMBERS.set(number);
    CLIENTS.with_borrow_mut(|clients| clients.push((number, client)));
    number
}

pub(super) fn client(number: u32) -> Option<Rc<Shell>> {
    CLIENTS.with_borrow(|clients| {
        let found = clients.iter().find(|(one, _)| *one == number);
        found.map(|(_, client)| client.clone())
    })
}

pub(super) fn remove(number: u32) -> Option<Rc<Shell>> {
    CLIENTS.with_borrow_mut(|clients| {
        let place = clients.iter().position(|(one, _)| *one == number)?;
        Some(clients.swap_remove(place).1)
    })
}

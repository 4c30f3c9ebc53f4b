//! What can still be reached, by calls or by address, and removal of the rest.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use anyhow::{Context, Result, bail};
use walrus::ir::{Instr, InstrSeq, Value, Visitor, dfs_in_order};
use walrus::{
    ConstExpr, Data, DataKind, ElementItems, ExportItem, FunctionId, FunctionKind, GlobalKind,
    Module,
};

use super::links::{Item, Links, operand};
use super::names::Names;

pub(super) struct Reach<'links> {
    links: &'links Links,
    /// What was reached, and from where; from nowhere, if it is a root.
    from: BTreeMap<Item, Option<Item>>,
}

impl<'links> Reach<'links> {
    /// `ignoring` functions ignore their arguments: those are not looked at.
    pub(super) fn of(
        module: &Module,
        links: &'links Links,
        ignoring: &BTreeSet<FunctionId>,
    ) -> Self {
        let mut open = roots(module, links);
        let mut from: BTreeMap<_, _> = open.iter().map(|root| (*root, None)).collect();
        while let Some(item) = open.pop() {
            for next in references(module, links, ignoring, item) {
                from.entry(next).or_insert_with(|| {
                    open.push(next);
                    Some(item)
                });
            }
        }
        Self { links, from }
    }

    /// How a function is reached, if it is.
    pub(super) fn path_to(&self, function: FunctionId, names: &Names) -> Option<String> {
        let mut item = Item::Function(function);
        let mut from = self.from.get(&item)?;
        let mut path = vec![self.show(item, names)];
        while let Some(next) = from {
            item = *next;
            path.push(self.show(item, names));
            from = self.from.get(&item)?;
        }
        path.reverse();
        Some(path.join(" > "))
    }

    /// Clears data that were not reached, and removes the functions. Their
    /// places in the function table go to `filler`, as no others may move.
    pub(super) fn remove_the_rest(&self, module: &mut Module, filler: FunctionId) -> Result<()> {
        for element in module.elements.iter_mut() {
            let ElementItems::Functions(functions) = &mut element.items else {
                bail!("the function table is not a plain list");
            };
            for function in functions {
                if !self.from.contains_key(&Item::Function(*function)) {
                    *function = filler;
                }
            }
        }

        let unused = self.unused_addresses();
        let segments: Vec<_> = module.data.iter().map(Data::id).collect();
        for segment in segments {
            let segment = module.data.get_mut(segment);
            let DataKind::Active { offset, .. } = &segment.kind else {
                bail!("a data segment has no fixed address");
            };
            let start = constant(offset).context("a data segment has no fixed address")?;
            for (address, byte) in (start..).zip(&mut segment.value) {
                if unused.contains(&address) {
                    *byte = 0;
                }
            }
        }
        walrus::passes::gc::run(module);
        Ok(())
    }

    /// Of constants and variables that were not reached, where they share no
    /// bytes with one that was.
    fn unused_addresses(&self) -> BTreeSet<u32> {
        let (used, unused): (Vec<_>, Vec<_>) = self
            .links
            .data
            .iter()
            .enumerate()
            .partition(|(place, _)| self.from.contains_key(&Item::Data(*place)));
        let addresses = |data: Vec<(usize, &Range<u32>)>| -> BTreeSet<u32> {
            data.into_iter()
                .flat_map(|(_, range)| range.clone())
                .collect()
        };
        &addresses(unused) - &addresses(used)
    }

    fn show(&self, item: Item, names: &Names) -> String {
        match item {
            Item::Function(function) => names.show(function).to_owned(),
            Item::Data(place) => {
                let data = self.links.data.get(place).cloned().unwrap_or_default();
                format!("(data at {})", data.start)
            }
        }
    }
}

/// What can be called, or looked at, from outside of the module.
fn roots(module: &Module, links: &Links) -> Vec<Item> {
    let mut roots: Vec<_> = module.start.into_iter().map(Item::Function).collect();
    for export in module.exports.iter() {
        if let ExportItem::Function(function) = export.item {
            roots.push(Item::Function(function));
        }
    }
    // Addresses, such as those that wasm-bindgen has the linker export.
    for global in module.globals.iter().filter(|global| !global.mutable) {
        if let GlobalKind::Local(value) = &global.kind
            && let Some(address) = constant(value)
        {
            let found = links.data.iter().enumerate();
            let found = found.filter(|(_, data)| data.contains(&address));
            roots.extend(found.map(|(place, _)| Item::Data(place)));
        }
    }
    roots
}

fn constant(value: &ConstExpr) -> Option<u32> {
    if let ConstExpr::Value(Value::I32(value)) = value {
        Some(value.cast_unsigned())
    } else {
        None
    }
}

fn references(
    module: &Module,
    links: &Links,
    ignoring: &BTreeSet<FunctionId>,
    item: Item,
) -> Vec<Item> {
    match item {
        Item::Function(function) => {
            let FunctionKind::Local(local) = &module.funcs.get(function).kind else {
                return Vec::new();
            };
            let mut visitor = References {
                module,
                links,
                ignoring,
                found: Vec::new(),
            };
            dfs_in_order(&mut visitor, local, local.entry_block());
            visitor.found
        }
        Item::Data(place) => {
            let data = links.data.get(place).cloned().unwrap_or_default();
            let words = links.words.range(data);
            words.map(|(_, item)| *item).collect()
        }
    }
}

struct References<'module> {
    module: &'module Module,
    links: &'module Links,
    ignoring: &'module BTreeSet<FunctionId>,
    found: Vec<Item>,
}

impl<'module> Visitor<'module> for References<'module> {
    fn visit_function_id(&mut self, function: &FunctionId) {
        self.found.push(Item::Function(*function));
    }

    fn start_instr_seq(&mut self, sequence: &'module InstrSeq) {
        let mut ignored = 0;
        // Backwards: what is pushed for a call comes right before it.
        for (instruction, location) in sequence.instrs.iter().rev() {
            if let Instr::Call(call) = instruction
                && self.ignoring.contains(&call.func)
            {
                let ty = self.module.funcs.get(call.func).ty();
                ignored = self.module.types.get(ty).params().len();
                continue;
            }
            if ignored > 0 && matches!(instruction, Instr::Const(_) | Instr::LocalGet(_)) {
                ignored -= 1;
                continue;
            }
            ignored = 0;
            if let Some(offset) = operand(instruction, *location) {
                self.found.extend(self.links.operands.get(&offset));
            }
        }
    }
}

//! Takes the wording of panics out of the WebAssembly.
//!
//! Nobody gets to see a panic's message: the hook of `src/api/hooks.rs` ignores
//! it, for it could quote anything. Yet the standard library, which comes
//! compiled, words one for each panic: much of `core::fmt`, texts, the paths of
//! sources. Here its functions that panic get a body that calls the hook and
//! traps, and what nothing refers to any more goes: a panic does what it did
//! before, but in silence. (Running out of memory, which by itself calls no hook,
//! ends the same way.)
//!
//! It is linking done once more, and follows what the linker knows, not what
//! code looks like. A function that gets another body must be one that never
//! returns; formatting that can still be reached is an error, and so is a name
//! that does not exist any more.

mod body;
mod links;
mod names;
mod reach;

use std::path::Path;

use anyhow::{Result, bail};
use walrus::Module;

use crate::files::{read, write};
use crate::step::step;
use body::Body;
use links::Links;
use names::Names;
use reach::Reach;

/// What the panic hook calls.
const HOOK: &str = "downscope::api::hooks::panicked";
/// Has nothing to do once the hook is called by its name.
const SET_HOOK: &str = "std::panicking::set_hook";
/// Where all panics and all failed allocations of the standard library meet.
const FUNNELS: [&str; 2] = ["core::panicking::panic_fmt", "std::alloc::rust_oom"];
/// What a panic formats its message with.
const FORMATTER: &str = "core::fmt::write";

/// `compiled` comes from the linker, told to keep relocations and names.
pub(crate) fn silence(compiled: &Path, silent: &Path) -> Result<()> {
    step("take the wording of panics out", || {
        let wasm = read(compiled)?;
        let mut module = Module::from_buffer(&wasm)?;
        let links = Links::read(&wasm, &module)?;
        silence_module(&mut module, &links)?;
        write(silent, module.emit_wasm())
    })
}

/// Takes out what the linker was told to leave for [`silence`], where that is not done.
pub(crate) fn drop_links(compiled: &Path) -> Result<()> {
    let mut module = Module::from_buffer(&read(compiled)?)?;
    links::remove(&mut module);
    write(compiled, module.emit_wasm())
}

fn silence_module(module: &mut Module, links: &Links) -> Result<()> {
    let names = Names::of(module);
    for expected in FUNNELS.into_iter().chain([FORMATTER]) {
        names.find(expected)?;
    }
    let set_hook = names.find(SET_HOOK)?;
    let panic = body::add_panic(module, names.find(HOOK)?)?;

    let mut replaced = names.which(names::panics);
    for function in &replaced {
        body::refuse_return(module, &names, *function)?;
        body::replace(module, &names, *function, Body::Panic(panic))?;
    }
    body::replace(module, &names, set_hook, Body::Nothing)?;
    replaced.insert(set_hook);

    let reach = Reach::of(module, links, &replaced);
    for function in names.which(names::formats) {
        if let Some(path) = reach.path_to(function, &names) {
            bail!("formatting is still needed: {path}");
        }
    }
    reach.remove_the_rest(module, panic)?;
    links::remove(module);
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;
    use links::Item;
    use walrus::ir::{Instr, InstrSeq, Value, Visitor, dfs_in_order};
    use walrus::{ConstExpr, DataKind, ElementItems, ElementKind, FunctionBuilder};
    use walrus::{FunctionId, InstrSeqBuilder, RefType, ValType};

    const GET: &str = "downscope::api::get";
    const FAIL: &str = "core::slice::index::slice_index_fail";
    const DISPLAY: &str = "<u32 as core::fmt::Display>::fmt";

    const MEMORY: u32 = 1024;
    const LOCATION: i32 = 1024;
    const VTABLE: i32 = 1028;
    const ANSWER: i32 = 1032;

    #[test]
    fn what_panics_calls_the_hook_and_traps() -> Result<()> {
        let (mut module, links) = sample(|_| Ok(()))?;

        silence_module(&mut module, &links)?;

        assert_eq!(calls(&module, GET)?, [FAIL]);
        assert_eq!(calls(&module, FAIL)?, ["panic"]);
        assert_eq!(calls(&module, "panic")?, [HOOK]);
        assert_eq!(calls(&module, HOOK)?, ["on_panic"]);
        let names = Names::of(&module);
        for trapping in [FAIL, "panic"] {
            body::refuse_return(&module, &names, names.find(trapping)?)?;
        }
        Ok(())
    }

    #[test]
    fn functions_that_only_panics_need_go_from_the_table_too() -> Result<()> {
        let (mut module, links) = sample(|_| Ok(()))?;

        silence_module(&mut module, &links)?;

        let left = module.funcs.iter().filter_map(|it| it.name.as_deref());
        assert_eq!(
            left.collect::<BTreeSet<_>>(),
            BTreeSet::from([GET, FAIL, HOOK, SET_HOOK, "panic", "on_panic"])
        );
        Ok(())
    }

    #[test]
    fn data_that_only_panics_need_are_cleared_in_their_place() -> Result<()> {
        let (mut module, links) = sample(|_| Ok(()))?;

        silence_module(&mut module, &links)?;

        let data = module.data.iter().next().map(|data| data.value.as_slice());
        assert_eq!(data, Some(b"\0\0\0\0\0\0\0\0\x2a\0\0\0".as_slice()));
        Ok(())
    }

    #[test]
    fn nothing_is_left_to_do_where_the_hook_is_set() -> Result<()> {
        let (mut module, links) = sample(|_| Ok(()))?;

        silence_module(&mut module, &links)?;

        assert!(calls(&module, SET_HOOK)?.is_empty());
        Ok(())
    }

    #[test]
    fn formatting_that_is_still_called_is_an_error_that_tells_by_whom() -> Result<()> {
        let (mut module, links) = sample(|module| {
            let write = Names::of(module).find(FORMATTER)?;
            let shown = add(module, "downscope::api::shown", &[], &[], |body| {
                body.call(write);
            });
            module.exports.add("shown", shown);
            Ok(())
        })?;

        assert_eq!(
            silence_error(&mut module, &links)?,
            "formatting is still needed: downscope::api::shown > core::fmt::write"
        );
        Ok(())
    }

    #[test]
    fn formatting_that_is_only_referred_to_is_an_error_too() -> Result<()> {
        let (mut module, links) = sample(|module| {
            let shown = add(module, "downscope::api::shown", &[], &[], |body| {
                body.i32_const(VTABLE).drop();
            });
            module.exports.add("shown", shown);
            Ok(())
        })?;

        let error = silence_error(&mut module, &links)?;

        assert!(
            error.ends_with(
                "downscope::api::shown > (data at 1028) > <u32 as core::fmt::Display>::fmt"
            ),
            "{error}"
        );
        Ok(())
    }

    #[test]
    fn a_function_that_may_return_is_not_taken_for_a_panic() -> Result<()> {
        let returns: [fn(&mut InstrSeqBuilder<'_>); 3] = [
            |_| {},
            |body| {
                body.i32_const(0).if_else(
                    None,
                    |then| {
                        then.return_();
                    },
                    |_| {},
                );
                body.unreachable();
            },
            |body| {
                let out = body.id();
                body.i32_const(0).br_if(out).unreachable();
            },
        ];
        for body in returns {
            let (mut module, links) = sample(|module| {
                add(module, "core::option::expect_failed", &[], &[], body);
                Ok(())
            })?;

            let error = silence_error(&mut module, &links)?;

            assert!(error.contains("expect_failed may return"), "{error}");
        }
        Ok(())
    }

    #[test]
    fn a_name_that_does_not_exist_any_more_is_an_error() -> Result<()> {
        for name in [HOOK, SET_HOOK, FORMATTER].into_iter().chain(FUNNELS) {
            let (mut module, links) = sample(|_| Ok(()))?;
            let function = Names::of(&module).find(name)?;
            module.funcs.get_mut(function).name = Some("renamed".to_owned());

            let error = silence_error(&mut module, &links)?;

            assert!(error.contains(name), "{error}");
        }
        Ok(())
    }

    /// A module as it is linked, in small: `get` is exported, reads a number
    /// and panics with a message that `Display`, in the table, would word.
    fn sample(more: impl FnOnce(&mut Module) -> Result<()>) -> Result<(Module, Links)> {
        let mut module = Module::default();
        let nothing = module.types.add(&[], &[]);
        let (on_panic, _) = module.add_import_func("./glue_bg.js", "on_panic", nothing);
        module.funcs.get_mut(on_panic).name = Some("on_panic".to_owned());
        add(&mut module, HOOK, &[], &[], |body| {
            body.call(on_panic);
        });

        let write = add(&mut module, FORMATTER, &[], &[], |_| {});
        let pointers = [ValType::I32, ValType::I32];
        let display = add(&mut module, DISPLAY, &pointers, &[ValType::I32], |body| {
            body.call(write).i32_const(0);
        });
        let panic_fmt = add(&mut module, FUNNELS[0], &[], &[], |body| {
            body.call(write).unreachable();
        });
        add(&mut module, FUNNELS[1], &[], &[], |body| {
            body.unreachable();
        });
        let fail = add(&mut module, FAIL, &[ValType::I32], &[], |body| {
            body.i32_const(VTABLE).drop().call(panic_fmt).unreachable();
        });
        let set_hook = add(&mut module, SET_HOOK, &[], &[], |body| {
            body.call(panic_fmt);
        });
        module.exports.add("start", set_hook);
        let get = add(&mut module, GET, &[], &[], |body| {
            body.i32_const(ANSWER).drop();
            body.i32_const(LOCATION).call(fail).unreachable();
        });
        module.exports.add("get", get);

        let table = module.tables.add_local(false, 1, None, RefType::FUNCREF);
        let offset = ConstExpr::Value(Value::I32(0));
        let kind = ElementKind::Active { table, offset };
        let displays = ElementItems::Functions(vec![display]);
        let element = module.elements.add(kind, displays);
        module.tables.get_mut(table).elem_segments.insert(element);
        module.exports.add("table", table);

        let memory = module.memories.add_local(false, false, 1, None, None);
        let offset = ConstExpr::Value(Value::I32(MEMORY.cast_signed()));
        let kind = DataKind::Active { memory, offset };
        let data = module.data.add(kind, b"here\x01\0\0\0\x2a\0\0\0".to_vec());
        module.memories.get_mut(memory).data_segments.insert(data);

        more(&mut module)?;
        let module = Module::from_buffer(&module.emit_wasm())?;
        let links = link(&module)?;
        Ok((module, links))
    }

    /// What the linker would know: each constant that is the address of a word
    /// of the memory means that word.
    fn link(module: &Module) -> Result<Links> {
        let addresses = [LOCATION, VTABLE, ANSWER];
        let mut operands = Operands {
            addresses,
            found: BTreeMap::new(),
        };
        for (_, function) in module.funcs.iter_local() {
            dfs_in_order(&mut operands, function, function.entry_block());
        }
        let words = addresses.map(|address| address.cast_unsigned()..address.cast_unsigned() + 4);
        let display = Item::Function(Names::of(module).find(DISPLAY)?);
        Ok(Links {
            data: words.into(),
            operands: operands.found,
            words: [(VTABLE.cast_unsigned(), display)].into(),
        })
    }

    struct Operands {
        addresses: [i32; 3],
        found: BTreeMap<usize, Item>,
    }

    impl<'module> Visitor<'module> for Operands {
        fn start_instr_seq(&mut self, sequence: &'module InstrSeq) {
            for (instruction, location) in &sequence.instrs {
                let Instr::Const(constant) = instruction else {
                    continue;
                };
                let mut addresses = self.addresses.iter();
                let place = addresses
                    .position(|it| matches!(constant.value, Value::I32(value) if value == *it));
                let offset = links::operand(instruction, *location);
                self.found.extend(offset.zip(place.map(Item::Data)));
            }
        }
    }

    fn add(
        module: &mut Module,
        name: &str,
        takes: &[ValType],
        gives: &[ValType],
        body: impl FnOnce(&mut InstrSeqBuilder<'_>),
    ) -> FunctionId {
        let mut builder = FunctionBuilder::new(&mut module.types, takes, gives);
        builder.name(name.to_owned());
        body(&mut builder.func_body());
        let arguments = takes.iter().map(|ty| module.locals.add(*ty)).collect();
        builder.finish(arguments, &mut module.funcs)
    }

    fn calls<'module>(module: &'module Module, name: &str) -> Result<Vec<&'module str>> {
        let function = module.funcs.get(Names::of(module).find(name)?);
        let function = function.kind.unwrap_local();
        let mut callees = Callees(Vec::new());
        dfs_in_order(&mut callees, function, function.entry_block());
        let callees = callees.0.into_iter();
        Ok(callees
            .filter_map(|callee| module.funcs.get(callee).name.as_deref())
            .collect())
    }

    struct Callees(Vec<FunctionId>);

    impl Visitor<'_> for Callees {
        fn visit_function_id(&mut self, function: &FunctionId) {
            self.0.push(*function);
        }
    }

    fn silence_error(module: &mut Module, links: &Links) -> Result<String> {
        match silence_module(module, links) {
            Ok(()) => bail!("this was expected to fail"),
            Err(error) => Ok(error.to_string()),
        }
    }
}

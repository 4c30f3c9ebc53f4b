//! The bodies of functions: which may return, and what others get.

use anyhow::{Result, bail, ensure};
use walrus::ir::{Br, BrIf, BrTable, InstrSeqId, Return, ReturnCall, ReturnCallIndirect};
use walrus::ir::{UnaryOp, Value, Visitor, dfs_in_order};
use walrus::{ConstExpr, FunctionBuilder, FunctionId, FunctionKind, Module, ValType};

use super::names::Names;

/// Adds a function that calls the hook and traps. A panic inside of the hook
/// only traps, as the standard library has it.
pub(super) fn add_panic(module: &mut Module, hook: FunctionId) -> Result<FunctionId> {
    let ty = module.types.get(module.funcs.get(hook).ty());
    ensure!(
        ty.params().is_empty() && ty.results().is_empty(),
        "the panic hook takes or gives something"
    );
    let no = ConstExpr::Value(Value::I32(0));
    let in_hook = module.globals.add_local(ValType::I32, true, false, no);

    let mut panic = FunctionBuilder::new(&mut module.types, &[], &[]);
    panic.name("panic".to_owned());
    panic
        .func_body()
        .global_get(in_hook)
        .unop(UnaryOp::I32Eqz)
        .if_else(
            None,
            |first| {
                first.i32_const(1).global_set(in_hook);
                first.call(hook);
                first.i32_const(0).global_set(in_hook);
            },
            |_| {},
        )
        .unreachable();
    Ok(panic.finish(Vec::new(), &mut module.funcs))
}

#[derive(Clone, Copy)]
pub(super) enum Body {
    Nothing,
    Panic(FunctionId),
}

/// Gives a function another body, and keeps what it takes and gives.
pub(super) fn replace(
    module: &mut Module,
    names: &Names,
    function: FunctionId,
    body: Body,
) -> Result<()> {
    let ty = module.types.get(module.funcs.get(function).ty());
    let (takes, gives) = (ty.params().to_vec(), ty.results().to_vec());
    let mut builder = FunctionBuilder::new(&mut module.types, &takes, &gives);
    match body {
        Body::Nothing => ensure!(gives.is_empty(), "{} gives something", names.show(function)),
        Body::Panic(panic) => {
            builder.func_body().call(panic).unreachable();
        }
    }
    let arguments = takes.into_iter().map(|ty| module.locals.add(ty)).collect();
    module.funcs.get_mut(function).kind = FunctionKind::Local(builder.local_func(arguments));
    Ok(())
}

/// Fails if a function may return.
pub(super) fn refuse_return(module: &Module, names: &Names, function: FunctionId) -> Result<()> {
    let FunctionKind::Local(local) = &module.funcs.get(function).kind else {
        bail!("{} is imported", names.show(function));
    };
    let mut exits = Exits {
        body: local.entry_block(),
        found: false,
    };
    dfs_in_order(&mut exits, local, local.entry_block());
    let last = local.block(local.entry_block()).instrs.last();
    let falls_through = !last.is_some_and(|(last, _)| last.is_unreachable());
    ensure!(
        !exits.found && !falls_through,
        "{} may return, so it is no panic",
        names.show(function)
    );
    Ok(())
}

/// Finds the ways out of a function, except the one at its end.
struct Exits {
    body: InstrSeqId,
    found: bool,
}

impl Visitor<'_> for Exits {
    fn visit_return(&mut self, _: &Return) {
        self.found = true;
    }

    fn visit_return_call(&mut self, _: &ReturnCall) {
        self.found = true;
    }

    fn visit_return_call_indirect(&mut self, _: &ReturnCallIndirect) {
        self.found = true;
    }

    fn visit_br(&mut self, branch: &Br) {
        self.found |= branch.block == self.body;
    }

    fn visit_br_if(&mut self, branch: &BrIf) {
        self.found |= branch.block == self.body;
    }

    fn visit_br_table(&mut self, branch: &BrTable) {
        self.found |= branch.default == self.body || branch.blocks.contains(&self.body);
    }
}

//! What the linker knows: which operands of code, and which words of memory,
//! are the address of something.
//!
//! The linker writes it down when told `--emit-relocs`, as
//! [tool-conventions](https://github.com/WebAssembly/tool-conventions/blob/main/Linking.md) has it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use anyhow::{Context, Result, bail};
use walrus::ir::{Instr, InstrLocId, Visitor, dfs_in_order};
use walrus::{Function, FunctionId, Module};
use wasmparser::{
    BinaryReader, DataKind, Linking, Operator, Parser, Payload, RelocSectionReader, RelocationType,
    SymbolInfo,
};

/// Something that has an address: in the function table, or in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Item {
    Function(FunctionId),
    /// A place in [`Links::data`].
    Data(usize),
}

#[derive(Debug, Default)]
pub(super) struct Links {
    /// The addresses of each constant and variable.
    pub(super) data: Vec<Range<u32>>,
    /// What the operand at an offset in the file is the address of.
    pub(super) operands: BTreeMap<usize, Item>,
    /// What the word at an address in memory is the address of.
    pub(super) words: BTreeMap<u32, Item>,
}

const LINKING: &str = "linking";
const OF_CODE: &str = "reloc.CODE";
const OF_DATA: &str = "reloc.DATA";

const ADDRESSES_IN_CODE: [RelocationType; 3] = [
    RelocationType::TableIndexSleb,
    RelocationType::MemoryAddrLeb,
    RelocationType::MemoryAddrSleb,
];
const ADDRESSES_IN_DATA: [RelocationType; 2] =
    [RelocationType::TableIndexI32, RelocationType::MemoryAddrI32];
/// Instructions that name what they mean, as calls do.
const NO_ADDRESSES: [RelocationType; 4] = [
    RelocationType::FunctionIndexLeb,
    RelocationType::TypeIndexLeb,
    RelocationType::GlobalIndexLeb,
    RelocationType::TableNumberLeb,
];

/// Takes out what no longer holds once the module is changed.
pub(super) fn remove(module: &mut Module) {
    for section in [LINKING, OF_CODE, OF_DATA] {
        module.customs.remove_raw(section);
    }
}

impl Links {
    /// `module` is `wasm` parsed, and not changed yet.
    pub(super) fn read(wasm: &[u8], module: &Module) -> Result<Self> {
        let sections = Sections::read(wasm)?;
        let mut links = Self::default();
        let symbols = links.read_symbols(&sections, module)?;

        for (offset, kind, symbol) in relocations(sections.of_code.clone(), OF_CODE)? {
            if NO_ADDRESSES.contains(&kind) {
                continue;
            }
            if !ADDRESSES_IN_CODE.contains(&kind) {
                bail!("code is relocated by {kind:?}");
            }
            if let Some(item) = item(&symbols, symbol)? {
                links.operands.insert(sections.code + offset, item);
            }
        }
        for (offset, kind, symbol) in relocations(sections.of_data.clone(), OF_DATA)? {
            if !ADDRESSES_IN_DATA.contains(&kind) {
                bail!("data are relocated by {kind:?}");
            }
            let address = sections.address(sections.data + offset)?;
            if let Some(item) = item(&symbols, symbol)? {
                links.words.insert(address, item);
            }
        }
        links.check_operands(module)?;
        Ok(links)
    }

    /// Each operand must be met again in the parsed module.
    fn check_operands(&self, module: &Module) -> Result<()> {
        let mut met = Operands(BTreeSet::new());
        for (_, function) in module.funcs.iter_local() {
            dfs_in_order(&mut met, function, function.entry_block());
        }
        match self.operands.keys().find(|offset| !met.0.contains(offset)) {
            Some(offset) => bail!("no instruction has the operand at {offset:#x}"),
            None => Ok(()),
        }
    }

    fn read_symbols(&mut self, sections: &Sections, module: &Module) -> Result<Vec<Option<Item>>> {
        let functions: Vec<_> = module.funcs.iter().map(Function::id).collect();
        let linking = sections.linking.clone();
        let linking = linking.context("the linker was not told to keep relocations")?;
        let mut symbols = Vec::new();
        for subsection in wasmparser::LinkingSectionReader::new(linking)?.subsections() {
            let Linking::SymbolTable(table) = subsection? else {
                continue;
            };
            for symbol in table {
                symbols.push(match symbol? {
                    SymbolInfo::Func { index, .. } => {
                        let function = functions.get(usize::try_from(index)?);
                        Some(Item::Function(*function.context("no such function")?))
                    }
                    SymbolInfo::Data {
                        symbol: Some(symbol),
                        ..
                    } => {
                        let segment = sections.segments.get(usize::try_from(symbol.index)?);
                        let start = segment.context("no such segment")?.address + symbol.offset;
                        self.data.push(start..start + symbol.size);
                        Some(Item::Data(self.data.len() - 1))
                    }
                    SymbolInfo::Data { symbol: None, .. }
                    | SymbolInfo::Global { .. }
                    | SymbolInfo::Section { .. }
                    | SymbolInfo::Event { .. }
                    | SymbolInfo::Table { .. } => None,
                });
            }
        }
        Ok(symbols)
    }
}

/// Where in the file an instruction has the operand that may be an address.
pub(super) fn operand(instruction: &Instr, location: InstrLocId) -> Option<usize> {
    if location.is_default() {
        return None;
    }
    let start = usize::try_from(location.data()).ok()?;
    if matches!(instruction, Instr::Const(_)) {
        Some(start + 1)
    } else if matches!(instruction, Instr::Load(_) | Instr::Store(_)) {
        // The alignment comes first.
        Some(start + 2)
    } else {
        None
    }
}

struct Operands(BTreeSet<usize>);

impl Visitor<'_> for Operands {
    fn visit_instr(&mut self, instruction: &Instr, location: &InstrLocId) {
        self.0.extend(operand(instruction, *location));
    }
}

fn item(symbols: &[Option<Item>], symbol: u32) -> Result<Option<Item>> {
    let item = symbols.get(usize::try_from(symbol)?);
    item.copied().context("a relocation has no symbol")
}

fn relocations(
    section: Option<BinaryReader<'_>>,
    name: &str,
) -> Result<Vec<(usize, RelocationType, u32)>> {
    let section = section.with_context(|| format!("there is no section {name}"))?;
    let mut relocations = Vec::new();
    for entry in RelocSectionReader::new(section)?.entries() {
        let entry = entry?;
        relocations.push((usize::try_from(entry.offset)?, entry.ty, entry.index));
    }
    Ok(relocations)
}

/// Where the sections lie in the file.
#[derive(Default)]
struct Sections<'wasm> {
    code: usize,
    data: usize,
    segments: Vec<Segment>,
    linking: Option<BinaryReader<'wasm>>,
    of_code: Option<BinaryReader<'wasm>>,
    of_data: Option<BinaryReader<'wasm>>,
}

struct Segment {
    address: u32,
    bytes: Range<usize>,
}

impl<'wasm> Sections<'wasm> {
    fn read(wasm: &'wasm [u8]) -> Result<Self> {
        let mut sections = Self::default();
        for payload in Parser::new(0).parse_all(wasm) {
            let payload = payload?;
            if let Payload::CodeSectionStart { range, .. } = payload {
                sections.code = range.start;
            } else if let Payload::DataSection(data) = payload {
                sections.data = data.range().start;
                for segment in data {
                    let segment = segment?;
                    sections.segments.push(Segment {
                        address: address(&segment.kind)?,
                        bytes: segment.range.end - segment.data.len()..segment.range.end,
                    });
                }
            } else if let Payload::CustomSection(custom) = payload {
                let reader = BinaryReader::new(custom.data(), custom.data_offset());
                match custom.name() {
                    LINKING => sections.linking = Some(reader),
                    OF_CODE => sections.of_code = Some(reader),
                    OF_DATA => sections.of_data = Some(reader),
                    _ => {}
                }
            }
        }
        Ok(sections)
    }

    /// Where a byte of the file ends up in memory.
    fn address(&self, offset: usize) -> Result<u32> {
        let mut segments = self.segments.iter();
        let segment = segments.find(|segment| segment.bytes.contains(&offset));
        let segment = segment.context("a relocation lies outside of the data")?;
        Ok(segment.address + u32::try_from(offset - segment.bytes.start)?)
    }
}

fn address(kind: &DataKind<'_>) -> Result<u32> {
    if let DataKind::Active { offset_expr, .. } = kind
        && let Operator::I32Const { value } = offset_expr.get_operators_reader().read()?
    {
        return Ok(value.cast_unsigned());
    }
    bail!("a data segment has no fixed address")
}

#[cfg(test)]
mod tests {
    use super::*;
    use walrus::ir::Value;
    use walrus::{ConstExpr, FunctionBuilder};

    /// As in LLVM's `WasmRelocs.def`.
    const MEMORY_ADDRESS_IN_CODE: u8 = 4;
    const TABLE_INDEX_IN_DATA: u8 = 2;

    #[test]
    fn operands_and_words_that_are_addresses_are_told() -> Result<()> {
        let (wasm, operand) = sample(0)?;
        let module = Module::from_buffer(&wasm)?;

        let links = Links::read(&wasm, &module)?;

        let function = module.funcs.iter().next().map(Function::id);
        let function = function.context("the sample has a function")?;
        assert_eq!(links.data, [1024..1028, 1028..1032]);
        assert_eq!(links.operands, [(operand, Item::Data(0))].into());
        assert_eq!(links.words, [(1028, Item::Function(function))].into());
        Ok(())
    }

    #[test]
    fn an_operand_that_no_instruction_has_is_an_error() -> Result<()> {
        let (wasm, operand) = sample(1)?;

        let error = error(&wasm)?;

        assert!(error.ends_with(&format!("{:#x}", operand + 1)), "{error}");
        Ok(())
    }

    #[test]
    fn a_module_whose_relocations_are_gone_is_an_error() -> Result<()> {
        let (wasm, _) = sample(0)?;
        let mut module = Module::from_buffer(&wasm)?;
        remove(&mut module);

        let error = error(&module.emit_wasm())?;

        assert!(error.contains("not told to keep relocations"), "{error}");
        Ok(())
    }

    /// A function with an address for its operand, and where that is; in memory,
    /// four bytes and then the address of the function. The relocation of the
    /// operand is `off` by some bytes.
    fn sample(off: usize) -> Result<(Vec<u8>, usize)> {
        let mut module = Module::default();
        let mut function = FunctionBuilder::new(&mut module.types, &[], &[]);
        function.func_body().i32_const(1024).drop();
        let function = function.finish(Vec::new(), &mut module.funcs);
        module.exports.add("function", function);
        let memory = module.memories.add_local(false, false, 1, None, None);
        module.data.add(
            walrus::DataKind::Active {
                memory,
                offset: ConstExpr::Value(Value::I32(1024)),
            },
            b"here\x01\0\0\0".to_vec(),
        );
        let mut wasm = module.emit_wasm();

        let sections = Sections::read(&wasm)?;
        let mut operands = Operands(BTreeSet::new());
        for (_, function) in Module::from_buffer(&wasm)?.funcs.iter_local() {
            dfs_in_order(&mut operands, function, function.entry_block());
        }
        let operand = operands
            .0
            .pop_first()
            .context("the sample has an operand")?;
        let in_code = u8::try_from(operand + off - sections.code)?;
        let segment = sections.segments.first().context("the sample has data")?;
        let in_data = u8::try_from(segment.bytes.start + 4 - sections.data)?;

        // Kind, flags, name, and for data: segment, offset, size.
        let bytes = [1, 0, 1, b'a', 0, 0, 4];
        let word = [1, 0, 1, b'b', 0, 4, 4];
        let function = [0, 0, 0, 1, b'f'];
        let symbols = [&[3], bytes.as_slice(), &word, &function].concat();
        let size = u8::try_from(symbols.len())?;
        wasm.extend(custom(
            LINKING,
            &[&[2, 8, size], symbols.as_slice()].concat(),
        )?);
        // Section, count; kind, offset, symbol, addend.
        let code = [0, 1, MEMORY_ADDRESS_IN_CODE, in_code, 0, 0];
        wasm.extend(custom(OF_CODE, &code)?);
        wasm.extend(custom(OF_DATA, &[0, 1, TABLE_INDEX_IN_DATA, in_data, 2])?);
        Ok((wasm, operand))
    }

    fn custom(name: &str, content: &[u8]) -> Result<Vec<u8>> {
        let name = [&[u8::try_from(name.len())?], name.as_bytes()].concat();
        let size = u8::try_from(name.len() + content.len())?;
        Ok([&[0, size], name.as_slice(), content].concat())
    }

    fn error(wasm: &[u8]) -> Result<String> {
        match Links::read(wasm, &Module::from_buffer(wasm)?) {
            Ok(_) => bail!("this was expected to fail"),
            Err(error) => Ok(error.to_string()),
        }
    }
}

//! The names of what crosses from WebAssembly as a number, for the facade.
//!
//! They are spelled in the core and nowhere else.

use std::path::Path;

use anyhow::Result;
use downscope::core::policy::Refusal;
use downscope::core::{Code, Notice, Status};
use serde_json::to_string;

use crate::files::write;

/// Each list is in the order of the numbers.
pub(super) fn name(module: &Path) -> Result<()> {
    let codes = Code::ALL.map(|code| (code.as_str(), code.message(), code.is_retryable()));
    write(
        module,
        format!(
            "// @ts-check\n\
             /** @type {{[code: import('./index.js').TokenErrorCode, message: string, retryable: boolean][]}} */\n\
             export const codes = {};\n\
             export const notices = {};\n\
             /** @type {{import('./index.js').GrantState['status'][]}} */\n\
             export const statuses = {};\n",
            to_string(&codes)?,
            to_string(&Notice::NAMES)?,
            to_string(&Status::NAMES)?,
        ),
    )
}

/// What a keeper refuses for, in the order of the numbers.
pub(super) fn name_refusals(module: &Path) -> Result<()> {
    let names = to_string(&Refusal::NAMES)?;
    write(
        module,
        format!("// @ts-check\nexport const refusals = {names};\n"),
    )
}

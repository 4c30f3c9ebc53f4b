//! What TypeScript says: of the hand-written facade, and of apps that use the
//! package.

use anyhow::Result;

use super::context::Context;
use crate::build::Places;
use crate::files::{copy_directory, copy_file, empty_directory, sorted_entries};
use crate::step::run;

/// The facade against its own declarations and against the glue that
/// wasm-bindgen made for it.
pub(super) fn check_facade(context: &Context<'_>) -> Result<()> {
    context.packed()?;
    let workspace = context.workspace;
    let directory = workspace.target("facade");
    empty_directory(&directory)?;
    copy_directory(&workspace.path("pkg-template"), &directory)?;
    let places = Places::published(workspace);
    for generated in [
        places.bindings.join("glue.d.ts"),
        places.made.join("inline.js"),
        places.made.join("names.js"),
        places.made.join("keeper-inline.js"),
        places.made.join("keeper-names.js"),
    ] {
        if let Some(name) = generated.file_name() {
            copy_file(&generated, &directory.join(name))?;
        }
    }
    let configuration = directory.join("tsconfig.json");
    copy_file(&workspace.path("tests/package/facade.json"), &configuration)?;
    copy_file(
        &places.policy.join("policy.d.ts"),
        &directory.join("keeper-glue.d.ts"),
    )?;
    let mut tsc = workspace.npm_tool("tsc");
    run("tsc, the facade", tsc.arg("--project").arg(configuration))?;
    Ok(())
}

/// What an app may write and must not write, against the installed package, in
/// every configuration of `tests/package/types`.
pub(super) fn check_apps(context: &Context<'_>) -> Result<()> {
    let directory = context.app()?.directory().join("types");
    empty_directory(&directory)?;
    copy_directory(&context.workspace.path("tests/package/types"), &directory)?;
    for file in sorted_entries(&directory)? {
        if file
            .extension()
            .is_some_and(|extension| extension == "json")
        {
            let name = file.file_stem().unwrap_or_default().display();
            let mut tsc = context.workspace.npm_tool("tsc");
            run(
                &format!("tsc, an app with {name}"),
                tsc.arg("--project").arg(&file),
            )?;
        }
    }
    Ok(())
}

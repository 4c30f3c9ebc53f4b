//! The bill of materials of an npm package, as CycloneDX 1.6 in JSON.
//!
//! Written here and not by cargo-cyclonedx. That describes a crate by `cargo metadata`, whose
//! features are those of the whole workspace together: it would name crates that this
//! WebAssembly has not been compiled with. And its subject is a crate; what is published is an
//! npm package around one, with the standard library in it. There is neither a time nor a random
//! number in it: the same sources give the same bytes.

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::tree::Id;
use super::{Compiled, Crate};

/// The npm package that it is about.
pub(crate) struct Subject<'a> {
    /// Its `package.json`.
    pub(crate) manifest: &'a Value,
    /// Of its tarball.
    pub(crate) sha256: &'a str,
}

pub(crate) fn sbom(subject: &Subject<'_>, compiled: &Compiled) -> Result<Value> {
    let (package, reference) = package(subject)?;
    let standard = standard(&compiled.rust);
    let mut components: Vec<_> = compiled.crates.iter().map(component).collect();
    let mut dependencies = vec![json!({
        "ref": reference,
        "dependsOn": [purl(&compiled.root)],
    })];
    for one in &compiled.crates {
        let needs = one.needs.iter().map(purl).map(Value::from);
        let needs: Vec<_> = needs.chain([standard["bom-ref"].clone()]).collect();
        dependencies.push(json!({ "ref": purl(&one.id), "dependsOn": needs }));
    }
    dependencies.push(json!({ "ref": standard["bom-ref"] }));
    components.push(standard);
    Ok(json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": { "component": package },
        "components": components,
        "dependencies": dependencies,
    }))
}

/// The package, and how the rest refers to it.
fn package(subject: &Subject<'_>) -> Result<(Value, String)> {
    let said = |key: &str| {
        let text = subject.manifest[key].as_str();
        text.with_context(|| format!("package.json has no {key}"))
    };
    for key in ["dependencies", "optionalDependencies"] {
        if let Some(all) = subject.manifest[key].as_object()
            && !all.is_empty()
        {
            bail!("the bill of materials knows nothing of {key} in package.json");
        }
    }
    let (name, version) = (said("name")?, said("version")?);
    let reference = format!("pkg:npm/{name}@{version}");
    let package = json!({
        "type": "library",
        "bom-ref": reference,
        "name": name,
        "version": version,
        "description": said("description")?,
        "licenses": [{ "expression": said("license")? }],
        "purl": reference,
        "hashes": [{ "alg": "SHA-256", "content": subject.sha256 }],
    });
    Ok((package, reference))
}

fn component(one: &Crate) -> Value {
    let purl = purl(&one.id);
    let mut component = json!({
        "type": "library",
        "bom-ref": purl,
        "name": one.id.name,
        "version": one.id.version,
        "scope": "required",
        "licenses": [{ "expression": one.licence }],
        "purl": purl,
    });
    if let Some(checksum) = &one.checksum {
        component["hashes"] = json!([{ "alg": "SHA-256", "content": checksum }]);
    }
    component
}

fn standard(version: &str) -> Value {
    let reference = format!("pkg:generic/rust-std@{version}");
    json!({
        "type": "library",
        "bom-ref": reference,
        "name": "rust-std",
        "version": version,
        "description": "The standard library of Rust, as rustup installs it for wasm32-unknown-unknown.",
        "scope": "required",
        "licenses": [{ "expression": "MIT OR Apache-2.0" }],
        "purl": reference,
    })
}

fn purl(id: &Id) -> String {
    // A plus sign stands for a blank there.
    let version = id.version.replace('+', "%2B");
    format!("pkg:cargo/{}@{version}", id.name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn compiled() -> Compiled {
        let one = |name: &str, checksum: Option<&str>, needs: &[&str]| Crate {
            id: Id::new(name, "1.0.0"),
            licence: "MIT".to_owned(),
            authors: Vec::new(),
            directory: "/".into(),
            checksum: checksum.map(str::to_owned),
            needs: needs.iter().map(|name| Id::new(name, "1.0.0")).collect(),
        };
        Compiled {
            root: Id::new("app", "1.0.0"),
            crates: vec![one("app", None, &["slab"]), one("slab", Some("ab"), &[])],
            rust: "1.95.0".to_owned(),
        }
    }

    fn manifest() -> Value {
        json!({ "name": "app", "version": "1.0.0", "description": "It.", "license": "MIT" })
    }

    fn made(manifest: &Value) -> Result<Value> {
        let subject = Subject {
            manifest,
            sha256: "cd",
        };
        sbom(&subject, &compiled())
    }

    #[test]
    fn whatever_is_referred_to_is_a_component() -> Result<()> {
        let made = made(&manifest())?;
        let components = made["components"].as_array().context("a list")?;
        let mut known: Vec<_> = components.iter().map(|one| &one["bom-ref"]).collect();
        known.push(&made["metadata"]["component"]["bom-ref"]);
        let dependencies = made["dependencies"].as_array().context("a list")?;
        assert_eq!(dependencies.len(), known.len());
        for one in dependencies {
            assert!(known.contains(&&one["ref"]), "{one}");
            let needs = one["dependsOn"].as_array();
            for needed in needs.into_iter().flatten() {
                assert!(known.contains(&needed), "{needed}");
            }
        }
        Ok(())
    }

    #[test]
    fn a_crate_of_the_registry_has_its_hash_and_the_package_that_of_its_tarball() -> Result<()> {
        let made = made(&manifest())?;
        let hash = |of: &Value| of["hashes"][0]["content"].clone();
        assert_eq!(hash(&made["metadata"]["component"]), "cd");
        assert_eq!(hash(&made["components"][0]), Value::Null);
        assert_eq!(hash(&made["components"][1]), "ab");
        Ok(())
    }

    #[test]
    fn dependencies_of_the_npm_package_are_not_passed_over() {
        let mut manifest = manifest();
        manifest["dependencies"] = json!({});
        assert!(made(&manifest).is_ok());
        manifest["dependencies"] = json!({ "left": "1.0.0" });
        assert!(made(&manifest).is_err());
    }

    #[test]
    fn a_plus_in_a_version_is_written_as_purl_wants_it() {
        let id = Id::new("toml", "0.9.12+spec-1.1.0");
        assert_eq!(purl(&id), "pkg:cargo/toml@0.9.12%2Bspec-1.1.0");
    }
}

//! Holds requests and answers against `contract/openapi.yaml`.
//!
//! It knows the keywords that the document uses and fails on any other, so that
//! nothing in the document goes unchecked in silence.

use std::{collections::BTreeMap, sync::LazyLock};

use regex_lite::Regex;
use serde_json::{Map, Value, json};

use super::Answer;

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| {
    let text = include_str!("../../../../../contract/openapi.yaml");
    serde_norway::from_str(text).expect("the document is YAML")
});

/// Keywords that say nothing about what is valid.
const ANNOTATIONS: [&str; 4] = ["description", "examples", "format", "title"];

pub(crate) fn check(path: &str, answer: &Answer) {
    let status = answer.status.as_str();
    let declared = DOCUMENT["paths"][path]["post"]["responses"].get(status);
    let declared = resolve(declared.unwrap_or_else(|| panic!("{path}: {status} is not declared")));
    for (name, header) in object(declared, "headers") {
        let header = resolve(header);
        match answer.header(name) {
            Some(value) => expect_valid(&json!(value), &header["schema"], name),
            None => assert_ne!(header["required"], true, "{path} {status}: no {name}"),
        }
    }
    let contents = object(declared, "content");
    if contents.is_empty() {
        assert!(
            answer.body.is_empty(),
            "{path} {status}: a body that is not declared"
        );
        return;
    }
    let media_type = answer.header("content-type").unwrap_or_default();
    let content = contents
        .get(media_type)
        .unwrap_or_else(|| panic!("{path} {status}: {media_type:?} is not declared"));
    expect_valid(
        &answer.json(),
        &content["schema"],
        &format!("{path} {status}"),
    );
}

pub(crate) fn check_token_request(request: &Value) {
    let content = &DOCUMENT["paths"]["/api/token"]["post"]["requestBody"]["content"];
    expect_valid(
        request,
        &content["application/json"]["schema"],
        "token request",
    );
}

pub(crate) fn check_lease_request(request: &Value) {
    let content = &DOCUMENT["paths"]["/api/lease"]["post"]["requestBody"]["content"];
    expect_valid(
        request,
        &content["application/json"]["schema"],
        "lease request",
    );
}

pub(crate) fn check_revoke_request(form: &[(&str, &str)]) {
    let mut request: BTreeMap<&str, Value> = BTreeMap::new();
    for (name, value) in form {
        if !matches!(*name, "token" | "handle" | "pending") {
            request.insert(name, json!(value));
        } else if let Value::Array(values) = request.entry(name).or_insert_with(|| json!([])) {
            values.push(json!(value));
        }
    }
    let content = &DOCUMENT["paths"]["/api/revoke"]["post"]["requestBody"]["content"];
    let schema = &content["application/x-www-form-urlencoded"]["schema"];
    expect_valid(&json!(request), schema, "revoke request");
}

/// The statuses that the document declares for a path.
pub(crate) fn statuses(path: &str) -> Vec<String> {
    let responses = object(&DOCUMENT["paths"][path]["post"], "responses");
    responses.keys().cloned().collect()
}

/// Every example in the document, with the schema that it is an example of.
pub(crate) fn examples() -> Vec<(Value, Value)> {
    let mut found = Vec::new();
    collect_examples(&DOCUMENT, &mut found);
    found
}

fn collect_examples(node: &Value, found: &mut Vec<(Value, Value)>) {
    if let (Some(schema), Some(Value::Object(examples))) =
        (node.get("schema"), node.get("examples"))
    {
        for example in examples.values() {
            found.push((example["value"].clone(), schema.clone()));
        }
    }
    match node {
        Value::Array(nodes) => nodes.iter().for_each(|node| collect_examples(node, found)),
        Value::Object(nodes) => nodes
            .values()
            .for_each(|node| collect_examples(node, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn expect_valid(value: &Value, schema: &Value, what: &str) {
    if let Err(complaint) = validate(value, schema) {
        panic!("{what}: {complaint} in {value}");
    }
}

pub(crate) fn validate(value: &Value, schema: &Value) -> Result<(), String> {
    let Value::Object(keywords) = resolve(schema) else {
        panic!("a schema is an object: {schema}");
    };
    for (keyword, rule) in keywords {
        if !ANNOTATIONS.contains(&keyword.as_str()) && !holds(keyword, rule, value, keywords) {
            return Err(format!("{keyword} {rule} does not hold"));
        }
    }
    Ok(())
}

fn holds(keyword: &str, rule: &Value, value: &Value, siblings: &Map<String, Value>) -> bool {
    let valid = |schema: &Value| validate(value, schema).is_ok();
    let schemas = || rule.as_array().expect("a list of schemas").iter();
    let names = |rule: &Value| -> Vec<String> { serde_json::from_value(rule.clone()).unwrap() };
    let has = |name: &String| value.get(name).is_some();
    match keyword {
        "$ref" => {
            // Beside other keywords: `resolve` has followed it otherwise.
            assert!(siblings.len() > 1);
            valid(pointed_to(rule))
        }
        "anyOf" => schemas().any(valid),
        "oneOf" => schemas().filter(|schema| valid(schema)).count() == 1,
        "const" => value == rule,
        "enum" => rule.as_array().unwrap().contains(value),
        "type" => rule.as_array().map_or_else(
            || is_a(value, rule),
            |types| types.iter().any(|one| is_a(value, one)),
        ),
        "required" => !value.is_object() || names(rule).iter().all(has),
        "dependentRequired" => rule
            .as_object()
            .unwrap()
            .iter()
            .all(|(name, needs)| !has(name) || names(needs).iter().all(has)),
        "properties" => rule.as_object().unwrap().iter().all(|(name, schema)| {
            value
                .get(name)
                .is_none_or(|value| validate(value, schema).is_ok())
        }),
        "items" => value
            .as_array()
            .is_none_or(|values| values.iter().all(|value| validate(value, rule).is_ok())),
        "minimum" => value
            .as_f64()
            .is_none_or(|number| number >= rule.as_f64().unwrap()),
        "maximum" => value
            .as_f64()
            .is_none_or(|number| number <= rule.as_f64().unwrap()),
        "maxLength" => value
            .as_str()
            .is_none_or(|text| text.len() as u64 <= rule.as_u64().unwrap()),
        "pattern" => {
            let pattern = Regex::new(rule.as_str().unwrap()).expect("a pattern");
            value.as_str().is_none_or(|text| pattern.is_match(text))
        }
        unknown => panic!("the document uses {unknown}, which is not checked here"),
    }
}

fn is_a(value: &Value, name: &Value) -> bool {
    match name.as_str().unwrap() {
        "array" => value.is_array(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "object" => value.is_object(),
        "string" => value.is_string(),
        unknown => panic!("the document uses type {unknown}, which is not checked here"),
    }
}

/// Follows a `$ref` that stands alone.
fn resolve(node: &Value) -> &Value {
    let fields = node.as_object().filter(|fields| fields.len() == 1);
    let reference = fields.and_then(|fields| fields.get("$ref"));
    reference.map_or(node, |reference| resolve(pointed_to(reference)))
}

fn pointed_to(reference: &Value) -> &'static Value {
    let pointer = reference
        .as_str()
        .unwrap()
        .strip_prefix('#')
        .expect("a local reference");
    DOCUMENT
        .pointer(pointer)
        .unwrap_or_else(|| panic!("{pointer} leads nowhere"))
}

fn object<'a>(node: &'a Value, name: &str) -> &'a Map<String, Value> {
    static EMPTY: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);
    node.get(name)
        .map_or(&*EMPTY, |fields| fields.as_object().expect("an object"))
}

//! Every key of the configuration, read off the JSON Schema that is made from the types.

use serde::Serialize;
use serde_json::Value;

/// A key of `valueseg.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ConfigKey {
    /// Dotted; a name that people choose is written in capitals: `sources.NAME.files`.
    pub key: String,
    /// What it takes.
    #[serde(rename = "type")]
    pub kind: String,
    /// What holds without it, as TOML or JSON; `None` = nothing, or it must be there.
    pub default: Option<String>,
    /// Whether it must be there.
    pub required: bool,
    /// What it means.
    pub meaning: String,
}

/// Deepest nesting that is followed; a bound, for schemas may refer to themselves.
const DEEPEST: usize = 6;

/// The keys of a schema, in its order.
pub(super) fn keys_of(schema: &Value) -> Vec<ConfigKey> {
    let mut keys = Vec::new();
    Walk { root: schema, keys: &mut keys }.object(schema, "", 0, None);
    keys
}

struct Walk<'a> {
    root: &'a Value,
    keys: &'a mut Vec<ConfigKey>,
}

impl<'a> Walk<'a> {
    /// What a schema refers to, if it refers to something.
    fn resolved(&self, schema: &'a Value) -> &'a Value {
        let name = schema["$ref"].as_str().and_then(|path| path.strip_prefix("#/$defs/"));
        name.map_or(schema, |name| &self.root["$defs"][name])
    }

    /// The parts of a choice, `null` left out; the schema itself where there is no choice.
    fn choices(&self, schema: &'a Value) -> Vec<&'a Value> {
        let schema = self.resolved(schema);
        let parts = schema["anyOf"].as_array().or_else(|| schema["oneOf"].as_array());
        let parts: Vec<&Value> = parts.map_or_else(|| vec![schema], |parts| parts.iter().collect());
        parts.into_iter().map(|part| self.resolved(part)).filter(|part| part["type"] != "null").collect()
    }

    /// The keys below an object; `defaults` are those of the object as a whole.
    fn object(&mut self, schema: &'a Value, prefix: &str, depth: usize, defaults: Option<&'a Value>) {
        let Some(properties) = schema["properties"].as_object() else { return };
        let required: Vec<&str> =
            schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        for (name, property) in properties {
            let key = if prefix.is_empty() { name.clone() } else { format!("{prefix}.{name}") };
            let default = property.get("default").or_else(|| defaults.and_then(|defaults| defaults.get(name)));
            self.property(key, property, default, required.contains(&name.as_str()), depth);
        }
    }

    fn property(&mut self, key: String, schema: &'a Value, default: Option<&'a Value>, required: bool, depth: usize) {
        let choices = self.choices(schema);
        // A section, or a thing with keys of its own; also where a list of them may stand.
        let inner = choices.iter().copied().find(|part| part["properties"].is_object());
        let map = choices.iter().copied().find_map(|part| part["additionalProperties"].as_object().map(|_| part));
        // A list of such things alone, as `[[audiences]]` is.
        let items = choices.iter().filter_map(|part| part.get("items")).flat_map(|items| self.choices(items));
        let listed = items.filter(|_| inner.is_none()).find(|part| part["properties"].is_object());
        let is_section = choices.len() == 1 && inner.is_some();
        if !is_section {
            let kinds = choices.iter().map(|part| self.kind(part)).collect::<Vec<_>>();
            self.keys.push(ConfigKey {
                key: key.clone(),
                kind: joined(kinds),
                default: default.filter(|value| !value.is_null()).map(Value::to_string),
                required,
                meaning: meaning([schema, self.resolved(schema)].into_iter().chain(choices.iter().copied())),
            });
        }
        if depth >= DEEPEST {
            return;
        }
        if let Some(inner) = inner {
            self.object(inner, &key, depth + 1, default);
        }
        if let Some(listed) = listed {
            self.object(listed, &key, depth + 1, None);
        }
        if let Some(map) = map {
            let of = &map["additionalProperties"];
            let inner = self.choices(of).into_iter().find(|part| part["properties"].is_object());
            if let Some(inner) = inner {
                self.object(inner, &format!("{key}.NAME"), depth + 1, None);
            }
        }
    }

    /// What a value may be, in words.
    fn kind(&self, schema: &'a Value) -> String {
        let schema = self.resolved(schema);
        if let Some(word) = schema.get("const") {
            return word.to_string();
        }
        if let Some(words) = schema["enum"].as_array() {
            return joined(words.iter().map(Value::to_string).collect());
        }
        if schema["anyOf"].is_array() || schema["oneOf"].is_array() {
            return joined(self.choices(schema).into_iter().map(|part| self.kind(part)).collect());
        }
        let types: Vec<&str> = match &schema["type"] {
            Value::String(one) => vec![one.as_str()],
            Value::Array(many) => many.iter().filter_map(Value::as_str).filter(|one| *one != "null").collect(),
            _ => Vec::new(),
        };
        joined(types.into_iter().map(|of| self.plain(of, schema)).collect())
    }

    fn plain(&self, of: &str, schema: &'a Value) -> String {
        match of {
            "string" => "text".to_owned(),
            "integer" => "whole number".to_owned(),
            "boolean" => "true or false".to_owned(),
            "array" if schema["items"].is_object() => format!("list of {}", self.kind(&schema["items"])),
            "array" => "list".to_owned(),
            "object" if schema["additionalProperties"].is_object() => {
                format!("names, each with: {}", self.kind(&schema["additionalProperties"]))
            }
            "object" => "table".to_owned(),
            other => other.to_owned(),
        }
    }
}

fn joined(mut kinds: Vec<String>) -> String {
    kinds.retain(|kind| !kind.is_empty());
    kinds.dedup();
    kinds.join(" or ")
}

/// What the first of them says that says something: the key itself, its type, what may stand there.
fn meaning<'a>(mut schemas: impl Iterator<Item = &'a Value>) -> String {
    let said = schemas.find_map(|schema| schema["description"].as_str()).unwrap_or_default();
    said.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_of_sections_maps_and_choices_are_found_with_their_defaults() {
        let schema = json!({
            "properties": {
                "run": { "$ref": "#/$defs/Run", "description": "Where it goes.", "default": { "threads": 0, "out": "out" } },
                "sources": { "type": "object", "additionalProperties": { "$ref": "#/$defs/Source" } }
            },
            "required": ["sources"],
            "$defs": {
                "Run": { "type": "object", "properties": {
                    "threads": { "type": "integer", "description": "Threads;\n0 = all." },
                    "out": { "type": "string" },
                    "mode": { "anyOf": [{ "$ref": "#/$defs/Mode" }, { "type": "null" }] }
                } },
                "Mode": { "oneOf": [{ "const": "fast" }, { "const": "slow" }], "description": "How." },
                "Source": { "type": "object", "properties": { "files": { "type": ["string", "null"] } }, "required": ["files"] }
            }
        });
        let keys = keys_of(&schema);
        let row = |key: &str| keys.iter().find(|row| row.key == key).unwrap_or_else(|| panic!("{key}: {keys:?}"));
        assert_eq!(keys.len(), 5, "{keys:?}");
        assert_eq!(
            (row("run.threads").default.as_deref(), &*row("run.threads").meaning),
            (Some("0"), "Threads; 0 = all.")
        );
        assert_eq!(row("run.out").kind, "text");
        assert_eq!((&*row("run.mode").kind, &*row("run.mode").meaning), ("\"fast\" or \"slow\"", "How."));
        assert!(row("sources").required && row("sources.NAME.files").required);
    }
}

//! `datapackage.json`: a Frictionless schema of every file of an audience, so that a public validator can accept or reject them.

use serde_json::{Value, json};

use super::format::ListFormat;
use super::makers::Maker;
use super::spec::Audience;
use super::template::{ListColumn, Removal};

/// The document. `files` are names inside the folder of the audience.
pub(super) fn package(audience: &Audience, files: &[String]) -> Value {
    let resources: Vec<Value> = files.iter().map(|file| resource(audience, file)).collect();
    json!({ "name": audience.name.to_lowercase(), "resources": resources })
}

fn resource(audience: &Audience, file: &str) -> Value {
    let partial = file.starts_with("delta");
    let key = audience.key_places();
    let fields: Vec<Value> = audience
        .columns
        .iter()
        .enumerate()
        .map(|(at, column)| field(column, key == [at], partial && audience.template.gone.header == column.header))
        .collect();
    let mut schema = json!({ "fields": fields, "missingValues": [""] });
    if let ([at], true) = (key.as_slice(), audience.template.gone.how != Removal::Membership) {
        schema["primaryKey"] = json!([audience.columns[*at].header]);
    }
    let name = file.split('.').next().unwrap_or(file);
    let mut resource = json!({
        "name": name,
        "type": "table",
        "path": file,
        "scheme": "file",
        "format": audience.format.ending(),
        "schema": schema,
    });
    match audience.format {
        ListFormat::Csv => {
            let newline = &audience.template.file.newline;
            resource["mediatype"] = json!("text/csv");
            resource["encoding"] = json!("utf-8");
            resource["dialect"] = json!({ "csv": { "delimiter": ",", "lineTerminator": newline, "quoteChar": "\"", "doubleQuote": true } });
        }
        ListFormat::Jsonl => {
            resource["mediatype"] = json!("application/jsonl");
            resource["encoding"] = json!("utf-8");
            resource["dialect"] = json!({ "json": { "keyed": true } });
        }
        ListFormat::Parquet => resource["mediatype"] = json!("application/vnd.apache.parquet"),
    }
    resource
}

fn field(column: &ListColumn, required: bool, says_gone: bool) -> Value {
    let last = column.make.last();
    let pattern = match last {
        Some(Maker::Sha256Hex) => Some("[0-9a-f]{64}"),
        Some(Maker::E164) => Some("\\+[1-9][0-9]{3,16}"),
        Some(Maker::Digits) => Some("[1-9][0-9]{3,16}"),
        Some(Maker::Iso2Upper) => Some("[A-Z]{2}"),
        Some(Maker::Iso2Lower) => Some("[a-z]{2}"),
        Some(Maker::Email | Maker::GmailFold) => Some("[^@\\s,\"]+@[^@\\s,\"]+\\.[^@\\s,\"]+"),
        None => None,
    };
    let mut constraints = json!({ "required": required || says_gone });
    if let Some(pattern) = pattern {
        constraints["pattern"] = json!(pattern);
    }
    json!({ "name": column.header, "type": column.from.schema_type(), "constraints": constraints })
}

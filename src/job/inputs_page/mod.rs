//! The page of inputs: prose with the tables of the contract, the reject codes and every key of the configuration set in.

mod keys;

use std::fmt::Write as _;

use serde_json::{Value, json};

use crate::job::settings::Settings;
use crate::tables::contract::TABLES;
use crate::tables::contract_page::{example_of, kind_words, rejects_page, tables_page, unreadable_words};
use crate::tables::ledger::RejectCode;
use crate::tables::query::limits_page;

pub use keys::ConfigKey;

/// The prose; `{…}` are set in.
const PROSE: &str = include_str!("page.md");

/// Every key of the configuration, in the order of the file.
#[must_use]
pub fn config_keys() -> Vec<ConfigKey> {
    keys::keys_of(&schemars::schema_for!(Settings).to_value())
}

/// The page kept as `docs/inputs.md` and printed by `valueseg schema inputs`.
#[must_use]
pub fn inputs_markdown() -> String {
    PROSE
        .replace("{tables}\n", &tables_page())
        .replace("{rejects}\n", &rejects_page())
        .replace("{sql_limits}\n", &limits_page())
        .replace("{configuration}\n", &configuration())
}

/// The same for machines.
#[must_use]
pub fn inputs_json() -> Value {
    let tables = TABLES.iter().map(|contract| {
        let columns = contract.columns.iter().map(|rule| {
            json!({
                "name": rule.name,
                "holds": kind_words(rule.kind),
                "required": rule.required,
                "unreadable": unreadable_words(rule).trim_matches('*'),
                "doc": rule.doc,
            })
        });
        let example = example_of(contract.name);
        let described = json!({
            "grain": contract.grain,
            "doc": contract.doc,
            "columns": columns.collect::<Vec<_>>(),
            "example": { "rows": example.rows, "mapping": example.mapping },
        });
        (contract.name.slug().to_owned(), described)
    });
    let rejects =
        RejectCode::ALL.map(|code| json!({ "code": code.code(), "meaning": code.meaning(), "do": code.to_do() }));
    json!({
        "tables": tables.collect::<serde_json::Map<_, _>>(),
        "configuration": config_keys(),
        "rejects": rejects,
    })
}

/// The keys, a table a section.
fn configuration() -> String {
    let keys = config_keys();
    let section = |key: &str| key.split('.').next().unwrap_or(key).to_owned();
    let mut page = String::new();
    for of_section in keys.chunk_by(|a, b| section(&a.key) == section(&b.key)) {
        // INVARIANT: writing to a String cannot fail.
        let _ = write!(
            page,
            "{}### Keys of `{}`\n\n| key | takes | default | means |\n|---|---|---|---|\n",
            if page.is_empty() { "" } else { "\n" },
            section(&of_section[0].key)
        );
        for row in of_section {
            let default = match &row.default {
                Some(default) => format!("`{}`", cell(default)),
                None if row.required => "must be there".to_owned(),
                None => "–".to_owned(),
            };
            let _ = writeln!(page, "| `{}` | {} | {default} | {} |", row.key, cell(&row.kind), cell(&row.meaning));
        }
    }
    page
}

/// Text that does not end a cell of a table, nor make a link where none is meant.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The page in the repository.
    const PAGE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/inputs.md"));

    #[test]
    fn the_page_of_inputs_in_the_repository_is_the_one_the_code_makes() {
        let made = inputs_markdown();
        if std::env::var_os("VALUESEG_BLESS").is_some() {
            std::fs::write(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/inputs.md"), &made).unwrap();
        } else {
            assert!(
                made == PAGE,
                "docs/inputs.md differs from the code: change src/job/inputs_page/page.md or the contract, then \
                 `valueseg schema inputs > docs/inputs.md`"
            );
        }
    }

    #[test]
    fn every_key_says_what_it_takes_and_means() {
        let keys = config_keys();
        assert!(keys.len() > 80, "{}", keys.len());
        let dumb: Vec<&ConfigKey> = keys.iter().filter(|row| row.kind.is_empty() || row.meaning.is_empty()).collect();
        assert!(dumb.is_empty(), "{dumb:#?}");
        for key in
            ["project.name", "sources.NAME.files", "sources.NAME.csv.nulls", "tables.NAME.wide.scale", "run.output"]
        {
            assert!(keys.iter().any(|row| row.key == key), "{key}");
        }
    }
}

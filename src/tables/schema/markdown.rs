//! The documentation of all columns as one Markdown page.

use std::fmt::Write as _;

use super::{SCHEMA_VERSION, TableId};

/// The page kept as `data/schema/tables.md` and printed by `valueseg schema tables`.
#[must_use]
pub fn tables_markdown() -> String {
    let mut page = format!(
        "# Columns of every table\n\nSchema version {SCHEMA_VERSION}. Made from the code; do not edit by hand.\n\n\
         Null means not known, never 0. Rows ascend by the key. `run_date` is a real column, so that\n\
         `runs/*/tables/<table>.parquet` reads as one table over all nights.\n"
    );
    for table in TableId::ALL {
        let key = table.key().join("`, `");
        let reserved = if table.reserved() { " Reserved: nothing fills it yet, it has no rows." } else { "" };
        // INVARIANT: writing to a String cannot fail.
        let _ = write!(
            page,
            "\n## {}\n\nFile `{}`. One row per {}. Key: `{key}`.{reserved}\n\n| column | type | null | meaning |\n|---|---|---|---|\n",
            table.slug(),
            table.path(),
            table.grain(),
        );
        for column in table.columns() {
            let null = match column.nullable() {
                true if column.reserved() && !table.reserved() => "always: reserved",
                true => "yes",
                false => "",
            };
            let doc = column.doc().replace('|', "\\|");
            let _ = writeln!(page, "| `{}` | {} | {null} | {doc} |", column.name(), column.kind().slug());
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The page in the repository.
    const PAGE: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/schema/tables.md"));

    #[test]
    fn the_page_in_the_repository_is_the_one_the_code_makes() {
        let made = tables_markdown();
        if std::env::var_os("VALUESEG_BLESS").is_some() {
            let path = concat!(env!("CARGO_MANIFEST_DIR"), "/data/schema/tables.md");
            std::fs::write(path, &made).unwrap();
        } else {
            assert!(
                made == PAGE,
                "data/schema/tables.md differs from the code: the output contract changed. If that is wanted, raise \
                 SCHEMA_VERSION and run this test with VALUESEG_BLESS=1, or `valueseg schema tables > \
                 data/schema/tables.md`."
            );
        }
    }

    #[test]
    fn no_sentence_breaks_the_table() {
        for line in tables_markdown().lines().filter(|line| line.starts_with("| `")) {
            assert_eq!(line.replace("\\|", "").matches('|').count(), 5, "{line}");
        }
    }
}

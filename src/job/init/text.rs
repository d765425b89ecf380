//! The words of a starter configuration.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use crate::job::init::guess::{Guess, Role};
use crate::tables::spec::{Format, TableName};

/// The configuration for `dir`, and what a person has to look at.
pub(super) fn configuration(dir: &Path, guesses: &[Guess]) -> (String, Vec<String>) {
    let mut questions = Vec::new();
    let name = dir.canonicalize().ok().as_deref().unwrap_or(dir).file_name().map(|n| n.to_string_lossy().into_owned());
    let mut text = String::from(
        "#:schema ./valueseg.schema.json\n# Every value that was guessed is marked CHECK. `valueseg check` says what is missing.\n\n[project]\n",
    );
    line(&mut text, &format!("name = {}", quoted(&name.unwrap_or_else(|| "my shop".to_owned()))));
    text.push_str("timezone = \"UTC\"                # CHECK: decides when a night ends\ncurrency = \"EUR\"                # CHECK\n\n");
    for guess in guesses {
        source(&mut text, dir, guess);
    }
    if guesses.is_empty() {
        text.push_str(EMPTY);
        questions.push("name your files under [sources] and map them under [tables]".to_owned());
    }
    for guess in guesses {
        table(&mut text, guess, &mut questions);
    }
    let placed =
        |table: TableName| guesses.iter().any(|guess| matches!(&guess.role, Role::Table(of, _) if *of == table));
    if !guesses.is_empty() && !placed(TableName::Customers) {
        customers_of_others(&mut text, guesses, &mut questions);
    }
    if !text.contains("consent_profiling") {
        questions.push(
            "no consent columns were found: nobody can be reached until they are mapped in [tables.customers]"
                .to_owned(),
        );
    }
    text.push_str(REST);
    (text, questions)
}

const EMPTY: &str = r#"# [sources.crm]                        # raw data, as it lies: Parquet, CSV, JSON lines; also gzipped
# files = "in/crm/*.parquet"
# [sources.survey]
# files = "in/survey/*.csv"
# csv = { delimiter = ";", nulls = ["", "n/a"] }

# [tables.customers]                   # a source with columns renamed …
# source = "crm"
# columns = { customer_id = "customer_no", consent_profiling = "prof_ok", consent_email = "mail_ok" }
# [tables.ratings]                     # … or a wide survey: element = column …
# source = "survey"
# wide = { id = "CustomerNo", aspect = "importance", scale = [1, 5], elements = { saves_time = "Q1", quality = "Q7" } }
# [tables.orders]                      # … or any SQL over the sources
# query = "select customer_no as customer_id, order_no as order_id, ts as ordered_at, net as amount from crm"

[sources]
[tables]

"#;

const REST: &str = r#"[model]
segments = "auto"                # or 6, or { from = 4, to = 9 }
min_share = 0.05                 # no segment smaller than this share of the base
min_respondents = 100            # nor resting on fewer answers than this
seed = 1

[privacy]
min_cell = 20                    # smaller groups are not shown
sensitive_elements = "aggregate-only"

[holdout]
share = 0.10                     # a permanent random control group
salt = "1"

[run]
output = "out"
memory_limit = "4GiB"
"#;

fn line(text: &mut String, words: &str) {
    // INVARIANT: writing to a String cannot fail.
    let _ = writeln!(text, "{words}");
}

fn quoted(value: &str) -> String {
    toml::Value::String(value.to_owned()).to_string()
}

/// `path` as seen from `dir`, where it can be said; both may be relative to the working folder.
fn seen_from(dir: &Path, path: &Path) -> String {
    let (Ok(path), Ok(dir)) = (path.canonicalize(), dir.canonicalize()) else { return path.display().to_string() };
    let shared = dir.components().zip(path.components()).take_while(|(a, b)| a == b).count();
    let mut relative: PathBuf = dir.components().skip(shared).map(|_| "..").collect();
    relative.extend(path.components().skip(shared));
    relative.to_string_lossy().replace('\\', "/")
}

fn source(text: &mut String, dir: &Path, guess: &Guess) {
    line(text, &format!("[sources.{}]", guess.source));
    line(text, &format!("files = {}", quoted(&seen_from(dir, &guess.path))));
    let peek = &guess.peek;
    if peek.format == Format::Csv && (peek.delimiter != ',' || peek.encoding != "utf-8" || peek.decimal != '.') {
        let parts = [
            format!("delimiter = {}", quoted(&peek.delimiter.to_string())),
            format!("encoding = {}", quoted(peek.encoding)),
            format!("decimal = {}", quoted(&peek.decimal.to_string())),
        ];
        line(text, &format!("csv = {{ {} }}   # CHECK", parts.join(", ")));
    }
    let names: Vec<&str> = peek.columns.iter().map(|column| column.name.as_str()).collect();
    line(text, &format!("# columns: {}\n", names.join(", ").replace('\n', " ")));
}

fn table(text: &mut String, guess: &Guess, questions: &mut Vec<String>) {
    let Some(id) = &guess.id else {
        questions.push(format!("{}: which column names the customer?", guess.path.display()));
        return;
    };
    match &guess.role {
        Role::Table(table, columns) => {
            line(text, &format!("[tables.{}]                 # CHECK", table.slug()));
            line(text, &format!("source = {}", quoted(&guess.source)));
            let mut pairs = vec![format!("customer_id = {}", quoted(id))];
            pairs.extend(columns.iter().map(|(canonical, column)| format!("{canonical} = {}", quoted(column))));
            line(text, &format!("columns = {{ {} }}\n", pairs.join(", ")));
        }
        Role::WideSurvey { elements, scale } => {
            line(text, "[tables.ratings]                 # CHECK");
            line(text, &format!("source = {}", quoted(&guess.source)));
            let pairs: Vec<String> =
                elements.iter().map(|(element, column)| format!("{} = {}", element.slug(), quoted(column))).collect();
            line(
                text,
                &format!(
                    "wide = {{ id = {}, aspect = \"fulfillment\", scale = [{}, {}], elements = {{ {} }} }}\n",
                    quoted(id),
                    scale.0,
                    scale.1,
                    pairs.join(", ")
                ),
            );
            questions.push(format!(
                "{}: was it asked how much an element matters (importance) or how well you deliver it (fulfillment)? And is the scale {} to {}?",
                guess.path.display(),
                scale.0,
                scale.1
            ));
        }
        Role::Unknown => questions.push(format!(
            "{}: which table is it (customers, ratings, attitudes, orders, interactions, feedback, signals)?",
            guess.path.display()
        )),
    }
}

/// Everybody who appears anywhere is a customer, until a customer table is named.
fn customers_of_others(text: &mut String, guesses: &[Guess], questions: &mut Vec<String>) {
    let parts: Vec<String> = guesses
        .iter()
        .filter_map(|guess| {
            let id = guess.id.as_ref()?.replace('"', "\"\"");
            Some(format!("select cast(\"{id}\" as varchar) as customer_id from {}", guess.source))
        })
        .collect();
    if parts.is_empty() {
        return;
    }
    line(text, "[tables.customers]                 # CHECK: everybody who appears in a file above");
    line(text, &format!("query = '''{}'''\n", parts.join(" union ")));
    questions.push("is there a customer table, with consents and sign-up dates?".to_owned());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::job::init::guess::guess;
    use crate::tables::peek::{Peek, PeekColumn};

    #[test]
    fn what_is_written_is_read_back_as_a_configuration() {
        let column = |name: &str, values: &[&str]| PeekColumn {
            name: name.to_owned(),
            values: values.iter().map(|value| (*value).to_owned()).collect(),
        };
        let columns = vec![
            column("CustomerNo", &["1", "2"]),
            column("saves_time", &["1"]),
            column("Quality \"now\" quality", &["5"]),
            column("variety", &["4"]),
            column("informs", &["2"]),
        ];
        let peek = Peek { format: Format::Csv, delimiter: ';', encoding: "utf-8", decimal: ',', columns, rows: 2 };
        let guesses = [guess(Path::new("survey.csv"), &peek, &[])];
        let (text, questions) = configuration(Path::new("."), &guesses);
        let settings: crate::job::settings::Settings = toml::from_str(&text).expect("valid");
        assert!(
            settings.tables.contains_key(&TableName::Ratings) && settings.tables.contains_key(&TableName::Customers)
        );
        assert_eq!(questions.len(), 3);
    }

    #[test]
    fn an_empty_start_is_still_a_readable_file() {
        let (text, questions) = configuration(Path::new("."), &[]);
        assert!(toml::from_str::<crate::job::settings::Settings>(&text).is_ok());
        assert!(!questions.is_empty());
    }
}

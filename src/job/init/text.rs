//! The words of a starter configuration.

use std::path::{Path, PathBuf};

use super::answers::key_of;
use super::look::Find;
use super::plan::Planned;
use super::toml_text::{commented, key, quoted, spec_lines};
use crate::job::settings::DEFAULT_MAX_REJECTED_SHARE;
use crate::tables::contract::contract_of;
use crate::tables::spec::{Format, TableName};

/// Most names of columns in a comment.
const NAMED: usize = 60;

/// What a configuration says.
pub(super) struct Page<'a> {
    /// Its folder.
    pub(super) dir: &'a Path,
    /// Sources.
    pub(super) finds: &'a [Find],
    /// Tables, in the order of [`TableName::ALL`].
    pub(super) planned: &'a [Planned],
    /// What was left aside.
    pub(super) skipped: &'a [String],
    /// A gate that had to be opened wider, and why.
    pub(super) gate: Option<&'a OpenGate>,
}

/// A gate that is opened wider than by default.
pub(super) struct OpenGate {
    /// Share of rows that may be rejected.
    pub(super) share: f64,
    /// Why.
    pub(super) reason: String,
}

/// A page as written.
pub(super) struct Written {
    /// Its text.
    pub(super) text: String,
    /// Key of each question and the line to edit, from 1.
    pub(super) lines: Vec<(String, usize)>,
}

/// The whole configuration.
pub(super) fn write(page: &Page<'_>) -> Written {
    let name = page
        .dir
        .canonicalize()
        .ok()
        .as_deref()
        .unwrap_or(page.dir)
        .file_name()
        .map(|n| n.to_string_lossy().into_owned());
    let mut lines: Vec<String> = [
        "#:schema ./valueseg.schema.json",
        "# Made by `valueseg init` from one look at the files. Nothing is guessed again later: what stands here counts.",
        "# `valueseg check --deep` says what a night would read, `valueseg schema config` what every key means.",
        "",
        "[project]",
    ]
    .map(str::to_owned)
    .into();
    lines.push(format!("name = {}", quoted(&name.unwrap_or_else(|| "my shop".to_owned()))));
    lines.push(
        "timezone = \"UTC\"                # decides when a night ends, and what a time without a zone means"
            .to_owned(),
    );
    lines.push("currency = \"EUR\"                # of all amounts".to_owned());
    lines.push(String::new());
    lines.extend(COMPANY.lines().map(str::to_owned));
    lines.push(String::new());
    if page.finds.is_empty() {
        lines.extend(EMPTY.lines().map(str::to_owned));
    } else {
        page.finds.iter().for_each(|find| source(&mut lines, page.dir, find));
    }
    if !page.skipped.is_empty() {
        lines.push("# Not read:".to_owned());
        lines.extend(page.skipped.iter().map(|skipped| format!("#   {}", commented(skipped))));
        lines.push(String::new());
    }
    let mut asked = Vec::new();
    for table in TableName::ALL {
        let own: Vec<&Planned> = page.planned.iter().filter(|one| one.mapped.table == table).collect();
        if own.is_empty() {
            not_there(&mut lines, table);
        }
        for one in &own {
            block(&mut lines, one, own.len() > 1, &mut asked);
        }
    }
    // A configuration without any source or table must still have both sections.
    if page.finds.is_empty() {
        lines.push("[sources]".to_owned());
    }
    if page.planned.iter().all(|one| one.left_out.is_some()) {
        lines.push("[tables]".to_owned());
    }
    if let Some(gate) = page.gate {
        lines.push("[gates]".to_owned());
        lines.push(format!("# {} (default {DEFAULT_MAX_REJECTED_SHARE})", commented(&gate.reason)));
        lines.push(format!("max_rejected_share = {}", gate.share));
        lines.push(String::new());
    }
    lines.extend(REST.lines().map(str::to_owned));
    Written { text: lines.join("\n") + "\n", lines: asked }
}

const COMPANY: &str = r#"# [company]                            # plans speak in the words of its industry, and only of what it has
# industry = "retail"                  # or grocery, bank, insurance, hospitality, telecom, saas, charity, travel, other
# capabilities = ["stores", "web"]     # what not every company has: docs/inputs.md lists it"#;

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

/// `path` as seen from `dir`, where it can be said; both may be relative to the working folder.
fn seen_from(dir: &Path, path: &Path) -> String {
    // Of a pattern, the part before the first star lies there.
    let starred = |path: &Path| path.file_name().is_some_and(|name| name.to_string_lossy().contains('*'));
    let mut stars: Vec<std::ffi::OsString> = Vec::new();
    let mut solid = path.to_owned();
    while starred(&solid) && !solid.exists() {
        stars.extend(solid.file_name().map(std::ffi::OsStr::to_owned));
        solid.pop();
    }
    let (Ok(found), Ok(dir)) = (solid.canonicalize(), dir.canonicalize()) else { return path.display().to_string() };
    let shared = dir.components().zip(found.components()).take_while(|(a, b)| a == b).count();
    let mut relative: PathBuf = dir.components().skip(shared).map(|_| "..").collect();
    relative.extend(found.components().skip(shared));
    relative.extend(stars.iter().rev());
    // A name that is not UTF-8 is found by a glob.
    relative.to_string_lossy().replace('\u{FFFD}', "?")
}

fn source(lines: &mut Vec<String>, dir: &Path, find: &Find) {
    lines.push(format!("[sources.{}]", key(&find.name)));
    let files: Vec<String> = match &find.pattern {
        Some(pattern) => vec![quoted(&seen_from(dir, pattern))],
        None => find.files.iter().map(|file| quoted(&seen_from(dir, file))).collect(),
    };
    match files.as_slice() {
        [one] => lines.push(format!("files = {one}")),
        many => lines.push(format!("files = [{}]", many.join(", "))),
    }
    let peek = &find.peek;
    if !find.files.iter().all(|file| super::look::is_data(file)) {
        lines.push(format!("format = {}", quoted(peek.format.slug())));
    }
    let mut parts = Vec::new();
    if peek.format == Format::Csv {
        let tabs = find
            .files
            .iter()
            .all(|file| file.to_string_lossy().to_lowercase().trim_end_matches(".gz").ends_with(".tsv"));
        if peek.delimiter != if tabs { '\t' } else { ',' } {
            parts.push(format!("delimiter = {}", quoted(&peek.delimiter.to_string())));
        }
        if peek.encoding != "utf-8" {
            parts.push(format!("encoding = {}", quoted(peek.encoding)));
        }
        if peek.decimal != '.' {
            parts.push(format!("decimal = {}", quoted(&peek.decimal.to_string())));
        }
        if !peek.nulls.is_empty() {
            let words: Vec<String> =
                std::iter::once("").chain(peek.nulls.iter().map(String::as_str)).map(quoted).collect();
            parts.push(format!("nulls = [{}]", words.join(", ")));
        }
        if !peek.header {
            parts.push("header = false".to_owned());
        }
    }
    if !parts.is_empty() {
        lines.push(format!("csv = {{ {} }}", parts.join(", ")));
    }
    if !peek.header {
        lines.push("# The first line looks like data, so columns are called column_1, column_2 … Take `header = false` out if it names them.".to_owned());
    }
    let mut names: Vec<&str> = peek.columns.iter().take(NAMED).map(|column| column.name.as_str()).collect();
    let more = format!("and {} more", peek.columns.len().saturating_sub(NAMED));
    if peek.columns.len() > NAMED {
        names.push(&more);
    }
    lines.push(format!("# columns: {}", commented(&names.join(", "))));
    lines.push(String::new());
}

/// One table, as a comment where it is left out.
fn block(lines: &mut Vec<String>, one: &Planned, listed: bool, asked: &mut Vec<(String, usize)>) {
    let mapped = &one.mapped;
    let head = format!("tables.{}", mapped.table.slug());
    lines.push(format!("# {} confidence: {}.", capital(mapped.confidence.slug()), commented(&mapped.reason)));
    for question in &mapped.questions {
        let offers: Vec<&str> = question.offers.iter().map(|offer| offer.answer.as_str()).collect();
        lines.push(format!(
            "# CHECK {}: {} [{}]",
            key_of(one, question),
            commented(&question.text),
            commented(&offers.join(" | "))
        ));
    }
    if let Some(reason) = &one.left_out {
        lines.push(format!("# Left out: {}.", commented(reason)));
    }
    let sign = if one.left_out.is_some() { "# " } else { "" };
    let first = lines.len();
    lines.push(format!("{sign}{}", if listed { format!("[[{head}]]") } else { format!("[{head}]") }));
    lines.extend(spec_lines(&mapped.spec, &head).into_iter().map(|line| format!("{sign}{line}")));
    for question in &mapped.questions {
        let starts = |line: &String| line.trim_start_matches("# ").starts_with(&format!("{} =", question.key));
        let at = lines[first..].iter().position(starts).unwrap_or(0);
        asked.push((key_of(one, question), first + at + 1));
    }
    lines.push(String::new());
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}

/// A table that nothing fills: what it needs and what it would bring.
fn not_there(lines: &mut Vec<String>, table: TableName) {
    let contract = contract_of(table);
    lines.push(format!(
        "# No file holds {}. {} One row is one {}.",
        table.slug(),
        commented(contract.doc),
        contract.grain
    ));
    for rule in contract.columns.iter().filter(|rule| rule.required) {
        lines.push(format!("#   needs {}: {}", rule.name, commented(rule.doc)));
    }
    let further: Vec<&str> = contract.columns.iter().filter(|rule| !rule.required).map(|rule| rule.name).collect();
    if !further.is_empty() {
        lines.push(format!("#   may have {}", further.join(", ")));
    }
    let pairs: Vec<String> =
        contract.columns.iter().filter(|rule| rule.required).map(|rule| format!("{} = \"…\"", rule.name)).collect();
    lines.push(format!("# [tables.{}]", table.slug()));
    lines.push("# source = \"…\"".to_owned());
    lines.push(format!("# columns = {{ {} }}", pairs.join(", ")));
    lines.push(String::new());
}

//! Writes a configuration and checks it as a night would, until what is left in it passes: a table that does not becomes a comment.

use std::path::Path;

use chrono::NaiveDate;

use super::look::Find;
use super::plan::Planned;
use super::text::{OpenGate, Page, Written, write};
use crate::codes::Exit;
use crate::job::check::{CheckRequest, Checked, Found, check};
use crate::job::error::JobError;
use crate::job::load::load;
use crate::tables::ledger::{Scope, TableLedger};
use crate::tables::plain_file;
use crate::tables::spec::TableName;

/// Bytes of all files above which rows are not all read. Our judgment: some minutes.
const DEEP: u64 = 512 << 20;
/// Share of rejected rows up to which a gate is opened rather than a table left out. Our judgment.
const OPENED: f64 = 0.05;
/// Most rounds: each leaves something out, so there are no more than there are tables and files.
const ROUNDS: usize = 64;

/// What a configuration came to.
pub(super) struct Settled {
    /// The page, as it now lies there.
    pub(super) written: Written,
    /// What the last check found; `None` = it could not be made.
    pub(super) found: Option<Found>,
    /// Why no night is possible; `None` = one is.
    pub(super) problem: Option<String>,
    /// Sources that cannot be read by a night, each with the reason.
    pub(super) broken: Vec<(String, String)>,
}

/// Writes and checks until nothing is in the way. Changes `planned`: what fails is left out with the reason.
pub(super) fn settle(
    config: &Path,
    as_of: NaiveDate,
    finds: &[Find],
    planned: &mut [Planned],
    skipped: &[String],
) -> Result<Settled, JobError> {
    let dir = config.parent().unwrap_or(Path::new("."));
    let bytes: u64 =
        finds.iter().flat_map(|find| &find.files).filter_map(|file| file.metadata().ok()).map(|data| data.len()).sum();
    let mut gate: Option<OpenGate> = None;
    let (mut found, mut problem) = (None, None);
    let mut broken = Vec::new();
    for _ in 0..ROUNDS {
        let page = Page { dir, finds, planned, skipped, gate: gate.as_ref() };
        put(config, &write(&page).text)?;
        let loaded = match load(config, &[]) {
            Ok(loaded) => loaded,
            Err(error) => {
                problem = Some(error.to_string());
                break;
            }
        };
        match check(&loaded, &CheckRequest { as_of, deep: bytes <= DEEP }) {
            Err(error) => {
                let message = error.to_string();
                match in_the_way(&message, finds, planned) {
                    InTheWay::Table(i) => planned[i].left_out = Some(short(&message)),
                    InTheWay::Source(name) => {
                        broken.push((name, short(&message)));
                        break;
                    }
                    InTheWay::Unknown => {
                        problem = Some(message);
                        break;
                    }
                }
            }
            Ok(Checked { found: seen, .. }) => {
                // What only holds a night back is mended below, gate by gate.
                let held = Exit::Held as u8;
                let again = match seen.problems.iter().find(|problem| problem.exit_code != held) {
                    Some(first) => match in_the_way(&first.message, finds, planned) {
                        InTheWay::Table(i) => {
                            planned[i].left_out = Some(short(&first.message));
                            true
                        }
                        InTheWay::Source(name) => {
                            broken.push((name, short(&first.message)));
                            break;
                        }
                        InTheWay::Unknown => {
                            problem = Some(first.message.clone());
                            false
                        }
                    },
                    None => mend(&seen, planned, &mut gate, &mut problem),
                };
                if !again && problem.is_none() {
                    problem = seen.problems.first().map(|problem| short(&problem.message));
                }
                found = Some(seen);
                if !again {
                    break;
                }
            }
        }
    }
    let written = write(&Page { dir, finds, planned, skipped, gate: gate.as_ref() });
    put(config, &written.text)?;
    Ok(Settled { written, found, problem, broken })
}

fn put(config: &Path, text: &str) -> Result<(), JobError> {
    plain_file::write(config, text).map_err(|source| JobError::Io {
        doing: "cannot write",
        path: config.to_owned(),
        source,
    })
}

/// What a message complains of.
enum InTheWay {
    Table(usize),
    Source(String),
    Unknown,
}

fn in_the_way(message: &str, finds: &[Find], planned: &[Planned]) -> InTheWay {
    for table in TableName::ALL {
        let key = format!("tables.{}", table.slug());
        let Some(at) = message.find(&key) else { continue };
        let live: Vec<usize> = (0..planned.len())
            .filter(|i| planned[*i].mapped.table == table && planned[*i].left_out.is_none())
            .collect();
        let rest = &message[at + key.len()..];
        let number = rest
            .strip_prefix('[')
            .and_then(|rest| rest.split_once(']'))
            .and_then(|(number, _)| number.parse::<usize>().ok());
        if let Some(i) = live.get(number.unwrap_or(0)) {
            return InTheWay::Table(*i);
        }
    }
    let named = finds.iter().find(|find| {
        find.files.iter().any(|file| file.file_name().is_some_and(|name| message.contains(&*name.to_string_lossy())))
    });
    match named {
        Some(find) => InTheWay::Source(find.name.clone()),
        None => InTheWay::Unknown,
    }
}

/// A message in one line and of bounded length.
fn short(message: &str) -> String {
    let line = message.split_whitespace().collect::<Vec<_>>().join(" ");
    let line = line.trim_end_matches('.');
    if line.chars().count() > 300 { line.chars().take(300).collect::<String>() + "…" } else { line.to_owned() }
}

/// Holds the ledger against the gates. Returns whether something was changed, so that it must be checked again.
fn mend(seen: &Found, planned: &mut [Planned], gate: &mut Option<OpenGate>, problem: &mut Option<String>) -> bool {
    let Some(ledger) = &seen.ledger else { return false };
    let limit = gate.as_ref().map_or(crate::job::settings::DEFAULT_MAX_REJECTED_SHARE, |gate| gate.share);
    let bad_limit = crate::job::settings::Gates::default().max_bad_answers;
    for table in &ledger.tables {
        let share = table.rejected_share();
        if share > limit {
            let said = format!(
                "{} of {} rows of {} cannot be read{}",
                table.rejected,
                table.read,
                table.table.slug(),
                worst(table)
            );
            if share <= OPENED {
                let share = (share * 1.5 * 1000.0).ceil() / 1000.0;
                *gate = Some(OpenGate { share, reason: said });
            } else if table.table == TableName::Customers {
                *problem = Some(said);
                return false;
            } else {
                leave_out(planned, table.table, &said);
            }
            return true;
        }
        let answers = matches!(table.table, TableName::Ratings | TableName::Attitudes);
        if answers && table.bad_cells > 0 && drop_bad(table, seen, planned, bad_limit) {
            return true;
        }
    }
    if seen.coverage.as_ref().is_some_and(|coverage| coverage.customers == 0) {
        *problem = Some("no row names a customer".to_owned());
    }
    false
}

fn worst(table: &TableLedger) -> String {
    let rows = table.faults.iter().filter(|fault| fault.scope == Scope::Row);
    rows.max_by_key(|fault| fault.count).map_or_else(String::new, |fault| {
        let column = if fault.column.is_empty() { String::new() } else { format!(" in `{}`", fault.column) };
        format!(" ({} {}{column}: {})", fault.code.code(), fault.count, fault.code.meaning())
    })
}

fn leave_out(planned: &mut [Planned], table: TableName, reason: &str) {
    for one in planned.iter_mut().filter(|one| one.mapped.table == table && one.left_out.is_none()) {
        one.left_out = Some(reason.to_owned());
    }
}

/// Takes columns out of wide tables where too many answers cannot be read; a table without any left is left out.
fn drop_bad(table: &TableLedger, seen: &Found, planned: &mut [Planned], limit: f64) -> bool {
    let good: u64 = seen.coverage.as_ref().map_or(0, |coverage| match table.table {
        TableName::Ratings => coverage.answers.iter().sum(),
        _ => coverage.attitudes.values().sum(),
    });
    if table.bad_cells as f64 <= limit * (table.bad_cells + good) as f64 {
        return false;
    }
    let bad: Vec<&str> = table
        .faults
        .iter()
        .filter(|fault| fault.scope == Scope::Cell && fault.count as f64 > limit * table.read as f64)
        .map(|fault| fault.column.as_str())
        .collect();
    let mut changed = false;
    for one in planned.iter_mut().filter(|one| one.mapped.table == table.table && one.left_out.is_none()) {
        let Some(wide) = &mut one.mapped.spec.wide else { continue };
        let before = wide.elements.len() + wide.questions.len();
        let fewer = |columns: &std::collections::BTreeMap<String, String>| {
            columns
                .iter()
                .filter(|(_, column)| !bad.contains(&column.as_str()))
                .map(|(a, b)| (a.clone(), b.clone()))
                .collect()
        };
        let (elements, questions): (std::collections::BTreeMap<_, _>, std::collections::BTreeMap<_, _>) =
            (fewer(&wide.elements), fewer(&wide.questions));
        changed |= elements.len() + questions.len() < before;
        if elements.is_empty() && questions.is_empty() {
            one.left_out = Some("most of its answers cannot be read on this scale".to_owned());
        } else {
            (wide.elements, wide.questions) = (elements, questions);
        }
    }
    if !changed {
        leave_out(planned, table.table, &format!("{} answers cannot be read on this scale", table.bad_cells));
    }
    true
}

//! What stands between the rows of a night and segments: every cause there is, with its count.

use serde::Serialize;

use super::super::ledger::{FaultCount, Ledger, RejectCode, Scope, TableLedger};
use super::super::spec::TableName;
use super::coverage::Coverage;
use super::error::IntakeError;
use super::run::Intake;
use crate::catalogue::{ElementId, N_ELEMENTS};
use crate::model::fit::MIN_ANSWERS;
use crate::model::rows::{Aspect, CustomerBlock, N_RATINGS, suppression};

/// Tables that segments are made of: whom they are of, and what is known of them.
const EVIDENCE: [TableName; 6] = [
    TableName::Customers,
    TableName::Ratings,
    TableName::Signals,
    TableName::Orders,
    TableName::Interactions,
    TableName::Feedback,
];

/// One cause why less is known than there is data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Hindrance {
    /// Stable word for what it is: `not_mapped`, `orphans`, `rejected_rows`, `off_scale`, `unreadable_cells`,
    /// `set_aside`, `left_out`, `few_items`, `few_answers`, `constant_answers`, `straight_lines`, `no_signals`.
    pub cause: &'static str,
    /// The table it is about.
    pub table: TableName,
    /// Rows, cells, customers or columns, as the sentence says.
    pub count: u64,
    /// Of how many.
    pub of: u64,
    /// The sentence.
    pub text: String,
}

/// Every cause, in the order in which rows meet them: mapping, reading, joining, consent, answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Hindrances {
    /// The causes.
    pub causes: Vec<Hindrance>,
    /// Customers who may be profiled and rated as many elements as segments need.
    pub respondents: u64,
}

impl Hindrances {
    /// Each cause in a sentence of its own, without a full stop.
    #[must_use]
    pub fn sentences(&self) -> Vec<String> {
        self.causes.iter().map(|cause| cause.text.clone()).collect()
    }

    fn add(&mut self, found: Hindrance) {
        if found.count > 0 {
            self.causes.push(found);
        }
    }
}

impl Intake {
    /// Gathers everything that stands in the way of segments; reads all customers once.
    ///
    /// # Errors
    /// [`IntakeError::Scratch`] or [`IntakeError::Engine`] if scratch cannot be read.
    pub fn hindrances(&self) -> Result<Hindrances, IntakeError> {
        let mut found = Hindrances::default();
        let coverage = self.coverage();
        if self.ledger().table(TableName::Ratings).is_none() {
            let text = "no `ratings` are mapped: nobody was asked what matters".to_owned();
            found.add(Hindrance { cause: "not_mapped", table: TableName::Ratings, count: 1, of: 1, text });
        }
        for table in self.ledger().tables.iter().filter(|table| EVIDENCE.contains(&table.table)) {
            of_rows(table, &mut found);
            of_cells(table, &mut found);
            of_orphans(self.ledger(), coverage, table.table, &mut found);
        }
        let mut answers = Answers::default();
        for block in self.blocks()? {
            answers.see(&block?);
        }
        answers.report(coverage, &mut found);
        found.respondents = answers.respondents - answers.left_out_respondents - answers.few;
        if self.signal_ids().is_empty() {
            let missing = self.missing_signals().len() as u64;
            let text = format!("none of the {missing} signals of the catalogue can be computed from what is mapped");
            found.add(Hindrance { cause: "no_signals", table: TableName::Signals, count: missing, of: missing, text });
        }
        Ok(found)
    }
}

fn of_rows(table: &TableLedger, found: &mut Hindrances) {
    let name = table.table.slug();
    let of_rows = table.faults.iter().filter(|fault| fault.scope == Scope::Row);
    let most = of_rows
        .max_by_key(|fault| fault.count)
        .map_or_else(String::new, |fault| format!(", most of them for `{}`: {}", fault.column, fault.code.meaning()));
    let text = format!("{} of {} rows of `{name}` were rejected{most}", table.rejected, table.read);
    found.add(Hindrance { cause: "rejected_rows", table: table.table, count: table.rejected, of: table.read, text });
    for (rule, &count) in &table.set_aside {
        let says = super::notes::rule_in_words(rule);
        found.add(Hindrance {
            cause: "set_aside",
            table: table.table,
            count,
            of: table.read,
            text: format!("{count} rows of `{name}` {says}"),
        });
    }
}

fn of_cells(table: &TableLedger, found: &mut Hindrances) {
    let name = table.table.slug();
    let cells = |off: bool| {
        let of_kind =
            move |fault: &&FaultCount| fault.scope == Scope::Cell && (fault.code == RejectCode::OffScale) == off;
        table.faults.iter().filter(of_kind)
    };
    for (off, cause, what) in
        [(true, "off_scale", "answers lie outside the scale"), (false, "unreadable_cells", "cells cannot be read")]
    {
        let count: u64 = cells(off).map(|fault| fault.count).sum();
        let columns = cells(off).count();
        let first = cells(off).max_by_key(|fault| fault.count);
        let place = first.map_or_else(String::new, |fault| {
            let more = if columns > 1 { format!(" and {} more", columns - 1) } else { String::new() };
            let why = if off { String::new() } else { format!(", {}", fault.code.meaning()) };
            format!(" (`{}`{more}{why})", fault.column)
        });
        found.add(Hindrance {
            cause,
            table: table.table,
            count,
            of: table.read,
            text: format!("{count} {what} in `{name}`{place}"),
        });
    }
}

fn of_orphans(ledger: &Ledger, coverage: &Coverage, table: TableName, found: &mut Hindrances) {
    let Some(orphans) = coverage.orphans.get(&table) else { return };
    let note = ledger.notes.iter().find(|note| note.topic == "orphans" && note.table == Some(table));
    let text = note.map(|note| note.text.clone()).unwrap_or_default();
    found.add(Hindrance { cause: "orphans", table, count: orphans.rows, of: orphans.of, text });
}

/// Answers of the customers, counted for what makes them useless.
struct Answers {
    customers: u64,
    /// Customers who must not be profiled.
    left_out: u64,
    /// Customers who rated something, and those of them who must not be profiled.
    respondents: u64,
    left_out_respondents: u64,
    /// Of those who may be profiled: who rated fewer elements than segments need, per aspect the most.
    few: u64,
    /// Who gave one answer to [`MIN_ANSWERS`] questions or more.
    straight: u64,
    /// Per indicator: answers, the first, and whether all others equal it.
    columns: Vec<(u64, f32, bool)>,
}

impl Default for Answers {
    fn default() -> Self {
        let (customers, left_out, respondents, left_out_respondents, few, straight) = (0, 0, 0, 0, 0, 0);
        let columns = vec![(0, 0.0, true); N_RATINGS];
        Self { customers, left_out, respondents, left_out_respondents, few, straight, columns }
    }
}

impl Answers {
    fn see(&mut self, block: &CustomerBlock) {
        for row in 0..block.len() {
            let away = suppression(&block.flags[row]).is_some();
            self.customers += 1;
            self.left_out += u64::from(away);
            let rated = block.rated[row];
            if rated == 0 {
                continue;
            }
            self.respondents += 1;
            self.left_out_respondents += u64::from(away);
            if away {
                continue;
            }
            let most = [Aspect::Importance, Aspect::Fulfillment].map(|aspect| (rated & aspect.mask()).count_ones());
            self.few += u64::from(most[0].max(most[1]) < MIN_ANSWERS);
            let answers = (0..N_RATINGS).filter(|at| rated >> at & 1 == 1).map(|at| (at, block.ratings[[row, at]]));
            let (mut n, mut first, mut same) = (0, 0.0f32, true);
            for (at, answer) in answers {
                let column = &mut self.columns[at];
                if column.0 == 0 {
                    column.1 = answer;
                }
                column.0 += 1;
                column.2 &= column.1.to_bits() == answer.to_bits();
                if n == 0 {
                    first = answer;
                }
                n += 1;
                same &= first.to_bits() == answer.to_bits();
            }
            self.straight += u64::from(same && n >= MIN_ANSWERS);
        }
    }

    fn report(&self, coverage: &Coverage, found: &mut Hindrances) {
        let table = TableName::Ratings;
        let (all, asked) = (self.customers, self.respondents);
        let text = format!("{} of {all} customers must not be profiled (consent, objection, age)", self.left_out);
        found.add(Hindrance { cause: "left_out", table: TableName::Customers, count: self.left_out, of: all, text });
        if asked == 0 {
            return;
        }
        let away = self.left_out_respondents;
        let text = format!("{away} of {asked} customers who answered must not be profiled (consent, objection, age)");
        found.add(Hindrance { cause: "left_out", table, count: away, of: asked, text });
        let items = |aspect| ElementId::all().filter(|element| coverage.answers(aspect, *element) > 0).count() as u64;
        let items = items(Aspect::Importance).max(items(Aspect::Fulfillment));
        if items < u64::from(MIN_ANSWERS) {
            let text = format!(
                "answers to only {items} of the {N_ELEMENTS} elements are mapped; segments need {MIN_ANSWERS} of the same \
                 aspect"
            );
            found.add(Hindrance { cause: "few_items", table, count: items, of: N_ELEMENTS as u64, text });
        } else {
            let text =
                format!("{} of {asked} customers who answered rated fewer than {MIN_ANSWERS} elements", self.few);
            found.add(Hindrance { cause: "few_answers", table, count: self.few, of: asked, text });
        }
        let told: Vec<usize> = (0..N_RATINGS).filter(|at| self.columns[*at].0 > 1).collect();
        let constant = told.iter().filter(|at| self.columns[**at].2).count() as u64;
        let text = format!("{constant} of {} questions have the same answer from everybody", told.len());
        found.add(Hindrance { cause: "constant_answers", table, count: constant, of: told.len() as u64, text });
        let text = format!("{} of {asked} customers who answered gave one answer to everything", self.straight);
        found.add(Hindrance { cause: "straight_lines", table, count: self.straight, of: asked, text });
    }
}

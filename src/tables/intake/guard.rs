//! What a row of `customers` forbids, so that the strictest of all rows about a person counts.

use std::sync::Arc;

use datafusion::arrow::array::{Array, ArrayRef, AsArray, BooleanArray, RecordBatch, StringArray};
use datafusion::arrow::datatypes::{DataType, Schema};
use datafusion::common::Result;

use super::super::contract::{Kind, OnBad, contract_of};
use super::super::spec::TableName;

/// The flag that leaves a person out of everything.
const ERASURE: &str = "erasure_requested";

/// What the person asked the relationship to be.
const WISH: &str = "relationship_wish";

/// First of the bits that tell it: one for each level that the wish rules out, so that of two wishes the more distant
/// counts.
const WISH_BIT: u32 = 24;

/// What is forbidden about a person: a bit for each protective flag that is set, each consent that is not given, and each
/// level of relationship that is closer than the person wished.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Guard(u32);

impl Guard {
    /// Asked to be erased, and nothing else known.
    pub(super) fn erasure() -> Self {
        let at = contract_of(TableName::Customers).columns.iter().position(|rule| rule.name == ERASURE);
        Self(1 << at.expect("customers can ask to be erased"))
    }

    /// Whether the person asked to be erased.
    pub(super) fn erases(self) -> bool {
        self.0 & Self::erasure().0 != 0
    }

    /// Whether the protective flag of this name is set.
    pub(super) fn forbids(self, flag: &str) -> bool {
        let at = contract_of(TableName::Customers).columns.iter().position(|rule| rule.name == flag);
        at.is_some_and(|at| self.0 & 1 << at != 0)
    }

    /// The stricter of two, flag by flag.
    pub(super) fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// As a number, to be kept on scratch.
    pub(super) fn to_bits(self) -> i64 {
        i64::from(self.0)
    }

    /// From such a number.
    pub(super) fn from_bits(bits: i64) -> Self {
        Self(u32::try_from(bits).unwrap_or(u32::MAX))
    }
}

/// The columns of a batch of customers that forbid something.
pub(super) struct GuardColumns {
    columns: Vec<GuardColumn>,
    /// The column of wishes.
    wish: Option<usize>,
}

struct GuardColumn {
    at: usize,
    bit: u32,
    /// Set: something is allowed. Else: something is forbidden.
    consent: bool,
}

impl GuardColumns {
    /// Finds them in checked rows of `customers`; of other tables there are none.
    pub(super) fn of(schema: &Schema) -> Self {
        let rules = contract_of(TableName::Customers).columns.iter().enumerate();
        let found = rules.filter_map(|(place, rule)| {
            let consent = rule.name.starts_with("consent_");
            let at = schema.index_of(rule.name).ok().filter(|_| consent || rule.bad == OnBad::Protect)?;
            let boolean = *schema.field(at).data_type() == DataType::Boolean;
            boolean.then_some(GuardColumn { at, bit: 1 << place, consent })
        });
        let wish = schema.index_of(WISH).ok().filter(|at| *schema.field(*at).data_type() == DataType::Utf8);
        Self { columns: found.collect(), wish }
    }

    /// Their places.
    pub(super) fn places(&self) -> impl Iterator<Item = usize> {
        self.columns.iter().map(|column| column.at).chain(self.wish)
    }

    /// What a row forbids.
    pub(super) fn guard(&self, batch: &RecordBatch, row: usize) -> Guard {
        let bits = self.columns.iter().filter(|column| {
            let flags = batch.column(column.at).as_boolean();
            (flags.is_valid(row) && flags.value(row)) != column.consent
        });
        let wish = self.wish.map(|at| batch.column(at).as_string::<i32>()).filter(|wishes| wishes.is_valid(row));
        let flags = bits.fold(0, |all, column| all | column.bit);
        Guard(flags | wish.map_or(0, |wishes| wish_bits(wishes.value(row))))
    }

    /// The batch, these rows as strict as said.
    pub(super) fn tighten(&self, batch: RecordBatch, rows: &[(usize, Guard)]) -> Result<RecordBatch> {
        if rows.is_empty() {
            return Ok(batch);
        }
        let mut columns: Vec<ArrayRef> = batch.columns().to_vec();
        for column in &self.columns {
            let mut flags: Vec<Option<bool>> = columns[column.at].as_boolean().iter().collect();
            for (row, _) in rows.iter().filter(|(_, guard)| guard.0 & column.bit != 0) {
                flags[*row] = Some(!column.consent);
            }
            columns[column.at] = Arc::new(BooleanArray::from(flags));
        }
        if let Some(at) = self.wish {
            let mut wishes: Vec<Option<&str>> = batch.column(at).as_string::<i32>().iter().collect();
            for (row, guard) in rows {
                wishes[*row] = wish_of(*guard).or(wishes[*row]);
            }
            columns[at] = Arc::new(StringArray::from(wishes));
        }
        Ok(RecordBatch::try_new(batch.schema(), columns)?)
    }
}

/// The levels, the most distant first.
fn levels() -> &'static [&'static str] {
    match contract_of(TableName::Customers).column(WISH).map(|rule| rule.kind) {
        Some(Kind::Choice(words)) => words,
        _ => &[],
    }
}

/// A bit for each level from the wish on: the more distant the wish, the more of them. No wish has none.
fn wish_bits(word: &str) -> u32 {
    let place = levels().iter().position(|level| *level == word);
    place.map_or(0, |place| (1 << (levels().len() - place)) - 1) << WISH_BIT
}

fn wish_of(guard: Guard) -> Option<&'static str> {
    let ruled_out = (guard.0 >> WISH_BIT).count_ones() as usize;
    levels().get(levels().len().checked_sub(ruled_out)?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(rows: [[Option<bool>; 2]; 2]) -> RecordBatch {
        let column = |at: usize| -> ArrayRef { Arc::new(BooleanArray::from(vec![rows[0][at], rows[1][at]])) };
        RecordBatch::try_from_iter_with_nullable([
            ("consent_email", column(0), true),
            ("objection_marketing", column(1), true),
        ])
        .expect("fits")
    }

    #[test]
    fn of_two_rows_every_objection_and_every_missing_consent_counts() {
        let rows = batch([[Some(true), Some(true)], [None, None]]);
        let columns = GuardColumns::of(&rows.schema());
        let both = columns.guard(&rows, 0).and(columns.guard(&rows, 1));
        assert!(!both.erases() && Guard::from_bits(both.to_bits()) == both);
        let strict = columns.tighten(rows, &[(0, both), (1, both)]).expect("fits");
        for row in 0..2 {
            assert_eq!(columns.guard(&strict, row), both);
        }
        assert!(!strict.column(0).as_boolean().value(0) && strict.column(1).as_boolean().value(1));
    }
    #[test]
    fn of_two_wishes_the_more_distant_counts_and_none_is_no_wish() {
        let wishes: ArrayRef = Arc::new(StringArray::from(vec![Some("friend"), Some("wave"), None]));
        let rows = RecordBatch::try_from_iter_with_nullable([(WISH, wishes, true)]).expect("fits");
        let columns = GuardColumns::of(&rows.schema());
        let [friend, wave, none] = [0, 1, 2].map(|row| columns.guard(&rows, row));
        assert_eq!(friend.and(wave), wave);
        assert_eq!(friend.and(none), friend);
        assert_eq!(wish_of(none), None);
        let strict = columns.tighten(rows, &[(0, friend.and(wave)), (2, none)]).expect("fits");
        let strict: Vec<_> = strict.column(0).as_string::<i32>().iter().collect();
        assert_eq!(strict, [Some("wave"), Some("wave"), None]);
    }
}

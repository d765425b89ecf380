//! Single items against all others: what runs the other way round, what is a copy, what says nothing, and people who give
//! the same answer everywhere.
//!
//! Everything is a sum of whole numbers over people, so parts may be taken together in any order.

mod found;
mod settled;
#[cfg(test)]
mod tests;

use super::blocks::{Blocks, Layout};
use super::error::IntakeError;
use super::rows::Rows;
use super::scratch::ScratchTable;
use crate::catalogue::N_ELEMENTS;
use crate::model::rows::{CustomerBlock, N_RATINGS, Question, suppression};
use crate::stats::joint::JointSums;

use found::Found;
pub(super) use settled::Settled;

/// People looked at, at most. METHOD: a correlation of that many is known to two hundredths.
const MOST_PEOPLE: u64 = 10_000;

/// Parts of the base looked at, at most, evenly over it: respondents may be rare.
const MOST_PARTS: usize = 64;

/// Other items an item is held against, at least.
const LEAST_OTHERS: usize = 3;

/// Answers from which the same answer everywhere is a use of the scale, not a coincidence. Our judgment, as in the fit.
const STRAIGHT_ANSWERS: u32 = 5;

/// Outcomes that mean more when they are higher, as the ratings do.
const OUTCOMES: [Question; 8] = [
    Question::Satisfaction,
    Question::Recommend,
    Question::GoodBrand,
    Question::Different,
    Question::SelfConnection,
    Question::Irreplaceable,
    Question::SecondChance,
    Question::Trust,
];

/// Columns: the ratings, then the outcomes.
const COLUMNS: usize = N_RATINGS + OUTCOMES.len();

/// Columns of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Importance,
    Fulfillment,
    Outcome,
}

impl Kind {
    const ALL: [Self; 3] = [Self::Importance, Self::Fulfillment, Self::Outcome];

    fn columns(self) -> std::ops::Range<usize> {
        match self {
            Self::Importance => 0..N_ELEMENTS,
            Self::Fulfillment => N_ELEMENTS..N_RATINGS,
            Self::Outcome => N_RATINGS..COLUMNS,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::Importance => "importance",
            Self::Fulfillment => "fulfillment",
            Self::Outcome => "outcomes",
        }
    }
}

/// People with at least [`STRAIGHT_ANSWERS`] answers of a kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Straight {
    people: u64,
    /// Of these, those with the same answer everywhere.
    same: u64,
    /// Fewest and most answers of these; both 0 where there are none.
    answers: (u32, u32),
}

impl Straight {
    fn merge(&mut self, other: &Self) {
        if other.same > 0 {
            let (low, high) = if self.same > 0 { self.answers } else { other.answers };
            self.answers = (low.min(other.answers.0), high.max(other.answers.1));
        }
        self.people += other.people;
        self.same += other.same;
    }
}

/// What was seen of all items.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Items {
    /// Each pair of columns, the smaller first.
    pairs: Vec<JointSums>,
    /// Each column with the mean of the others of its kind; outcomes with the mean of fulfillment.
    rest: Vec<JointSums>,
    straight: [Straight; 3],
    people: u64,
}

impl Items {
    fn zero() -> Self {
        Self {
            pairs: vec![JointSums::default(); COLUMNS * (COLUMNS - 1) / 2],
            rest: vec![JointSums::default(); COLUMNS],
            straight: [Straight::default(); 3],
            people: 0,
        }
    }

    fn merge(&mut self, other: &Self) {
        self.pairs.iter_mut().zip(&other.pairs).for_each(|(own, other)| own.merge(other));
        self.rest.iter_mut().zip(&other.rest).for_each(|(own, other)| own.merge(other));
        self.straight.iter_mut().zip(&other.straight).for_each(|(own, other)| own.merge(other));
        self.people += other.people;
    }

    /// Adds the people of a block until `most` were seen.
    fn block(&mut self, block: &CustomerBlock, most: u64) {
        for row in 0..block.len() {
            if self.people >= most {
                return;
            }
            if suppression(&block.flags[row]).is_some() {
                continue;
            }
            let answers = answers(block, row);
            if !answers.is_empty() {
                self.person(&answers);
            }
        }
    }

    /// One person's answers in hundredths, by ascending column.
    fn person(&mut self, answers: &[(usize, i64)]) {
        self.people += 1;
        for (at, (a, x)) in answers.iter().enumerate() {
            for (b, y) in &answers[at + 1..] {
                self.pairs[pair(*a, *b)].add(*x, *y);
            }
        }
        let own = |kind: Kind| answers.iter().filter(move |(column, _)| kind.columns().contains(column));
        let sum = |kind: Kind| own(kind).fold((0, 0), |(n, sum), (_, x)| (n + 1, sum + x));
        for (place, kind) in Kind::ALL.into_iter().enumerate() {
            let (n, total) = sum(kind);
            let (delivered, all) = sum(Kind::Fulfillment);
            for (column, x) in own(kind) {
                // In tenths of a hundredth, so that rounding a mean loses nothing that matters.
                let of_others = if n > LEAST_OTHERS { Some(10 * (total - x) / (n as i64 - 1)) } else { None };
                let of_elements = if delivered >= LEAST_OTHERS { Some(10 * all / delivered as i64) } else { None };
                let rest = if kind == Kind::Outcome { of_elements.or(of_others) } else { of_others };
                rest.into_iter().for_each(|rest| self.rest[*column].add(*x, rest));
            }
            self.straight(place, own(kind).map(|(_, x)| *x));
        }
    }

    fn straight(&mut self, place: usize, mut answers: impl Iterator<Item = i64> + Clone) {
        let n = answers.clone().count() as u32;
        if n < STRAIGHT_ANSWERS {
            return;
        }
        let first = answers.next();
        let same = answers.all(|x| Some(x) == first);
        let answers = if same { (n, n) } else { (0, 0) };
        self.straight[place].merge(&Straight { people: 1, same: u64::from(same), answers });
    }
}

/// Place of a pair of columns, `a < b`.
fn pair(a: usize, b: usize) -> usize {
    b * (b - 1) / 2 + a
}

/// Answers of a customer by column, in hundredths.
fn answers(block: &CustomerBlock, row: usize) -> Vec<(usize, i64)> {
    let hundredths = |x: f32| (f64::from(x) * 100.0).round() as i64;
    let mut out = Vec::new();
    let mut left = block.rated[row];
    while left != 0 {
        let at = left.trailing_zeros() as usize;
        left &= left - 1;
        out.push((at, hundredths(block.ratings[(row, at)])));
    }
    for (place, question) in OUTCOMES.into_iter().enumerate() {
        let answer = block.attitudes.get(row, question);
        out.extend(answer.map(|answer| (N_RATINGS + place, hundredths(answer))));
    }
    out
}

/// Looks at the answers of up to ten thousand people, drawn evenly over the base in order of id.
pub(super) fn look_at_items(
    layout: &Layout,
    customers: &ScratchTable,
    rows: &Rows,
    names: &[String],
    settled: &Settled,
) -> Result<Found, IntakeError> {
    if layout.ratings.is_empty() && layout.attitudes.is_empty() {
        return Ok(Found::default());
    }
    let mut items = Items::zero();
    let groups = customers.n_groups();
    let parts = groups.min(MOST_PARTS);
    for part in 0..parts {
        let group = part * groups / parts;
        for block in Blocks::open(layout, customers, &rows.runs, group..group + 1)? {
            let mut own = Items::zero();
            own.block(&block?, MOST_PEOPLE - items.people.min(MOST_PEOPLE));
            items.merge(&own);
        }
        if items.people >= MOST_PEOPLE {
            break;
        }
    }
    Ok(items.found(names, settled))
}

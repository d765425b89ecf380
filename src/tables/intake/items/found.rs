//! What the sums over items say, in sentences.

use std::fmt;

use super::settled::Settled;
use super::{Items, Kind, LEAST_OTHERS, MOST_PEOPLE, OUTCOMES, Straight, pair};
use crate::model::rows::{N_RATINGS, Question};
use crate::stats::joint::{Bounded, JointSums, LEAST_PEOPLE};
use crate::tables::intake::doubts::named;

/// Correlation with the mean of the others from which an item runs against them. Our judgment.
const AGAINST: f64 = -0.2;

/// Share of people with the same answer everywhere from which it is said. Our judgment.
const STRAIGHT_SAID: f64 = 0.05;

/// What single items have shown.
#[derive(Debug, Default)]
pub(in crate::tables::intake) struct Found {
    /// Sentences for people, with the number of people behind each.
    pub(in crate::tables::intake) said: Vec<(u64, String)>,
    /// Outcomes that run against all others and of which nobody has said whether they were asked the other way round.
    pub(in crate::tables::intake) turned: Vec<Question>,
}

/// How clearly a column runs against what it is held against.
struct Against {
    with: Bounded,
    people: i64,
}

impl fmt::Display for Against {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Bounded { low, r, high } = self.with;
        write!(f, "its correlation with their mean is {r:.2} ({low:.2} to {high:.2}, {} people)", self.people)
    }
}

impl Items {
    fn between(&self, a: usize, b: usize) -> &JointSums {
        &self.pairs[pair(a.min(b), a.max(b))]
    }

    /// Whether a column runs against all it is held against, and how clearly.
    ///
    /// METHOD (our judgment): the one-sided 99 % bound of its correlation with the mean of the others lies below 0, and the
    /// correlation is −0.2 or less; with two thirds of the others, three at least, it is surely below 0 one by one; and these
    /// hang together among themselves: half of their pairs surely go together, and hardly any surely against each other. The
    /// last keeps apart what people trade off: wishes that go with some wishes and against others are no turned scale.
    fn against(&self, column: usize, others: &[usize]) -> Option<Against> {
        let known = |other: &usize| (*other != column).then(|| self.between(column, *other).bounds()).flatten();
        let judged: Vec<(usize, Bounded)> = others.iter().filter_map(|other| Some((*other, known(other)?))).collect();
        let surely: Vec<usize> = judged.iter().filter(|(_, bound)| bound.high < 0.0).map(|(other, _)| *other).collect();
        if surely.len() < LEAST_OTHERS || 3 * surely.len() < 2 * judged.len() || !self.hang_together(&surely) {
            return None;
        }
        let with = self.rest[column].bounds()?;
        (with.high < 0.0 && with.r <= AGAINST).then_some(Against { with, people: self.rest[column].n })
    }

    /// Whether half of the pairs of these columns surely go together, and at most one in ten surely against each other.
    fn hang_together(&self, columns: &[usize]) -> bool {
        let (mut pairs, mut with, mut against) = (0, 0, 0);
        for (at, a) in columns.iter().enumerate() {
            for bound in columns[at + 1..].iter().filter_map(|b| self.between(*a, *b).bounds()) {
                pairs += 1;
                with += usize::from(bound.low > 0.0);
                against += usize::from(bound.high < 0.0);
            }
        }
        2 * with >= pairs && 10 * against <= pairs
    }

    pub(super) fn found(&self, names: &[String], settled: &Settled) -> Found {
        let mut found = Found::default();
        for kind in [Kind::Importance, Kind::Fulfillment] {
            self.turned_items(kind, names, settled, &mut found);
        }
        self.turned_outcomes(settled, &mut found);
        self.copies(names, &mut found);
        self.constants(names, &mut found);
        for (straight, kind) in self.straight.iter().zip(Kind::ALL) {
            found.said.extend(straight_line(straight, kind));
        }
        if self.people >= MOST_PEOPLE {
            let looked_at = format!(" (Looked at: {MOST_PEOPLE} people, evenly over the base.)");
            found.said.iter_mut().for_each(|(_, text)| text.push_str(&looked_at));
        }
        found
    }

    fn turned_items(&self, kind: Kind, names: &[String], settled: &Settled, found: &mut Found) {
        let others: Vec<usize> = kind.columns().collect();
        for column in kind.columns().filter(|column| !settled.right.contains(&names[*column])) {
            let Some(against) = self.against(column, &others) else { continue };
            let slug = names[column].split_once('_').map_or("", |(_, slug)| slug);
            let to_do = to_do(slug, settled.turned.contains(&names[column]), "ratings");
            let text = format!(
                "`{}` runs against all other items: {against}. Was it asked the other way round? It is used as it is: {to_do}.",
                names[column]
            );
            found.said.push((against.people as u64, text));
        }
    }

    fn turned_outcomes(&self, settled: &Settled, found: &mut Found) {
        let elements: Vec<usize> = Kind::Fulfillment.columns().collect();
        let outcomes: Vec<usize> = Kind::Outcome.columns().collect();
        for (place, column) in Kind::Outcome.columns().enumerate() {
            let name = OUTCOMES[place].slug();
            if settled.right.contains(name) {
                continue;
            }
            let delivered = self.against(column, &elements).map(|found| (found, "how well the elements are rated"));
            let other = || self.against(column, &outcomes).map(|found| (found, "all other outcomes"));
            let Some((against, than)) = delivered.or_else(other) else { continue };
            let said_so = settled.turned.contains(name);
            let used = if said_so { "It was turned" } else { "It is not used in this night" };
            let text = format!(
                "`{name}` runs against {than}: {against}. Was it, or were they, asked the other way round? {used}: {}.",
                to_do(name, said_so, "attitudes")
            );
            found.said.push((against.people as u64, text));
            if !said_so {
                found.turned.push(OUTCOMES[place]);
            }
        }
    }

    /// Columns that hold the same answer in every row are one question twice.
    fn copies(&self, names: &[String], found: &mut Found) {
        let mut copies = Vec::new();
        for kind in [Kind::Importance, Kind::Fulfillment] {
            for b in kind.columns() {
                let twin = (kind.columns().start..b).find(|a| {
                    let pair = self.between(*a, b);
                    pair.correlation().is_some() && pair.equal == pair.n
                });
                copies.extend(twin.map(|a| (self.between(a, b).n, a, b)));
            }
        }
        if let Some((n, a, b)) = copies.first() {
            let more = match copies.len() - 1 {
                0 => String::new(),
                more => format!("; so do {more} more columns"),
            };
            let text = format!(
                "`{}` equals `{}` in every answer ({n} people){more}: a column that was copied or mapped twice counts double \
                 in the segments.",
                names[*b], names[*a]
            );
            found.said.push((*n as u64, text));
        }
    }

    /// Columns to which everybody gives the same answer say nothing.
    fn constants(&self, names: &[String], found: &mut Found) {
        let constant = |column: &usize| {
            let seen = &self.rest[*column];
            seen.n >= LEAST_PEOPLE && seen.n * seen.xx == seen.x * seen.x
        };
        let all: Vec<&str> = (0..N_RATINGS).filter(constant).map(|column| names[column].as_str()).collect();
        if !all.is_empty() {
            let text = format!("Everybody gave the same answer to {}: it tells nobody apart.", named(&all));
            found.said.push((self.people, text));
        }
    }
}

/// What a person can write to settle it.
fn to_do(name: &str, turned: bool, table: &str) -> String {
    if turned {
        return format!("take it out of `reversed` of [tables.{table}] if that was a mistake");
    }
    format!(
        "write `reversed = {{ {name} = true }}` in [tables.{table}] to turn it, or `reversed = {{ {name} = false }}` if it is \
         right"
    )
}

fn straight_line(straight: &Straight, kind: Kind) -> Option<(u64, String)> {
    let share = straight.same as f64 / straight.people.max(1) as f64;
    if straight.people < LEAST_PEOPLE as u64 || share < STRAIGHT_SAID {
        return None;
    }
    let (low, high) = straight.answers;
    let items = if low == high { low.to_string() } else { format!("{low} to {high}") };
    let text = format!(
        "{:.0} % of {} people gave the same answer to everything asked about {} ({} people, {items} items each): that says how \
         they use the scale, not what they want. Their answers stay as they are and shape no segment.",
        100.0 * share,
        straight.people,
        kind.word(),
        straight.same
    );
    Some((straight.same, text))
}

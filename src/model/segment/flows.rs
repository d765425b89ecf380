//! How many went from where to where between two nights, with what few people stand behind withheld.

use std::collections::BTreeMap;

/// Counts of ways from one kind of place to the same or another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flows<P> {
    counts: BTreeMap<(P, P), u64>,
}

impl<P> Default for Flows<P> {
    fn default() -> Self {
        Self { counts: BTreeMap::new() }
    }
}

/// One way, as published.
#[derive(Clone, Debug, PartialEq)]
pub struct Flow<P> {
    /// Place then.
    pub from: P,
    /// Place now.
    pub to: P,
    /// Customers who took it; `None` = withheld.
    pub customers: Option<u64>,
    /// Share of all who were at `from`, 0–1, to the hundredth; `None` as `customers`.
    pub share: Option<f64>,
}

impl<P: Ord + Clone> Flows<P> {
    /// Counts a customer.
    pub fn add(&mut self, from: P, to: P) {
        self.add_many(from, to, 1);
    }

    /// Counts several customers.
    pub fn add_many(&mut self, from: P, to: P, customers: u64) {
        *self.counts.entry((from, to)).or_default() += customers;
    }

    /// Adds what another has counted.
    pub fn merge(&mut self, other: Self) {
        for ((from, to), customers) in other.counts {
            self.add_many(from, to, customers);
        }
    }

    /// All ways with their exact counts, by place then and place now.
    pub fn iter(&self) -> impl Iterator<Item = (&P, &P, u64)> {
        self.counts.iter().map(|((from, to), count)| (from, to, *count))
    }

    /// Customers who took a way.
    #[must_use]
    pub fn count(&self, from: &P, to: &P) -> u64 {
        self.counts.get(&(from.clone(), to.clone())).copied().unwrap_or(0)
    }

    /// All ways that anybody took, by place then and place now.
    ///
    /// METHOD: a count below `min_cell` is withheld, and where it is the only one withheld among those with the same place
    /// then, or now, the next smallest beside it as well: the sizes of segments are published, so a single gap could be
    /// filled by subtraction (complementary suppression; `docs/domain.md#small-cells`).
    #[must_use]
    pub fn published(&self, min_cell: u64) -> Vec<Flow<P>> {
        let mut withheld: Vec<bool> = self.counts.values().map(|count| *count < min_cell).collect();
        let ways: Vec<(&(P, P), u64)> = self.counts.iter().map(|(way, count)| (way, *count)).collect();
        loop {
            let before = withheld.clone();
            for side in [0, 1] {
                let place = |i: usize| if side == 0 { &ways[i].0.0 } else { &ways[i].0.1 };
                for i in 0..ways.len() {
                    let line: Vec<usize> = (0..ways.len()).filter(|j| place(*j) == place(i)).collect();
                    let alone = withheld[i] && line.iter().filter(|j| withheld[**j]).count() == 1;
                    let next = line.into_iter().filter(|j| !withheld[*j]).min_by_key(|j| ways[*j].1);
                    if let (true, Some(next)) = (alone, next) {
                        withheld[next] = true;
                    }
                }
            }
            if withheld == before {
                break;
            }
        }
        let mut totals: BTreeMap<&P, u64> = BTreeMap::new();
        ways.iter().for_each(|((from, _), count)| *totals.entry(from).or_default() += count);
        ways.iter()
            .zip(withheld)
            .map(|(((from, to), count), withheld)| {
                let customers = (!withheld).then_some(*count);
                let share = customers.map(|count| two_digits(count as f64 / totals[from] as f64));
                Flow { from: from.clone(), to: to.clone(), customers, share }
            })
            .collect()
    }
}

/// METHOD: a share with more digits would tell the numbers it was made of, also when they come in fives.
fn two_digits(share: f64) -> f64 {
    (share * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flows(counts: &[(char, char, u64)]) -> Flows<char> {
        let mut flows = Flows::default();
        counts.iter().for_each(|(from, to, n)| flows.add_many(*from, *to, *n));
        flows
    }

    fn shown(flows: &Flows<char>) -> Vec<(char, char, Option<u64>)> {
        flows.published(20).into_iter().map(|flow| (flow.from, flow.to, flow.customers)).collect()
    }

    #[test]
    fn a_small_count_takes_the_next_smallest_beside_it_along() {
        let flows =
            flows(&[('a', 'a', 900), ('a', 'b', 5), ('a', 'c', 40), ('b', 'a', 30), ('b', 'b', 500), ('b', 'c', 50)]);
        // a→b is small; beside it a→c goes, and in the columns of both b→b or b→a and b→c.
        let rows = shown(&flows);
        assert!(
            rows.contains(&('a', 'b', None))
                && rows.contains(&('a', 'c', None))
                && rows.contains(&('a', 'a', Some(900)))
        );
        for side in [|r: &(char, char, Option<u64>)| r.0, |r: &(char, char, Option<u64>)| r.1] {
            for place in ['a', 'b', 'c'] {
                assert_ne!(
                    rows.iter().filter(|row| side(row) == place && row.2.is_none()).count(),
                    1,
                    "{place}: {rows:?}"
                );
            }
        }
    }

    #[test]
    fn large_counts_are_shown_with_their_share_and_merging_adds() {
        let mut all = flows(&[('a', 'a', 30)]);
        all.merge(flows(&[('a', 'a', 30), ('a', 'b', 20)]));
        assert_eq!(all.count(&'a', &'a'), 60);
        let published = all.published(20);
        assert_eq!(published.iter().map(|flow| flow.share).collect::<Vec<_>>(), [Some(0.75), Some(0.25)]);
    }
}

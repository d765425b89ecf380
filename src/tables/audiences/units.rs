//! Customers who share addresses, as one unit each: what is sent to one of them reaches all.

use std::collections::BTreeMap;

/// Customers by place who share an address or a household with others, each with the first of all they are tied to.
///
/// Memory: one entry for every customer who shares something.
#[derive(Clone, Debug, Default)]
pub(super) struct AddressUnits {
    above: BTreeMap<u64, u64>,
}

impl AddressUnits {
    /// Ties customers together.
    pub(super) fn tie(&mut self, rows: impl Iterator<Item = u64> + Clone) {
        if rows.clone().nth(1).is_none() {
            return;
        }
        let mut first = None;
        for row in rows {
            let own = self.root(row);
            let root = first.map_or(own, |first: u64| first.min(own));
            for other in first.into_iter().chain([own]) {
                self.above.insert(other, root);
            }
            self.above.entry(row).or_insert(root);
            first = Some(root);
        }
    }

    fn root(&mut self, row: u64) -> u64 {
        let mut root = row;
        while let Some(above) = self.above.get(&root).filter(|above| **above != root) {
            root = *above;
        }
        // Shorter from now on.
        let mut here = row;
        while here != root {
            here = self.above.insert(here, root).unwrap_or(root);
        }
        root
    }

    /// The first of those whom the customer at a place is tied to, themselves among them; `None` = they share nothing.
    #[must_use]
    pub(super) fn of(&self, row: u64) -> Option<u64> {
        let mut root = *self.above.get(&row)?;
        while let Some(above) = self.above.get(&root).filter(|above| **above != root) {
            root = *above;
        }
        Some(root)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn whoever_is_tied_to_somebody_tied_to_others_is_of_one_unit() {
        let mut units = AddressUnits::default();
        units.tie([7, 9].into_iter());
        units.tie([2, 9].into_iter());
        units.tie([4, 5].into_iter());
        assert_eq!([2, 7, 9].map(|row| units.of(row)), [Some(2); 3]);
        assert_eq!([4, 5].map(|row| units.of(row)), [Some(4); 2]);
        assert_eq!(units.of(3), None);
    }

    proptest! {
        #[test]
        fn units_are_the_connected_parts_whatever_the_order(
            ties in prop::collection::vec(prop::collection::vec(0u64..20, 2..4), 0..12),
        ) {
            let of = |ties: &[Vec<u64>]| {
                let mut units = AddressUnits::default();
                ties.iter().for_each(|rows| units.tie(rows.iter().copied()));
                (0..20).map(|row| units.of(row)).collect::<Vec<_>>()
            };
            let found = of(&ties);
            let mut backward = ties.clone();
            backward.reverse();
            prop_assert_eq!(&found, &of(&backward));
            // The slow way: the least of all that can be reached.
            let mut least: Vec<u64> = (0..20).collect();
            for _ in 0..20 {
                for rows in &ties {
                    let min = rows.iter().map(|row| least[*row as usize]).min().unwrap_or(0);
                    rows.iter().for_each(|row| least[*row as usize] = min);
                }
            }
            for (row, unit) in found.iter().enumerate() {
                let tied = ties.iter().any(|rows| rows.contains(&(row as u64)));
                prop_assert_eq!(*unit, tied.then_some(least[row]));
            }
        }
    }
}

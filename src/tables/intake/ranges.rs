//! Ranges of ids, which let sorted tables be read and joined side by side.

use std::ops::Range;

use datafusion::arrow::array::{Array, StringArray};

/// Ids from one, up to but without another; `None`: without end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct IdRange {
    pub(super) from: Option<String>,
    pub(super) to: Option<String>,
}

impl IdRange {
    /// Row groups that may hold ids of the range, given the first id of each. A group may start in the middle of a
    /// customer.
    pub(super) fn groups(&self, firsts: &[String]) -> Range<usize> {
        let start = self.from.as_ref().map_or(0, |from| firsts.partition_point(|first| first < from).saturating_sub(1));
        let end = self.to.as_ref().map_or(firsts.len(), |to| firsts.partition_point(|first| first < to));
        start..end.max(start)
    }

    /// Rows of the range among sorted ids.
    pub(super) fn rows(&self, ids: &StringArray) -> Range<usize> {
        let before = |end: &str| {
            let (mut low, mut high) = (0, ids.len());
            while low < high {
                let middle = usize::midpoint(low, high);
                if ids.value(middle) < end { low = middle + 1 } else { high = middle }
            }
            low
        };
        let start = self.from.as_deref().map_or(0, before);
        start..self.to.as_deref().map_or(ids.len(), before).max(start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(from: Option<&str>, to: Option<&str>) -> IdRange {
        IdRange { from: from.map(str::to_owned), to: to.map(str::to_owned) }
    }

    #[test]
    fn a_customer_who_starts_in_the_group_before_is_not_cut() {
        let firsts = ["a", "c", "c", "f"].map(str::to_owned);
        assert_eq!(range(None, None).groups(&firsts), 0..4);
        assert_eq!(range(Some("c"), None).groups(&firsts), 0..4);
        assert_eq!(range(Some("d"), Some("f")).groups(&firsts), 2..3);
        assert_eq!(range(None, Some("a")).groups(&firsts), 0..0);
        assert_eq!(range(Some("z"), None).groups(&firsts), 3..4);
        assert_eq!(range(Some("z"), None).groups(&[]), 0..0);
    }

    #[test]
    fn rows_of_a_range_are_found_in_sorted_ids() {
        let ids = StringArray::from(vec!["a", "b", "b", "d"]);
        assert_eq!(range(Some("b"), Some("d")).rows(&ids), 1..3);
        assert_eq!(range(Some("c"), Some("c")).rows(&ids), 3..3);
        assert_eq!(range(None, Some("a")).rows(&ids), 0..0);
        assert_eq!(range(Some("e"), None).rows(&ids), 4..4);
    }
}

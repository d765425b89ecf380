//! Ids of segments: given once, never again.

use std::collections::BTreeSet;

/// Ids that were ever given, so that none is given twice: whoever filtered on `S03` once must never meet others there.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IdBook {
    used: BTreeSet<u32>,
}

impl IdBook {
    /// A book of ids given so far; texts that are no segment ids are left out.
    pub fn new<'a>(ids: impl IntoIterator<Item = &'a str>) -> Self {
        Self { used: ids.into_iter().filter_map(number).collect() }
    }

    /// Whether an id was given.
    #[must_use]
    pub fn knows(&self, id: &str) -> bool {
        number(id).is_some_and(|number| self.used.contains(&number))
    }

    /// Enters an id.
    pub fn enter(&mut self, id: &str) {
        self.used.extend(number(id));
    }

    /// Gives the next id: one more than the highest ever given. Gaps are not filled.
    pub fn give(&mut self) -> String {
        let number = self.used.last().map_or(1, |last| last.saturating_add(1));
        self.used.insert(number);
        format!("S{number:02}")
    }
}

/// Number of a segment id: `S03` is 3. `None` for what is no segment id.
fn number(id: &str) -> Option<u32> {
    let digits = id.strip_prefix('S')?;
    let plain = digits.len() >= 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_id_is_above_all_that_ever_were() {
        let mut book = IdBook::new(["S01", "S07", "S03"]);
        assert_eq!(book.give(), "S08");
        assert_eq!(book.give(), "S09");
        assert!(book.knows("S08") && !book.knows("S02"));
        book.enter("S120");
        assert_eq!(book.give(), "S121");
        assert_eq!(IdBook::default().give(), "S01");
    }

    #[test]
    fn what_is_no_segment_id_is_left_out() {
        let book = IdBook::new(["NONE", "ALL", "S", "S1", "Sxx", "S-1", "s04"]);
        assert_eq!(book, IdBook::default());
    }
}

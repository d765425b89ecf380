//! What is open between one customer and the company.

use valueseg_catalogue::MatterKind;

/// One matter that is open with a customer.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OpenMatter {
    /// What it is.
    pub kind: MatterKind,
    /// Whole days since it began: the complaint, the day a promise was due, the order that came back; `None` = not known,
    /// for a case of which nothing but the flag is known.
    pub days_open: Option<u32>,
    /// How grave it is as recorded, larger is graver; `None` = not said.
    pub severity: Option<f32>,
    /// Moment by which something was promised about it, microseconds since 1970; `None` = nothing was.
    pub promised_by: Option<i64>,
}

/// How many matters of each kind are open with one customer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OpenCounts([u16; MatterKind::ALL.len()]);

impl OpenCounts {
    /// Counts one more.
    pub fn add(&mut self, kind: MatterKind) {
        let count = &mut self.0[kind as usize];
        *count = count.saturating_add(1);
    }

    /// How many are of a kind.
    #[must_use]
    pub fn of(self, kind: MatterKind) -> u16 {
        self.0[kind as usize]
    }

    /// Whether anything is open.
    #[must_use]
    pub fn any(self) -> bool {
        self.0.iter().any(|count| *count > 0)
    }

    /// The gravest kind that is open; `None` = nothing is.
    #[must_use]
    pub fn gravest(self) -> Option<MatterKind> {
        MatterKind::ALL.into_iter().find(|kind| self.of(*kind) > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_counted_apart_and_the_gravest_comes_first() {
        assert!(MatterKind::ALL.iter().enumerate().all(|(i, kind)| *kind as usize == i));
        let mut counts = OpenCounts::default();
        assert!(!counts.any() && counts.gravest().is_none());
        [MatterKind::Return, MatterKind::Promise, MatterKind::Promise].into_iter().for_each(|kind| counts.add(kind));
        assert_eq!((counts.of(MatterKind::Promise), counts.of(MatterKind::Complaint)), (2, 0));
        assert_eq!(counts.gravest(), Some(MatterKind::Promise));
    }
}

//! Descriptors of groups as published: small cells withheld.

use crate::rows::Figure;

/// One value of a descriptor in one group.
#[derive(Clone, Debug, PartialEq)]
pub struct DescriptorCell {
    /// The group: a segment, `ALL` or `NONE`.
    pub group: String,
    /// The descriptor: a column of `customers`, `tenure_days` or `rfm_group`.
    pub descriptor: String,
    /// Its value.
    pub value: String,
    /// Members with the value; `None` = withheld.
    pub people: Option<u64>,
    /// Share of the members of whom the descriptor is known, 0–1; its base are these.
    pub share: Figure,
    /// Share minus that of everybody else, −1..1; unknown for everybody.
    pub difference: Figure,
    /// Share over that of everybody else, > 0; as [`DescriptorCell::difference`].
    pub lift: Figure,
}

/// Descriptors of a night.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Crosstabs {
    /// Cells by group, descriptor and value.
    pub cells: Vec<DescriptorCell>,
    /// What a reader must know, in plain sentences.
    pub limits: Vec<String>,
}

impl Crosstabs {
    /// Every figure, to be rounded.
    pub(in crate::segment) fn figures_mut(&mut self) -> impl Iterator<Item = &mut Figure> {
        self.cells.iter_mut().flat_map(|cell| [&mut cell.share, &mut cell.difference, &mut cell.lift])
    }

    /// Every number of people beside a figure.
    pub(in crate::segment) fn people_mut(&mut self) -> impl Iterator<Item = &mut u64> {
        self.cells.iter_mut().filter_map(|cell| cell.people.as_mut())
    }
}

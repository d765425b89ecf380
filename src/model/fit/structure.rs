//! What tests said about the segments as groups.

/// What tests said about the segments as groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Structure {
    /// Separate groups: found again, and neither in shuffled data nor in a continuum that looks like the answers.
    Natural,
    /// Found again, more surely than in shuffled data, but not shown to be more than cuts in a continuum.
    Reproducible,
    /// Cuts in a continuum: useful, but not found.
    Constructive,
}

impl Structure {
    /// The word used in files.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Natural => "natural",
            Self::Reproducible => "reproducible",
            Self::Constructive => "constructive",
        }
    }
}

//! Ready-made groups by recency, frequency and value of orders.

/// A group by how lately, and how often and for how much, somebody bought in the year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RfmGroup {
    /// Lately; often and for much.
    Core,
    /// Lately; in between.
    Growing,
    /// Lately; seldom and for little.
    Fresh,
    /// Some time ago; often and for much.
    CoolingCore,
    /// Some time ago; in between.
    Regular,
    /// Some time ago; seldom and for little.
    Occasional,
    /// Long ago; often and for much.
    SlippingCore,
    /// Long ago; in between.
    Slipping,
    /// Long ago; seldom and for little.
    Asleep,
    /// Nothing in the year.
    NoPurchase,
}

impl RfmGroup {
    /// All groups; the place of one is its discriminant.
    pub const ALL: [Self; 10] = [
        Self::Core,
        Self::Growing,
        Self::Fresh,
        Self::CoolingCore,
        Self::Regular,
        Self::Occasional,
        Self::SlippingCore,
        Self::Slipping,
        Self::Asleep,
        Self::NoPurchase,
    ];

    /// The word used in files.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Core => "core",
            Self::Growing => "growing",
            Self::Fresh => "fresh",
            Self::CoolingCore => "cooling_core",
            Self::Regular => "regular",
            Self::Occasional => "occasional",
            Self::SlippingCore => "slipping_core",
            Self::Slipping => "slipping",
            Self::Asleep => "asleep",
            Self::NoPurchase => "no_purchase",
        }
    }
}

//! "How close are they, group by group?" One pass over all customers, and the figures made of it.
//!
//! | module | answers |
//! |---|---|
//! | `fold`, `dealings`, `rivals` | what one customer adds |
//! | `pair`, `sums`, `state` | integer sums that merge exactly |
//! | `group`, `finish`, `limits` | published figures, small cells withheld, and what to know about them |
//! | `measures` | the same as one long table |
//! | `regularities` | whether what others published holds here |

mod dealings;
mod finish;
#[cfg(test)]
pub(in crate::model) mod fixture;
mod fold;
mod group;
mod limits;
mod measures;
mod pair;
mod published;
mod regularities;
#[cfg(test)]
mod regularity_tests;
mod rivals;
mod settings;
mod state;
mod sums;
#[cfg(test)]
mod tests;
mod types;

pub use finish::LensContext;
pub use fold::{LensBlock, LensFold};
pub use measures::Measure;
pub use regularities::{Claim, Regularity, Unit, Verdict};
pub use settings::{ConnectionCuts, LensSettings};
pub use state::LensState;
pub use types::{
    ArcFigures, BalanceFigures, ComplaintFigures, ConnectionFigures, ConsistencyFigures, ConsistencyRow, Figure,
    GapSize, GroupLens, Lens, ListeningFigures, LoyaltyFigures, MotivatorFigures, RivalFigures, StageFigures, Standing,
};

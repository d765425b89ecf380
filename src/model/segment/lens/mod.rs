//! "How close are they, group by group?" One pass over all customers, and the figures made of it.
//!
//! | module | answers |
//! |---|---|
//! | `row`, `fold`, `dealings`, `lived`, `served`, `rivals` | what one customer adds |
//! | `pair`, `sums`, `served_sums`, `state` | integer sums that merge exactly |
//! | `compare`, `group`, `care`, `served_figures`, `finish`, `limits` | published figures, small cells withheld, and what to know about them |
//! | `measures` | the same as one long table |
//! | `published`, `claim`, `regularities` | what others published, and whether it holds here |

mod care;
mod claim;
mod compare;
mod context;
mod dealings;
mod finish;
#[cfg(test)]
pub(crate) mod fixture;
mod fold;
mod group;
mod limits;
mod lived;
mod measures;
mod pair;
mod published;
mod rates;
mod regularities;
#[cfg(test)]
mod regularity_tests;
mod released;
mod rivals;
mod row;
mod served;
mod served_figures;
mod served_sums;
#[cfg(test)]
mod served_tests;
mod service;
mod settings;
mod state;
mod sums;
#[cfg(test)]
mod tests;
mod types;

pub use care::CareFigures;
pub use claim::{Claim, RegularityVerdict, Unit};
pub use context::LensContext;
pub use fold::LensFold;
pub use lived::{Lived, LivedStep, lived_stories};
pub use measures::LensMeasure;
pub use published::Published;
pub use regularities::Regularity;
pub use row::LensBlock;
pub use served_figures::ServedFigures;
pub use service::ServiceSettings;
pub use settings::{ConnectionCuts, LensSettings};
pub use state::LensState;
pub use types::{
    ArcFigures, BalanceFigures, ComplaintFigures, ConnectionFigures, ConsistencyFigures, ConsistencyRow, GapSize,
    GroupLens, HeardFigures, Lens, ListeningFigures, LoyaltyFigures, MotivatorFigures, RateFigures, RivalFigures,
    RivalStanding, StageFigures,
};

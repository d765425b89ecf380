//! "What are we talking about?" The 30 elements, need tiers, motivators, signals and plays, as checked data.
//!
//! Texts and numbers live in `data/catalogue/*.toml`; this module parses them, refuses what does not fit together,
//! and lets a company's own folder reword and extend them through the same parser. It knows no arrays and no files.
//!
//! ```
//! use valueseg_catalogue::{Catalogue, ElementId, NeedTier};
//!
//! let catalogue = Catalogue::embedded();
//! let element = ElementId::parse("reduces_risk").expect("one of the 30");
//! assert_eq!(catalogue.element(element).name(), "Reduces risk");
//! assert_eq!(catalogue.needs().weight(element, NeedTier::Safety), 1.0);
//! ```

mod care;
mod check;
mod element;
mod entry;
mod error;
mod hex;
mod industry;
mod layers;
pub mod lexicon;
mod metric;
mod motivator;
mod need;
mod offer;
mod play;
mod signal;
#[cfg(test)]
mod tests;
mod whole;
mod words;

pub use care::{EaseTopic, Latitude, LatitudeScope, MatterKind, StoryKind};
pub use element::{Element, ElementId, Level, N_ELEMENTS, Sensitivity};
pub use error::CatalogueError;
pub use hex::hex;
pub use industry::{Capability, Industry};
pub use metric::{Better, Metric, MetricUnit};
pub use motivator::{MOTIVATOR_LIMIT, Motivator};
pub use need::{NeedMap, NeedTier};
pub use offer::Capabilities;
pub use play::{Effort, Play, PlayChannel, PlayKind, PlaySubject};
pub use signal::{AS_OF, NoRows, ORDERS_WITH, SIGNAL_LIMIT, Signal, SignalTable, Transform, count_orders};
pub use whole::{Catalogue, CatalogueTexts, CompanyTexts};
pub use words::PLAY_WORDS;

//! A made-up retailer with hidden segments: realistic inputs to try the job on, and to measure it against.
//!
//! The planted truth follows the problem as it is posed, not a picture of it: six unequal segments that want different
//! things, everybody's own use of the rating scale, a halo of overall experience on every fulfillment answer, content
//! factors inside segments, few respondents with a part of the questions each, and behavior that echoes wants weakly
//! beneath how much somebody buys. [`World`] is the numbers, [`write_demo`] the files.
//!
//! ```
//! use valueseg::demo::{DemoSettings, World};
//!
//! let world = World::new(&DemoSettings { survey_share: 1.0, ..DemoSettings::default() })?;
//! let person = world.person(0);
//! let response = world.response(&person).expect("everybody answers");
//! assert_eq!(response.ratings.len(), 12);
//! # Ok::<(), valueseg::demo::DemoSettingError>(())
//! ```

mod attitudes;
mod bond;
mod contacts;
mod customer;
mod descriptors;
mod dice;
mod drivers;
mod error;
mod feedback;
mod nuisance;
mod orders;
mod page;
mod parquet_files;
mod person;
mod profiles;
mod promises;
mod rhythm;
mod service;
mod settings;
mod sheet;
mod sites;
mod survey;
#[cfg(test)]
mod tests;
mod text_files;
mod texts;
mod time;
mod traces;
mod treatments;
mod trials;
mod truth;
mod world;
mod write;

pub use attitudes::{
    BrandAnswer, NEED_MORE_THAN_20_PERCENT, OUTCOME_ANSWER_SD, RARELY_SHOP_AROUND, RIVALS, RIVALS_ASKED,
};
pub use bond::{BOUGHT_SHARES, Bond, FAILED_SHARE, ORDER_RATES, REPEAT_ORDERS};
pub use contacts::Interaction;
pub use customer::Customer;
pub use drivers::{DriverWeights, ELEMENTS_EFFECT_SD};
pub use error::DemoError;
pub use feedback::Feedback;
pub use nuisance::nuisance_name;
pub use orders::{Order, STAGE_VALUES};
pub use person::{OWN_GETS_SD, Person, Profile};
pub use profiles::{Content, ElementTruth, HIDDEN_SEGMENTS, SEGMENT_NAMES, SEGMENT_SHARES, SPREAD, TRUTH};
pub use promises::{KeptRate, Promises};
pub use rhythm::{BOUGHT_IN_REWARD_WEEKS, REWARD_WEEKS};
pub use settings::{
    DEFAULT_CUSTOMERS, DEFAULT_ITEMS_ASKED, DEFAULT_SEED, DEFAULT_SURVEY_SHARE, DemoSettingError, DemoSettings,
    MAX_CUSTOMERS, MAX_NUISANCE_SIGNALS,
};
pub use survey::{Answer, FULFILLMENT_CONTENT_LOADING, FULFILLMENT_NOISE_SD, HALO, IMPORTANCE_NOISE_SD, Response};
pub use time::Moment;
pub use traces::{GET_EFFECT, Inclinations, OWN_INCLINATION_SD, TRACES, WANT_EFFECT};
pub use treatments::Treatment;
pub use trials::{PlantedEffect, TRIALS};
pub use world::{CONTENT_LOADING, FIRST_NIGHT, OWN_WANTS_SD, SECOND_NIGHT, World};
pub use write::{DemoCounts, DemoFiles, write_demo};

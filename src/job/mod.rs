//! "What happens, in which order, with which settings?" A night from the configuration to the published folder.
//!
//! | module | is |
//! |---|---|
//! | [`night`] | the recipe of a night, on one screen |
//! | [`settings`], [`load`], [`size`] | `valueseg.toml` as checked types |
//! | [`mod@missed`] | nights that nobody ran, to be caught up with |
//! | [`init`] | a starter configuration from a look at some files |
//! | [`inputs_page`] | what can be read, as a page: tables, reject codes, every key |
//! | [`check`] | what is there, what is missing, what that costs |
//! | [`explain`] | why, in plain words |
//! | [`diff`] | two nights or two models side by side |
//! | [`segments`] | ids, names and the past of segments |
//! | [`mod@verify`], [`mod@forget`], [`retention`] | care for stored nights: whole, without those who left, not for ever |
//! | [`state`] | whether ledger, models and manifests are what the program wrote |
//! | [`again`] | the pages of a stored night, made again from what is stored, and where they lie |
//! | [`audiences`] | lists that can be loaded into the tools of the company |
//! | `place` | where results may lie |
//! | `room`, `scratch` | the folders a run works in |
//! | `remembered` | which results folder belongs to a configuration |
//! | `obtain`, `lineage`, `yardstick`, `challengers` | the model of a night, and what is stored with models |
//! | `tonight`, `earlier_nights` | what every stage after the fit needs |
//! | `pass`, `drivers`, `relationship_rules`, `apply` | passes over all customers, and the rules they are scored by |
//! | `inputs` | what a night's inputs are held against: earlier nights |
//! | `drift`, `gates`, `gated`, `quality` | whether the model is in doubt, and what holds a night back |
//! | `noise` | so that no figure tells what one customer added |
//! | `describe`, `finished`, `appendix`, `report`, `write` | segments described, and what a finished night writes |
//! | [`watch`] | how a run tells how far it is |
//! | [`outcome`], [`error`] | how a run ends |

pub mod again;
mod appendix;
mod apply;
pub mod audiences;
mod challengers;
pub mod check;
mod closeness;
mod company;
mod describe;
pub mod diff;
mod drift;
mod drivers;
mod earlier_nights;
mod effects;
pub mod error;
mod experiments;
pub mod explain;
mod finished;
pub mod for_customer;
pub mod forget;
mod gated;
mod gates;
pub mod init;
mod inputs;
pub mod inputs_page;
mod lineage;
pub mod load;
mod lots;
pub mod missed;
pub mod night;
mod noise;
mod obtain;
pub mod outcome;
mod pass;
mod place;
mod project;
mod quality;
mod read;
mod relationship_rules;
mod remembered;
mod report;
pub mod retention;
mod room;
mod scratch;
pub mod segments;
pub mod settings;
pub mod size;
pub mod span;
pub mod state;
mod tonight;
pub mod verify;
pub mod watch;
mod write;
mod yardstick;

//! "What happens, in which order, with which settings?" A night from the configuration to the published folder.
//!
//! | module | is |
//! |---|---|
//! | [`night`] | the recipe of a night, on one screen |
//! | [`settings`], [`load`], [`size`] | `valueseg.toml` as checked types |
//! | [`mod@missed`] | nights that nobody ran, to be caught up with |
//! | [`init`] | a starter configuration from a look at some files |
//! | [`check`] | what is there, what is missing, what that costs |
//! | [`explain`] | why, in plain words |
//! | [`diff`] | two nights or two models side by side |
//! | [`segments`] | ids, names and the past of segments |
//! | [`mod@verify`], [`mod@forget`], `retention` | care for stored nights: whole, without those who left, not for ever |
//! | `obtain`, `lineage`, `drift` | the model of a night: kept, fitted anew, or challenged |
//! | `gates`, `write`, `appendix` | what holds a night back, what it writes, what it says of its model |
//! | [`watch`] | how a run tells how far it is |
//! | [`outcome`], [`error`] | how a run ends |

mod appendix;
mod apply;
pub mod check;
mod closeness;
mod describe;
pub mod diff;
mod drift;
mod drivers;
pub mod error;
pub mod explain;
pub mod forget;
mod gates;
pub mod init;
mod lineage;
pub mod load;
pub mod missed;
pub mod night;
mod obtain;
pub mod outcome;
mod past;
mod project;
mod read;
mod relate;
mod retention;
mod scratch;
pub mod segments;
pub mod settings;
pub mod size;
pub mod verify;
pub mod watch;
mod write;

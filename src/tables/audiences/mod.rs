//! Lists that can be loaded into the tools of a company, each as a folder of files with a receipt in plain words.
//!
//! A destination is data (a [`Template`]); code holds a closed set of [`Maker`]s and one writer. Nobody is in a file who did not
//! agree to what it is for; what one record of a person forbids is forbidden at every address of that record; and no column ever
//! tells a tool that somebody subscribed. Addresses stand on scratch and in these files alone.
//!
//! The customers go by twice. First, before lots fall, every address is brought to its one form and it is found out who shares it
//! with whom (`findings`, `shared`, `units`); then each audience picks its members, with the first reason for everybody else who was meant (`pick`). Members
//! are kept in order of customer (`members`), sorted by key for the files (`sorted`, `parts`), and merged with those of the night
//! that changes are told against (`deliver`).

mod addresses;
mod buckets;
mod candidate;
mod confirmed;
mod deliver;
mod digits;
mod erasure;
mod error;
mod field;
mod findings;
mod format;
#[cfg(test)]
mod golden;
mod kept_out;
mod lists;
mod makers;
mod members;
mod package;
mod parts;
mod phone;
mod pick;
mod receipt;
mod shared;
mod sorted;
mod spec;
mod template;
#[cfg(test)]
mod tests;
mod units;

pub use confirmed::{CONFIRMATIONS_NAME, Confirmations};
pub use erasure::ListTraces;
pub use error::AudienceError;
pub use field::Field;
pub use findings::{AddressFindings, AddressNote, AddressNotes, HashedColumn, look_at_addresses};
pub use format::ListFormat;
pub use kept_out::{KeptOut, KeptOutWriter};
pub use lists::{ListBase, ListRequest, ListWish, write_lists};
pub use makers::{Maker, iso2, would_run};
pub use members::{Member, MemberReader};
pub use pick::LeftOut;
pub use receipt::ListReceipt;
pub use spec::{Audience, AudienceSpec, AudienceSplit, ListedLine, Who, configured, list_name};
pub use template::{AtUpload, ConsentRule, DestinationKind, GoneRule, ListColumn, ListLayout, Removal, Template};

//! From files in a folder to customer rows.

mod answers;
mod events;
mod files;
mod fixture;
mod people;
mod same;
mod shapes;
mod values;

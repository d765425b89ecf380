//! From files in a folder to customer rows.

mod answers;
mod events;
mod exact;
mod files;
mod fixture;
mod lines;
mod people;
mod protect;
mod same;
mod service;
mod shapes;
mod strangers;
mod values;

//! Behaviors a user can see, through the command itself or the library's front door. One binary, linked once.

mod bad_inputs;
mod care;
mod command;
mod continuity;
mod layers;
mod same_bytes;
mod shop;

//! Behaviors a user can see, through the command itself or the library's front door. One binary, linked once.

mod bad_inputs;
mod care;
mod command;
mod continuity;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod kill_sweep;
mod layers;
mod readers;
mod same_bytes;
mod shop;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod supervised;

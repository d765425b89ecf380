//! Behaviors a user can see, through the command itself or the library's front door. One binary, linked once.

mod bad_inputs;
mod canaries;
mod care;
mod command;
mod continuity;
mod docs;
mod doubted;
mod entries;
mod fuzzed;
mod house;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod kill_sweep;
mod layers;
#[cfg(unix)]
mod mutants;
#[cfg(unix)]
mod mutation_nights;
mod names;
#[cfg(target_os = "linux")]
mod neighbors;
mod operations;
mod readers;
mod same_bytes;
mod shop;
#[cfg(unix)]
mod state;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod supervised;
mod thin;
#[cfg(unix)]
mod tidy;

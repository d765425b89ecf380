//! Behaviors a user can see, through the command itself or the library's front door. One binary, linked once.

mod attacks;
mod audiences;
mod bad_inputs;
mod canaries;
mod care;
mod command;
mod continuity;
mod docs;
mod doubted;
mod entries;
#[cfg(unix)]
mod forgetting;
mod fuzzed;
mod house;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod kill_sweep;
mod layers;
mod listed;
#[cfg(unix)]
mod lots;
#[cfg(target_os = "linux")]
mod memory;
#[cfg(unix)]
mod mutants;
#[cfg(unix)]
mod mutation_nights;
mod names;
#[cfg(target_os = "linux")]
mod neighbors;
#[cfg(unix)]
mod not_files;
mod operations;
#[cfg(unix)]
mod private;
mod reached;
mod readers;
mod report;
mod same_bytes;
mod shop;
mod sql_limits;
#[cfg(unix)]
mod state;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod supervised;
#[cfg(unix)]
mod swaps;
mod thin;
#[cfg(unix)]
mod tidy;

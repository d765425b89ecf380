//! "How do people meet it?" Arguments, progress, messages, exit codes.
//!
//! stdout is the answer, stderr is everything else; neither a closed pipe nor a full disk behind them is a panic.

mod answer;
mod args;
mod begin;
mod care;
mod commands;
mod failure;
mod limits;
mod log;
mod progress;
mod refused;
mod stop;

use std::process::ExitCode;

use clap::Parser as _;
use serde_json::json;

use crate::cli::log::Level;
use crate::codes::{Code, Exit};
use crate::tables::source::is_reading;

pub use args::{Args, Color, Command, LogFormat, SchemaOf, SegmentsAction, Subject};

/// Runs the command line of this process.
#[must_use]
pub fn main() -> ExitCode {
    // A bug says where it is and nothing of the data it met.
    std::panic::set_hook(Box::new(|panic| {
        if stop::is_leaving() || is_reading() {
            return;
        }
        let place = panic.location().map_or_else(String::new, |at| format!(" at {}:{}", at.file(), at.line()));
        // Libraries that cannot start a thread say so in no other way.
        let said = panic.payload_as_str().unwrap_or_default();
        let (code, text) = if limits::is_refused_thread(said) {
            let code = Code::MachineLimit;
            (code, format!("error {code}: a thread could not be started.\n  do: {}", code.to_do()))
        } else {
            let code = Code::Unhandled;
            (code, format!("error {code}: a bug in valueseg{place}. Nothing was published. Please report it."))
        };
        log::event(Level::Error, "error", &text, json!({ "code": code.id(), "exit_code": code.exit() as u8 }));
    }));
    let caught = std::panic::catch_unwind(|| match Args::try_parse() {
        Ok(args) => {
            log::write_json(args.log_format == LogFormat::Json);
            commands::run(&args)
        }
        Err(error) => refused::say(&error),
    });
    let broken = if limits::thread_was_refused() { Exit::Environment } else { Exit::Bug };
    ExitCode::from(caught.unwrap_or(broken) as u8)
}

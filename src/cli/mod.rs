//! "How do people meet it?" Arguments, progress, messages, exit codes.
//!
//! stdout is the answer, stderr is everything else; neither a closed pipe nor a full disk behind them is a panic.

mod answer;
mod args;
mod commands;
mod failure;
mod progress;

use std::process::ExitCode;

use clap::Parser as _;
use clap::error::ErrorKind;

use crate::job::error::Exit;

pub use args::{Args, Color, Command, SchemaOf, SegmentsAction, Subject};

/// Runs the command line of this process.
#[must_use]
pub fn main() -> ExitCode {
    // A bug says where it is and nothing of the data it met.
    std::panic::set_hook(Box::new(|panic| {
        let place = panic.location().map_or_else(String::new, |at| format!(" at {}:{}", at.file(), at.line()));
        progress::line(&format!("error E0100: a bug in valueseg{place}. Nothing was published. Please report it."));
    }));
    let caught = std::panic::catch_unwind(|| match Args::try_parse() {
        Ok(args) => commands::run(&args),
        Err(error) => refused(&error),
    });
    ExitCode::from(caught.unwrap_or(Exit::Bug) as u8)
}

/// Help and version are answers; anything else on the command line that cannot be understood is not.
fn refused(error: &clap::Error) -> Exit {
    let text = error.render();
    match error.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => answer::text(text.to_string().trim_end()),
        _ => {
            progress::line(text.to_string().trim_end());
            Exit::Config
        }
    }
}

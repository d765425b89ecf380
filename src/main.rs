//! The `valueseg` command. All of it is in the library, so tests call what users call.

use std::process::ExitCode;

fn main() -> ExitCode {
    valueseg::cli::main()
}

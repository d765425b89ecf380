//! Commands that care for stored nights: `verify` and `forget`.

use std::path::Path;

use chrono::NaiveDate;
use serde_json::Value;

use crate::cli::args::Args;
use crate::cli::commands::document;
use crate::cli::failure::CommandError;
use crate::cli::{answer, failure};
use crate::codes::{Coded, Exit};
use crate::job::forget;
use crate::job::load::Loaded;
use crate::job::verify::{self, Which};

/// Holds stored nights against their manifests. What differs is the answer, and an error as well.
pub(super) fn verify(args: &Args, loaded: &Loaded, run: Option<NaiveDate>, all: bool) -> Result<Exit, CommandError> {
    let which = match run {
        _ if all => Which::All,
        Some(night) => Which::Of(night),
        None => Which::Latest,
    };
    let verified = verify::verify(loaded, which)?;
    let error = verified.error();
    let exit = error.as_ref().map_or(Exit::Published, |error| error.code().exit());
    if let Some(error) = &error {
        failure::tell(args, error);
    }
    let said = if args.json {
        answer::json(&document(serde_json::to_value(&verified).unwrap_or(Value::Null), exit))
    } else {
        answer::text(verified.to_string().trim_end())
    };
    Ok(if exit == Exit::Published { said } else { exit })
}

/// Erases and blocks customers.
pub(super) fn forget(args: &Args, loaded: &Loaded, ids_file: &Path) -> Result<Exit, CommandError> {
    let forgot = forget::forget(loaded, ids_file)?;
    if args.json {
        return Ok(answer::json(&document(serde_json::to_value(&forgot).unwrap_or(Value::Null), Exit::Published)));
    }
    Ok(answer::text(forgot.to_string().trim_end()))
}

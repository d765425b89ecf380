//! Commands about stored nights: `report`, `open`, `verify`, `prune`, `forget` and `audiences`.

use std::path::Path;
use std::process::{Command, Stdio};

use chrono::NaiveDate;

use crate::cli::args::{Args, AudiencesAction};
use crate::cli::failure::CommandError;
use crate::cli::{answer, failure};
use crate::codes::{Coded, Exit};
use crate::job::error::JobError;
use crate::job::forget;
use crate::job::load::Loaded;
use crate::job::retention;
use crate::job::verify::{self, Which};
use crate::job::{again, audiences};
use crate::tables::audiences::Template;

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
    let said = answer::shown(args.json, &verified, exit);
    Ok(if exit == Exit::Published { said } else { exit })
}

/// Makes the pages of a stored night again.
pub(super) fn report(args: &Args, loaded: &Loaded, run: Option<NaiveDate>) -> Result<Exit, CommandError> {
    Ok(answer::shown(args.json, &again::again(loaded, run)?, Exit::Published))
}

/// Program that opens a page on this system.
const OPENER: &str = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };

/// Says where the report lies, and opens it if that was asked for.
pub(super) fn open(args: &Args, loaded: &Loaded, run: Option<NaiveDate>, browser: bool) -> Result<Exit, CommandError> {
    let place = again::place(loaded, run)?;
    if browser {
        let quiet = || Stdio::null();
        let opened = Command::new(OPENER).arg(&place.report).stdin(quiet()).stdout(quiet()).stderr(quiet()).spawn();
        opened.map_err(|source| JobError::Io { doing: "cannot open", path: place.report.clone(), source })?;
    }
    Ok(answer::shown(args.json, &place, Exit::Published))
}

/// Removes one stored night.
pub(super) fn prune(args: &Args, loaded: &Loaded, night: NaiveDate) -> Result<Exit, CommandError> {
    Ok(answer::shown(args.json, &retention::remove(loaded, night)?, Exit::Published))
}

/// Erases and blocks customers. What could not be done is an error behind the answer.
pub(super) fn forget(args: &Args, loaded: &Loaded, ids_file: &Path) -> Result<Exit, CommandError> {
    let (forgot, error) = forget::forget(loaded, ids_file)?.split();
    let exit = error.as_ref().map_or(Exit::Published, |error| error.code().exit());
    if let Some(error) = &error {
        failure::tell(args, error);
    }
    let said = answer::shown(args.json, &forgot, exit);
    Ok(if exit == Exit::Published { said } else { exit })
}

/// Lists of stored nights. A template that ships needs no project.
pub(super) fn audiences(
    args: &Args,
    action: Option<&AudiencesAction>,
    load: impl Fn(&Args) -> Result<Loaded, CommandError>,
) -> Result<Exit, CommandError> {
    let done = Exit::Published;
    Ok(match action {
        None | Some(AudiencesAction::List) => answer::shown(args.json, &audiences::list(&load(args)?)?, done),
        Some(AudiencesAction::Show { name, template: true, .. }) => {
            Template::ships(name).map_err(JobError::from)?;
            answer::text(Template::text_of(name).unwrap_or_default().trim_end())
        }
        Some(AudiencesAction::Show { name, night, .. }) => {
            answer::shown(args.json, &audiences::show(&load(args)?, name, *night)?, done)
        }
        Some(AudiencesAction::Preview { name, rows }) => {
            answer::shown(args.json, &audiences::preview(&load(args)?, name, *rows)?, done)
        }
        Some(AudiencesAction::Confirm { name, night, .. }) => {
            answer::shown(args.json, &audiences::confirm(&load(args)?, name.as_deref(), *night)?, done)
        }
    })
}

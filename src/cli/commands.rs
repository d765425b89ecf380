//! One function a command.

use std::path::Path;

use chrono::{NaiveDate, Utc};
use chrono_tz::Tz;
use clap::CommandFactory as _;
use serde_json::{Value, json};

use crate::catalogue::Catalogue;
use crate::cli::args::{Args, Command, SchemaOf, SegmentsAction, Subject};
use crate::cli::failure::CommandError;
use crate::cli::log::{self, Level, line};
use crate::cli::progress::Progress;
use crate::cli::stop::Stop;
use crate::cli::{answer, begin, care, failure, limits};
use crate::codes::{Coded as _, Exit};
use crate::demo::{DemoSettings, FIRST_NIGHT, SECOND_NIGHT, write_demo};
use crate::job::check::{self, CheckRequest, Checked};
use crate::job::diff::diff;
use crate::job::error::JobError;
use crate::job::explain::{self, Explanation};
use crate::job::for_customer::for_customer;
use crate::job::init::{InitRequest, config_schema};
use crate::job::inputs_page::{inputs_json, inputs_markdown};
use crate::job::load::{Loaded, load};
use crate::job::missed::missed;
use crate::job::night::{self, NightRequest};
use crate::job::outcome::{Outcome, Summary};
use crate::job::{segments, state};
use crate::tables::schema::{TableId, tables_markdown};

/// Does what was asked.
pub(super) fn run(args: &Args) -> Exit {
    let stop = Stop::listen(when_stopped(&args.command));
    let done = dispatch(args, &stop);
    stop.pass();
    done.unwrap_or_else(|error| failure::say(args, &error))
}

/// What is said of a command that a signal stops.
fn when_stopped(command: &Command) -> &'static str {
    match command {
        Command::Run { .. } | Command::Demo { .. } => "nothing was published, the last night is as it was",
        Command::Forget { .. } => {
            "who was to be forgotten may be blocked and erased in part; the same call again does the rest"
        }
        _ => "nothing is left of it",
    }
}

fn dispatch(args: &Args, stop: &Stop) -> Result<Exit, CommandError> {
    match &args.command {
        Command::Demo { dir, customers, seed } => demo(args, dir, *customers, *seed, stop),
        Command::Init { dir, from, answers, exports, yes } => begin::init(
            args,
            &InitRequest {
                dir,
                from,
                answers: answers.as_deref(),
                exports: exports.as_deref(),
                yes: *yes,
                as_of: yesterday(Tz::UTC),
            },
        ),
        Command::Check { deep, as_of } => check_inputs(args, *deep, *as_of, stop),
        Command::Run { as_of, catch_up, refit, force, first_night, dry_run, full } => {
            load_project(args).and_then(|loaded| {
                let as_of = as_of.unwrap_or_else(|| yesterday(loaded.timezone));
                if !force {
                    not_ahead(&loaded, as_of)?;
                }
                let first_night = *first_night;
                let plain = NightRequest::of(as_of);
                let request =
                    NightRequest { refit: *refit, force: *force, first_night, dry_run: *dry_run, full: *full, ..plain };
                let missed = if *catch_up { caught_up(args, &loaded, as_of, stop)? } else { Vec::new() };
                Ok(said(args, &missed, &run_night(args, &loaded, request, stop)?))
            })
        }
        Command::Report { run } => load_project(args).and_then(|loaded| care::report(args, &loaded, *run)),
        Command::Open { run, browser } => {
            load_project(args).and_then(|loaded| care::open(args, &loaded, *run, *browser))
        }
        Command::Explain { subject } => explain(args, subject),
        Command::Diff { a, b } => {
            load_project(args).and_then(|loaded| Ok(answer::shown(args.json, &diff(&loaded, a, b)?, Exit::Published)))
        }
        Command::Segments { action } => segment_ledger(args, action.as_ref()),
        Command::Audiences { action } => care::audiences(args, action.as_ref(), load_project),
        Command::Verify { run, all } => load_project(args).and_then(|loaded| care::verify(args, &loaded, *run, *all)),
        Command::Prune { night } => load_project(args).and_then(|loaded| care::prune(args, &loaded, *night)),
        Command::Forget { ids_file } => load_project(args).and_then(|loaded| care::forget(args, &loaded, ids_file)),
        Command::Schema { what } => Ok(schema(args, *what)),
        Command::Completions { shell } => Ok(completions(*shell)),
    }
}

/// Reads the configuration; flags go over the environment, the environment over the file.
fn load_project(args: &Args) -> Result<Loaded, CommandError> {
    let folder = args.project.clone().unwrap_or_default();
    let path = folder.join(args.config.as_deref().unwrap_or(Path::new("valueseg.toml")));
    Ok(load_from(args, &path)?)
}

fn load_from(args: &Args, path: &Path) -> Result<Loaded, JobError> {
    let environment: Vec<(String, String)> = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect();
    let mut loaded = load(path, &environment)?;
    if let Some(memory) = args.memory {
        loaded.settings.run.memory_limit = memory;
    }
    let wanted = args.threads.unwrap_or(loaded.settings.run.threads);
    let threads = limits::threads_for(wanted);
    if wanted > threads && !args.quiet {
        line(&format!("  threads  {threads} instead of {wanted}: more would only wait for each other on this machine"));
    }
    loaded.settings.run.threads = threads;
    limits::start_threads(threads)?;
    loaded.today = Some(today(loaded.timezone));
    loaded.allow_output = args.allow_output;
    Ok(loaded)
}

/// The day it is in the project's zone: the only place where a clock is read. It says which night is meant where none is
/// named, and which stored nights lie ahead; no figure follows from it.
fn today(zone: Tz) -> NaiveDate {
    Utc::now().with_timezone(&zone).date_naive()
}

/// The day that ended last in the project's zone.
fn yesterday(zone: Tz) -> NaiveDate {
    let today = today(zone);
    today.pred_opt().unwrap_or(today)
}

/// Refuses a night after tomorrow: nearly always a mistyped date, and a night that none before it can be run after.
fn not_ahead(loaded: &Loaded, night: NaiveDate) -> Result<(), JobError> {
    let (zone, today) = (loaded.timezone.to_string(), today(loaded.timezone));
    if today.succ_opt().is_none_or(|tomorrow| night <= tomorrow) {
        return Ok(());
    }
    Err(JobError::Ahead { night, today, zone })
}

/// Runs the nights missed before `as_of` and says which.
fn caught_up(args: &Args, loaded: &Loaded, as_of: NaiveDate, stop: &Stop) -> Result<Vec<NaiveDate>, JobError> {
    let missed = missed(loaded, as_of)?;
    for night in &missed {
        if !args.quiet {
            log::event(
                Level::Info,
                "catch_up",
                &format!("catching up with {night}"),
                json!({ "night": night.to_string() }),
            );
        }
        let request = NightRequest::of(*night);
        run_night(args, loaded, request, stop)?;
    }
    Ok(missed)
}

/// A night that can be stopped. What it alerts of is said on stderr, whether or not anybody wants to hear of progress.
fn run_night(args: &Args, loaded: &Loaded, request: NightRequest, stop: &Stop) -> Result<Outcome, JobError> {
    let outcome = night::run(loaded, &request, &Progress::new(args.quiet, stop.clone()));
    stop.pass();
    if let Ok(Outcome::Published { summary, .. } | Outcome::DryRun { summary }) = &outcome {
        for alert in &summary.alerts {
            let facts = json!({ "key": alert.key, "how_big": alert.how_big, "do": alert.to_do, "night": request.as_of.to_string() });
            let text = format!("alert {}: {} {}\n  do: {}", alert.key, alert.what, alert.how_big, alert.to_do);
            log::event(Level::Warn, "alert", &text, facts);
        }
    }
    outcome
}

fn demo(args: &Args, dir: &Path, customers: u32, seed: u64, stop: &Stop) -> Result<Exit, CommandError> {
    let settings = DemoSettings { customers, seed, ..DemoSettings::default() };
    let files = write_demo(dir, &settings)?;
    let counts = &files.counts;
    if !args.quiet {
        line(&format!(
            "  made     {} customers, {} respondents, {} orders, {} contacts, {} verbatims",
            counts.customers, counts.respondents, counts.orders, counts.interactions, counts.feedback
        ));
    }
    let loaded = load_from(args, &dir.join("valueseg.toml"))?;
    let mut last = None;
    for as_of in [FIRST_NIGHT, SECOND_NIGHT] {
        if !args.quiet {
            line(&format!("night of {as_of}"));
        }
        // The demo is its own first night, also where its results were removed before it is made again.
        let request = NightRequest { first_night: true, ..NightRequest::of(as_of) };
        last = Some(run_night(args, &loaded, request, stop)?);
    }
    Ok(last.map_or(Exit::Published, |outcome| said(args, &[], &outcome)))
}

fn check_inputs(args: &Args, deep: bool, as_of: Option<NaiveDate>, stop: &Stop) -> Result<Exit, CommandError> {
    let loaded = load_project(args)?;
    let as_of = as_of.unwrap_or_else(|| yesterday(loaded.timezone));
    not_ahead(&loaded, as_of)?;
    let checked = check::check(&loaded, &CheckRequest { as_of, deep });
    stop.pass();
    let Checked { found, error } = checked?;
    let Some(error) = error else { return Ok(answer::shown(args.json, &found, Exit::Published)) };
    // What was found is the answer all the same; what the night would end with is said as the night would.
    failure::tell(args, &error);
    let exit = error.code().exit();
    if args.json {
        let _ = answer::document(failure::with_error(&found, &error), exit);
    } else {
        let _ = answer::text(found.to_string().trim_end());
    }
    Ok(exit)
}

fn explain(args: &Args, subject: &Subject) -> Result<Exit, CommandError> {
    let explanation = match subject {
        Subject::Customer { id, run, for_customer: true } => for_customer(&load_project(args)?, id, *run)?,
        Subject::Customer { id, run, for_customer: false } => explain::customer(&load_project(args)?, id, *run)?,
        Subject::Segment { id, run } => explain::segment(&load_project(args)?, id, *run)?,
        Subject::Element { id } => match (load_project(args), id) {
            (Ok(loaded), Some(id)) => explain::element_of(&loaded, id)?,
            // An element has a meaning without a project, too.
            (Err(_), Some(id)) => explain::element(&Catalogue::embedded(), id)?,
            (_, None) => explain::elements(&Catalogue::embedded()),
        },
        Subject::Table { name: Some(name) } => explain::table(name)?,
        Subject::Table { name: None } => explain::tables(),
        Subject::Error { code: Some(code) } => explain::error(code)?,
        Subject::Error { code: None } => explain::errors(),
    };
    if args.json {
        return Ok(answer::serialized(&explanation, Exit::Published));
    }
    let Explanation { title, lines } = explanation;
    let body: Vec<String> = lines.iter().map(|line| format!("  {line}")).collect();
    Ok(answer::text(&format!("{title}\n{}", body.join("\n"))))
}

fn segment_ledger(args: &Args, action: Option<&SegmentsAction>) -> Result<Exit, CommandError> {
    let loaded = load_project(args)?;
    match action {
        None | Some(SegmentsAction::List) => Ok(answer::shown(args.json, &segments::list(&loaded)?, Exit::Published)),
        Some(SegmentsAction::Lineage) => Ok(answer::shown(args.json, &segments::lineage(&loaded)?, Exit::Published)),
        Some(SegmentsAction::Accept) => {
            let accepted = state::accept(&loaded)?;
            for difference in &accepted.differences {
                log::event(Level::Warn, "accepted", &format!("accepted {difference}"), json!({ "what": difference }));
            }
            Ok(answer::shown(args.json, &accepted, Exit::Published))
        }
        Some(SegmentsAction::Rename { id, name }) => {
            let renamed = segments::rename(&loaded, id, name)?;
            if args.json {
                return Ok(answer::serialized(&renamed, Exit::Published));
            }
            Ok(answer::text(&format!(
                "{} is called “{}” from the next night on. To have it in a night that is published already, run that \
                 night again with --force.",
                renamed.id, renamed.name
            )))
        }
    }
}

fn schema(args: &Args, what: SchemaOf) -> Exit {
    match what {
        SchemaOf::Config => answer::text(config_schema().trim_end()),
        SchemaOf::Tables if args.json => {
            let tables: serde_json::Map<String, Value> =
                TableId::ALL.iter().map(|table| (table.slug().to_owned(), columns(*table))).collect();
            answer::document(Value::Object(tables), Exit::Published)
        }
        SchemaOf::Tables => answer::text(tables_markdown().trim_end()),
        SchemaOf::Inputs if args.json => answer::document(inputs_json(), Exit::Published),
        SchemaOf::Inputs => answer::text(inputs_markdown().trim_end()),
    }
}

fn columns(table: TableId) -> Value {
    let columns = table.columns();
    let described = columns.iter().map(|column| {
        json!({ "name": column.name(), "type": column.kind().slug(), "nullable": column.nullable(), "doc": column.doc() })
    });
    Value::Array(described.collect())
}

fn completions(shell: clap_complete::Shell) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "valueseg", &mut script);
    answer::text(String::from_utf8_lossy(&script).trim_end())
}

/// Says how a night ended, and which were caught up with before it.
fn said(args: &Args, caught_up: &[NaiveDate], outcome: &Outcome) -> Exit {
    if args.json {
        let mut value = match outcome {
            Outcome::Published { run, summary } => json!({ "outcome": "published", "run": run, "summary": summary }),
            Outcome::AlreadyPublished { run } => json!({ "outcome": "already_published", "run": run }),
            Outcome::DryRun { summary } => json!({ "outcome": "dry_run", "summary": summary }),
        };
        value["caught_up"] = caught_up.iter().map(ToString::to_string).collect();
        return answer::document(value, Exit::Published);
    }
    match outcome {
        Outcome::Published { run, summary } => {
            let text = summary.text.trim_end().trim_end_matches("Report: report.html");
            let alerts = alert_line(summary);
            answer::text(&format!("{text}{alerts}Report: {}", run.join("report.html").display()))
        }
        Outcome::AlreadyPublished { run } => {
            answer::text(&format!("already published with the same inputs: {}", run.display()))
        }
        Outcome::DryRun { summary } => {
            let text = summary.text.trim_end().trim_end_matches("Report: report.html").trim_end();
            let alerts = alert_line(summary);
            answer::text(&format!("{text}\n{alerts}Dry run: nothing was published."))
        }
    }
}

/// How many alerts there are, and where they stand; nothing on a quiet night.
fn alert_line(summary: &Summary) -> String {
    match summary.alerts.len() {
        0 => String::new(),
        1 => "1 alert, see above and alerts.json\n".to_owned(),
        n => format!("{n} alerts, see above and alerts.json\n"),
    }
}

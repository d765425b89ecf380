//! The command line as typed.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

use crate::job::size::ByteSize;

/// Every night: who wants what, in segments that stay recognizable, with a plan for each.
///
/// Exit codes: 0 published or nothing to do · 1 bug · 2 command line or configuration · 3 inputs unusable ·
/// 4 a gate held the night back, yesterday stays live · 5 not ready or another run is at work, retry ·
/// 6 environment (disk, permission, memory, threads) · 7 stored state damaged or edited · 128 and more stopped by a signal:
/// 129 SIGHUP, 130 SIGINT, 131 SIGQUIT, 143 SIGTERM, 152 SIGXCPU, 153 SIGXFSZ.
#[derive(Debug, Parser)]
#[command(name = "valueseg", version, max_term_width = 100)]
pub struct Args {
    /// Work as if started in this folder.
    #[arg(short = 'C', long = "project", global = true, value_name = "DIR")]
    pub project: Option<PathBuf>,
    /// Configuration file [default: valueseg.toml in the project folder].
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Print one JSON document on stdout instead of text.
    #[arg(long, global = true)]
    pub json: bool,
    /// Say nothing but errors and alerts.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Say more.
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// Colors.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
    /// What lines on stderr look like.
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text")]
    pub log_format: LogFormat,
    /// Threads; 0 = as many as there are cores, at most four for each. Never changes a result.
    #[arg(long, global = true, value_name = "N")]
    pub threads: Option<usize>,
    /// Let the results folder lie at or directly below `/`, or where a link leads out of the project. Needed until its
    /// first night is published.
    #[arg(long, global = true)]
    pub allow_output: bool,
    /// Most memory to plan with, such as 4GiB.
    #[arg(long, global = true, value_name = "SIZE")]
    pub memory: Option<ByteSize>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// When to use colors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What lines on stderr look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// Text for people.
    Text,
    /// One JSON document a line, with a time stamp.
    Json,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Make realistic inputs with known hidden segments and run two nights on them.
    #[command(after_help = "Examples:\n  valueseg demo\n  valueseg demo shop --customers 50000 --seed 7")]
    Demo {
        /// Folder to make.
        #[arg(default_value = "valueseg-demo")]
        dir: PathBuf,
        /// Customers to invent.
        #[arg(long, value_name = "N", default_value_t = crate::demo::DEFAULT_CUSTOMERS)]
        customers: u32,
        /// Seed of the invention.
        #[arg(long, value_name = "S", default_value_t = crate::demo::DEFAULT_SEED)]
        seed: u64,
    },
    /// Look once at files and folders, write a configuration for them, and check it.
    #[command(
        after_help = "Examples:\n  valueseg init\n  valueseg init shop --from exports/\n  valueseg init shop --from crm.parquet --from survey.csv --yes\n  valueseg init shop --from exports/ --answers answers.toml"
    )]
    Init {
        /// Folder of the project.
        #[arg(default_value = ".")]
        dir: PathBuf,
        /// A file or a folder to look at; may be given again.
        #[arg(long, value_name = "PATH", num_args = 1..)]
        from: Vec<PathBuf>,
        /// A TOML file with answers to questions: `"orders.date_format" = "%d/%m/%Y"`.
        #[arg(long, value_name = "FILE")]
        answers: Option<PathBuf>,
        /// A folder with fingerprints of your own exports, as `data/exports` describes them.
        #[arg(long, value_name = "DIR")]
        exports: Option<PathBuf>,
        /// Take the proposed answers, and read what was only guessed.
        #[arg(long)]
        yes: bool,
    },
    /// Read configuration and inputs, say what is there, what is missing and what that costs. Writes nothing.
    #[command(after_help = "Examples:\n  valueseg check\n  valueseg check --deep --json")]
    Check {
        /// Read every row instead of looking.
        #[arg(long)]
        deep: bool,
        /// The night to check for.
        #[arg(long, value_name = "DATE")]
        as_of: Option<NaiveDate>,
    },
    /// Run a night.
    #[command(
        after_help = "Examples:\n  valueseg run\n  valueseg run --as-of 2026-11-21 --refit\n  valueseg run --catch-up"
    )]
    Run {
        /// The night: everything up to the end of this day counts [default: yesterday in the project's zone].
        #[arg(long, value_name = "DATE")]
        as_of: Option<NaiveDate>,
        /// Before the night, run those missed since the last published one, oldest first, at most 30. Ends at the first that
        /// is not published.
        #[arg(long, conflicts_with_all = ["dry_run", "force"])]
        catch_up: bool,
        /// Fit a new model even if there is one.
        #[arg(long)]
        refit: bool,
        /// Run again although the night is published with the same inputs, and a night that lies after tomorrow; with
        /// --refit, fit a model although there are alerts about the inputs.
        #[arg(long)]
        force: bool,
        /// Begin anew, although the results folder is not the one the configuration knows.
        #[arg(long)]
        first_night: bool,
        /// Do everything but publish; print what would be published.
        #[arg(long)]
        dry_run: bool,
        /// Write whole lists alone, and no file of changes: for a tool whose list is in doubt.
        #[arg(long, conflicts_with = "catch_up")]
        full: bool,
    },
    /// Make the pages of a stored night again, from what is stored with it: report, groups, appendix, charts, summary.
    #[command(after_help = "Examples:\n  valueseg report\n  valueseg report --run 2026-11-20")]
    Report {
        /// The night [default: the latest].
        #[arg(long, value_name = "DATE")]
        run: Option<NaiveDate>,
    },
    /// Print where the latest report lies.
    #[command(after_help = "Examples:\n  valueseg open\n  valueseg open --browser")]
    Open {
        /// The night [default: the latest].
        #[arg(long, value_name = "DATE")]
        run: Option<NaiveDate>,
        /// Open it with the program that this system opens pages with.
        #[arg(long)]
        browser: bool,
    },
    /// Explain in plain words.
    #[command(
        after_help = "Examples:\n  valueseg explain customer C000123\n  valueseg explain customer C000123 --for-customer\n  valueseg explain segment S03\n  valueseg explain element saves_time\n  valueseg explain table orders\n  valueseg explain error E0301"
    )]
    Explain {
        /// What to explain.
        #[command(subcommand)]
        subject: Subject,
    },
    /// Hold two nights, or two models, against each other.
    #[command(
        after_help = "Examples:\n  valueseg diff 2026-11-20 2026-11-21\n  valueseg diff 2026-11-20 latest --json\n  valueseg diff 3fa41c9b0d12 77be02c4a911"
    )]
    Diff {
        /// A night, `latest`, a model's id or a model file.
        a: String,
        /// The other, of the same kind.
        b: String,
    },
    /// List segments, give one a name, tell what refits did to them, or accept what was edited by hand.
    #[command(
        after_help = "Examples:\n  valueseg segments\n  valueseg segments rename S03 \"Those in a hurry\"\n  valueseg segments lineage\n  valueseg segments accept"
    )]
    Segments {
        /// What to do [default: list].
        #[command(subcommand)]
        action: Option<SegmentsAction>,
    },
    /// Lists that can be loaded into your tools: which there are, what to click, and that they were uploaded.
    #[command(
        after_help = "Examples:\n  valueseg audiences\n  valueseg audiences show klaviyo\n  valueseg audiences preview klaviyo --rows 5\n  valueseg audiences confirm klaviyo --night 2026-11-21"
    )]
    Audiences {
        /// What to do [default: list].
        #[command(subcommand)]
        action: Option<AudiencesAction>,
    },
    /// Hold every byte of stored nights against their manifests.
    #[command(
        after_help = "Examples:\n  valueseg verify\n  valueseg verify --run 2026-11-20\n  valueseg verify --all --json"
    )]
    Verify {
        /// The night [default: the latest].
        #[arg(long, value_name = "DATE", conflicts_with = "all")]
        run: Option<NaiveDate>,
        /// Every night, those held back too.
        #[arg(long)]
        all: bool,
    },
    /// Remove one stored night, published or held back: one that was made for a mistyped date, for instance.
    #[command(after_help = "Examples:\n  valueseg prune --night 2062-11-21")]
    Prune {
        /// The night.
        #[arg(long, value_name = "DATE")]
        night: NaiveDate,
    },
    /// Erase customers from every stored night and keep them out of all later ones. This cannot be taken back.
    #[command(
        after_help = "Examples:\n  valueseg forget --ids-file erase.txt\n  valueseg forget -C shop --ids-file erase.txt --json"
    )]
    Forget {
        /// Text file with one customer id a line.
        #[arg(long, value_name = "FILE")]
        ids_file: PathBuf,
    },
    /// Print what can be read, what is written, or the JSON Schema of the configuration.
    Schema {
        /// What to print.
        what: SchemaOf,
    },
    /// Print a completion script.
    Completions {
        /// The shell.
        shell: Shell,
    },
}

/// What to explain.
#[derive(Debug, Subcommand)]
pub enum Subject {
    /// Why a customer is where they are, in the latest night.
    Customer {
        /// The customer's id.
        id: String,
        /// In words for that person: what is held, which group and why, how to object.
        #[arg(long)]
        for_customer: bool,
        /// The night [default: the latest].
        #[arg(long, value_name = "DATE")]
        run: Option<NaiveDate>,
    },
    /// What makes a segment different.
    Segment {
        /// Its id, such as S03.
        id: String,
        /// The night [default: the latest].
        #[arg(long, value_name = "DATE")]
        run: Option<NaiveDate>,
    },
    /// What an element of value means here.
    Element {
        /// Its id, such as `saves_time` [default: list the 30].
        id: Option<String>,
    },
    /// What a canonical table of the inputs holds.
    Table {
        /// Its name, such as `orders` [default: list all].
        name: Option<String>,
    },
    /// What an error code means and what to do.
    Error {
        /// The code, such as E0301 [default: list all].
        code: Option<String>,
    },
}

/// What to do with segments.
#[derive(Debug, Subcommand)]
pub enum SegmentsAction {
    /// Every segment that is or was, with its name and size.
    List,
    /// Give a segment a name, from the next night on.
    Rename {
        /// Its id, such as S03.
        id: String,
        /// The name.
        name: String,
    },
    /// What each refit did: which segments went on, split, merged, were born or retired.
    Lineage,
    /// Accept `segments.toml` and models as they lie there, after somebody edited or restored them; shows what differs.
    Accept,
}

/// What to do with lists.
#[derive(Debug, Subcommand)]
pub enum AudiencesAction {
    /// The lists of the latest night, and the templates that ship.
    List,
    /// What a list holds, who is not on it and why, what to click, and how somebody is taken off.
    Show {
        /// Name of the list, or with --template that of a template that ships.
        name: String,
        /// Print a template that ships, to be copied to audiences/NAME.toml and changed.
        #[arg(long, conflicts_with = "night")]
        template: bool,
        /// The night [default: the latest].
        #[arg(long, value_name = "DATE")]
        night: Option<NaiveDate>,
    },
    /// The first rows of a list, masked.
    Preview {
        /// Name of the list.
        name: String,
        /// So many.
        #[arg(long, value_name = "N", default_value_t = 5)]
        rows: usize,
    },
    /// Say that a list was uploaded: later changes are told against it.
    Confirm {
        /// Name of the list.
        #[arg(required_unless_present = "all")]
        name: Option<String>,
        /// All lists of the night.
        #[arg(long, conflicts_with = "name")]
        all: bool,
        /// The night [default: the latest].
        #[arg(long, value_name = "DATE")]
        night: Option<NaiveDate>,
    },
}

/// Which schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SchemaOf {
    /// The configuration file, as JSON Schema.
    Config,
    /// The tables of a night, column by column.
    Tables,
    /// What can be read: the canonical tables with examples, reject codes, every key of the configuration.
    Inputs,
}

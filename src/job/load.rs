//! From a file and the environment to checked [`Settings`].

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use chrono_tz::Tz;
use sha2::{Digest, Sha256};

use crate::catalogue::{Catalogue, hex};
use crate::codes::{Code, Coded};
use crate::job::settings::{Gates, Settings};
use crate::model::segment::crosstab::MOST_DESCRIPTORS;
use crate::tables::audiences::{Audience, AudienceError, configured};
use crate::tables::figures::{FIGURES, figure_kind};
use crate::tables::intake::{IntakeError, IntakeRequest, check_tables};
use crate::tables::names;
use crate::tables::plain_file;

/// Prefix of environment variables that override a key: `VALUESEG_RUN__MEMORY_LIMIT` sets `[run] memory_limit`.
pub const ENVIRONMENT_PREFIX: &str = "VALUESEG_";

/// Why a configuration cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// No file there.
    #[error("there is no configuration at {}", path.display())]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// The file cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the layer below says of it.
        source: std::io::Error,
    },
    /// Not TOML, or a key or value of the wrong kind; the text shows line and place.
    #[error("{}: {message}", path.display())]
    Syntax {
        /// The file.
        path: PathBuf,
        /// What the parser says, with the line.
        message: String,
        /// The nearest known name, where one was expected.
        nearest: Option<String>,
    },
    /// An environment variable that sets nothing, or not what is expected there.
    #[error("environment variable {name}: {message}")]
    Environment {
        /// The variable.
        name: String,
        /// What is wrong.
        message: String,
    },
    /// An audience that cannot be meant, or a template that cannot be used.
    #[error(transparent)]
    Audience(#[from] AudienceError),
    /// A value outside its bounds.
    #[error("`{key}` is {seen}; expected {expected}")]
    Value {
        /// The key, dotted.
        key: String,
        /// The value seen.
        seen: String,
        /// What is allowed.
        expected: String,
    },
    /// Tables that cannot be read or scored.
    #[error(transparent)]
    Tables(#[from] IntakeError),
    /// The same, of a table that the file has a place for.
    #[error("{}, line {line}: {source}", path.display())]
    Unfinished {
        /// The file.
        path: PathBuf,
        /// The line to edit, counted from 1.
        line: usize,
        /// Whether the line is a comment yet.
        commented: bool,
        /// What is missing.
        #[source]
        source: Box<IntakeError>,
    },
}

impl Coded for ConfigError {
    fn code(&self) -> Code {
        match self {
            Self::Missing { .. } => Code::NoConfiguration,
            Self::Read { .. } => Code::ConfigurationUnreadable,
            Self::Syntax { .. } => Code::ConfigurationInvalid,
            Self::Environment { .. } => Code::Variable,
            Self::Value { .. } => Code::OutOfBounds,
            Self::Audience(error) => error.code(),
            Self::Tables(error) => error.code(),
            Self::Unfinished { source, .. } => source.code(),
        }
    }

    fn hint(&self) -> Option<String> {
        match self {
            Self::Syntax { nearest, .. } => nearest.as_ref().map(|name| format!("did you mean `{name}`?")),
            Self::Audience(error) => error.hint(),
            Self::Tables(error) => error.hint(),
            Self::Unfinished { line, commented: true, .. } => Some(format!(
                "take the `#` off line {line} and those that belong to it, and name your source and its columns there"
            )),
            Self::Unfinished { line, .. } => Some(format!("name your source and its columns from line {line} on")),
            _ => None,
        }
    }
}

/// A configuration that was read and checked.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The settings.
    pub settings: Settings,
    /// The file.
    pub path: PathBuf,
    /// Its folder: relative paths start here.
    pub base: PathBuf,
    /// The audiences, their templates read.
    pub audiences: Vec<Audience>,
    /// Zone of the project.
    pub timezone: Tz,
    /// The day it is, where the caller looked at a clock: nights far ahead of it are mistakes. `None` = no night is.
    pub today: Option<NaiveDate>,
    /// Whether a person allows the results folder to lie where it lies.
    pub allow_output: bool,
}

impl Loaded {
    /// Hash of everything in the settings that may change a result: threads, memory, retention and the place of the
    /// output are left out, because results may not depend on them.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let mut settings = self.settings.clone();
        settings.run = super::settings::RunSettings::default();
        let mut text = serde_json::to_string(&settings).expect("settings are plain data");
        // Templates that ship belong to the program; one of the company's own may be edited between two nights.
        for audience in &self.audiences {
            if let Some(template) = &audience.own_template {
                text.extend([audience.template.name.as_str(), template]);
            }
        }
        hex(&Sha256::digest(text.as_bytes()))
    }

    /// What intake is asked for on the night `as_of`; `scratch` is an empty folder to work in.
    #[must_use]
    pub fn intake<'a>(&'a self, catalogue: &'a Catalogue, as_of: NaiveDate, scratch: &'a Path) -> IntakeRequest<'a> {
        IntakeRequest {
            base_dir: &self.base,
            sources: &self.settings.sources,
            tables: &self.settings.tables,
            catalogue,
            as_of,
            language: &self.settings.listening.language,
            min_mentioners: self.settings.listening.min_mentioners,
            timezone: self.timezone,
            currency: &self.settings.project.currency,
            max_single_customer_share: self.settings.gates.max_single_customer_share,
            scratch,
            memory_limit: self.settings.run.memory_limit.0,
            query_time: self.settings.run.query_timeout.limit(),
            threads: self.settings.run.threads,
            forgotten: None,
            progress: &|_| {},
        }
    }
}

/// Reads `path`, applies overrides from `environment`, checks every bound.
pub fn load(path: &Path, environment: &[(String, String)]) -> Result<Loaded, ConfigError> {
    let text = plain_file::read_text(path).map_err(|source| match source.kind() {
        std::io::ErrorKind::NotFound => ConfigError::Missing { path: path.to_owned() },
        _ => ConfigError::Read { path: path.to_owned(), source },
    })?;
    let settings = parse(path, &text, environment)?;
    let timezone = check(&settings).map_err(|error| at_its_line(error, path, &text))?;
    let base = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new(".")).to_owned();
    let audiences = configured(settings.audiences.as_deref().unwrap_or_default(), &base)?;
    Ok(Loaded { audiences, settings, path: path.to_owned(), base, timezone, today: None, allow_output: false })
}

fn parse(path: &Path, text: &str, environment: &[(String, String)]) -> Result<Settings, ConfigError> {
    let syntax = |error: toml::de::Error| ConfigError::Syntax {
        path: path.to_owned(),
        nearest: nearest_expected(error.message()),
        message: error.to_string().trim_end().to_owned(),
    };
    // The plain file first: its errors point at a line, those of a merged table cannot.
    let plain: Settings = toml::from_str(text).map_err(syntax)?;
    let overrides: Vec<_> = environment.iter().filter(|(name, _)| name.starts_with(ENVIRONMENT_PREFIX)).collect();
    if overrides.is_empty() {
        return Ok(plain);
    }
    let mut table: toml::Table = toml::from_str(text).map_err(syntax)?;
    for (name, value) in overrides {
        set(&mut table, name, value)?;
        if let Err(error) = table.clone().try_into::<Settings>() {
            return Err(ConfigError::Environment { name: name.clone(), message: error.message().to_owned() });
        }
    }
    table.try_into().map_err(syntax)
}

/// Sets the key that `name` stands for; the value is read as TOML where it is TOML, else as text.
fn set(table: &mut toml::Table, name: &str, value: &str) -> Result<(), ConfigError> {
    let refuse = |message: &str| ConfigError::Environment { name: name.to_owned(), message: message.to_owned() };
    let keys: Vec<String> = name[ENVIRONMENT_PREFIX.len()..].split("__").map(str::to_lowercase).collect();
    let (last, folders) = keys.split_last().ok_or_else(|| refuse("names no key"))?;
    if folders.is_empty() || keys.iter().any(String::is_empty) {
        return Err(refuse("write section and key with two underscores between, as in VALUESEG_RUN__MEMORY_LIMIT"));
    }
    let mut here = table;
    for key in folders {
        let next = here.entry(key.clone()).or_insert_with(|| toml::Value::Table(toml::Table::new()));
        here = next.as_table_mut().ok_or_else(|| refuse("goes through a key that is not a section"))?;
    }
    let parsed = toml::from_str::<toml::Table>(&format!("v = {value}")).ok().and_then(|mut t| t.remove("v"));
    here.insert(last.clone(), parsed.unwrap_or_else(|| toml::Value::String(value.to_owned())));
    Ok(())
}

/// The expected name nearest to the one seen, read from a parser message such as
/// "unknown field `modle`, expected one of `model`, `run`".
fn nearest_expected(message: &str) -> Option<String> {
    let mut names = message.split('`').skip(1).step_by(2);
    let seen = names.next()?;
    if !message.starts_with("unknown ") {
        return None;
    }
    nearest(seen, names)
}

/// The candidate most like `seen`, if any is close.
pub(crate) fn nearest<'a>(seen: &str, candidates: impl Iterator<Item = &'a str>) -> Option<String> {
    names::nearest(seen, candidates).into_iter().next()
}

/// A configuration that lacks a table points at the line where it would stand, also where that line is a comment yet.
fn at_its_line(error: ConfigError, path: &Path, text: &str) -> ConfigError {
    let wanted: &[&str] = match &error {
        ConfigError::Tables(IntakeError::NoCustomersTable) => &["[tables.customers]", "[tables]"],
        _ => return error,
    };
    let bare = |line: &str| line.trim_start_matches(['#', ' ', '\t']).to_owned();
    let place = wanted.iter().find_map(|head| text.lines().position(|line| bare(line).starts_with(head)));
    match (place, error) {
        (Some(place), ConfigError::Tables(source)) => ConfigError::Unfinished {
            path: path.to_owned(),
            line: place + 1,
            commented: text.lines().nth(place).is_some_and(|line| line.trim_start().starts_with('#')),
            source: Box::new(source),
        },
        (_, error) => error,
    }
}

fn check(settings: &Settings) -> Result<Tz, ConfigError> {
    let timezone = settings.project.timezone.parse::<Tz>().map_err(|_| ConfigError::Value {
        key: "project.timezone".to_owned(),
        seen: format!("\"{}\"", settings.project.timezone),
        expected: "a zone of the IANA list, such as \"Europe/Paris\"".to_owned(),
    })?;
    let model = &settings.model;
    let bounds = [
        ("model.min_share", model.min_share, 0.0, 0.5),
        ("model.min_probability", model.min_probability, 0.0, 1.0),
        ("model.min_margin", model.min_margin, 0.0, 1.0),
        ("model.hysteresis.margin", model.hysteresis.margin, 0.0, 1.0),
        ("gates.max_rejected_share", settings.gates.max_rejected_share, 0.0, 1.0),
        ("gates.max_population_change", settings.gates.max_population_change, 0.0, f64::MAX),
        ("gates.max_moved_share", settings.gates.max_moved_share, 0.0, 1.0),
        ("gates.max_bad_answers", settings.gates.max_bad_answers, 0.0, 1.0),
        ("gates.max_bad_cells", settings.gates.max_bad_cells, 0.0, 1.0),
        ("gates.max_unassigned_rise", settings.gates.max_unassigned_rise, 0.0, 1.0),
        ("gates.max_coverage_loss", settings.gates.max_coverage_loss, 0.0, 1.0),
        ("gates.max_single_customer_share", settings.gates.max_single_customer_share, 0.0, 1.0),
        ("holdout.share", settings.holdout.share, 0.0, 0.5),
    ];
    for (key, seen, low, high) in bounds {
        if !(seen >= low && seen <= high) {
            let top = if high < f64::MAX { format!("between {low} and {high}") } else { format!("{low} or more") };
            return Err(ConfigError::Value { key: key.to_owned(), seen: seen.to_string(), expected: top });
        }
    }
    check_figures(&settings.gates)?;
    let bare = settings.privacy.withhold.iter().flatten().find(|(_, reason)| reason.trim().is_empty());
    if let Some((element, reason)) = bare {
        return Err(ConfigError::Value {
            key: format!("privacy.withhold.{element}"),
            seen: format!("{reason:?}"),
            expected: "the reason why it is withheld, in words".to_owned(),
        });
    }
    if let Some((element, _)) = settings.company.items.iter().find(|(_, item)| item.trim().is_empty()) {
        return Err(ConfigError::Value {
            key: format!("company.items.{element}"),
            seen: "\"\"".to_owned(),
            expected: "what the company calls the element".to_owned(),
        });
    }
    if settings.privacy.min_cell < 5 {
        return Err(ConfigError::Value {
            key: "privacy.min_cell".to_owned(),
            seen: settings.privacy.min_cell.to_string(),
            expected: "5 or more: smaller groups could be recognized".to_owned(),
        });
    }
    if settings.run.memory_limit.0 < 256 << 20 {
        return Err(ConfigError::Value {
            key: "run.memory_limit".to_owned(),
            seen: settings.run.memory_limit.to_string(),
            expected: "256MiB or more".to_owned(),
        });
    }
    check_descriptors(settings)?;
    check_sources(settings)?;
    check_tables(&settings.tables)?;
    Ok(timezone)
}

/// Cut points of descriptors and ready-made groups that ascend, no more columns than are told, and days that are some.
fn check_descriptors(settings: &Settings) -> Result<(), ConfigError> {
    let descriptors = &settings.descriptors;
    let named = descriptors.columns.as_ref().map_or(0, Vec::len);
    if named > MOST_DESCRIPTORS {
        return Err(ConfigError::Value {
            key: "descriptors.columns".to_owned(),
            seen: format!("{named} columns"),
            expected: format!("{MOST_DESCRIPTORS} or fewer"),
        });
    }
    if !descriptors.cuts_ascend() {
        return Err(ConfigError::Value {
            key: "descriptors.tenure_days".to_owned(),
            seen: format!("{:?}", descriptors.tenure_days),
            expected: "whole numbers of days above 0, each larger than the one before".to_owned(),
        });
    }
    if let Some(key) = settings.service.zero() {
        return Err(ConfigError::Value {
            key: format!("service.{key}"),
            seen: "0".to_owned(),
            expected: "a number of days, at least 1".to_owned(),
        });
    }
    if let Some((key, cuts)) = settings.rfm.unsorted() {
        return Err(ConfigError::Value {
            key: format!("rfm.{key}"),
            seen: format!("{cuts:?}"),
            expected: "four numbers, each larger than the one before".to_owned(),
        });
    }
    Ok(())
}

/// Limits of figures: known kinds, and numbers that a change can exceed.
fn check_figures(gates: &Gates) -> Result<(), ConfigError> {
    for (section, limits) in [("alert_at", &gates.alert_at), ("hold_at", &gates.hold_at)] {
        for (name, limit) in limits {
            let key = format!("gates.{section}.{name}");
            if figure_kind(name).is_none() {
                let expected = nearest(name, FIGURES.iter().map(|kind| kind.name));
                let expected = expected.map_or("a kind of figure".to_owned(), |name| format!("`{name}`"));
                return Err(ConfigError::Value { key, seen: "no figure that is counted".to_owned(), expected });
            }
            if limit.is_nan() || *limit < 0.0 {
                let expected = "0 or more".to_owned();
                return Err(ConfigError::Value { key, seen: limit.to_string(), expected });
            }
        }
    }
    Ok(())
}

fn check_sources(settings: &Settings) -> Result<(), IntakeError> {
    for (table, specs) in &settings.tables {
        for seen in specs.as_slice().iter().filter_map(|spec| spec.source.as_deref()) {
            if !settings.sources.contains_key(seen) {
                return Err(IntakeError::UnknownSource {
                    place: format!("tables.{}.source", table.slug()),
                    source_name: seen.to_owned(),
                    nearest: nearest(seen, settings.sources.keys().map(String::as_str)).into_iter().collect(),
                });
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;

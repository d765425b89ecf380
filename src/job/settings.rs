//! `valueseg.toml` as types: every setting, its default and its bounds.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalogue::{Capability, ElementId, Industry};
use crate::job::size::ByteSize;
use crate::job::span::TimeSpan;
use crate::model::customer::continuity::Hysteresis;
use crate::model::customer::listening::DEFAULT_LANGUAGE;
use crate::model::customer::needs::NeedSettings;
use crate::model::customer::relationship::RelationshipSettings;
use crate::model::customer::rfm::RfmSettings;
use crate::model::customer::{ApplySettings, DEFAULT_HOLDOUT_SHARE};
use crate::model::effect::EffectSettings;
use crate::model::fit::{DEFAULT_MIN_RESPONDENTS, DEFAULT_MIN_SHARE, FitSettings, Method, SearchEffort, SegmentCount};
use crate::model::plan::PlanSettings;
use crate::model::rows::Aspect;
use crate::model::segment::crosstab::DescriptorSettings;
use crate::model::segment::drivers::DriverSettings;
use crate::model::segment::lens::ServiceSettings;
use crate::model::segment::profile::DEFAULT_MIN_CELL;
use crate::tables::access::FileMode;
use crate::tables::audiences::AudienceSpec;
use crate::tables::report::ReportLanguage;
use crate::tables::schema::SensitivePolicy;
use crate::tables::spec::{SourceSpec, TableName, TableSpecs};

/// Default of `[run] keep_nights`.
pub const DEFAULT_KEEP_NIGHTS: u32 = 35;
/// Default of `[run] memory_limit`.
pub const DEFAULT_MEMORY_LIMIT: u64 = 4 << 30;
/// Default of `[run] query_timeout`, in seconds: an hour.
pub const DEFAULT_QUERY_TIMEOUT: u64 = 3600;
/// Default of `[gates] max_rejected_share`: one row in two hundred.
pub const DEFAULT_MAX_REJECTED_SHARE: f64 = 0.005;

/// Default of `[gates] max_bad_cells`: one cell in twenty. Our judgment: a column read in the wrong way fails in most of its
/// cells, one with slips of the pen in few.
pub const DEFAULT_MAX_BAD_CELLS: f64 = 0.05;

/// Default of `[listening] complaints`: the complaints of the catalogue.
const DEFAULT_COMPLAINTS: [&str; 5] =
    ["complaint", "late_complaint", "quality_complaint", "price_complaint", "service_complaint"];
/// Default of `[listening] advocacy`: the kinds of the catalogue in which somebody is told of the company.
const DEFAULT_ADVOCACY: [&str; 3] = ["referral", "public_post", "forum_post"];

/// The whole of `valueseg.toml`.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// What the project is.
    pub project: ProjectSettings,
    /// What kind of company it is, what it has and what it calls things: the words and the limits of plans.
    #[serde(default)]
    pub company: CompanySettings,
    /// Raw data, as it lies: a name and its files.
    #[serde(default)]
    pub sources: BTreeMap<String, SourceSpec>,
    /// Canonical tables made of the sources.
    #[serde(default)]
    pub tables: BTreeMap<TableName, TableSpecs>,
    /// How segments are found.
    #[serde(default)]
    pub model: ModelSettings,
    /// How feedback is listened to.
    #[serde(default)]
    pub listening: Listening,
    /// How need tiers are computed.
    #[serde(default)]
    pub needs: NeedSettings,
    /// How close relationships are, and which would be right.
    #[serde(default)]
    pub relationship: RelationshipSettings,
    /// From how many answers on derived importance is told.
    #[serde(default)]
    pub drivers: DriverSettings,
    /// When a play fires, and how far a plan goes.
    #[serde(default)]
    pub plan: PlanSettings,
    /// How it is found out whether plays work.
    #[serde(default)]
    pub effects: EffectSettings,
    /// Which descriptors of customers are told group by group.
    #[serde(default)]
    pub descriptors: DescriptorSettings,
    /// Which events say how easily customers are served.
    #[serde(default)]
    pub service: ServiceSettings,
    /// How ready-made groups by recency, frequency and value are cut.
    #[serde(default)]
    pub rfm: RfmSettings,
    /// What holds a night back.
    #[serde(default)]
    pub gates: Gates,
    /// What may not be shown.
    #[serde(default)]
    pub privacy: Privacy,
    /// The permanent random control group.
    #[serde(default)]
    pub holdout: Holdout,
    /// Lists that can be loaded into tools, one of `[[audiences]]` for each. When absent, a night writes one list for any tool
    /// per campaign of the plans, where a source tells addresses; `[]` = none.
    #[serde(default)]
    pub audiences: Option<Vec<AudienceSpec>>,
    /// Where results go and what the job may use.
    #[serde(default)]
    pub run: RunSettings,
}

/// `[project]`.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProjectSettings {
    /// Name shown in the report.
    pub name: String,
    /// Zone that decides when a night ends, such as `Europe/Paris`; never the machine's.
    #[serde(default = "default_timezone")]
    pub timezone: String,
    /// Currency of amounts, a three-letter code.
    #[serde(default = "default_currency")]
    pub currency: String,
    /// Language of the report's own words: `en` or `de`. What plans, catalogue and data say stays as it is.
    #[serde(default)]
    pub language: ReportLanguage,
    /// Country of the company, two letters, such as `"DE"`: phone numbers without the code of a country are read as dialed there
    /// where a customer's own is not known. When absent, such a number is none.
    #[serde(default)]
    pub country: Option<String>,
    /// Folder with the company's own catalogue files, relative to the configuration.
    #[serde(default)]
    pub catalogue: Option<PathBuf>,
}

/// `[company]`.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CompanySettings {
    /// What kind of company it is: plans speak in its words.
    pub industry: Industry,
    /// What the company has that not every company has, such as `["stores", "app", "loyalty"]`. Plays that need what is neither
    /// named here nor sure from the channels of the orders are not offered, and nothing is sent or shown where it is not.
    pub capabilities: BTreeSet<Capability>,
    /// What the company calls an element itself, as it asked its customers, such as `{ wellness = "Leg room" }`. Where
    /// nothing is said, the column of a wide survey is taken if its name is in words.
    #[schemars(with = "BTreeMap<String, String>")]
    pub items: BTreeMap<ElementId, String>,
}

/// When the model is fitted anew.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Refit {
    /// When there is no model yet. When drift puts the model in doubt, a challenger is fitted beside it; it takes over
    /// by itself from the next night on if the change is small (`gates.max_moved_share`), else it waits for `--refit`.
    #[default]
    OnDrift,
    /// Only when there is no model yet; drift is told, nothing follows from it.
    Never,
    /// Every night; the night is held back if more than `gates.max_moved_share` would move.
    Always,
}

/// `[model]`.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ModelSettings {
    /// `"auto"`, a number, or `{ from = 4, to = 9 }`.
    pub segments: SegmentCount,
    /// How the partition is found.
    pub method: Method,
    /// How much is tried before a partition is chosen: `"thorough"`, or `"quick"` for very large or very frequent fits.
    pub search: SearchEffort,
    /// Which ratings shape the segments; chosen by coverage when absent.
    pub cut_on: Option<Aspect>,
    /// When the model is fitted anew.
    pub refit: Refit,
    /// Seed of every random choice.
    pub seed: u64,
    /// Smallest share of the base a segment may have, 0–0.5.
    pub min_share: f64,
    /// Fewest respondents a segment may rest on.
    pub min_respondents: usize,
    /// A customer whose likeliest segment is less probable stays without a segment, 0–1.
    pub min_probability: f64,
    /// A customer whose likeliest segment leads by less stays without a segment, 0–1.
    pub min_margin: f64,
    /// When a customer changes segment from night to night.
    pub hysteresis: Hysteresis,
}

impl Default for ModelSettings {
    fn default() -> Self {
        let apply = ApplySettings::default();
        Self {
            segments: SegmentCount::default(),
            method: Method::default(),
            search: SearchEffort::default(),
            cut_on: None,
            refit: Refit::default(),
            seed: 1,
            min_share: DEFAULT_MIN_SHARE,
            min_respondents: DEFAULT_MIN_RESPONDENTS,
            min_probability: apply.min_probability,
            min_margin: apply.min_margin,
            hysteresis: Hysteresis::default(),
        }
    }
}

/// `[listening]`.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Listening {
    /// Language of the texts of `feedback`: `en` ships; others by a `lexicon_<language>.toml` in the catalogue folder.
    pub language: String,
    /// Fewest customers who mention an element for it to become a signal: as many as a segment must rest on. Our judgment.
    pub min_mentioners: u64,
    /// Kinds of `interactions` that are complaints.
    pub complaints: Vec<String>,
    /// Kinds of `interactions` in which a customer speaks for the company to others.
    pub advocacy: Vec<String>,
}

impl Default for Listening {
    fn default() -> Self {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        Self {
            language: DEFAULT_LANGUAGE.to_owned(),
            min_mentioners: DEFAULT_MIN_RESPONDENTS as u64,
            complaints: words(&DEFAULT_COMPLAINTS),
            advocacy: words(&DEFAULT_ADVOCACY),
        }
    }
}

/// `[gates]`: a miss holds the night back (exit 4) and yesterday stays live.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Gates {
    /// Rejected rows over rows read, any one table.
    pub max_rejected_share: f64,
    /// Unreadable answers over answers, ratings or attitudes: what a scale that changed overnight shows in.
    pub max_bad_answers: f64,
    /// Relative change of the number of customers since the last night, and share of its customers who may be gone.
    pub max_population_change: f64,
    /// Share of customers who may change segment in a night, or, net of label noise, because a new model takes over unasked.
    pub max_moved_share: f64,
    /// Rise of the share of scored customers without a segment since the last night, in shares: 0.1 is ten points.
    pub max_unassigned_rise: f64,
    /// Unreadable cells over cells read, any one column of any table.
    pub max_bad_cells: f64,
    /// Part of what the last night had that may be missing tonight: respondents, signals, rows of a table, customers with
    /// rows in it, value, customers within reach of a channel, answers on a question.
    pub max_coverage_loss: f64,
    /// Share of the rows of a table, of at least 200, that one customer may have before it is said: it may stand for guests.
    /// Our judgment.
    pub max_single_customer_share: f64,
    /// From which change on a figure of the inputs is told, by kind of figure, such as `{ rows = 0.4 }`. What is not named
    /// follows the list in the operations page.
    pub alert_at: BTreeMap<String, f64>,
    /// From which change on it holds the night, by kind of figure.
    pub hold_at: BTreeMap<String, f64>,
    /// What drift does: `"tell"` says so, `"hold"` holds the night back as well.
    pub drift: DriftGate,
}

impl Default for Gates {
    fn default() -> Self {
        Self {
            max_rejected_share: DEFAULT_MAX_REJECTED_SHARE,
            max_bad_answers: 0.05,
            max_population_change: 0.20,
            max_moved_share: 0.08,
            max_unassigned_rise: 0.10,
            max_bad_cells: DEFAULT_MAX_BAD_CELLS,
            max_coverage_loss: 0.50,
            max_single_customer_share: 0.05,
            alert_at: BTreeMap::new(),
            hold_at: BTreeMap::new(),
            drift: DriftGate::Tell,
        }
    }
}

/// What drift of the night against the night of the fit does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum DriftGate {
    /// It is told, and what `model.refit` says follows.
    #[default]
    Tell,
    /// The night is held back as well.
    Hold,
}

/// `[privacy]`.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Privacy {
    /// Fewest people behind a printed figure, at least 5.
    pub min_cell: u64,
    /// What may be written about the elements withheld.
    pub sensitive_elements: SensitivePolicy,
    /// Elements of which no row about a customer shows a score, each with the reason, such as
    /// `{ wellness = "tells of health" }`; `{}` = none. By default those that the catalogue gives a reason for: what tells
    /// of health, hardship or the body. They count in groups all the same.
    #[schemars(with = "Option<BTreeMap<String, String>>")]
    pub withhold: Option<BTreeMap<ElementId, String>>,
    /// Another place for the list of customers who are to be forgotten, relative to the configuration; kept in step with
    /// the one in the results folder, so that losing that folder brings nobody back.
    pub forgotten: Option<PathBuf>,
    /// A file with at least 32 random bytes, relative to the configuration, that the noise on published figures is made
    /// with. Whoever has it can take the noise off. By default the key is made from the rows of the first night and kept
    /// in the results folder, for the owner alone.
    pub key_file: Option<PathBuf>,
    /// Where customers object, ask and complain, as it is printed for them (`explain customer ID --for-customer`): an address, a
    /// number, a page.
    pub contact: Option<String>,
}

impl Default for Privacy {
    fn default() -> Self {
        Self {
            min_cell: DEFAULT_MIN_CELL,
            sensitive_elements: SensitivePolicy::default(),
            withhold: None,
            forgotten: None,
            key_file: None,
            contact: None,
        }
    }
}

/// `[holdout]`.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Holdout {
    /// Share of customers left untouched, so that the effect of plans can be seen, 0–0.5.
    pub share: f64,
    /// Changing it draws another group.
    pub salt: String,
}

impl Default for Holdout {
    fn default() -> Self {
        Self { share: DEFAULT_HOLDOUT_SHARE, salt: "valueseg".to_owned() }
    }
}

/// `[run]`.
#[derive(Clone, Debug, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RunSettings {
    /// Folder of the results, relative to the configuration.
    pub output: PathBuf,
    /// Most memory the job plans with, such as `"4GiB"`.
    pub memory_limit: ByteSize,
    /// Most time the SQL of one table may take, such as `"90s"`, `"15m"` or `"2h"`; `0` = as long as it takes. Our judgment: ten
    /// times what a night of millions of customers takes in all.
    pub query_timeout: TimeSpan,
    /// Threads; 0 = as many as there are cores. Never changes a result.
    pub threads: usize,
    /// Published nights kept, the newest; at least the latest is. Nights that drift of a model in use is measured against
    /// stay as well.
    pub keep_nights: u32,
    /// Permissions of the files of a night, such as `"0640"`; folders follow: whoever may read may enter. For the owner alone
    /// when absent, because customers stand in them.
    pub file_mode: FileMode,
}

impl Default for RunSettings {
    fn default() -> Self {
        Self {
            output: PathBuf::from("out"),
            memory_limit: ByteSize(DEFAULT_MEMORY_LIMIT),
            query_timeout: TimeSpan(DEFAULT_QUERY_TIMEOUT),
            threads: 0,
            keep_nights: DEFAULT_KEEP_NIGHTS,
            file_mode: FileMode::default(),
        }
    }
}

fn default_timezone() -> String {
    "UTC".to_owned()
}

fn default_currency() -> String {
    "EUR".to_owned()
}

impl Settings {
    /// Settings of the fit.
    #[must_use]
    pub fn fit(&self) -> FitSettings {
        FitSettings {
            segments: self.model.segments,
            method: self.model.method,
            search: self.model.search,
            cut_on: self.model.cut_on,
            seed: self.model.seed,
            min_share: self.model.min_share,
            min_respondents: self.model.min_respondents,
            ..FitSettings::default()
        }
    }

    /// Settings of scoring.
    #[must_use]
    pub fn apply(&self) -> ApplySettings {
        ApplySettings {
            min_probability: self.model.min_probability,
            min_margin: self.model.min_margin,
            holdout_share: self.holdout.share,
            holdout_salt: self.holdout.salt.clone(),
            needs: self.needs,
        }
    }

    /// Folder of the results, for a configuration in `base`.
    #[must_use]
    pub fn output(&self, base: &Path) -> PathBuf {
        base.join(&self.run.output)
    }
}

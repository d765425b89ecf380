//! A company of invented people, a results folder of its nights, and what is published of them.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use tempfile::TempDir;
use valueseg::job::forget::forget;
use valueseg::job::load::load;
use valueseg::job::night::{self, NightRequest};
use valueseg::job::watch::Unwatched;
use valueseg::tables::read::{RowMap, all_rows};

/// Elements everybody is asked for, 0–10.
pub(crate) const ASKED: [&str; 8] = [
    "saves_time",
    "simplifies",
    "reduces_cost",
    "quality",
    "variety",
    "rewards_me",
    "reduces_risk",
    "fun_entertainment",
];

/// Everything that goes wrong here.
pub(crate) type Failure = Box<dyn Error>;

/// One customer.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    pub(crate) id: String,
    /// Importance of the elements, in the order of [`ASKED`].
    pub(crate) answers: [u8; ASKED.len()],
    /// Order value of the year.
    pub(crate) value: f64,
}

impl Person {
    /// The person of this number: one of two kinds, with a will of their own.
    pub(crate) fn of(number: usize) -> Self {
        let mut lot = number as u64 + 1;
        let mut roll = |sides: u64| {
            // SplitMix64: any fixed chance will do.
            lot = lot.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut mixed = (lot ^ lot >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
            (mixed ^ mixed >> 31) % sides
        };
        let answers = std::array::from_fn(|item| {
            let wanted = if number.is_multiple_of(2) == (item < 4) { 7 } else { 3 };
            (wanted + roll(7) as i64 - 3).clamp(0, 10) as u8
        });
        // Few spend much.
        let value = (20 + roll(180)) as f64 * [1.0, 1.0, 1.0, 2.0, 5.0][roll(5) as usize] + roll(100) as f64 / 100.0;
        Self { id: format!("P{number:05}"), answers, value }
    }
}

/// A results folder.
pub(crate) struct Company {
    folder: TempDir,
    exact: bool,
}

/// What one night publishes, as far as it is attacked.
pub(crate) struct Told {
    /// Figures are neither noised nor rounded.
    pub(crate) exact: bool,
    /// Segment of each customer.
    pub(crate) segments: BTreeMap<String, String>,
    /// Mean importance by group and element.
    pub(crate) importance: BTreeMap<(String, String), f64>,
    /// Mean order value by group.
    pub(crate) value: BTreeMap<String, f64>,
    /// Every figure with an interval, by table, row and column: value and half-width.
    pub(crate) figures: BTreeMap<String, (f64, f64)>,
}

impl Told {
    /// Shares of the segments.
    pub(crate) fn shares(&self) -> Vec<f64> {
        let mut sizes: BTreeMap<&str, f64> = BTreeMap::new();
        self.segments.values().for_each(|segment| *sizes.entry(segment).or_default() += 1.0);
        sizes.into_values().map(|size| size / self.segments.len() as f64).collect()
    }
}

impl Company {
    /// A company whose figures are exact, or as they are published.
    pub(crate) fn new(exact: bool) -> Result<Self, Failure> {
        let company = Self { folder: TempDir::new()?, exact };
        fs::create_dir(company.folder.path().join("in"))?;
        fs::write(company.config(), config())?;
        Ok(company)
    }

    fn config(&self) -> PathBuf {
        self.folder.path().join("valueseg.toml")
    }

    fn run_folder(&self, night: NaiveDate) -> PathBuf {
        self.folder.path().join("out/runs").join(night.to_string())
    }

    /// Runs the night of these people.
    pub(crate) fn night(&self, night: NaiveDate, people: &[Person]) -> Result<Told, Failure> {
        write(&self.folder.path().join("in"), people)?;
        let loaded = load(&self.config(), &[])?;
        night::run(&loaded, &NightRequest { exact: self.exact, ..NightRequest::of(night) }, &Unwatched)?;
        self.told(night)
    }

    /// What is published of a night.
    pub(crate) fn told(&self, night: NaiveDate) -> Result<Told, Failure> {
        let table = |name: &str| all_rows(&self.run_folder(night).join(format!("tables/{name}.parquet")));
        let text = |row: &RowMap, column: &str| row[column].as_str().unwrap_or_default().to_owned();
        let mut told = Told {
            exact: self.exact,
            segments: BTreeMap::new(),
            importance: BTreeMap::new(),
            value: BTreeMap::new(),
            figures: BTreeMap::new(),
        };
        for row in table("customers")? {
            told.segments.insert(text(&row, "customer_id"), text(&row, "segment_id"));
        }
        for row in table("segments")? {
            told.value.extend(row["value_mean"].as_f64().map(|mean| (text(&row, "segment_id"), mean)));
        }
        for row in table("segment_elements")? {
            let key = (text(&row, "segment_id"), text(&row, "element_id"));
            told.importance.extend(row["importance"].as_f64().map(|mean| (key, mean)));
        }
        let keyed: [(&str, &[&str]); 4] = [
            ("segments", &["segment_id"]),
            ("segment_elements", &["segment_id", "element_id"]),
            ("segment_needs", &["segment_id", "need_tier"]),
            ("relationship", &["segment_id", "measure", "key"]),
        ];
        for (name, keys) in keyed {
            for row in table(name)? {
                let key: Vec<String> = keys.iter().map(|column| text(&row, column)).collect();
                let figures = intervals(&row);
                told.figures
                    .extend(figures.map(|(column, figure)| (format!("{name} {} {column}", key.join(" ")), figure)));
            }
        }
        Ok(told)
    }

    /// Erases people.
    pub(crate) fn forget(&self, people: &[Person]) -> Result<(), Failure> {
        let list = self.folder.path().join("erase.txt");
        fs::write(&list, people.iter().map(|person| format!("{}\n", person.id)).collect::<String>())?;
        forget(&load(&self.config(), &[])?, &list)?;
        Ok(())
    }
}

/// How far figures are from exact ones.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moved {
    /// Figures with an interval on both sides.
    pub(crate) figures: usize,
    /// Mean distance in half-widths of the exact interval.
    pub(crate) of_half: f64,
    /// Mean distance in parts of the exact value.
    pub(crate) relative: f64,
}

impl Moved {
    /// The same night told twice.
    pub(crate) fn between(exact: &Told, told: &Told) -> Self {
        let pairs: Vec<((f64, f64), f64)> =
            exact.figures.iter().filter_map(|(key, figure)| Some((*figure, told.figures.get(key)?.0))).collect();
        let mean = |values: Vec<f64>| values.iter().sum::<f64>() / values.len().max(1) as f64;
        let halves = pairs.iter().filter(|(figure, _)| figure.1 > 0.0);
        let values = pairs.iter().filter(|(figure, _)| figure.0 != 0.0);
        Self {
            figures: pairs.len(),
            of_half: mean(halves.map(|((exact, half), told)| (told - exact).abs() / half).collect()),
            relative: mean(values.map(|((exact, _), told)| (told / exact - 1.0).abs()).collect()),
        }
    }
}

/// Columns of a row that have an interval: value and half-width.
fn intervals(row: &RowMap) -> impl Iterator<Item = (String, (f64, f64))> {
    let ends = |column: &str| match column {
        "value" => ("low".to_owned(), "high".to_owned()),
        _ => (format!("{column}_low"), format!("{column}_high")),
    };
    row.iter().filter_map(move |(column, value)| {
        let (low, high) = ends(column);
        let number = |name: &str| row.get(name)?.as_f64();
        let half = (number(&high)? - number(&low)?) / 2.0;
        Some((column.clone(), (value.as_f64()?, half)))
    })
}

/// Everybody answered and bought long before the first night, and within a year of the last.
fn write(folder: &Path, people: &[Person]) -> Result<(), Failure> {
    let mut customers = String::from("customer_id,consent_profiling,consent_email\n");
    let mut survey = format!("customer_id,day,{}\n", ASKED.join(","));
    let mut orders = String::from("customer_id,ordered_at,order_id,amount\n");
    for Person { id, answers, value } in people {
        writeln!(customers, "{id},yes,yes")?;
        let answers: Vec<String> = answers.iter().map(u8::to_string).collect();
        writeln!(survey, "{id},2025-06-15,{}", answers.join(","))?;
        writeln!(orders, "{id},2025-06-10,O{id},{value:.2}")?;
    }
    fs::write(folder.join("customers.csv"), customers)?;
    fs::write(folder.join("survey.csv"), survey)?;
    Ok(fs::write(folder.join("orders.csv"), orders)?)
}

fn config() -> String {
    let elements: Vec<String> = ASKED.iter().map(|element| format!("{element} = \"{element}\"")).collect();
    format!(
        "[project]\nname = \"attacked\"\n[sources.customers]\nfiles = \"in/customers.csv\"\n[sources.survey]\nfiles = \
         \"in/survey.csv\"\n[sources.orders]\nfiles = \"in/orders.csv\"\n[tables.customers]\nsource = \
         \"customers\"\n[tables.orders]\nsource = \"orders\"\n[tables.ratings]\nsource = \"survey\"\nwide = {{ id = \
         \"customer_id\", aspect = \"importance\", asked_at = \"day\", scale = [0, 10], elements = {{ {} }} }}\n\
         [model]\nsegments = 2\nmin_respondents = 20\nsearch = \"quick\"\n",
        elements.join(", ")
    )
}

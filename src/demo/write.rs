//! From settings to a folder of files.

use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::customer::Customer;
use super::error::DemoError;
use super::page::{CONFIG_MARK, config, readme};
use super::parquet_files::{self, ParquetSheet};
use super::promises::Promises;
use super::settings::DemoSettings;
use super::sheet::Sheet;
use super::text_files::{CsvContent, CsvSheet, FeedbackSheet};
use super::truth;
use super::world::World;
use crate::tables::plain_file;

/// Customers held in memory at a time.
const GROUP: u32 = 16_384;
/// Customers one thread makes at a time.
const CHUNK: usize = 256;

/// What a demo holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DemoCounts {
    /// Customers.
    pub customers: u64,
    /// Customers who answered a survey.
    pub respondents: u64,
    /// Orders.
    pub orders: u64,
    /// Contacts and events.
    pub interactions: u64,
    /// Verbatims.
    pub feedback: u64,
}

impl DemoCounts {
    fn add(&mut self, customers: &[Customer]) {
        for customer in customers {
            self.customers += 1;
            self.respondents += u64::from(customer.response.is_some());
            self.orders += customer.orders.len() as u64;
            self.interactions += customer.interactions.len() as u64;
            self.feedback += customer.feedback.len() as u64;
        }
    }
}

/// What was written, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoFiles {
    /// The configuration to run.
    pub config: PathBuf,
    /// Input files, below `in/`.
    pub inputs: Vec<PathBuf>,
    /// Files the job never reads, below `truth/`.
    pub truth: Vec<PathBuf>,
    /// What they hold.
    pub counts: DemoCounts,
}

/// Writes the inputs, configuration and truth of a demo into `dir`, which is made if need be; files of an earlier demo
/// there are replaced.
///
/// The same settings give the same bytes at any number of threads, and customer `n` is the same in a base of any size.
///
/// # Errors
/// [`DemoError::Setting`] for settings out of range, [`DemoError::ForeignProject`] if `dir` holds a configuration that no
/// demo wrote, else the file that cannot be written.
pub fn write_demo(dir: &Path, settings: &DemoSettings) -> Result<DemoFiles, DemoError> {
    let world = World::new(settings)?;
    let config_path = dir.join("valueseg.toml");
    if plain_file::read(&config_path).is_ok_and(|old| !old.starts_with(CONFIG_MARK.as_bytes())) {
        return Err(DemoError::ForeignProject { path: config_path });
    }
    for folder in ["in", "truth"] {
        let folder = dir.join(folder);
        fs::create_dir_all(&folder).map_err(DemoError::write(&folder))?;
    }
    let mut sheets = open(dir, &world)?;
    let paths: Vec<PathBuf> = sheets.iter().map(|sheet| sheet.path().to_owned()).collect();
    let mut counts = DemoCounts::default();
    let mut promises = Promises::default();
    for first in (0..settings.customers).step_by(GROUP as usize) {
        let numbers: Vec<u32> = (first..settings.customers.min(first.saturating_add(GROUP))).collect();
        let customers: Vec<Customer> =
            numbers.par_iter().with_min_len(CHUNK).map(|&number| world.customer(number)).collect();
        counts.add(&customers);
        customers.iter().for_each(|customer| promises.add(customer));
        sheets.par_iter_mut().try_for_each(|sheet| sheet.write(&world, &customers))?;
    }
    sheets.into_par_iter().try_for_each(Sheet::close)?;

    let truth_json = dir.join("truth").join("truth.json");
    let pages = [
        (&config_path, config(&world)),
        (&dir.join("README.txt"), readme(&world)),
        (&truth_json, truth::json(&world, &promises)),
    ];
    for (path, text) in pages {
        plain_file::write(path, &text).map_err(DemoError::write(path))?;
    }
    let (inputs, mut truth): (Vec<PathBuf>, Vec<PathBuf>) =
        paths.into_iter().partition(|path| !path.starts_with(dir.join("truth")));
    truth.push(truth_json);
    Ok(DemoFiles { config: config_path, inputs, truth, counts })
}

fn open(dir: &Path, world: &World) -> Result<Vec<Box<dyn Sheet>>, DemoError> {
    let input = dir.join("in");
    let parquet = |path: PathBuf, rows| ParquetSheet::create(path, world, rows).map(|s| Box::new(s) as Box<dyn Sheet>);
    let csv = |name: &str, content| CsvSheet::create(input.join(name), content).map(|s| Box::new(s) as Box<dyn Sheet>);
    let mut sheets = vec![
        parquet(input.join("customers.parquet"), parquet_files::customers)?,
        csv("survey-wave1.csv", CsvContent::Ratings(1))?,
        csv("survey-wave2.csv", CsvContent::Ratings(2))?,
        csv("attitudes.csv", CsvContent::Attitudes)?,
        parquet(input.join("orders.parquet"), parquet_files::orders)?,
        parquet(input.join("interactions.parquet"), parquet_files::interactions)?,
        Box::new(FeedbackSheet::create(input.join("feedback.jsonl"))?),
        csv("treatments.csv", CsvContent::Treatments)?,
    ];
    let signals = input.join("signals.parquet");
    if world.settings().nuisance_signals > 0 {
        sheets.push(parquet(signals, parquet_files::signals)?);
    } else if signals.exists() {
        fs::remove_file(&signals).map_err(DemoError::write(&signals))?;
    }
    sheets.push(parquet(dir.join("truth").join("truth.parquet"), parquet_files::truth)?);
    Ok(sheets)
}

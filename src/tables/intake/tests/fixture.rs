//! A folder with data and a configuration, and the intake over it.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use chrono::NaiveDate;
use datafusion::arrow::array::{ArrayRef, RecordBatch};
use parquet::arrow::ArrowWriter;
use parquet::file::properties::WriterProperties;
use tempfile::TempDir;

use crate::catalogue::{Catalogue, ElementId};
use crate::codes::Coded as _;
use crate::model::rows::{Aspect, CustomerBlock, Question};
use crate::tables::forgotten::Forgotten;
use crate::tables::intake::{Intake, IntakeError, IntakeRequest, Look, look, run};
use crate::tables::spec::{SourceSpec, TableName, TableSpecs};

#[derive(serde::Deserialize)]
struct Config {
    #[serde(default)]
    sources: BTreeMap<String, SourceSpec>,
    #[serde(default)]
    tables: BTreeMap<TableName, TableSpecs>,
}

pub(super) struct Base {
    dir: TempDir,
    scratch: Arc<TempDir>,
    config: Config,
    pub(super) threads: usize,
    pub(super) memory: u64,
    pub(super) as_of: NaiveDate,
}

impl Base {
    pub(super) fn new(config: &str) -> Self {
        Self {
            dir: tempfile::tempdir().expect("temp"),
            scratch: Arc::new(tempfile::tempdir().expect("temp")),
            config: toml::from_str(config).expect("the configuration reads"),
            threads: 2,
            memory: 1 << 30,
            as_of: NaiveDate::from_ymd_opt(2026, 11, 21).expect("a day"),
        }
    }

    pub(super) fn path(&self) -> &Path {
        self.dir.path()
    }

    pub(super) fn file(self, name: &str, content: impl AsRef<[u8]>) -> Self {
        let path = self.dir.path().join(name);
        std::fs::create_dir_all(path.parent().expect("below the folder")).expect("makes folders");
        std::fs::write(path, content).expect("writes");
        self
    }

    pub(super) fn parquet(self, name: &str, columns: Vec<(&str, ArrayRef)>) -> Self {
        let batch = RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(n, c)| (n, c, true)));
        write_parquet(&self.dir.path().join(name), &batch.expect("columns fit"), 1024);
        self
    }

    pub(super) fn run(&self) -> Result<Intake, IntakeError> {
        self.with(run)
    }

    pub(super) fn intake(&self) -> Run {
        match self.run() {
            Ok(intake) => {
                assert!(intake.ledger().adds_up(), "{:#?}", intake.ledger());
                Run { intake, _scratch: Arc::clone(&self.scratch) }
            }
            Err(error) => panic!("{} {error}: {}", error.code(), error.to_do()),
        }
    }

    pub(super) fn error(&self) -> IntakeError {
        self.run().err().expect("refused")
    }

    pub(super) fn look(&self, deep: bool) -> Look {
        self.with(|request| look(request, deep)).expect("looks")
    }

    /// The intake without the customers who are to be forgotten.
    pub(super) fn without(&self, forgotten: &Forgotten) -> Run {
        let intake = self.with(|request| run(&IntakeRequest { forgotten: Some(forgotten), ..*request }));
        Run { intake: intake.unwrap_or_else(|error| panic!("{error}")), _scratch: Arc::clone(&self.scratch) }
    }

    fn with<T>(&self, act: impl FnOnce(&IntakeRequest<'_>) -> T) -> T {
        let catalogue = Catalogue::embedded();
        act(&IntakeRequest {
            base_dir: self.dir.path(),
            sources: &self.config.sources,
            tables: &self.config.tables,
            catalogue: &catalogue,
            as_of: self.as_of,
            language: "en",
            min_mentioners: 100,
            timezone: chrono_tz::Europe::Paris,
            currency: "EUR",
            max_single_customer_share: 0.05,
            scratch: self.scratch.path(),
            memory_limit: self.memory,
            query_time: None,
            threads: self.threads,
            forgotten: None,
            progress: &|_| (),
        })
    }
}

/// An intake whose scratch folder lives as long as it does.
pub(super) struct Run {
    intake: Intake,
    _scratch: Arc<TempDir>,
}

impl std::ops::Deref for Run {
    type Target = Intake;
    fn deref(&self) -> &Intake {
        &self.intake
    }
}

pub(super) fn write_parquet(path: &Path, batch: &RecordBatch, group_rows: usize) {
    let properties = WriterProperties::builder().set_max_row_group_row_count(Some(group_rows)).build();
    let file = File::create(path).expect("creates");
    let mut writer = ArrowWriter::try_new(file, batch.schema(), Some(properties)).expect("starts");
    writer.write(batch).expect("writes");
    writer.close().expect("closes");
}

/// The only block of a small base.
pub(super) fn block(intake: &Intake) -> CustomerBlock {
    let mut blocks = intake.blocks().expect("opens");
    let block = blocks.next().expect("somebody").expect("reads");
    assert!(blocks.next().is_none());
    block
}

/// Ratings of one element, absent ones as `None`.
pub(super) fn ratings(block: &CustomerBlock, aspect: Aspect, element: &str) -> Vec<Option<f32>> {
    let indicator = aspect.indicator(ElementId::parse(element).expect("an element"));
    (0..block.len()).map(|i| (block.rated[i] >> indicator & 1 == 1).then(|| block.ratings[[i, indicator]])).collect()
}

/// Values of a signal, absent ones as `None`.
pub(super) fn signal(intake: &Intake, block: &CustomerBlock, id: &str) -> Vec<Option<f64>> {
    let j = intake.signal_ids().iter().position(|own| own == id).expect("the signal is there");
    (0..block.len()).map(|i| (block.signalled[i] >> j & 1 == 1).then(|| block.signals[[i, j]])).collect()
}

/// Answers to a question, row by row.
pub(super) fn answers(block: &CustomerBlock, question: Question) -> Vec<Option<f32>> {
    (0..block.len()).map(|i| block.attitudes.get(i, question)).collect()
}

/// A topic's note, if there is one: its count and text.
pub(super) fn note<'a>(intake: &'a Intake, topic: &str) -> Option<(u64, &'a str)> {
    intake.ledger().notes.iter().find(|note| note.topic == topic).map(|note| (note.count, note.text.as_str()))
}

/// Everything a block holds, as bits.
pub(super) fn bits(intake: &Intake) -> Vec<String> {
    let blocks = intake.blocks().expect("opens").map(|block| block.expect("reads"));
    blocks
        .map(|b| {
            let ratings: Vec<u32> = b.ratings.iter().map(|x| x.to_bits()).collect();
            let signals: Vec<u64> = b.signals.iter().map(|x| x.to_bits()).collect();
            let weights: Vec<u64> = b.weight.iter().map(|x| x.to_bits()).collect();
            let values: Vec<_> = b.value_365d.iter().map(|x| x.map(f64::to_bits)).collect();
            format!(
                "{:?} {weights:?} {ratings:?} {:?} {signals:?} {:?} {:?} {:?} {values:?}",
                b.ids, b.rated, b.signalled, b.flags, b.attitudes
            )
        })
        .collect()
}

pub(super) fn arc(array: impl datafusion::arrow::array::Array + 'static) -> ArrayRef {
    Arc::new(array)
}

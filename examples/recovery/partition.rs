//! Intake, fit and scoring of respondents alone: the cheap way to judge a partition.

use std::path::Path;

use chrono::NaiveDate;
use valueseg::catalogue::Catalogue;
use valueseg::job::load::load;
use valueseg::model::customer::{ApplySettings, Scorer};
use valueseg::model::fit::{FitRequest, FitSettings, Model, RESPONDENT_CAP, SampleCollector, SegmentCount, fit};
use valueseg::tables::intake;

use crate::Failure;

/// A model and where it puts everybody.
pub(crate) struct Partition {
    pub(crate) model: Model,
    /// Likeliest segment of each customer; `None` = no evidence.
    pub(crate) raw: Vec<Option<usize>>,
}

/// Fits the files in `folder`.
pub(crate) fn fitted(folder: &Path, segments: SegmentCount) -> Result<Partition, Failure> {
    let loaded = load(&folder.join("valueseg.toml"), &[])?;
    let catalogue = Catalogue::embedded();
    let scratch = folder.join("scratch");
    std::fs::create_dir_all(&scratch)?;
    let night = NaiveDate::from_ymd_opt(2026, 9, 1).ok_or("a calendar day")?;
    let intake = intake::run(&loaded.intake(&catalogue, night, &scratch))?;
    let settings = FitSettings { segments, ..FitSettings::default() };
    let mut collector = SampleCollector::new(settings.seed, RESPONDENT_CAP);
    let blocks = intake.blocks()?.collect::<Result<Vec<_>, _>>()?;
    blocks.iter().for_each(|block| collector.absorb(block));
    let sample = collector.finish();
    let request =
        FitRequest { catalogue: &catalogue, signal_ids: intake.signal_ids(), sample: &sample, settings: &settings };
    let model = fit(&request)?;
    let scorer = Scorer::new(&model, &catalogue, ApplySettings::default())?;
    let raw = blocks.iter().flat_map(|block| {
        let scored = scorer.score(block);
        scored.assignments.iter().map(|assignment| assignment.raw.map(usize::from)).collect::<Vec<_>>()
    });
    Ok(Partition { raw: raw.collect(), model })
}

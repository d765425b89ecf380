//! A project opened for one night: its settings, its catalogue, its folders.

use std::path::{Path, PathBuf};

use chrono::NaiveDate;

use crate::catalogue::{Catalogue, CompanyTexts, ElementId, Play, PlaySubject};
use crate::job::company;
use crate::job::error::JobError;
use crate::job::load::Loaded;
use crate::job::settings::Settings;
use crate::model::customer::relationship::ConnectionRule;
use crate::model::plan::PlanSettings;
use crate::tables::intake::{HistoryWish, Intake, KindWords, ServiceWords};
use crate::tables::plain_file;
use crate::tables::publish::{Nights, published_nights, run_folder};
use crate::tables::schema::SensitivePolicy;

/// A project opened for the night `as_of`.
#[derive(Debug)]
pub(super) struct Project<'a> {
    loaded: &'a Loaded,
    catalogue: Catalogue,
    as_of: NaiveDate,
    /// The published nights.
    nights: Nights,
}

impl<'a> Project<'a> {
    /// Opens the project; reads the catalogue folder where one is configured.
    pub(super) fn open(loaded: &'a Loaded, as_of: NaiveDate) -> Result<Self, JobError> {
        let catalogue = open_catalogue(loaded)?;
        let relationship = &loaded.settings.relationship;
        loaded.settings.apply().check()?;
        relationship.check()?;
        loaded.settings.plan.check()?;
        loaded.settings.effects.check()?;
        loaded.settings.drivers.check()?;
        ConnectionRule::new(&catalogue, &relationship.connection)?;
        let published = published_nights(&loaded.settings.output(&loaded.base))?;
        let nights = Nights::of(&published, as_of, loaded.today);
        Ok(Self { loaded, catalogue, as_of, nights })
    }

    /// The configuration as loaded.
    #[must_use]
    pub(super) fn loaded(&self) -> &Loaded {
        self.loaded
    }

    /// The settings.
    #[must_use]
    pub(super) fn settings(&self) -> &Settings {
        &self.loaded.settings
    }

    /// The catalogue with the company's own additions.
    #[must_use]
    pub(super) fn catalogue(&self) -> &Catalogue {
        &self.catalogue
    }

    /// The night.
    #[must_use]
    pub(super) fn as_of(&self) -> NaiveDate {
        self.as_of
    }

    /// Whether the night lies before the newest published one that counts: then it is made with the model of its time, and
    /// leaves nothing behind but itself.
    #[must_use]
    pub(super) fn is_backfill(&self) -> bool {
        self.as_of < self.latest()
    }

    /// The night that is the latest once this one is published.
    #[must_use]
    pub(super) fn latest(&self) -> NaiveDate {
        self.nights.newest().map_or(self.as_of, |newest| newest.max(self.as_of))
    }

    /// The published nights as this one sees them.
    #[must_use]
    pub(super) fn nights(&self) -> &Nights {
        &self.nights
    }

    /// The night as days since 1970.
    #[must_use]
    pub(super) fn today(&self) -> i32 {
        self.as_of.to_epoch_days()
    }

    /// Kinds of contacts that are more than an event.
    fn kind_words(&self) -> KindWords {
        let listening = &self.settings().listening;
        let service = self.settings().service.clone();
        KindWords {
            complaints: listening.complaints.clone(),
            advocacy: listening.advocacy.clone(),
            service: ServiceWords {
                refused: service.refused,
                self_service: service.self_service,
                transferred: service.transferred,
                searched_in_vain: service.searched_in_vain,
            },
        }
    }

    /// Columns of `customers` that are told group by group, in the order of the table.
    #[must_use]
    pub(super) fn descriptors(&self, intake: &Intake) -> Vec<String> {
        let told = self.settings().descriptors.told(&intake.descriptor_columns());
        told.into_iter().map(str::to_owned).collect()
    }

    /// What histories are asked for.
    #[must_use]
    pub(super) fn history_wish(&self, intake: &Intake) -> HistoryWish {
        let promise = |play: &Play| match play.subject() {
            PlaySubject::Element(element) => Some((play.id().to_owned(), 1 << element.index())),
            _ => None,
        };
        let promises = self.catalogue.plays().iter().filter_map(promise).collect();
        HistoryWish { kinds: self.kind_words(), promises, descriptors: self.descriptors(intake) }
    }

    /// Folder of the results.
    #[must_use]
    pub(super) fn out(&self) -> PathBuf {
        self.settings().output(&self.loaded.base)
    }

    /// Folder of this night, once published.
    #[must_use]
    pub(super) fn run_folder(&self) -> PathBuf {
        run_folder(&self.out(), self.as_of)
    }

    /// Settings of the plans.
    #[must_use]
    pub(super) fn plan_settings(&self) -> PlanSettings {
        let allowed = self.settings().privacy.sensitive_elements == SensitivePolicy::Include;
        let min_cell = self.settings().privacy.min_cell;
        PlanSettings { sensitive_allowed: allowed, min_cell, ..self.settings().plan }
    }

    /// Rating indicators no row about a customer may show.
    #[must_use]
    pub(super) fn masked_ratings(&self) -> u64 {
        let privacy = &self.settings().privacy;
        let withheld = ElementId::all().filter(|id| match &privacy.withhold {
            Some(own) => own.contains_key(id),
            None => self.catalogue.element(*id).withheld().is_some(),
        });
        privacy.sensitive_elements.masked_ratings(withheld)
    }
}

/// The catalogue in the words of the company's industry, with the files of the configured folder laid over it.
pub(super) fn open_catalogue(loaded: &Loaded) -> Result<Catalogue, JobError> {
    let (industry, items) = (loaded.settings.company.industry, company::items(&loaded.settings));
    Ok(Catalogue::of_company(&CompanyTexts { industry, own: own_files(loaded)?, items })?)
}

/// The files of the configured folder, by name; none where none is configured.
fn own_files(loaded: &Loaded) -> Result<Vec<(String, String)>, JobError> {
    let Some(folder) = &loaded.settings.project.catalogue else { return Ok(Vec::new()) };
    let folder = loaded.base.join(folder);
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| JobError::CatalogueFile { path, source }
    };
    let mut files = Vec::new();
    for entry in std::fs::read_dir(&folder).map_err(failed(&folder))? {
        let path = entry.map_err(failed(&folder))?.path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            files.push(path);
        }
    }
    files.sort();
    let mut overrides = Vec::new();
    for path in &files {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        overrides.push((name, plain_file::read_text(path).map_err(failed(path))?));
    }
    Ok(overrides)
}

//! From a table of TOML to a checked part of the catalogue: one strict form per kind of entry.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::element::nearest_of;
use super::signal::sql_problem;
use super::words::{PlayWords, WordProblem};
use super::{
    Better, Capability, CatalogueError, EaseTopic, Effort, Element, ElementId, Industry, Latitude, LatitudeScope,
    Level, Metric, MetricUnit, Motivator, NeedTier, NoRows, PLAY_WORDS, Play, PlayChannel, PlayKind, PlaySubject,
    Sensitivity, Signal, SignalTable, Transform,
};

/// One entry as read, and where: what errors are made of.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    /// File that touched it last.
    pub(super) file: String,
    /// Its id.
    pub(super) id: String,
    /// Its keys.
    pub(super) table: toml::Table,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ElementForm {
    id: String,
    name: String,
    wish: String,
    level: String,
    definition: String,
    #[serde(default)]
    sensitivity: Sensitivity,
    #[serde(default)]
    withheld: Option<String>,
    cues_positive: Vec<String>,
    cues_negative: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MotivatorForm {
    id: String,
    name: String,
    desire: String,
    elements: Vec<String>,
    needs: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignalForm {
    id: String,
    name: String,
    table: SignalTable,
    sql: String,
    columns: Vec<String>,
    when_no_rows: NoRows,
    transform: Transform,
    #[serde(default)]
    importance: BTreeMap<String, LoadingForm>,
    #[serde(default)]
    fulfillment: BTreeMap<String, LoadingForm>,
    #[serde(default)]
    caveat: Option<String>,
    #[serde(default)]
    sensitivity: Sensitivity,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum LoadingForm {
    Mark(String),
    Number(f64),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MetricForm {
    id: String,
    name: String,
    description: String,
    better: Better,
    #[serde(default)]
    unit: MetricUnit,
    #[serde(default)]
    looks_back_days: u32,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PlayForm {
    id: String,
    kind: PlayKind,
    subject: String,
    /// Empty = all.
    #[serde(default)]
    industries: Vec<Industry>,
    #[serde(default)]
    needs: Vec<Capability>,
    action: String,
    first_step: String,
    #[serde(default)]
    opening: String,
    effort: Effort,
    channels: Vec<PlayChannel>,
    message_angle: String,
    proof_needed: String,
    avoid: String,
    metric: String,
    owner: String,
    window_days: u32,
    priority: u32,
}

/// What a play is made with.
#[derive(Clone, Copy)]
pub(super) struct PlayMaking<'a> {
    /// Metrics it may name.
    pub(super) metrics: &'a [Metric],
    /// The elements, in catalogue order.
    pub(super) elements: &'a [Element],
    /// The company's words.
    pub(super) words: &'a PlayWords,
    /// What kind of company it is for.
    pub(super) industry: Industry,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LatitudeForm {
    id: String,
    scope: String,
    decides: String,
    asks_first: String,
}

/// Keys and values in British spelling, which a company's own files may use, as the catalogue spells them.
fn americanize(table: &mut toml::Table) {
    if let Some(loadings) = table.remove("fulfilment") {
        table.insert("fulfillment".to_owned(), loadings);
    }
    for key in ["id", "metric"] {
        if let Some(toml::Value::String(word)) = table.get_mut(key)
            && word == "need_fulfilment"
        {
            "need_fulfillment".clone_into(word);
        }
    }
}

impl Entry {
    /// The id of `table`, or why it has none; `position` counts from 1 within the file.
    pub(super) fn new(file: &str, position: usize, mut table: toml::Table) -> Result<Self, CatalogueError> {
        americanize(&mut table);
        let Some(id) = table.get("id").and_then(toml::Value::as_str).map(str::to_owned) else {
            return Err(CatalogueError::Entry {
                file: file.to_owned(),
                id: format!("#{position}"),
                message: "missing key `id`, a text".to_owned(),
            });
        };
        let entry = Self { file: file.to_owned(), id, table };
        let starts_well = entry.id.starts_with(|c: char| c.is_ascii_lowercase());
        if starts_well && entry.id.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_') {
            Ok(entry)
        } else {
            Err(CatalogueError::BadId { file: entry.file, id: entry.id })
        }
    }

    /// Takes the switch `off` out of the entry; absent means `false`.
    pub(super) fn take_off(&mut self) -> Result<bool, CatalogueError> {
        match self.table.remove("off") {
            None => Ok(false),
            Some(toml::Value::Boolean(off)) => Ok(off),
            Some(other) => Err(self.wrong(format!("`off` is {other}, expected true or false"))),
        }
    }

    fn form<T: for<'de> Deserialize<'de>>(&self) -> Result<T, CatalogueError> {
        self.table.clone().try_into::<T>().map_err(|error| self.wrong(error.message().to_owned()))
    }

    fn wrong(&self, message: String) -> CatalogueError {
        CatalogueError::Entry { file: self.file.clone(), id: self.id.clone(), message }
    }

    /// `text` trimmed, or that it says nothing.
    fn text(&self, key: &'static str, text: &str) -> Result<String, CatalogueError> {
        match text.trim() {
            "" => Err(CatalogueError::Empty { file: self.file.clone(), id: self.id.clone(), key }),
            said => Ok(said.to_owned()),
        }
    }

    pub(super) fn element_named(&self, key: &'static str, slug: &str) -> Result<ElementId, CatalogueError> {
        ElementId::parse(slug).ok_or_else(|| CatalogueError::UnknownElement {
            file: self.file.clone(),
            id: self.id.clone(),
            key,
            got: slug.to_owned(),
            nearest: ElementId::nearest(slug),
        })
    }

    /// That `got` is none of `words`.
    pub(super) fn unknown_word(&self, key: &'static str, got: &str, words: &[&str]) -> CatalogueError {
        CatalogueError::UnknownWord {
            file: self.file.clone(),
            id: self.id.clone(),
            key,
            got: got.into(),
            expected: words.join(", ").into(),
            nearest: nearest_of(got, words.iter().copied()).map(Into::into),
        }
    }

    fn tier_named(&self, key: &'static str, slug: &str) -> Result<NeedTier, CatalogueError> {
        NeedTier::parse(slug).ok_or_else(|| self.unknown_word(key, slug, &NeedTier::ALL.map(NeedTier::slug)))
    }

    pub(super) fn to_element(&self) -> Result<Element, CatalogueError> {
        let form: ElementForm = self.form()?;
        let level = Level::ALL.into_iter().find(|level| level.slug() == form.level);
        Ok(Element {
            id: self.element_named("id", &form.id)?,
            name: self.text("name", &form.name)?,
            wish: self.text("wish", &form.wish)?,
            level: level.ok_or_else(|| self.unknown_word("level", &form.level, &Level::ALL.map(Level::slug)))?,
            definition: self.text("definition", &form.definition)?,
            sensitivity: form.sensitivity,
            withheld: form.withheld.as_deref().map(|reason| self.text("withheld", reason)).transpose()?,
            item: None,
            cues_positive: form.cues_positive,
            cues_negative: form.cues_negative,
        })
    }

    pub(super) fn to_motivator(&self) -> Result<Motivator, CatalogueError> {
        let form: MotivatorForm = self.form()?;
        let empty = |key| CatalogueError::Empty { file: self.file.clone(), id: self.id.clone(), key };
        if form.elements.is_empty() {
            return Err(empty("elements"));
        }
        if form.needs.is_empty() {
            return Err(empty("needs"));
        }
        Ok(Motivator {
            name: self.text("name", &form.name)?,
            desire: self.text("desire", &form.desire)?,
            elements: form
                .elements
                .iter()
                .map(|slug| self.element_named("elements", slug))
                .collect::<Result<_, _>>()?,
            needs: form.needs.iter().map(|slug| self.tier_named("needs", slug)).collect::<Result<_, _>>()?,
            id: form.id,
        })
    }

    pub(super) fn to_signal(&self) -> Result<Signal, CatalogueError> {
        let form: SignalForm = self.form()?;
        if form.columns.is_empty() {
            return Err(CatalogueError::Empty { file: self.file.clone(), id: self.id.clone(), key: "columns" });
        }
        if let Some(problem) = sql_problem(form.table, &form.sql, &form.columns) {
            return Err(CatalogueError::Sql { file: self.file.clone(), id: self.id.clone(), problem });
        }
        Ok(Signal {
            name: self.text("name", &form.name)?,
            table: form.table,
            sql: self.text("sql", &form.sql)?,
            columns: form.columns,
            when_no_rows: form.when_no_rows,
            transform: form.transform,
            importance: self.loadings("importance", &form.importance)?,
            fulfillment: self.loadings("fulfillment", &form.fulfillment)?,
            caveat: form.caveat.filter(|caveat| !caveat.trim().is_empty()),
            sensitivity: form.sensitivity,
            id: form.id,
        })
    }

    fn loadings(
        &self,
        key: &'static str,
        form: &BTreeMap<String, LoadingForm>,
    ) -> Result<Vec<(ElementId, f64)>, CatalogueError> {
        let mut loadings = Vec::with_capacity(form.len());
        for (slug, loading) in form {
            let element = self.element_named(key, slug)?;
            let value = match loading {
                LoadingForm::Number(value) => *value,
                LoadingForm::Mark(mark) => match mark.as_str() {
                    "++" => 0.6,
                    "+" => 0.3,
                    "-" => -0.3,
                    "--" => -0.6,
                    other => return Err(self.unknown_word(key, other, &["++", "+", "-", "--"])),
                },
            };
            if !(-1.0..=1.0).contains(&value) {
                return Err(CatalogueError::BadNumber {
                    file: self.file.clone(),
                    id: self.id.clone(),
                    key: format!("{key}.{slug}"),
                    got: value,
                    expected: "within -1 to 1",
                });
            }
            loadings.push((element, value));
        }
        loadings.sort_by_key(|(element, _)| *element);
        Ok(loadings)
    }

    pub(super) fn to_metric(&self) -> Result<Metric, CatalogueError> {
        let form: MetricForm = self.form()?;
        Ok(Metric {
            name: self.text("name", &form.name)?,
            description: self.text("description", &form.description)?,
            better: form.better,
            unit: form.unit,
            looks_back_days: form.looks_back_days,
            id: form.id,
        })
    }

    /// The play, in the words of the company; `None` = another industry's.
    pub(super) fn to_play(&self, made: &PlayMaking<'_>) -> Result<Option<Play>, CatalogueError> {
        let form: PlayForm = self.form()?;
        self.check_play(&form, made.metrics)?;
        let subject = self.subject(form.kind, &form.subject)?;
        let item = match subject {
            PlaySubject::Element(id) => Some(made.elements[id.index()].said()),
            _ => None,
        };
        let item = item.map(|item| format!("“{item}”"));
        let text = |key: &'static str, text: &str| -> Result<String, CatalogueError> {
            let said = self.text(key, text)?;
            made.words.fill(&said, item.as_deref()).map_err(|problem| self.unfilled(key, &said, problem))
        };
        let play = Play {
            kind: form.kind,
            subject,
            needs: form.needs,
            action: text("action", &form.action)?,
            first_step: text("first_step", &form.first_step)?,
            opening: if form.kind.speaks() { text("opening", &form.opening)? } else { String::new() },
            effort: form.effort,
            channels: form.channels,
            message_angle: text("message_angle", &form.message_angle)?,
            proof_needed: text("proof_needed", &form.proof_needed)?,
            avoid: text("avoid", &form.avoid)?,
            metric: form.metric,
            owner: self.text("owner", &form.owner)?,
            window_days: form.window_days,
            priority: form.priority,
            id: form.id,
        };
        Ok((form.industries.is_empty() || form.industries.contains(&made.industry)).then_some(play))
    }

    /// What the form of a play alone can get wrong.
    fn check_play(&self, form: &PlayForm, metrics: &[Metric]) -> Result<(), CatalogueError> {
        if !metrics.iter().any(|metric| metric.id == form.metric) {
            let words: Vec<&str> = metrics.iter().map(Metric::id).collect();
            return Err(self.unknown_word("metric", &form.metric, &words));
        }
        if form.channels.is_empty() {
            return Err(CatalogueError::Empty { file: self.file.clone(), id: self.id.clone(), key: "channels" });
        }
        if let Some(twice) = (1..form.channels.len()).find(|&i| form.channels[..i].contains(&form.channels[i])) {
            return Err(self.wrong(format!("channels names `{}` twice", form.channels[twice].slug())));
        }
        if !form.kind.speaks() && !form.opening.trim().is_empty() {
            return Err(self.wrong(format!("`opening` in a {} play, which speaks to nobody", form.kind.slug())));
        }
        if !(1..=730).contains(&form.window_days) {
            return Err(CatalogueError::BadNumber {
                file: self.file.clone(),
                id: self.id.clone(),
                key: "window_days".to_owned(),
                got: f64::from(form.window_days),
                expected: "within 1 to 730",
            });
        }
        Ok(())
    }

    fn unfilled(&self, key: &'static str, text: &str, problem: WordProblem) -> CatalogueError {
        match problem {
            WordProblem::Unknown(got) => {
                let words: Vec<&str> = PLAY_WORDS.iter().map(|(word, _)| *word).collect();
                self.unknown_word(key, &got, &words)
            }
            WordProblem::Brace => self.wrong(format!("a brace without its counterpart in {key}: {text}")),
        }
    }

    /// The subject of a play: its kind says which list the word must come from.
    fn subject(&self, kind: PlayKind, word: &str) -> Result<PlaySubject, CatalogueError> {
        match kind {
            PlayKind::Lead | PlayKind::Fix | PlayKind::Hold => {
                self.element_named("subject", word).map(PlaySubject::Element)
            }
            PlayKind::Need => self.tier_named("subject", word).map(PlaySubject::Need),
            PlayKind::Arc => PlaySubject::ARC_STEPS.into_iter().find(|step| step.slug() == word).ok_or_else(|| {
                self.unknown_word("subject", word, &["arc_0_1", "arc_1_2", "arc_2_3", "arc_3_4", "arc_4_5"])
            }),
            PlayKind::Ease => {
                let topic = EaseTopic::ALL.into_iter().find(|topic| topic.slug() == word);
                let topic =
                    topic.ok_or_else(|| self.unknown_word("subject", word, &EaseTopic::ALL.map(EaseTopic::slug)));
                topic.map(PlaySubject::Ease)
            }
            PlayKind::Neutral if word == "everyone" => Ok(PlaySubject::Everyone),
            PlayKind::Neutral => Err(self.unknown_word("subject", word, &["everyone"])),
            PlayKind::Recover => self.one_of(word, &PlaySubject::OPEN_MATTERS),
            PlayKind::Connect => self.one_of(word, &[PlaySubject::Motivators]),
            PlayKind::Thank => self.one_of(word, &PlaySubject::STORIES),
            PlayKind::Leave => self.one_of(word, &[PlaySubject::LeftAlone]),
        }
    }

    fn one_of(&self, word: &str, subjects: &[PlaySubject]) -> Result<PlaySubject, CatalogueError> {
        subjects.iter().copied().find(|subject| subject.slug() == word).ok_or_else(|| {
            let words: Vec<String> = subjects.iter().map(|subject| subject.slug()).collect();
            self.unknown_word("subject", word, &words.iter().map(String::as_str).collect::<Vec<_>>())
        })
    }

    pub(super) fn to_latitude(&self) -> Result<Latitude, CatalogueError> {
        let form: LatitudeForm = self.form()?;
        let scopes = NeedTier::ALL.map(NeedTier::slug).into_iter().chain(["everyone", "open_matter"]);
        let scope = LatitudeScope::parse(&form.scope);
        Ok(Latitude {
            scope: scope.ok_or_else(|| self.unknown_word("scope", &form.scope, &scopes.collect::<Vec<_>>()))?,
            decides: self.text("decides", &form.decides)?,
            asks_first: self.text("asks_first", &form.asks_first)?,
            id: form.id,
        })
    }
}

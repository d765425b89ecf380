//! From texts to one catalogue, layer upon layer: what ships, then a folder of one's own.

use std::collections::BTreeMap;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::element::nearest_of;
use super::entry::Entry;
use super::hex::hex;
use super::lexicon::Lexicons;
use super::whole::{Catalogue, CatalogueTexts, Words};
use super::{CatalogueError, check};

/// Files every catalogue needs, besides its playbooks.
const FILES: [&str; 4] = ["elements.toml", "needs.toml", "motivators.toml", "signals.toml"];
const FILE_NAMES: &str =
    "elements.toml, needs.toml, motivators.toml, signals.toml, playbook*.toml, lexicon_<language>.toml";

impl Catalogue {
    /// The catalogue this program ships with.
    ///
    /// # Panics
    /// Never: a test parses the same texts.
    #[must_use]
    pub fn embedded() -> Self {
        Self::from_texts(&CatalogueTexts::embedded()).expect("the shipped catalogue is checked by a test")
    }

    /// A catalogue made of `texts` alone, which must hold all of it.
    ///
    /// # Errors
    /// [`CatalogueError`] for the first thing that is wrong, in the order of the texts.
    pub fn from_texts(texts: &CatalogueTexts) -> Result<Self, CatalogueError> {
        Self::from_layers(&[texts.files()])
    }

    /// The shipped catalogue with a folder of one's own (file name, text) laid over it.
    ///
    /// An entry with a known id replaces the keys it gives and keeps the others; an entry with a new id is added and
    /// must be complete (signals, plays, metrics; the 30 elements are fixed). `off = true` takes a signal or a play
    /// out. Words for kinds, channels and categories are added or reworded. What comes out passes every check the
    /// shipped catalogue passes. With no files this is [`Catalogue::embedded`].
    ///
    /// # Errors
    /// [`CatalogueError`] for the first thing that is wrong, naming the file of the folder that said it.
    pub fn with_overrides(overrides: &[(String, String)]) -> Result<Self, CatalogueError> {
        let mut own = overrides.to_vec();
        own.sort(); // The order in which a folder is listed must not reach the hash.
        Self::from_layers(&[CatalogueTexts::embedded().files(), &own])
    }

    fn from_layers(layers: &[&[(String, String)]]) -> Result<Self, CatalogueError> {
        let mut collected = Collected::default();
        let mut hasher = Sha256::new();
        for (depth, layer) in layers.iter().enumerate() {
            for (file, text) in *layer {
                collected.read(depth, file, text)?;
                hasher.update(format!("{depth}\0{file}\0{}\0", text.len()));
                hasher.update(text);
            }
        }
        for file in FILES {
            if !layers.iter().any(|layer| layer.iter().any(|(name, _)| name == file)) {
                return Err(CatalogueError::MissingFile { file });
            }
        }
        let hash = hex(&hasher.finalize());
        let has_own = layers.len() > 1 && !layers[1].is_empty();
        collected.finish(hash, has_own)
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    version: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ElementsFile {
    catalogue: Option<Header>,
    #[serde(default)]
    element: Vec<toml::Table>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NeedsFile {
    weights: BTreeMap<String, Vec<f64>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct MotivatorsFile {
    motivator: Vec<toml::Table>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct SignalsFile {
    kinds: BTreeMap<String, String>,
    channels: BTreeMap<String, String>,
    categories: BTreeMap<String, String>,
    signal: Vec<toml::Table>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct PlaybookFile {
    metric: Vec<toml::Table>,
    play: Vec<toml::Table>,
    latitude: Vec<toml::Table>,
}

fn file_form<T: for<'de> Deserialize<'de>>(file: &str, text: &str) -> Result<T, CatalogueError> {
    toml::from_str(text).map_err(|error| CatalogueError::Syntax {
        file: file.to_owned(),
        message: error.to_string().trim_end().to_owned(),
    })
}

/// Entries of one kind by order of first appearance, and the layer that touched each last.
#[derive(Default)]
struct Entries(Vec<(usize, Entry)>);

impl Entries {
    /// Adds a file's entries: a new id is appended, an id of an earlier layer has its keys replaced.
    fn add(&mut self, layer: usize, file: &str, tables: Vec<toml::Table>) -> Result<(), CatalogueError> {
        for (position, table) in tables.into_iter().enumerate() {
            let entry = Entry::new(file, position + 1, table)?;
            let Some((last, known)) = self.0.iter_mut().find(|(_, known)| known.id == entry.id) else {
                self.0.push((layer, entry));
                continue;
            };
            if *last == layer {
                let (file, id, other_file) = (entry.file, entry.id, known.file.clone());
                return Err(CatalogueError::DuplicateId { file, id, other_file });
            }
            *last = layer;
            known.file = entry.file;
            known.table.extend(entry.table);
        }
        Ok(())
    }

    fn each<T>(self, make: fn(&Entry) -> Result<T, CatalogueError>) -> Result<Vec<T>, CatalogueError> {
        self.0.iter().map(|(_, entry)| make(entry)).collect()
    }

    /// As [`Entries::each`], leaving out entries switched off.
    fn each_on<T>(self, make: impl Fn(&Entry) -> Result<T, CatalogueError>) -> Result<Vec<T>, CatalogueError> {
        let mut made = Vec::with_capacity(self.0.len());
        for (_, mut entry) in self.0 {
            if !entry.take_off()? {
                made.push(make(&entry)?);
            }
        }
        Ok(made)
    }
}

/// Everything read so far, unchecked.
#[derive(Default)]
struct Collected {
    version: Option<(usize, String)>,
    elements: Entries,
    weights: BTreeMap<String, (String, Vec<f64>)>,
    motivators: Entries,
    signals: Entries,
    metrics: Entries,
    plays: Entries,
    latitudes: Entries,
    words: [BTreeMap<String, String>; 3],
    lexicons: Lexicons,
}

impl Collected {
    /// Adds one file of one layer (0 = shipped).
    fn read(&mut self, layer: usize, file: &str, text: &str) -> Result<(), CatalogueError> {
        match file {
            "elements.toml" => {
                let form: ElementsFile = file_form(file, text)?;
                if let Some(header) = form.catalogue {
                    self.version = Some((layer, header.version));
                }
                self.elements.add(layer, file, form.element)
            }
            "needs.toml" => {
                let form: NeedsFile = file_form(file, text)?;
                self.weights.extend(form.weights.into_iter().map(|(id, row)| (id, (file.to_owned(), row))));
                Ok(())
            }
            "motivators.toml" => {
                let form: MotivatorsFile = file_form(file, text)?;
                self.motivators.add(layer, file, form.motivator)
            }
            "signals.toml" => {
                let form: SignalsFile = file_form(file, text)?;
                for (words, new) in self.words.iter_mut().zip([form.kinds, form.channels, form.categories]) {
                    words.extend(new);
                }
                self.signals.add(layer, file, form.signal)
            }
            playbook if playbook.strip_suffix(".toml").is_some_and(|stem| stem.starts_with("playbook")) => {
                let form: PlaybookFile = file_form(file, text)?;
                self.metrics.add(layer, file, form.metric)?;
                self.plays.add(layer, file, form.play)?;
                self.latitudes.add(layer, file, form.latitude)
            }
            lexicon if Lexicons::language_of(lexicon).is_some() => self.lexicons.read(layer, file, text),
            other => Err(CatalogueError::UnknownFile {
                file: other.to_owned(),
                expected: FILE_NAMES,
                nearest: nearest_of(other, FILES.into_iter()).map(str::to_owned),
            }),
        }
    }

    /// Checks the parts and how they fit; `has_own`: a folder of one's own was laid over what ships.
    fn finish(self, hash: String, has_own: bool) -> Result<Catalogue, CatalogueError> {
        let (said_in, said) = self
            .version
            .ok_or_else(|| CatalogueError::Missing { what: "version under [catalogue] in elements.toml".to_owned() })?;
        let version = if has_own && said_in == 0 { format!("{said}+own.{}", &hash[..8]) } else { said };
        let elements = check::elements(self.elements.each(Entry::to_element)?)?;
        let needs = check::needs(&self.weights)?;
        let motivators = check::motivators(self.motivators.each(Entry::to_motivator)?)?;
        let signals = check::signals(self.signals.each_on(Entry::to_signal)?)?;
        let metrics = self.metrics.each(Entry::to_metric)?;
        let plays = check::plays(self.plays.each_on(|entry| entry.to_play(&metrics))?)?;
        let latitudes = self.latitudes.each_on(Entry::to_latitude)?;
        let [kinds, channels, categories] = self.words.map(|words| words.into_iter().collect());
        let words = Words { kinds, channels, categories };
        let lexicons = self.lexicons.finish()?;
        Ok(Catalogue {
            elements,
            needs,
            motivators,
            signals,
            metrics,
            plays,
            latitudes,
            words,
            lexicons,
            version,
            hash,
        })
    }
}

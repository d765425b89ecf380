//! From texts to one catalogue, layer upon layer: what ships for any company, then its industry, then a folder of its own.

use std::collections::BTreeMap;

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::element::nearest_of;
use super::entry::{Entry, PlayMaking};
use super::hex::hex;
use super::lexicon::Lexicons;
use super::whole::{Catalogue, CatalogueTexts, CompanyTexts, Words};
use super::words::PlayWords;
use super::{Capabilities, CatalogueError, Industry, check};

/// Files every catalogue needs, besides its playbooks.
const FILES: [&str; 5] = ["elements.toml", "needs.toml", "motivators.toml", "signals.toml", "words.toml"];
const FILE_NAMES: &str =
    "elements.toml, needs.toml, motivators.toml, signals.toml, words.toml, playbook*.toml, lexicon_<language>.toml";

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
        Self::from_layers(&Layers { shipped: texts.files(), industry: &[], own: &[] }, &CompanyTexts::default())
    }

    /// The shipped catalogue with a folder of one's own (file name, text) laid over it, for a company of no industry in
    /// particular.
    ///
    /// # Errors
    /// As [`Catalogue::of_company`].
    pub fn with_overrides(overrides: &[(String, String)]) -> Result<Self, CatalogueError> {
        Self::of_company(&CompanyTexts { own: overrides.to_vec(), ..CompanyTexts::default() })
    }

    /// The shipped catalogue, with the files of the company's industry laid over it, and over those a folder of its own.
    ///
    /// An entry with a known id replaces the keys it gives and keeps the others; an entry with a new id is added and
    /// must be complete (signals, plays, metrics; the 30 elements are fixed). `off = true` takes a signal or a play
    /// out. Words for kinds, channels and categories are added or reworded, words of plays reworded. What comes out passes
    /// every check the shipped catalogue passes. With nothing said this is [`Catalogue::embedded`].
    ///
    /// # Errors
    /// [`CatalogueError`] for the first thing that is wrong, naming the file of the folder that said it.
    pub fn of_company(company: &CompanyTexts) -> Result<Self, CatalogueError> {
        let mut own = company.own.clone();
        own.sort(); // The order in which a folder is listed must not reach the hash.
        let (shipped, industry) = (CatalogueTexts::embedded(), CatalogueTexts::of_industry(company.industry));
        let layers = Layers { shipped: shipped.files(), industry: industry.files(), own: &own };
        Self::from_layers(&layers, company)
    }

    fn from_layers(layers: &Layers<'_>, company: &CompanyTexts) -> Result<Self, CatalogueError> {
        let mut collected = Collected::default();
        let mut hasher = Sha256::new();
        let all = [layers.shipped, layers.industry, layers.own];
        for (depth, layer) in all.into_iter().enumerate() {
            for (file, text) in layer {
                collected.read(depth, file, text)?;
                hasher.update(format!("{depth}\0{file}\0{}\0", text.len()));
                hasher.update(text);
            }
        }
        for file in FILES {
            if !all.iter().any(|layer| layer.iter().any(|(name, _)| name == file)) {
                return Err(CatalogueError::MissingFile { file });
            }
        }
        collected.finish(&hex(&hasher.finalize()), !layers.own.is_empty(), company)
    }
}

/// Texts, deepest first: each is laid over those before it.
struct Layers<'a> {
    shipped: &'a [(String, String)],
    industry: &'a [(String, String)],
    own: &'a [(String, String)],
}

/// The place of a folder of one's own among the layers.
const OWN: usize = 2;

/// The version of what comes out: that of `elements.toml`, with what was laid over it.
fn version_of(said_in: usize, said: String, industry: Industry, own: Option<&str>) -> String {
    if said_in == OWN {
        return said;
    }
    let industry = (industry != Industry::Other).then(|| industry.slug().to_owned());
    let laid: Vec<String> = industry.into_iter().chain(own.map(|hash| format!("own.{hash}"))).collect();
    if laid.is_empty() { said } else { format!("{said}+{}", laid.join(".")) }
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
struct WordsFile {
    words: BTreeMap<String, String>,
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
    /// Words of plays, with the file that said each last.
    play_words: BTreeMap<String, (String, String)>,
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
            "words.toml" => {
                let form: WordsFile = file_form(file, text)?;
                self.play_words.extend(form.words.into_iter().map(|(word, own)| (word, (file.to_owned(), own))));
                Ok(())
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
    fn finish(self, hash: &str, has_own: bool, company: &CompanyTexts) -> Result<Catalogue, CatalogueError> {
        let (said_in, said) = self
            .version
            .ok_or_else(|| CatalogueError::Missing { what: "version under [catalogue] in elements.toml".to_owned() })?;
        let version = version_of(said_in, said, company.industry, has_own.then_some(&hash[..8]));
        let mut elements = check::elements(self.elements.each(Entry::to_element)?)?;
        for (id, item) in &company.items {
            elements[id.index()].item = Some(item.clone());
        }
        let needs = check::needs(&self.weights)?;
        let motivators = check::motivators(self.motivators.each(Entry::to_motivator)?)?;
        let signals = check::signals(self.signals.each_on(Entry::to_signal)?)?;
        let metrics = self.metrics.each(Entry::to_metric)?;
        let play_words = PlayWords::checked(&self.play_words)?;
        let making =
            PlayMaking { metrics: &metrics, elements: &elements, words: &play_words, industry: company.industry };
        let plays = self.plays.each_on(|entry| entry.to_play(&making))?.into_iter().flatten().collect();
        let plays = check::plays(plays)?;
        let latitudes = self.latitudes.each_on(Entry::to_latitude)?;
        let [kinds, channels, categories] = self.words.map(|words| words.into_iter().collect());
        let words = Words { kinds, channels, categories };
        let lexicons = self.lexicons.finish()?;
        let hash = hash.to_owned();
        let offered = Vec::new();
        let whole = Catalogue {
            elements,
            needs,
            motivators,
            signals,
            metrics,
            plays,
            offered,
            latitudes,
            words,
            play_words,
            lexicons,
            version,
            hash,
        };
        Ok(whole.with_capabilities(&Capabilities::default()))
    }
}

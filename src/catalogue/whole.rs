//! The catalogue as a whole, and the texts it is made of.

use std::collections::BTreeMap;

use super::lexicon::Lexicon;
use super::words::PlayWords;
use super::{
    Capabilities, Element, ElementId, Industry, Latitude, LatitudeScope, Metric, Motivator, NeedMap, Play, PlayKind,
    PlaySubject, Signal,
};

/// The texts a catalogue is made of: file name and TOML, in the order they are read and hashed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogueTexts {
    files: Vec<(String, String)>,
}

/// What a company says of itself to the catalogue.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CompanyTexts {
    /// What kind of company it is.
    pub industry: Industry,
    /// A folder of its own: file name and text.
    pub own: Vec<(String, String)>,
    /// What it calls an element itself.
    pub items: BTreeMap<ElementId, String>,
}

/// Texts below `data/catalogue`, by file name.
macro_rules! shipped {
    ($folder:literal; $($name:literal),+ $(,)?) => {
        vec![$(
            ($name.to_owned(), include_str!(concat!("../../data/catalogue/", $folder, $name)).to_owned())
        ),+]
    };
}

impl CatalogueTexts {
    /// The catalogue this program ships with for any company, `data/catalogue`.
    #[must_use]
    pub fn embedded() -> Self {
        Self {
            files: shipped![
                "";
                "elements.toml",
                "needs.toml",
                "motivators.toml",
                "signals.toml",
                "words.toml",
                "playbook_functional.toml",
                "playbook_emotional.toml",
                "playbook_higher.toml",
                "playbook_general.toml",
                "playbook_lens.toml",
                "playbook_service.toml",
                "lexicon_en.toml",
            ],
        }
    }

    /// What is laid over it for an industry, `data/catalogue/industries`; nothing for [`Industry::Other`].
    #[must_use]
    pub fn of_industry(industry: Industry) -> Self {
        let files = match industry {
            Industry::Retail => shipped!["industries/retail/"; "words.toml", "playbook.toml"],
            Industry::Grocery => shipped!["industries/grocery/"; "words.toml", "playbook.toml"],
            Industry::Bank => shipped!["industries/bank/"; "words.toml", "playbook.toml", "signals.toml"],
            Industry::Insurance => shipped!["industries/insurance/"; "words.toml", "playbook.toml", "signals.toml"],
            Industry::Hospitality => shipped!["industries/hospitality/"; "words.toml", "playbook.toml", "signals.toml"],
            Industry::Telecom => shipped!["industries/telecom/"; "words.toml", "playbook.toml", "signals.toml"],
            Industry::Saas => shipped!["industries/saas/"; "words.toml", "playbook.toml", "signals.toml"],
            Industry::Charity => shipped!["industries/charity/"; "words.toml", "playbook.toml", "signals.toml"],
            Industry::Travel => shipped!["industries/travel/"; "words.toml", "playbook.toml", "signals.toml"],
            Industry::Other => Vec::new(),
        };
        Self { files }
    }

    /// Any other set of texts, by file name.
    #[must_use]
    pub fn new(files: Vec<(String, String)>) -> Self {
        Self { files }
    }

    /// File name and text of each, in order.
    #[must_use]
    pub fn files(&self) -> &[(String, String)] {
        &self.files
    }
}

/// Everything the job talks about, checked: see [`Catalogue::embedded`] and [`Catalogue::of_company`].
#[derive(Clone, Debug)]
pub struct Catalogue {
    pub(super) elements: Vec<Element>,
    pub(super) needs: NeedMap,
    pub(super) motivators: Vec<Motivator>,
    pub(super) signals: Vec<Signal>,
    pub(super) metrics: Vec<Metric>,
    pub(super) plays: Vec<Play>,
    /// Those the company can do, on the channels it has.
    pub(super) offered: Vec<Play>,
    pub(super) latitudes: Vec<Latitude>,
    pub(super) words: Words,
    pub(super) play_words: PlayWords,
    pub(super) lexicons: Vec<Lexicon>,
    pub(super) version: String,
    pub(super) hash: String,
}

/// Words that rows may use in a column, with their meaning, in alphabetical order.
#[derive(Clone, Debug, Default)]
pub(super) struct Words {
    pub(super) kinds: Vec<(String, String)>,
    pub(super) channels: Vec<(String, String)>,
    pub(super) categories: Vec<(String, String)>,
}

impl Catalogue {
    /// The 30 elements in catalogue order.
    #[must_use]
    pub fn elements(&self) -> &[Element] {
        &self.elements
    }

    /// What is said about one element.
    #[must_use]
    pub fn element(&self, id: ElementId) -> &Element {
        &self.elements[id.index()]
    }

    /// A sentence of ours with the company's own word for its customers; what stands in quotation marks “…” stays.
    ///
    /// # Examples
    /// ```
    /// use valueseg_catalogue::{Catalogue, CompanyTexts, Industry};
    ///
    /// let charity = Catalogue::of_company(&CompanyTexts { industry: Industry::Charity, ..CompanyTexts::default() })?;
    /// assert_eq!(charity.in_own_words("120 customers of “Our customers first”"), "120 supporters of “Our customers first”");
    /// # Ok::<(), valueseg_catalogue::CatalogueError>(())
    /// ```
    #[must_use]
    pub fn in_own_words(&self, text: &str) -> String {
        self.play_words.of_customers(text)
    }

    /// Weights of the elements on the need tiers.
    #[must_use]
    pub fn needs(&self) -> &NeedMap {
        &self.needs
    }

    /// The motivators, in the order of their file.
    #[must_use]
    pub fn motivators(&self) -> &[Motivator] {
        &self.motivators
    }

    /// The signals, in the order of their files: the shipped ones, then added ones. At most 128.
    #[must_use]
    pub fn signals(&self) -> &[Signal] {
        &self.signals
    }

    /// The signal of this id.
    #[must_use]
    pub fn signal(&self, id: &str) -> Option<&Signal> {
        self.signals.iter().find(|signal| signal.id == id)
    }

    /// The same catalogue for a company that has these things: other plays and channels are offered. One that was not told
    /// offers what needs nothing.
    #[must_use]
    pub fn with_capabilities(mut self, capabilities: &Capabilities) -> Self {
        self.offered = self.plays.iter().filter_map(|play| capabilities.offered(play)).collect();
        self
    }

    /// All plays of the industry, in the order of their files, whatever the company has.
    #[must_use]
    pub fn plays(&self) -> &[Play] {
        &self.plays
    }

    /// The play of this id.
    #[must_use]
    pub fn play(&self, id: &str) -> Option<&Play> {
        self.plays.iter().find(|play| play.id == id)
    }

    /// Plays of one kind about one thing that the company can do, on the channels it has, by priority, ties by id. Never
    /// empty for elements (lead, fix, hold), tiers, arc steps, everyone, kinds of open matters, motivators, kinds of stories
    /// and whoever is left alone.
    #[must_use]
    pub fn plays_for(&self, kind: PlayKind, subject: PlaySubject) -> Vec<&Play> {
        let mut plays: Vec<&Play> =
            self.offered.iter().filter(|play| play.kind == kind && play.subject == subject).collect();
        plays.sort_by(|a, b| a.priority.cmp(&b.priority).then_with(|| a.id.cmp(&b.id)));
        plays
    }

    /// What whoever serves may decide alone in a situation, in the order of the files.
    pub fn latitudes_for(&self, scope: LatitudeScope) -> impl Iterator<Item = &Latitude> {
        self.latitudes.iter().filter(move |latitude| latitude.scope == scope)
    }

    /// What plays can be measured by.
    #[must_use]
    pub fn metrics(&self) -> &[Metric] {
        &self.metrics
    }

    /// The metric of this id; every play's metric is found.
    #[must_use]
    pub fn metric(&self, id: &str) -> Option<&Metric> {
        self.metrics.iter().find(|metric| metric.id == id)
    }

    /// Words of `interactions.kind` and their meaning, alphabetical.
    #[must_use]
    pub fn kinds(&self) -> &[(String, String)] {
        &self.words.kinds
    }

    /// Words of `orders.channel` that signals look for, and their meaning, alphabetical.
    #[must_use]
    pub fn channels(&self) -> &[(String, String)] {
        &self.words.channels
    }

    /// Words of `orders.category` that signals look for, and their meaning, alphabetical.
    #[must_use]
    pub fn categories(&self) -> &[(String, String)] {
        &self.words.categories
    }

    /// The lexicons, by language. English ships; a folder of one's own may add `lexicon_de.toml`.
    #[must_use]
    pub fn lexicons(&self) -> &[Lexicon] {
        &self.lexicons
    }

    /// The words of one language; `None` where there is no `lexicon_<language>.toml`.
    #[must_use]
    pub fn lexicon(&self, language: &str) -> Option<&Lexicon> {
        self.lexicons.iter().find(|lexicon| lexicon.language() == language)
    }

    /// Version of the shipped catalogue; for an industry `1.0.0+bank`, with a folder of one's own `1.0.0+own.1a2b3c4d`, the
    /// first 8 digits of the hash, unless the folder's `elements.toml` gives a version itself.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.version
    }

    /// SHA-256 of all texts, names and lengths in the order read, 64 lower-case hex digits.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }
}

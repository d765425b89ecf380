//! The 30 elements: closed ids, their level in the pyramid, what they mean and how delicate it is to infer them.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Number of elements of value. Fixed: a catalogue of one's own may reword them, never add or drop one.
pub const N_ELEMENTS: usize = 30;

/// Slugs in catalogue order: 14 functional, 10 emotional, 5 life changing, 1 social impact.
const SLUGS: [&str; N_ELEMENTS] = [
    "saves_time",
    "simplifies",
    "makes_money",
    "reduces_risk",
    "organizes",
    "integrates",
    "connects",
    "reduces_effort",
    "avoids_hassles",
    "reduces_cost",
    "quality",
    "variety",
    "sensory_appeal",
    "informs",
    "reduces_anxiety",
    "rewards_me",
    "nostalgia",
    "design_aesthetics",
    "badge_value",
    "wellness",
    "therapeutic_value",
    "fun_entertainment",
    "attractiveness",
    "provides_access",
    "provides_hope",
    "self_actualization",
    "motivation",
    "heirloom",
    "affiliation_belonging",
    "self_transcendence",
];

/// One of the 30 elements of value; its position in catalogue order is the index used in every array.
///
/// Written as its slug (`saves_time`) in files, headers and messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ElementId(u8);

impl ElementId {
    /// The element at `index` in catalogue order; `None` unless `index < `[`N_ELEMENTS`].
    #[must_use]
    pub fn from_index(index: usize) -> Option<Self> {
        (index < N_ELEMENTS).then_some(Self(index as u8))
    }

    /// Position in catalogue order, `0..30`.
    #[must_use]
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    /// The word used in configuration, files and code.
    #[must_use]
    pub fn slug(self) -> &'static str {
        SLUGS[self.index()]
    }

    /// The element with exactly this slug; `None` for any other text. See [`ElementId::nearest`] for a hint.
    #[must_use]
    pub fn parse(slug: &str) -> Option<Self> {
        SLUGS.iter().position(|known| *known == slug).and_then(Self::from_index)
    }

    /// All elements in catalogue order.
    pub fn all() -> impl Iterator<Item = Self> {
        (0..N_ELEMENTS as u8).map(Self)
    }

    /// The element somebody probably meant: the slug with the fewest edits (swaps count as one) once case, blanks
    /// and signs are evened out. `None` if more than a third of its letters would have to change. Ties go to the
    /// earlier element.
    #[must_use]
    pub fn nearest(text: &str) -> Option<Self> {
        nearest_of(text, SLUGS.iter().copied()).and_then(Self::parse)
    }
}

/// The candidate with the fewest edits from `text`, if at most a third of the candidate's letters change.
pub(super) fn nearest_of<'a>(text: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let plain: String = text.trim().to_lowercase().chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
    candidates
        .map(|candidate| (strsim::osa_distance(&plain, candidate), candidate))
        .filter(|(edits, candidate)| *edits <= (candidate.len() / 3).max(1))
        .min_by_key(|(edits, _)| *edits)
        .map(|(_, candidate)| candidate)
}

impl fmt::Display for ElementId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.slug())
    }
}

impl Serialize for ElementId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.slug())
    }
}

impl<'de> Deserialize<'de> for ElementId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            let hint = Self::nearest(&text).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            D::Error::custom(format!("unknown element `{text}`{hint}"))
        })
    }
}

impl JsonSchema for ElementId {
    fn schema_name() -> Cow<'static, str> {
        "ElementId".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "description": "One of the 30 elements of value.", "enum": SLUGS })
    }
}

/// Level of the pyramid an element stands on. Not to be confused with a need tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// What a thing does for its user.
    Functional,
    /// How it makes its user feel.
    Emotional,
    /// What it lets its user become.
    LifeChanging,
    /// What it does for others.
    SocialImpact,
}

impl Level {
    /// All levels, bottom to top.
    pub const ALL: [Self; 4] = [Self::Functional, Self::Emotional, Self::LifeChanging, Self::SocialImpact];

    /// The word used in configuration and files.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Functional => "functional",
            Self::Emotional => "emotional",
            Self::LifeChanging => "life_changing",
            Self::SocialImpact => "social_impact",
        }
    }

    /// The name people read.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Functional => "Functional",
            Self::Emotional => "Emotional",
            Self::LifeChanging => "Life changing",
            Self::SocialImpact => "Social impact",
        }
    }

    /// Elements on this level in the published framework: 14, 10, 5, 1.
    #[must_use]
    pub fn size(self) -> usize {
        match self {
            Self::Functional => 14,
            Self::Emotional => 10,
            Self::LifeChanging => 5,
            Self::SocialImpact => 1,
        }
    }
}

/// What a guess about this element, or a signal, could give away about a person.
///
/// Anything but [`Sensitivity::None`] is for aggregates only unless the settings say otherwise, and is never named
/// to the customer. The classes are our judgment of what European data protection law would call risky.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sensitivity {
    /// Nothing delicate.
    #[default]
    None,
    /// May reveal an illness or a bodily condition.
    Health,
    /// May be read as a state of mind or a worry about one's body.
    HealthAdjacent,
    /// May hint at religion, politics or orientation through the groups and causes chosen.
    BeliefAdjacent,
    /// May hint at hardship.
    Financial,
    /// May hint at children or bereavement.
    Family,
}

impl Sensitivity {
    /// All classes.
    pub const ALL: [Self; 6] =
        [Self::None, Self::Health, Self::HealthAdjacent, Self::BeliefAdjacent, Self::Financial, Self::Family];

    /// Whether any caution applies.
    #[must_use]
    pub fn is_sensitive(self) -> bool {
        self != Self::None
    }

    /// The word used in configuration and files.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Health => "health",
            Self::HealthAdjacent => "health_adjacent",
            Self::BeliefAdjacent => "belief_adjacent",
            Self::Financial => "financial",
            Self::Family => "family",
        }
    }
}

/// What the catalogue says about one element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Element {
    pub(super) id: ElementId,
    pub(super) name: String,
    pub(super) wish: String,
    pub(super) level: Level,
    pub(super) definition: String,
    pub(super) sensitivity: Sensitivity,
    pub(super) withheld: Option<String>,
    pub(super) item: Option<String>,
    pub(super) cues_positive: Vec<String>,
    pub(super) cues_negative: Vec<String>,
}

impl Element {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> ElementId {
        self.id
    }

    /// The name people read.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What somebody wants who cares about it, in a word or two that can be joined by "and"; never empty, no two alike.
    #[must_use]
    pub fn wish(&self) -> &str {
        &self.wish
    }

    /// Its level in the pyramid.
    #[must_use]
    pub fn level(&self) -> Level {
        self.level
    }

    /// What it gives the customer, one phrase in our own words; never empty, no two alike.
    #[must_use]
    pub fn definition(&self) -> &str {
        &self.definition
    }

    /// What inferring it could give away.
    #[must_use]
    pub fn sensitivity(&self) -> Sensitivity {
        self.sensitivity
    }

    /// Why rows about single customers show no score of it unless the settings say otherwise; `None` = they show it.
    #[must_use]
    pub fn withheld(&self) -> Option<&str> {
        self.withheld.as_deref()
    }

    /// What the company asked its customers about it, in its own words, such as "Leg room"; `None` = not known.
    #[must_use]
    pub fn item(&self) -> Option<&str> {
        self.item.as_deref()
    }

    /// What plans call it: the company's own words where they are known, else its name.
    #[must_use]
    pub fn said(&self) -> &str {
        self.item().unwrap_or(&self.name)
    }

    /// Words in feedback that speak of the element being delivered. Seeds, not a tested lexicon.
    #[must_use]
    pub fn cues_positive(&self) -> &[String] {
        &self.cues_positive
    }

    /// Words in feedback that speak of it being missed.
    #[must_use]
    pub fn cues_negative(&self) -> &[String] {
        &self.cues_negative
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ids_follow_the_catalogue_order() {
        let slugs: Vec<&str> = ElementId::all().map(ElementId::slug).collect();
        assert_eq!(slugs.len(), 30);
        assert_eq!(slugs[0], "saves_time");
        assert_eq!(slugs[13], "informs");
        assert_eq!(slugs[14], "reduces_anxiety");
        assert_eq!(slugs[24], "provides_hope");
        assert_eq!(slugs[29], "self_transcendence");
        assert_eq!(ElementId::from_index(30), None);
    }

    #[test]
    fn a_slug_is_read_back_as_the_element_it_came_from() {
        for id in ElementId::all() {
            assert_eq!(ElementId::parse(id.slug()), Some(id));
            assert_eq!(ElementId::from_index(id.index()), Some(id));
            let json = serde_json::to_string(&id).unwrap();
            assert_eq!(json, format!("\"{id}\""));
            assert_eq!(serde_json::from_str::<ElementId>(&json).unwrap(), id);
        }
    }

    #[test]
    fn a_slip_of_the_pen_finds_the_element_meant_and_nonsense_finds_none() {
        assert_eq!(ElementId::nearest("save_time").unwrap().slug(), "saves_time");
        assert_eq!(ElementId::nearest(" Saves Time ").unwrap().slug(), "saves_time");
        assert_eq!(ElementId::nearest("organizes").unwrap().slug(), "organizes");
        assert_eq!(ElementId::nearest("Design/aesthetics").unwrap().slug(), "design_aesthetics");
        assert_eq!(ElementId::nearest("self_actualisation").unwrap().slug(), "self_actualization");
        assert_eq!(ElementId::nearest("zebra"), None);
        assert_eq!(ElementId::nearest(""), None);
    }

    #[test]
    fn an_unknown_slug_is_refused_with_the_nearest_right_one() {
        let error = serde_json::from_str::<ElementId>("\"save_time\"").unwrap_err().to_string();
        assert!(error.contains("`save_time`") && error.contains("`saves_time`"), "{error}");
    }

    #[test]
    fn the_json_schema_lists_every_slug() {
        let schema = serde_json::to_value(schemars::schema_for!(ElementId)).unwrap();
        assert_eq!(schema["enum"].as_array().unwrap().len(), 30);
        assert_eq!(schema["enum"][10], "quality");
    }

    #[test]
    fn words_for_levels_and_sensitivities_match_their_serialized_form() {
        for level in Level::ALL {
            assert_eq!(serde_json::to_value(level).unwrap(), level.slug());
        }
        for sensitivity in Sensitivity::ALL {
            assert_eq!(serde_json::to_value(sensitivity).unwrap(), sensitivity.slug());
        }
        assert_eq!(Level::ALL.map(Level::size).iter().sum::<usize>(), N_ELEMENTS);
        assert!(!Sensitivity::None.is_sensitive() && Sensitivity::Financial.is_sensitive());
    }

    proptest! {
        #[test]
        fn no_text_makes_the_search_for_a_near_name_panic(text in ".{0,40}") {
            let _ = ElementId::nearest(&text);
            prop_assert!(ElementId::parse(&text).is_none_or(|id| id.slug() == text));
        }
    }
}

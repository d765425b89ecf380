//! The ledger of a project's segments: every id that ever was, the names people gave, and what each refit did.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::ids::IdBook;
use super::row::{Fate, Lineage};
use crate::fit::{Model, SegmentInfo};

/// Format of the ledger.
const FORMAT: u64 = 1;

/// Longest name of a segment, in characters.
pub const LONGEST_NAME: usize = 60;

/// First lines of the file, for people.
const HEAD: &str = "\
# Segments of this project. The names are people's: change them with
#   valueseg segments rename S03 \"Those in a hurry\"
# or here under [names], and then say so with
#   valueseg segments accept
# Everything else is kept by the job: ids are given once and never again. Comments are not kept.
";

/// Why a ledger or a name cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// Not TOML, or not a ledger.
    #[error("{message}")]
    Text {
        /// What the parser says.
        message: String,
    },
    /// Another version of the format.
    #[error("it has format {found}, this program reads {FORMAT}")]
    Format {
        /// Format in the file.
        found: u64,
    },
    /// An id that cannot be one.
    #[error("`{id}` is not the id of a segment")]
    Id {
        /// What stands there.
        id: String,
    },
    /// An id that is given to two segments.
    #[error("{id} is there twice")]
    Twice {
        /// The id.
        id: String,
    },
    /// A name that cannot be one.
    #[error("a name has 1 to {LONGEST_NAME} characters on one line; this one has {got}")]
    Name {
        /// Characters given, control characters not counted.
        got: usize,
    },
    /// Another segment has this name.
    #[error("{id} is called that already")]
    Taken {
        /// The other segment.
        id: String,
    },
}

/// One segment, from its first night to its last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SegmentRecord {
    /// Id, never given again.
    pub id: String,
    /// First night, `YYYY-MM-DD`.
    pub born: String,
    /// Model it was born with.
    pub model: String,
    /// Segment it split off from; `None` = none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub split_from: Option<String>,
    /// First night without it; `None` = in use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retired: Option<String>,
    /// Segment it merged into; `None` = in use, or its members are scattered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub merged_into: Option<String>,
}

/// One refit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefitRecord {
    /// First night of the new model, `YYYY-MM-DD`.
    pub night: String,
    /// What it did.
    pub lineage: Lineage,
}

/// An edit by hand that a person stood up for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AcceptRecord {
    /// The latest night at the time, `YYYY-MM-DD`; empty = none was published.
    pub night: String,
    /// Each difference in plain words.
    pub differences: Vec<String>,
}

/// The ledger: `segments.toml` beside the nights.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SegmentLedger {
    #[serde(default = "format_now")]
    format: u64,
    #[serde(default)]
    names: BTreeMap<String, String>,
    #[serde(default)]
    segments: Vec<SegmentRecord>,
    #[serde(default)]
    refits: Vec<RefitRecord>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    accepted: Vec<AcceptRecord>,
}

fn format_now() -> u64 {
    FORMAT
}

impl Default for SegmentLedger {
    fn default() -> Self {
        Self { format: FORMAT, names: BTreeMap::new(), segments: Vec::new(), refits: Vec::new(), accepted: Vec::new() }
    }
}

impl SegmentLedger {
    /// Reads a ledger. A line `S03 = "name"` outside any section is a name, as in the first version of the file.
    ///
    /// # Errors
    /// [`LedgerError::Text`] or [`LedgerError::Format`]; [`LedgerError::Id`], [`LedgerError::Twice`] or
    /// [`LedgerError::Name`] for what no program wrote.
    pub fn parse(text: &str) -> Result<Self, LedgerError> {
        let failed = |error: toml::de::Error| LedgerError::Text { message: error.to_string().trim_end().to_owned() };
        let mut table: toml::Table = toml::from_str(text).map_err(failed)?;
        if let Some(found) = table.get("format").and_then(toml::Value::as_integer)
            && found != FORMAT as i64
        {
            return Err(LedgerError::Format { found: found.unsigned_abs() });
        }
        let loose: Vec<String> = table.keys().filter(|key| SegmentInfo::is_id(key)).cloned().collect();
        let mut names = BTreeMap::new();
        for id in loose {
            if let Some(toml::Value::String(name)) = table.remove(&id) {
                names.insert(id, name);
            }
        }
        let mut ledger: Self = table.try_into().map_err(failed)?;
        for (id, name) in names {
            ledger.names.entry(id).or_insert(name);
        }
        ledger.check()?;
        Ok(ledger)
    }

    /// Ids are ids and given once, names are names.
    fn check(&self) -> Result<(), LedgerError> {
        let ids = || self.segments.iter().map(|record| &record.id);
        if let Some(id) = ids().chain(self.names.keys()).find(|id| !SegmentInfo::is_id(id)) {
            return Err(LedgerError::Id { id: id.clone() });
        }
        let mut seen = BTreeSet::new();
        if let Some(id) = ids().find(|id| !seen.insert(*id)) {
            return Err(LedgerError::Twice { id: id.clone() });
        }
        self.names.values().try_for_each(|name| {
            if plain(name)? == *name { Ok(()) } else { Err(LedgerError::Name { got: name.chars().count() }) }
        })
    }

    /// The file's text.
    #[must_use]
    pub fn to_toml(&self) -> String {
        // INVARIANT: keys are strings and numbers are finite shares and counts, so serialization cannot fail.
        let body = toml::to_string_pretty(self).expect("a ledger is plain data");
        format!("{HEAD}{body}")
    }

    /// Names given by people, by segment id.
    #[must_use]
    pub fn names(&self) -> &BTreeMap<String, String> {
        &self.names
    }

    /// Every segment that ever was, in the order of their birth.
    #[must_use]
    pub fn segments(&self) -> &[SegmentRecord] {
        &self.segments
    }

    /// Every refit, oldest first.
    #[must_use]
    pub fn refits(&self) -> &[RefitRecord] {
        &self.refits
    }

    /// Edits by hand that were accepted, oldest first.
    #[must_use]
    pub fn accepted(&self) -> &[AcceptRecord] {
        &self.accepted
    }

    /// Enters that an edit by hand was accepted.
    pub fn accept(&mut self, night: &str, differences: Vec<String>) {
        self.accepted.push(AcceptRecord { night: night.to_owned(), differences });
    }

    /// Takes over what an earlier state of the ledger knew of segments and refits and this one lacks: an id is never given
    /// twice, whoever edited the file. Names are left as they are.
    pub fn remember(&mut self, before: &Self) {
        for record in &before.segments {
            if self.segments.iter().all(|own| own.id != record.id) {
                self.segments.push(record.clone());
            }
        }
        for refit in &before.refits {
            if !self.refits.contains(refit) {
                self.refits.push(refit.clone());
            }
        }
        for record in &before.accepted {
            if !self.accepted.contains(record) {
                self.accepted.push(record.clone());
            }
        }
        self.refits.sort_by(|a, b| a.night.cmp(&b.night));
    }

    /// Ids ever given.
    #[must_use]
    pub fn book(&self) -> IdBook {
        let refits = self.refits.iter().flat_map(|refit| &refit.lineage.rows);
        let ids = refits.flat_map(|row| [row.old.as_deref(), row.new.as_deref()]).flatten();
        IdBook::new(self.segments.iter().map(|segment| segment.id.as_str()).chain(ids))
    }

    /// Enters segments of a model that the ledger does not know yet, as born on `night`: a first model, or one that was
    /// made before there was a ledger. Segments in use that the model does not have retire.
    pub fn begin(&mut self, night: &str, model: &Model) {
        let ids: BTreeSet<&str> = model.segments().iter().map(|segment| segment.id.as_str()).collect();
        for record in self.segments.iter_mut().filter(|record| record.retired.is_none()) {
            // A night made up for later does not end what was born after it.
            if !ids.contains(record.id.as_str()) && record.born.as_str() <= night {
                record.retired = Some(night.to_owned());
            }
        }
        for segment in model.segments() {
            match self.segments.iter_mut().find(|record| record.id == segment.id) {
                Some(record) => (record.retired, record.merged_into) = (None, None),
                None => self.segments.push(SegmentRecord {
                    id: segment.id.clone(),
                    born: night.to_owned(),
                    model: model.id().to_owned(),
                    split_from: None,
                    retired: None,
                    merged_into: None,
                }),
            }
        }
    }

    /// Enters what a refit did, from `night` on. The same model fitted again changes nothing.
    pub fn record(&mut self, night: &str, lineage: &Lineage, model: &Model) {
        if lineage.from_model == lineage.to_model {
            return;
        }
        self.begin(night, model);
        for row in &lineage.rows {
            let (at, other) = match row.fate {
                Fate::Split => (&row.new, &row.old),
                Fate::Merged => (&row.old, &row.new),
                _ => continue,
            };
            if let Some(record) = self.segments.iter_mut().find(|record| Some(&record.id) == at.as_ref()) {
                match row.fate {
                    Fate::Split => record.split_from.clone_from(other),
                    _ => record.merged_into.clone_from(other),
                }
            }
        }
        self.refits.push(RefitRecord { night: night.to_owned(), lineage: lineage.clone() });
    }

    /// Takes back what was entered for `night`: for a night that was never published, so that running it again gives
    /// the same ids.
    pub fn take_back(&mut self, night: &str) {
        self.refits.retain(|refit| refit.night != night);
        self.segments.retain(|record| record.born != night);
        for record in &mut self.segments {
            if record.retired.as_deref() == Some(night) {
                (record.retired, record.merged_into) = (None, None);
            }
        }
    }

    /// Gives segment `id` a name; control characters and spaces at the ends are dropped.
    ///
    /// # Errors
    /// [`LedgerError::Name`] for an empty or overlong name, [`LedgerError::Taken`] if people call another segment that
    /// is not retired the same.
    pub fn rename(&mut self, id: &str, name: &str) -> Result<(), LedgerError> {
        let plain = plain(name)?;
        let gone = |id: &str| self.segments.iter().any(|record| record.id == id && record.retired.is_some());
        let twin = self.names.iter().find(|(other, taken)| *other != id && **taken == plain && !gone(other));
        if let Some((other, _)) = twin {
            return Err(LedgerError::Taken { id: other.clone() });
        }
        self.names.insert(id.to_owned(), plain);
        Ok(())
    }
}

/// A name without control characters and spaces at its ends.
fn plain(name: &str) -> Result<String, LedgerError> {
    let plain: String = name.chars().filter(|c| !c.is_control()).collect();
    let plain = plain.trim();
    let got = plain.chars().count();
    if (1..=LONGEST_NAME).contains(&got) { Ok(plain.to_owned()) } else { Err(LedgerError::Name { got }) }
}

#[cfg(test)]
mod tests {
    use super::super::row::{LineageRow, MoveCost};
    use super::*;

    fn row(fate: Fate, old: Option<&str>, new: Option<&str>) -> LineageRow {
        LineageRow {
            fate,
            old: old.map(str::to_owned),
            new: new.map(str::to_owned),
            share_of_old: old.and(new).map(|_| 0.25),
            share_of_new: None,
            jaccard: None,
            likeness: None,
            renamed: false,
        }
    }

    /// A lineage with rows but no model behind it, entered by hand.
    fn ledger() -> SegmentLedger {
        let record = |id: &str, born: &str| SegmentRecord {
            id: id.to_owned(),
            born: born.to_owned(),
            model: "m1".to_owned(),
            split_from: None,
            retired: None,
            merged_into: None,
        };
        let cost = MoveCost { customers: 900, moved_share: 0.125, noise_share: 0.0625 };
        let rows = vec![row(Fate::Continued, Some("S01"), Some("S01")), row(Fate::Split, Some("S01"), Some("S03"))];
        let lineage = Lineage { from_model: "m1".to_owned(), to_model: "m2".to_owned(), rows, cost };
        let mut ledger = SegmentLedger {
            segments: vec![record("S01", "2026-11-20"), record("S02", "2026-11-20"), record("S03", "2026-11-21")],
            refits: vec![RefitRecord { night: "2026-11-21".to_owned(), lineage }],
            ..SegmentLedger::default()
        };
        ledger.segments[1].retired = Some("2026-11-21".to_owned());
        ledger.segments[1].merged_into = Some("S01".to_owned());
        ledger
    }

    #[test]
    fn a_ledger_survives_its_file() {
        let mut ledger = ledger();
        ledger.rename("S03", "Those \"in a hurry\"").unwrap();
        let text = ledger.to_toml();
        assert_eq!(SegmentLedger::parse(&text).unwrap(), ledger, "{text}");
        assert_eq!(SegmentLedger::parse(&SegmentLedger::default().to_toml()).unwrap(), SegmentLedger::default());
    }

    #[test]
    fn names_of_the_first_version_of_the_file_are_read() {
        let ledger = SegmentLedger::parse("S01 = \"Savers\"\nS02 = \"Doers\"\n").unwrap();
        assert_eq!(ledger.names().len(), 2);
        assert_eq!(ledger.names()["S02"], "Doers");
        assert_eq!(SegmentLedger::parse("").unwrap(), SegmentLedger::default());
    }

    #[test]
    fn what_is_no_ledger_is_refused() {
        assert!(matches!(SegmentLedger::parse("S01 = "), Err(LedgerError::Text { .. })));
        assert!(matches!(SegmentLedger::parse("name = \"Savers\""), Err(LedgerError::Text { .. })));
        assert!(matches!(SegmentLedger::parse("format = 7"), Err(LedgerError::Format { found: 7 })));
    }

    #[test]
    fn ids_that_are_none_or_are_there_twice_are_refused_and_so_is_a_name_that_is_none() {
        assert_eq!(SegmentLedger::parse("[names]\nALL = \"x\"\n"), Err(LedgerError::Id { id: "ALL".to_owned() }));
        assert_eq!(SegmentLedger::parse("S01 = \"\"\n"), Err(LedgerError::Name { got: 0 }));
        let twice = ledger().to_toml().replace("id = \"S02\"", "id = \"S01\"");
        assert_eq!(SegmentLedger::parse(&twice), Err(LedgerError::Twice { id: "S01".to_owned() }));
        let none = ledger().to_toml().replace("id = \"S02\"", "id = \"NONE\"");
        assert_eq!(SegmentLedger::parse(&none), Err(LedgerError::Id { id: "NONE".to_owned() }));
    }

    #[test]
    fn an_emptied_ledger_that_is_accepted_loses_names_but_no_id() {
        let mut before = ledger();
        before.rename("S01", "Savers").unwrap();
        let mut emptied = SegmentLedger::parse("").unwrap();
        emptied.remember(&before);
        emptied.accept("2026-11-21", vec!["names are gone".to_owned()]);
        assert_eq!((emptied.segments(), emptied.refits()), (before.segments(), before.refits()));
        assert!(emptied.names().is_empty() && emptied.accepted().len() == 1);
        assert_eq!(SegmentLedger::parse(&emptied.to_toml()).unwrap(), emptied);
    }

    #[test]
    fn retired_ids_are_remembered_for_ever() {
        assert_eq!(ledger().book().give(), "S04");
        let mut only_refits = ledger();
        only_refits.segments.clear();
        assert_eq!(only_refits.book().give(), "S04");
    }

    #[test]
    fn a_night_taken_back_leaves_no_trace() {
        let mut ledger = ledger();
        ledger.take_back("2026-11-21");
        assert!(ledger.refits().is_empty());
        let ids: Vec<&str> = ledger.segments().iter().map(|record| record.id.as_str()).collect();
        assert_eq!(ids, ["S01", "S02"]);
        assert!(ledger.segments()[1].retired.is_none() && ledger.segments()[1].merged_into.is_none());
    }

    #[test]
    fn a_name_is_short_on_one_line_and_given_to_one_segment_in_use() {
        let mut ledger = ledger();
        ledger.rename("S01", "  Savers\n ").unwrap();
        assert_eq!(ledger.names()["S01"], "Savers");
        assert_eq!(ledger.rename("S03", "Savers"), Err(LedgerError::Taken { id: "S01".to_owned() }));
        ledger.rename("S02", "Doers").unwrap();
        assert!(ledger.rename("S03", "Doers").is_ok(), "S02 is retired");
        assert_eq!(ledger.rename("S03", " \t"), Err(LedgerError::Name { got: 0 }));
        assert_eq!(ledger.rename("S03", &"x".repeat(61)), Err(LedgerError::Name { got: 61 }));
    }
}

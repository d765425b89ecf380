//! What is held about a customer and what follows, in words for that person.

use chrono::NaiveDate;

use crate::catalogue::{Catalogue, ElementId, MatterKind, PlaySubject};
use crate::job::error::JobError;
use crate::job::explain::{Explanation, night, no_such_customer, one, segment_names};
use crate::job::load::Loaded;
use crate::job::project::open_catalogue;
use crate::model::segment::naming::nameable;
use crate::tables::read::{RowMap, rows_where};

/// From this probability on a group is told as fairly sure, and as the likeliest. Our judgment: a person needs no decimals.
const FAIRLY_SURE: f64 = 0.8;
const LIKELIEST: f64 = 0.5;

/// What is held about a customer in the night `run` (the latest when absent), which group and why, and how to object.
///
/// Nothing is said that a delicate inference could be read from: elements that no row names, need tiers, moods and risks stay
/// out. Of whoever is not scored it says that nothing is computed.
pub fn for_customer(loaded: &Loaded, id: &str, run: Option<NaiveDate>) -> Result<Explanation, JobError> {
    let catalogue = open_catalogue(loaded)?;
    let folder = night(loaded, run)?;
    let row = one(&folder.join("tables/customers.parquet"), "customer_id", id)?.ok_or_else(no_such_customer)?;
    let open = rows_where(&folder.join("tables/open_matters.parquet"), "customer_id", id)?;
    let title = format!("What we hold about you (customer {id}), and what we do with it");
    let contact = loaded.settings.privacy.contact.as_deref();
    let currency = &loaded.settings.project.currency;
    let names = segment_names(&folder)?;
    let facts = LetterFacts { row: &row, open: &open, names: &names, catalogue: &catalogue, currency, contact };
    Ok(Explanation { title, lines: facts.lines() })
}

/// What a letter is made of.
struct LetterFacts<'a> {
    row: &'a RowMap,
    open: &'a [RowMap],
    /// Names of the segments by id.
    names: &'a [(String, String)],
    catalogue: &'a Catalogue,
    currency: &'a str,
    /// Where customers object.
    contact: Option<&'a str>,
}

impl LetterFacts<'_> {
    fn text(&self, column: &str) -> Option<&str> {
        self.row.get(column)?.as_str()
    }

    fn number(&self, column: &str) -> Option<f64> {
        self.row.get(column)?.as_f64()
    }

    fn lines(&self) -> Vec<String> {
        let mut lines =
            vec![format!("As of {}; it is made anew every night.", self.text("run_date").unwrap_or("tonight"))];
        match self.text("suppressed_reason") {
            Some(reason) => lines.push(nothing_computed(reason).to_owned()),
            None => {
                lines.extend(self.held());
                lines.extend(self.group());
                lines.extend(self.open_matters());
                lines.extend(self.contact_level());
                lines.extend(self.next());
            }
        }
        lines.extend(self.rights());
        lines.iter().map(|line| self.catalogue.in_own_words(line)).collect()
    }

    /// What it rests on.
    fn held(&self) -> Vec<String> {
        let basis = match self.text("basis") {
            Some("survey") => "the answers you gave us",
            Some("mixed") => "the answers you gave us, and what you bought and what you asked us",
            Some("behavior") => "what you bought and what you asked us, and on what other customers answered",
            Some("prior") => "what you bought and what you asked us; we asked nobody, so it is a guess",
            _ => "hardly anything: we know next to nothing of you",
        };
        let mut lines = vec![format!("It rests on {basis}.")];
        if let Some(value) = self.number("value_365d").filter(|value| *value > 0.0) {
            lines.push(format!(
                "What you bought in the last year, less what went back, comes to {value:.2} {}.",
                self.currency
            ));
        }
        lines
    }

    /// Which group, how sure, and why.
    fn group(&self) -> Vec<String> {
        let Some(id) = self.text("segment_id") else {
            let why = match self.text("unassigned_reason") {
                Some("too_close") => "two groups suit you alike",
                _ => "we know too little of you",
            };
            return vec![format!("You are in no group: {why}. You are treated like everybody.")];
        };
        let name = self.names.iter().find(|(own, _)| own == id).map_or(id, |(_, name)| name.as_str());
        let sure = match self.number("segment_probability") {
            Some(p) if p >= FAIRLY_SURE => "We are fairly sure of it.",
            Some(p) if p >= LIKELIEST => "It is the likeliest of our groups, and no certainty.",
            _ => "It is a guess: another group suits you nearly as well.",
        };
        let mut lines = vec![format!("You are in the group “{name}”. {sure}")];
        let reasons: Vec<String> =
            ["reason_1", "reason_2", "reason_3"].iter().filter_map(|column| self.reason(self.text(column)?)).collect();
        if !reasons.is_empty() {
            lines.push(format!("What spoke for it most: {}.", reasons.join("; ")));
        }
        lines
    }

    /// What an indicator says, if it may be named to the person.
    fn reason(&self, slug: &str) -> Option<String> {
        let element = |prefix: &str| ElementId::parse(slug.strip_prefix(prefix)?);
        if let Some(id) = element("importance_") {
            return self.element(id).map(|name| format!("how much it matters to you: {name}"));
        }
        if let Some(id) = element("fulfillment_") {
            return self.element(id).map(|name| format!("how well you find it done: {name}"));
        }
        let bare = slug.strip_prefix("signal_").unwrap_or(slug);
        let signal = self.catalogue.signals().iter().find(|signal| signal.id() == bare)?;
        (!signal.sensitivity().is_sensitive()).then(|| signal.name().to_lowercase())
    }

    /// The name of an element, if it may be named to the person.
    fn element(&self, id: ElementId) -> Option<String> {
        let element = self.catalogue.element(id);
        let named = nameable(element.sensitivity()) && element.withheld().is_none();
        named.then(|| element.name().to_lowercase())
    }

    fn open_matters(&self) -> Vec<String> {
        let told = |row: &RowMap| {
            let kind = row.get("kind")?.as_str()?;
            let words = MatterKind::ALL.into_iter().find(|own| own.slug() == kind)?.words()[0];
            let days = row.get("days_open").and_then(serde_json::Value::as_i64);
            let since = match days {
                Some(0) => ", since today".to_owned(),
                Some(1) => ", for a day".to_owned(),
                Some(days) => format!(", for {days} days"),
                None => String::new(),
            };
            let owner = row.get("owner").and_then(|owner| owner.as_str()).unwrap_or_default();
            Some(format!("Between us there is {words}{since}. It is in the hands of: {owner}."))
        };
        self.open.iter().filter_map(told).collect()
    }

    fn contact_level(&self) -> Option<String> {
        let said = match self.text("relationship_level")? {
            "1" => "We think you want to hear from us rarely, and only what is useful.",
            "2" => "We think you want to hear from us now and then, in your own rhythm.",
            "3" => "We think you like to hear from us, and to be asked.",
            "4" => "You told us that you want to take part.",
            _ => return None,
        };
        Some(format!("{said} What you spend has no part in that."))
    }

    /// What is next, by why.
    fn next(&self) -> Option<String> {
        let said = match self.text("next_play_reason")? {
            "own_element" | "first" => {
                return Some(format!("Next we would like to send you something: {}.", self.about()?));
            }
            "story" => "Next we would like to send you a note of thanks.",
            "open_matter" => "Until that is settled you get no advertising from us.",
            "served" => "At present there is nothing we want to send you.",
            "held_out" => {
                "A draw decided that you get no advertising from us for now, so that we see whether it does people any good. \
                 It has nothing to do with you."
            }
            "control" => {
                "A lot decided that you do not get what we send to others for now, so that we see whether it does people any \
                 good. It has nothing to do with you."
            }
            "no_consent" => "You have not agreed to be written to or called, so nothing is sent to you.",
            "rested" => "You have heard from us lately, and rarely is enough: nothing is sent for now.",
            "wish" => "You asked to be left alone, and we do.",
            "fatigue" => "You have heard from us often enough lately: nothing is sent for now.",
            "people_decide" => "Whether we write to you is decided by people, not by a program.",
            _ => "We plan nothing with you at present.",
        };
        Some(said.to_owned())
    }

    /// What the next line is about, in words that give away nothing.
    fn about(&self) -> Option<String> {
        let play = self.catalogue.play(self.text("next_play")?)?;
        Some(match play.subject() {
            PlaySubject::Element(id) => match self.element(id) {
                Some(name) => format!("it is about “{name}”"),
                None => "it suits many of our customers".to_owned(),
            },
            PlaySubject::ArcStep(..) => "it is about getting to know each other better".to_owned(),
            PlaySubject::Motivators => "an invitation to something we do".to_owned(),
            PlaySubject::Story(_) => "a note of thanks".to_owned(),
            PlaySubject::Need(_)
            | PlaySubject::Everyone
            | PlaySubject::OpenMatter(_)
            | PlaySubject::LeftAlone
            | PlaySubject::Ease(_) => "it suits many of our customers".to_owned(),
        })
    }

    fn rights(&self) -> Vec<String> {
        let whom = match self.contact {
            Some(contact) => format!("Write to {contact}, or tell anybody who serves you."),
            None => "Tell anybody who serves you, in any way you like.".to_owned(),
        };
        let object = match self.text("suppressed_reason") {
            None => {
                "You may object at any time and need give no reason: to advertising, or to being put into a group. From the \
                 next night on nothing is computed about you then."
            }
            Some("minor" | "deceased") => "If that is wrong, tell us, and it is corrected.",
            Some(_) => "You may change your mind at any time; until then it stays so.",
        };
        vec![
            object.to_owned(),
            "You may also have what is wrong corrected, have everything erased, ask that a person looks at it, and complain to \
             the authority for data protection."
                .to_owned(),
            whom,
        ]
    }
}

/// Said to whoever is not scored.
fn nothing_computed(reason: &str) -> &'static str {
    match reason {
        "objection_marketing" => {
            "You object to advertising. Nothing is computed about you: you are in no group, and on no list for advertising."
        }
        "minor" => "You are noted as under age. Nothing is computed about you: you are in no group, and on no list.",
        "deceased" => "This person is noted as deceased. Nothing is computed about them, and nothing is sent.",
        _ => {
            "You have not agreed to being put into a group. Nothing is computed about you: you are in no group, and on no list \
             for advertising."
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn letter(row: &str, open: &str) -> Vec<String> {
        let (row, open): (RowMap, Vec<RowMap>) =
            (serde_json::from_str(row).expect("a row"), serde_json::from_str(open).expect("rows"));
        let (catalogue, names) = (Catalogue::embedded(), [("S01".to_owned(), "Quick and simple".to_owned())]);
        let facts = LetterFacts {
            row: &row,
            open: &open,
            names: &names,
            catalogue: &catalogue,
            currency: "EUR",
            contact: Some("privacy@shop.example"),
        };
        facts.lines()
    }

    #[test]
    fn a_person_reads_what_is_held_which_group_why_and_how_to_object() {
        let told = letter(
            r#"{"run_date": "2026-11-21", "basis": "mixed", "value_365d": 213.4, "segment_id": "S01",
                "segment_probability": 0.83, "reason_1": "importance_saves_time", "reason_2": "fulfillment_wellness",
                "relationship_level": "2", "next_play": "lead_saves_time", "next_play_reason": "own_element",
                "need_tier": "esteem", "slide_risk": 0.41}"#,
            "[]",
        );
        assert_eq!(
            told[..7],
            [
                "As of 2026-11-21; it is made anew every night.",
                "It rests on the answers you gave us, and what you bought and what you asked us.",
                "What you bought in the last year, less what went back, comes to 213.40 EUR.",
                "You are in the group “Quick and simple”. We are fairly sure of it.",
                "What spoke for it most: how much it matters to you: saves time.",
                "We think you want to hear from us now and then, in your own rhythm. What you spend has no part in that.",
                "Next we would like to send you something: it is about “saves time”.",
            ]
        );
        let all = told.join(" ");
        for word in ["wellness", "esteem", "0.83", "0.41", "segment", "probability", " d "] {
            assert!(!all.contains(word), "{word}: {all}");
        }
        assert!(all.contains("You may object at any time") && all.contains("privacy@shop.example"));
    }

    #[test]
    fn whoever_is_not_scored_reads_that_nothing_is_computed_and_nothing_else() {
        for reason in ["objection_marketing", "minor", "deceased", "no_profiling_consent"] {
            let row = format!(
                r#"{{"run_date": "2026-11-21", "suppressed_reason": "{reason}", "value_365d": 99.0, "segment_id": null}}"#
            );
            let told = letter(&row, "[]");
            assert!(told[1].contains("Nothing is computed about"), "{}", told[1]);
            let noted = ["minor", "deceased"].contains(&reason);
            let next = if noted { "If that is wrong" } else { "You may change your mind at any time" };
            assert!(told[2].starts_with(next), "{}", told[2]);
        }
    }

    #[test]
    fn what_is_open_is_told_with_who_looks_after_it() {
        let told = letter(
            r#"{"run_date": "2026-11-21", "basis": "none", "segment_id": null, "unassigned_reason": "no_evidence",
                "relationship_level": "0", "next_play": "recover_complaint", "next_play_reason": "open_matter"}"#,
            r#"[{"kind": "complaint", "days_open": 12, "owner": "Head of customer service"}]"#,
        );
        assert_eq!(
            told[3],
            "Between us there is an open complaint, for 12 days. It is in the hands of: Head of customer service."
        );
        assert_eq!(told[4], "Until that is settled you get no advertising from us.");
    }
}

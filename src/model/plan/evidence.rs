//! The figures a line rests on, as JSON and as one plain sentence.

use serde_json::{Map, Value, json};

use valueseg_catalogue::{Catalogue, ElementId};

use super::weigh::DerivedWeight;
use crate::rows::{Aspect, Estimate, thousands};
use crate::segment::lens::MotivatorFigures;
use crate::segment::{Contrast, ElementProfile, NeedProfile, SegmentNight, SegmentNights};

/// Said with every line of a night on which nobody had been asked anything.
const HYPOTHESIS: &str = "A hypothesis read from behavior: nobody was asked.";

/// What was asked of anybody, and so how much a plan can claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AskedAspects {
    /// Somebody rated importance.
    pub(super) importance: bool,
    /// Somebody rated fulfillment.
    pub(super) fulfillment: bool,
}

impl AskedAspects {
    pub(super) fn of(night: &SegmentNights) -> Self {
        let any = |answers: fn(&ElementProfile) -> u64| {
            night.segments.iter().chain([&night.everyone]).flat_map(|s| &s.profile.elements).any(|e| answers(e) > 0)
        };
        Self { importance: any(|e| e.importance_answers), fulfillment: any(|e| e.fulfillment_answers) }
    }

    /// Nobody was asked anything: every line is a hypothesis read from behavior.
    pub(super) fn nothing(self) -> bool {
        !self.importance && !self.fulfillment
    }

    /// The sentence, with the reservation that holds for the whole night.
    pub(super) fn said(self, because: String) -> String {
        if self.nothing() { format!("{because} {HYPOTHESIS}") } else { because }
    }

    /// The aspect on which segments are compared: fulfillment only where it alone was asked.
    pub(super) fn compared(self) -> Aspect {
        if self.fulfillment && !self.importance { Aspect::Fulfillment } else { Aspect::Importance }
    }
}

/// One element in one segment, with what is needed to speak about it.
#[derive(Clone, Copy)]
pub(super) struct ElementCase<'a> {
    pub(super) catalogue: &'a Catalogue,
    pub(super) segment: &'a SegmentNight,
    pub(super) element: &'a ElementProfile,
    pub(super) asked: AskedAspects,
    /// What the drivers say of it; `None` = nothing.
    pub(super) derived: Option<DerivedWeight>,
}

impl ElementCase<'_> {
    pub(super) fn id(&self) -> ElementId {
        self.element.element
    }

    /// What the element is called as part of a sentence, in quotation marks: names are verbs, a company's own are anything.
    pub(super) fn name(&self) -> String {
        format!("“{}”", self.catalogue.element(self.id()).said())
    }

    /// Difference from the rest on the aspect on which segments are compared.
    pub(super) fn difference(&self) -> Option<Contrast> {
        match self.asked.compared() {
            Aspect::Importance => self.element.importance_difference,
            Aspect::Fulfillment => self.element.fulfillment_difference,
        }
    }

    /// All figures of the element that exist; a figure that is not known has no key.
    pub(super) fn json(&self) -> Value {
        let e = self.element;
        let mut map = segment_json(self.segment);
        put(&mut map, "element", Some(json!(e.element.slug())));
        put(&mut map, "importance", e.importance.map(estimate_json));
        put(&mut map, "fulfillment", e.fulfillment.map(estimate_json));
        put(&mut map, "gap", e.gap.map(estimate_json));
        put(&mut map, "high_share", e.high_share.map(estimate_json));
        put(&mut map, "delivered", Some(json!(e.delivered.slug())));
        put(&mut map, "importance_difference", e.importance_difference.map(contrast_json));
        put(&mut map, "fulfillment_difference", e.fulfillment_difference.map(contrast_json));
        put(&mut map, "importance_answers", Some(json!(e.importance_answers)));
        put(&mut map, "fulfillment_answers", Some(json!(e.fulfillment_answers)));
        put(&mut map, "basis", Some(json!(self.basis())));
        if let Some(derived) = &self.derived {
            derived.put(&mut map);
        }
        put(&mut map, "connection", self.segment.lens.connection.score().estimate().map(estimate_json));
        put(&mut map, "motivators", self.motivators());
        if let Some((brand, lead)) = self.segment.lens.rival_on(self.id()) {
            put(&mut map, "rival", Some(json!(brand)));
            put(&mut map, "rival_lead", Some(estimate_json(lead)));
        }
        Value::Object(map)
    }

    /// The competitor that these customers surely rate higher on the element, as a clause; `None` = none is.
    pub(super) fn rival_better(&self) -> Option<String> {
        let (brand, lead) = self.segment.lens.rival_on(self.id()).filter(|(_, lead)| lead.high < 0.0)?;
        Some(format!(
            "those of them who know both rate {brand} higher on it (lead {} points; {})",
            range(lead, 1),
            answers(lead.n)
        ))
    }

    /// The motivators the element helps with, as far as anybody was asked.
    fn motivators(&self) -> Option<Value> {
        let helped = |figures: &&MotivatorFigures| {
            let motivator = self.catalogue.motivators().iter().find(|m| m.id() == figures.motivator);
            motivator.is_some_and(|m| m.elements().contains(&self.id()))
        };
        let told = self.segment.lens.motivators.iter().filter(helped).filter_map(|figures| {
            let wanted = figures.wanted.estimate()?;
            let mut map = Map::new();
            put(&mut map, "motivator", Some(json!(figures.motivator)));
            put(&mut map, "wanted", Some(estimate_json(wanted)));
            put(&mut map, "helped", figures.helped.estimate().map(estimate_json));
            Some(Value::Object(map))
        });
        let told: Vec<Value> = told.collect();
        (!told.is_empty()).then_some(Value::Array(told))
    }

    /// `survey` where every member answered, `mixed` where some did, `inferred` where only others did, `hypothesis`
    /// where nobody was asked at all.
    fn basis(&self) -> &'static str {
        // The aspect compared decides: answers on the other one do not make a difference surer.
        let answers = match self.asked.compared() {
            Aspect::Importance => self.element.importance_answers,
            Aspect::Fulfillment => self.element.fulfillment_answers,
        };
        match answers {
            _ if self.asked.nothing() => "hypothesis",
            0 => "inferred",
            n if n >= self.segment.profile.members => "survey",
            _ => "mixed",
        }
    }

    /// "“Saves time” matters more to these 4,120 customers than to the rest (d 0.62, 0.51 to 0.73; 412 answers)", as
    /// far as known.
    pub(super) fn wanted(&self) -> String {
        let e = self.element;
        let whom = format!("these {} customers", thousands(self.segment.profile.size));
        // A difference is news about the segment; a gap may be everybody's. So a sure difference is told first, then a sure
        // gap, then what is there.
        let more = e.importance_difference.filter(|c| c.d.value > 0.0);
        let missed = e.gap.filter(|gap| gap.low > 0.0);
        match (more.filter(|c| c.d.low > 0.0), missed, more) {
            (Some(c), ..) | (None, None, Some(c)) => format!(
                "{} matters more to {whom} than to the rest (d {}; {})",
                self.name(),
                range(c.d, 2),
                answers(e.importance_answers)
            ),
            (None, Some(gap), _) => format!(
                "{} is wanted more by {whom} than it is delivered, measured against everything else (gap {}; {})",
                self.name(),
                range(gap, 2),
                answers(e.importance_answers)
            ),
            _ => format!("{} among {whom}", self.name()),
        }
    }

    /// "they feel better (or worse) served here than the rest".
    pub(super) fn served_differently(&self) -> String {
        let word = |d: f64| if d > 0.0 { "better" } else { "worse" };
        match self.element.fulfillment_difference {
            Some(c) => format!(
                "These {} customers feel {} served on {} than the rest (d {}; {}); whether it matters to them was not \
                 asked",
                thousands(self.segment.profile.size),
                word(c.d.value),
                self.name(),
                range(c.d, 2),
                answers(self.element.fulfillment_answers)
            ),
            None => self.wanted(),
        }
    }

    /// "is wanted and delivered", or, where wishes were not asked, what is known instead.
    pub(super) fn standing(&self, delivered: bool) -> &'static str {
        match (self.asked.compared(), delivered) {
            (Aspect::Importance, true) => "is wanted and delivered",
            (Aspect::Importance, false) => "is wanted and not delivered",
            (Aspect::Fulfillment, true) => "is served better here than to the rest",
            (Aspect::Fulfillment, false) => "is served worse here than to the rest",
        }
    }

    /// How well it is delivered, as far as known.
    pub(super) fn delivery(&self) -> String {
        let e = self.element;
        match (e.high_share, e.fulfillment) {
            (Some(share), Some(mean)) => format!(
                "{} of {} rate it high, its mean is {} of 10",
                percent(share),
                answers(e.fulfillment_answers),
                range(mean, 1)
            ),
            (None, Some(mean)) => {
                format!("its mean fulfillment is {} of 10 ({})", range(mean, 1), answers(e.fulfillment_answers))
            }
            (Some(share), None) => {
                format!("{} of {} rate it high", percent(share), answers(e.fulfillment_answers))
            }
            (None, None) => "how well it is delivered is not known".to_owned(),
        }
    }
}

/// Evidence of a line about a need tier.
pub(super) fn need_json(segment: &SegmentNight, need: &NeedProfile, asked: AskedAspects) -> Value {
    let mut map = segment_json(segment);
    put(&mut map, "need_tier", Some(json!(need.tier.slug())));
    put(&mut map, "need_share", need.share.map(estimate_json));
    put(&mut map, "first_under_maps", need.agreement.map(|maps| json!(maps.all.share())));
    put(&mut map, "first_with_weak_order", need.agreement.map(|maps| json!(maps.weak_order.share())));
    put(&mut map, "first_with_strong_order", need.agreement.map(|maps| json!(maps.strong_order.share())));
    put(&mut map, "fulfillment", need.fulfillment.map(estimate_json));
    put(&mut map, "importance", need.importance.map(estimate_json));
    put(&mut map, "basis", Some(json!(if asked.nothing() { "hypothesis" } else { "mixed" })));
    Value::Object(map)
}

/// What every line says of its segment.
pub(super) fn segment_json(segment: &SegmentNight) -> Map<String, Value> {
    let mut map = Map::new();
    put(&mut map, "segment", Some(json!(segment.id)));
    put(&mut map, "size", Some(json!(segment.profile.size)));
    put(&mut map, "share", segment.profile.share.map(estimate_json));
    put(&mut map, "respondents", Some(json!(segment.profile.respondents)));
    map
}

pub(super) fn put(map: &mut Map<String, Value>, key: &str, value: Option<Value>) {
    if let Some(value) = value {
        map.insert(key.to_owned(), value);
    }
}

pub(super) fn estimate_json(e: Estimate) -> Value {
    json!({ "value": e.value, "low": e.low, "high": e.high })
}

fn contrast_json(c: Contrast) -> Value {
    let mut value = json!({ "d": c.d.value, "low": c.d.low, "high": c.d.high });
    if let Some(p) = c.p_adjusted {
        value["p_adjusted"] = json!(p);
    }
    value
}

/// "0.62, 0.51 to 0.73".
pub(super) fn range(e: Estimate, decimals: usize) -> String {
    format!("{:.d$}, {:.d$} to {:.d$}", e.value, e.low, e.high, d = decimals)
}

/// "64 % (58 to 70 %)".
pub(super) fn percent(e: Estimate) -> String {
    format!("{:.0} % ({:.0} to {:.0} %)", 100.0 * e.value, 100.0 * e.low, 100.0 * e.high)
}

/// "1 answer", "412 answers", "no answers of their own".
pub(super) fn answers(n: u64) -> String {
    match n {
        0 => "no answers of their own".to_owned(),
        1 => "1 answer".to_owned(),
        n => format!("{} answers", thousands(n)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_for_people() {
        assert_eq!(range(Estimate { value: 0.618, low: 0.5, high: 0.73, n: 300 }, 2), "0.62, 0.50 to 0.73");
        assert_eq!(percent(Estimate { value: 0.64, low: 0.58, high: 0.7, n: 300 }), "64 % (58 to 70 %)");
        assert_eq!((answers(0).as_str(), answers(1).as_str()), ("no answers of their own", "1 answer"));
    }
}

//! What follows from how close people are: settle what is open, help with what they want to feel, thank, leave in peace.

use serde_json::{Value, json};

use super::evidence::{estimate_json, percent, put, segment_json};
use super::line::{Draft, PEOPLE_STEP};
use super::settings::PlanSettings;
use super::types::PassedOver;
use crate::rows::{Estimate, Figure, LevelReason, thousands};
use crate::segment::lens::{MotivatorFigures, RivalFigures};
use crate::segment::{SegmentNight, SegmentNights};
use valueseg_catalogue::{Catalogue, MatterKind, PlayKind, PlaySubject, StoryKind};

/// Most lines about what is open, and most motivators of a line.
const MOST_OPEN: usize = 2;
const MOST_MOTIVATORS: usize = 3;

/// Reads what the lens says of one segment.
#[derive(Clone, Copy)]
pub(super) struct CareReader<'a> {
    pub(super) catalogue: &'a Catalogue,
    pub(super) settings: &'a PlanSettings,
    pub(super) night: &'a SegmentNights,
    pub(super) segment: &'a SegmentNight,
}

/// A motivator that goes with value, is wanted and not helped with.
struct Deficit<'a> {
    figures: &'a MotivatorFigures,
    wanted: Estimate,
    helped: Estimate,
    /// Correlation of being helped with it and spend, of everybody.
    spend: Estimate,
}

impl Deficit<'_> {
    /// How much value goes with it × how many want it × how few are helped.
    fn strength(&self) -> f64 {
        self.spend.value * self.wanted.value * (1.0 - self.helped.value)
    }
}

impl<'a> CareReader<'a> {
    /// A line for each kind of matter that surely enough members have open, the most frequent first.
    pub(super) fn recover(&self) -> Vec<Draft<'a>> {
        let care = &self.segment.lens.care;
        let sure = care.open_kinds.iter().filter_map(|(kind, share)| Some((*kind, share.estimate()?)));
        let mut sure: Vec<(MatterKind, Estimate)> =
            sure.filter(|(_, share)| share.low > 0.0 && share.low >= self.settings.open_share).collect();
        sure.sort_by(|a, b| b.1.value.total_cmp(&a.1.value).then(a.0.cmp(&b.0)));
        sure.into_iter().take(MOST_OPEN).map(|(kind, share)| self.recover_draft(kind, share)).collect()
    }

    fn recover_draft(&self, kind: MatterKind, share: Estimate) -> Draft<'a> {
        let care = &self.segment.lens.care;
        let mut because = format!(
            "{} of these {} customers, {}, have {}; the table open_matters names each, the oldest and gravest come first.",
            self.people(share.value),
            thousands(self.segment.profile.size),
            percent(share),
            kind.words()[1]
        );
        let mut evidence = segment_json(self.segment);
        put(&mut evidence, "open_share", Some(estimate_json(share)));
        let back = |measure| self.segment.lens.served.figure(measure).estimate();
        let (solved, unsolved) = (back("back_after_solved"), back("back_after_unsolved"));
        put(&mut evidence, "back_after_solved", solved.map(estimate_json));
        put(&mut evidence, "back_after_unsolved", unsolved.map(estimate_json));
        put(&mut evidence, "first_answer_hours", care.first_answer_hours.value().map(|hours| json!(hours)));
        if let (MatterKind::Complaint, Some(solved)) = (kind, solved) {
            let beside = unsolved.map_or_else(String::new, |left| format!(", of the others {}", percent(left)));
            because = format!(
                "{because} Of those whose complaint was solved {} bought or praised again{beside}; what brings that about is not \
                 known.",
                percent(solved)
            );
        }
        if let (MatterKind::Complaint, Some(hours)) = (kind, care.first_answer_hours.value()) {
            because = format!("{because} A first answer takes {hours:.0} hours on average.");
        }
        let draft = Self::draft(PlayKind::Recover, PlaySubject::OpenMatter(kind), because, Value::Object(evidence));
        Draft { audience: Some(share.value), ..draft }
    }

    /// A line about the two or three motivators most tied to value with a sure deficit; `Err` = what is missing, or why not.
    pub(super) fn connect(&self) -> Result<Option<Draft<'a>>, ConnectLack> {
        let everybody = &self.night.everyone.lens.motivators;
        let own = &self.segment.lens.motivators;
        if own.iter().all(|figures| figures.wanted.estimate().is_none()) {
            return Err(ConnectLack::Missing("which motivators enough members want, and are helped with"));
        }
        let spend = |id: &str| everybody.iter().find(|figures| figures.motivator == id)?.spend.estimate();
        if own.iter().all(|figures| spend(&figures.motivator).is_none()) {
            return Err(ConnectLack::Missing("what spending goes with, of enough customers"));
        }
        let deficit = |figures: &'a MotivatorFigures| {
            let (wanted, helped) = (figures.wanted.estimate()?, figures.helped.estimate()?);
            let missed = helped.high < self.settings.helped_floor && wanted.low > 0.0;
            let spend = spend(&figures.motivator)?;
            missed.then_some(Deficit { figures, wanted, helped, spend })
        };
        let mut missed: Vec<Deficit<'a>> = own.iter().filter_map(deficit).collect();
        let any = !missed.is_empty();
        missed.retain(|deficit| deficit.spend.low > 0.0);
        // Ties in catalogue order: the sort is stable.
        missed.sort_by(|a, b| b.strength().total_cmp(&a.strength()));
        missed.truncate(MOST_MOTIVATORS);
        if missed.is_empty() && any {
            let why =
                "Motivators are wanted and not helped with, yet none of them surely goes with what customers spend.";
            return Err(ConnectLack::Against(PassedOver { subject: "motivators".to_owned(), why: why.to_owned() }));
        }
        Ok((!missed.is_empty()).then(|| self.connect_draft(&missed)))
    }

    fn connect_draft(&self, missed: &[Deficit<'a>]) -> Draft<'a> {
        let told: Vec<String> = missed.iter().map(|deficit| self.told(deficit)).collect();
        let because = format!(
            "Of those asked among these {} customers, {}. How much people are helped with them goes with what they spend; \
             what brings that about is not known.",
            thousands(self.segment.profile.size),
            told.join("; ")
        );
        let mut evidence = segment_json(self.segment);
        let listed = missed.iter().map(|deficit| {
            let mut map = serde_json::Map::new();
            put(&mut map, "motivator", Some(json!(deficit.figures.motivator)));
            put(&mut map, "wanted", Some(estimate_json(deficit.wanted)));
            put(&mut map, "helped", Some(estimate_json(deficit.helped)));
            put(&mut map, "spend", Some(estimate_json(deficit.spend)));
            if let Some((rival, lead)) = self.rival_ahead(&deficit.figures.motivator) {
                put(&mut map, "rival", Some(json!(rival.brand)));
                put(&mut map, "lead", Some(estimate_json(lead)));
            }
            Value::Object(map)
        });
        put(&mut evidence, "motivators", Some(Value::Array(listed.collect())));
        put(&mut evidence, "connection", self.segment.lens.connection.score().estimate().map(estimate_json));
        Self::draft(PlayKind::Connect, PlaySubject::Motivators, because, Value::Object(evidence))
    }

    /// "62 % (…) want to feel secure and 31 % (…) of these are helped with it; “Other” helps more".
    fn told(&self, deficit: &Deficit<'_>) -> String {
        let id = &deficit.figures.motivator;
        let name =
            self.catalogue.motivators().iter().find(|motivator| motivator.id() == id).map_or(id.as_str(), |m| m.name());
        let beside =
            self.rival_ahead(id).map_or_else(String::new, |(rival, _)| format!(", “{}” helps more", rival.brand));
        format!(
            "{} want to “{name}” and {} of these are helped with it{beside}",
            percent(deficit.wanted),
            percent(deficit.helped)
        )
    }

    /// The competitor that surely helps most ahead of the company with a motivator, by the same people's answers.
    fn rival_ahead(&self, motivator: &str) -> Option<(&'a RivalFigures, Estimate)> {
        let question = format!("helps:{motivator}");
        let lead = |rival: &'a RivalFigures| {
            let lead = rival.lead.iter().find(|(own, _)| *own == question)?.1.estimate()?;
            (lead.high < 0.0).then_some((rival, lead))
        };
        self.segment.lens.rivals.iter().filter_map(lead).min_by(|a, b| a.1.value.total_cmp(&b.1.value))
    }

    /// Lines that thank, one for each kind of story that enough members have.
    pub(super) fn thank(&self) -> Vec<Draft<'a>> {
        let stories = &self.segment.lens.care.stories;
        let enough = |share: &Estimate| self.number(share.value) >= self.settings.min_cell as f64;
        let known = stories.iter().filter_map(|(kind, share)| Some((*kind, share.estimate()?)));
        known.filter(|(_, share)| enough(share)).map(|(kind, share)| self.thank_draft(kind, share)).collect()
    }

    fn thank_draft(&self, kind: StoryKind, share: Estimate) -> Draft<'a> {
        let what = match kind {
            StoryKind::PromiseKept => {
                "were promised something in the last 90 days, had it kept, and bought again since"
            }
            StoryKind::WonBack => "had a complaint solved in the last 90 days, and bought or praised again since",
        };
        let because =
            format!("{} of these {} customers {what}.", self.people(share.value), thousands(self.segment.profile.size));
        let mut evidence = segment_json(self.segment);
        put(&mut evidence, "story_share", Some(estimate_json(share)));
        let draft = Self::draft(PlayKind::Thank, PlaySubject::Story(kind), because, Value::Object(evidence));
        Draft { audience: Some(share.value), ..draft }
    }

    /// Who is not to be contacted, how many, and why; `None` = nobody, or it is not known.
    pub(super) fn leave(&self) -> Option<Draft<'a>> {
        let known = self.segment.lens.care.silence.iter().filter_map(|(why, share)| Some((*why, share.estimate()?)));
        let mut known: Vec<(LevelReason, Estimate)> = known.filter(|(_, share)| share.value > 0.0).collect();
        known.sort_by(|a, b| b.1.value.total_cmp(&a.1.value));
        let all: f64 = known.iter().map(|(_, share)| share.value).sum();
        if self.number(all) < self.settings.min_cell as f64 {
            return None;
        }
        let reason = |(why, share): &(LevelReason, Estimate)| format!("{} {}", self.people(share.value), silence(*why));
        let reasons: Vec<String> = known.iter().map(reason).collect();
        let because = format!(
            "{} of these {} customers are not to be contacted: {}. They are in no line's reach.",
            self.people(all),
            thousands(self.segment.profile.size),
            reasons.join("; ").to_lowercase()
        );
        let mut evidence = segment_json(self.segment);
        let listed = known.iter().map(|(why, share)| (why.slug().to_owned(), estimate_json(*share)));
        put(&mut evidence, "left_in_peace", Some(Value::Object(listed.collect())));
        let draft = Self::draft(PlayKind::Leave, PlaySubject::LeftAlone, because, Value::Object(evidence));
        Some(Draft { audience: Some(all.min(1.0)), ..draft })
    }

    fn draft(kind: PlayKind, subject: PlaySubject, because: String, evidence: Value) -> Draft<'a> {
        Draft { kind, subject, element: None, need: None, because, evidence, delicate: false, audience: None }
    }

    fn number(&self, share: f64) -> f64 {
        (share * self.segment.profile.size as f64 / PEOPLE_STEP).round() * PEOPLE_STEP
    }

    /// "About 240", or "fewer than 20".
    fn people(&self, share: f64) -> String {
        let number = self.number(share);
        if number < self.settings.min_cell as f64 {
            return format!("Fewer than {}", self.settings.min_cell);
        }
        format!("About {}", thousands(number as u64))
    }
}

/// Why a segment has no connect line.
#[derive(Debug)]
pub(super) enum ConnectLack {
    /// Too little is known, and of what.
    Missing(&'static str),
    /// One part of the evidence speaks for it and another against.
    Against(PassedOver),
}

fn silence(why: LevelReason) -> &'static str {
    match why {
        LevelReason::OpenMatter => "because something is open with them",
        LevelReason::Wish => "because they asked for it",
        LevelReason::Fatigue => "because they have been addressed often enough of late",
        LevelReason::Vulnerable => "because only people decide about those who need special care",
        LevelReason::Decided => "because people decided to part kindly",
        LevelReason::Evidence | LevelReason::NotScored | LevelReason::Stale => "for another reason",
    }
}

/// Whether more than half of those who want a motivator are surely helped with it.
pub(super) fn met(figures: &MotivatorFigures) -> bool {
    figures.helped.estimate().is_some_and(|helped| helped.low >= 0.5)
}

/// Whether a share is known and surely nobody's.
pub(super) fn nobodys(share: Figure) -> bool {
    share.value().is_some_and(|share| share <= 0.0)
}

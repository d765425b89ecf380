//! A plan: ranked lines, each with what to do, for whom, on which evidence, and how to find out whether it worked.

use chrono::{Days, NaiveDate};
use serde::{Serialize, Serializer};

use valueseg_catalogue::Catalogue;

/// What kind of doing a line asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LineScope {
    /// A change of product, price or service for everybody: stated once, held out from nobody.
    Company,
    /// Something that is sent or shown to customers one by one, who can be reached.
    Campaign,
    /// How customers of a group are served when they come.
    Service,
}

impl LineScope {
    /// The word used in files.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Company => "company",
            Self::Campaign => "campaign",
            Self::Service => "service",
        }
    }
}

/// How it can be found out whether a line worked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum TrialDesign {
    /// Half of those reached, drawn by lot, go without while learning: enough to see a plausible effect.
    OwnControl,
    /// The same, but only all groups with this line together are enough.
    Pooled,
    /// Nobody can be held out: before against after, site by site where there are sites.
    BeforeAfter,
    /// Too few people for any plausible effect to show.
    CannotBeTold,
}

impl TrialDesign {
    /// The word used in files.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::OwnControl => "own_control",
            Self::Pooled => "pooled",
            Self::BeforeAfter => "before_after",
            Self::CannotBeTold => "cannot_be_told",
        }
    }
}

/// One line of a plan.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlanLine {
    /// 1 = first.
    pub rank: u32,
    /// What kind of doing it asks for.
    pub scope: LineScope,
    /// Groups it is for, by id.
    pub segments: Vec<String>,
    /// Customers in these groups, or those of them whom it concerns (something open, a story, left in peace).
    pub people: u64,
    /// Play of the catalogue.
    pub play_id: String,
    /// `lead`, `fix`, `hold`, `need`, `arc`, `neutral`, `recover`, `connect`, `thank`, `leave`, `ease`, or `retired` (it is off,
    /// and `because` says what was found).
    pub kind: String,
    /// What it is about: an element, a need tier, an arc step (`arc_1_2`), `everyone`, a kind of open matter (`open_complaint`),
    /// `motivators`, a kind of story (`won_back`), `left_alone`, or what makes being served hard (`refusals`).
    pub subject: String,
    /// What the company itself calls the element, where it is known; `None` = not known, or the line is about no element.
    pub item: Option<String>,
    /// What to do, one sentence.
    pub action: String,
    /// What to do about it first, on Monday, one sentence.
    pub first_step: String,
    /// Subject or opening line to say to the customer; empty where nobody is spoken to.
    pub opening: String,
    /// Work until it runs: `hours` (one person, a day at most), `days` (a few people, two weeks at most) or `weeks` (a project).
    pub effort: String,
    /// First channel of the play that has reach, else the play's own first channel.
    pub channel: String,
    /// Angle of the message.
    pub message_angle: String,
    /// Fact that has to be true before it may be said.
    pub proof_needed: String,
    /// What not to do.
    pub avoid: String,
    /// Who owns it (a role).
    pub owner: String,
    /// Days to run before reading the result.
    pub window_days: u32,
    /// What is measured.
    pub metric: String,
    /// Its value now; `None` = not known.
    pub baseline: Option<f64>,
    /// What to aim for: what the best group has, no further than is plausible; `None` = no baseline.
    pub target: Option<f64>,
    /// Why that is the target, one phrase; empty without one.
    pub target_reason: String,
    /// Figures the line rests on: size, importance, fulfillment, difference, derived importance, intervals, answers, basis.
    pub evidence: serde_json::Value,
    /// The evidence in one plain sentence.
    pub because: String,
    /// Customers who can be reached: consented, not held out, nothing open, not to be left alone, and, of a story, part of it;
    /// `None` = nobody is addressed.
    pub reach: Option<u64>,
    /// Comparable customers of the standing hold-out; `None` as `reach`.
    pub held_out: Option<u64>,
    /// Expected change of the metric, from what was measured of the play, drawn toward plays of its kind; `None` = it was
    /// never measured.
    pub expected_gain: Option<crate::rows::Estimate>,
    /// What was found of it so far, in a sentence; `None` = nothing was measured yet.
    pub learned: Option<String>,
    /// Share of those next for it who go without, drawn by lot, 0–1; `None` = nobody does.
    pub control_share: Option<f64>,
    /// Smallest relative change the test can detect at power 80 %, two-sided 5 %; `None` = nobody to test on.
    pub detectable_effect: Option<f64>,
    /// How it can be found out whether it worked.
    pub trial: TrialDesign,
    /// Day on which the result can be read: the night, the days it runs, and as many more as its metric looks back over beyond
    /// them; `None` = it cannot be told with so few people, or the plan has no date yet.
    #[serde(serialize_with = "as_day")]
    pub known_on: Option<NaiveDate>,
    /// Customers within reach from which the test shows a plausible effect; `None` = no number would, or nobody is held out.
    pub people_needed: Option<u64>,
}

/// `2026-11-20`, or null.
#[expect(clippy::ref_option, clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn as_day<S: Serializer>(day: &Option<NaiveDate>, serializer: S) -> Result<S::Ok, S::Error> {
    day.map(|day| day.to_string()).serialize(serializer)
}

impl PlanLine {
    /// Whether a control by lot shows a plausible effect, in this group alone or in all that have the line.
    #[must_use]
    pub fn testable(&self) -> bool {
        matches!(self.trial, TrialDesign::OwnControl | TrialDesign::Pooled)
    }
}

/// Something that evidence speaks for, and why it is not in the plan.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PassedOver {
    /// What it is about, as [`PlanLine::subject`].
    pub subject: String,
    /// Why not, one plain sentence.
    pub why: String,
}

/// The plan of one segment, of the company, or the neutral plan.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Plan {
    /// `S01`, …, `ALL` for the company, or `NONE` for the neutral plan.
    pub segment_id: String,
    /// Name of the segment.
    pub segment_name: String,
    /// Lines by rank.
    pub lines: Vec<PlanLine>,
    /// Lines that are off because of what was found of them, ranked behind all others.
    pub retired: Vec<PlanLine>,
    /// How these customers are served, whatever is sent; `None` for the company's plan.
    pub service: Option<ServicePart>,
    /// Ranks of the company's lines that touch the segment.
    pub company_lines: Vec<u32>,
    /// What evidence speaks for and is not done, and why.
    pub passed_over: Vec<PassedOver>,
    /// Plays that could not be judged for want of evidence (play id, what was missing).
    pub not_assessed: Vec<(String, String)>,
}

/// How the customers of a group are served when they come.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ServicePart {
    /// What they lived through in the last 90 days, one sentence about the median member; `None` = not known.
    pub lately: Option<String>,
    /// A typical member, put together from figures of the group and no person, one sentence; `None` = too little is known.
    pub typical: Option<String>,
    /// What whoever serves them may decide alone.
    pub agent: Vec<AgentRight>,
}

/// What whoever serves may decide alone in one situation.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AgentRight {
    /// `everyone`, `open_matter` or a need tier.
    pub situation: String,
    /// What may be decided, one sentence.
    pub decides: String,
    /// The question put first.
    pub asks_first: String,
}

/// A line that other lines or the evidence contradict.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Contradiction {
    /// The plan it stood in.
    pub segment_id: String,
    /// Its play; empty where something is missing that no line speaks of.
    pub play_id: String,
    /// What contradicts it, one plain sentence.
    pub what: String,
}

/// All plans of a night.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlanSet {
    /// What to change in product, price and service, once for all groups it touches.
    pub company: Plan,
    /// One plan per segment, in segment order.
    pub plans: Vec<Plan>,
    /// For everybody without a segment.
    pub neutral: Plan,
    /// Lines that said what other lines or the evidence contradict, and were taken out; none on a good night.
    pub contradictions: Vec<Contradiction>,
    /// Version of the catalogue the plays come from.
    pub catalogue_version: String,
}

impl PlanSet {
    /// All plans: the company's, those of the segments, the neutral one.
    pub fn all(&self) -> impl Iterator<Item = &Plan> {
        [&self.company].into_iter().chain(&self.plans).chain([&self.neutral])
    }
}

impl PlanSet {
    /// The plans of the night `as_of`, each line with the day on which its result can be read.
    ///
    /// METHOD (our judgment): a number that looks back over 90 days is one of the play alone 90 days after it began, whatever
    /// the play's own window. Where a control by lot shows nothing, no day does.
    #[must_use]
    pub fn dated(mut self, as_of: NaiveDate, catalogue: &Catalogue) -> Self {
        for plan in self.all_mut() {
            for line in &mut plan.lines {
                let looks_back = catalogue.metric(&line.metric).map_or(0, |metric| metric.looks_back_days());
                let days = Days::new(u64::from(line.window_days.max(looks_back)));
                line.known_on = as_of.checked_add_days(days).filter(|_| line.trial != TrialDesign::CannotBeTold);
            }
        }
        self
    }

    fn all_mut(&mut self) -> impl Iterator<Item = &mut Plan> {
        [&mut self.company].into_iter().chain(&mut self.plans).chain([&mut self.neutral])
    }

    /// What is said of the groups, with the company's own word for its customers.
    pub(super) fn in_own_words(mut self, catalogue: &Catalogue) -> Self {
        for plan in self.all_mut() {
            let lines = plan.lines.iter_mut().chain(&mut plan.retired);
            let lines = lines.flat_map(|line| [&mut line.because, &mut line.target_reason]);
            let service = plan.service.iter_mut().flat_map(|part| part.lately.iter_mut().chain(&mut part.typical));
            let passed_over = plan.passed_over.iter_mut().map(|over| &mut over.why);
            for text in lines.chain(service).chain(passed_over) {
                *text = catalogue.in_own_words(text);
            }
        }
        self
    }

    /// Lines numbered in their order, and each segment's list of the company's lines that touch it.
    pub(super) fn ranked(mut self) -> Self {
        for plan in self.all_mut() {
            for (rank, line) in (1..).zip(plan.lines.iter_mut().chain(&mut plan.retired)) {
                line.rank = rank;
            }
        }
        for plan in &mut self.plans {
            plan.company_lines = self.company.touching(&plan.segment_id);
        }
        self
    }
}

impl Plan {
    /// Ranks of the lines that touch a segment.
    pub(super) fn touching(&self, segment: &str) -> Vec<u32> {
        let touch = |line: &&PlanLine| line.segments.iter().any(|id| id == segment);
        (1..).zip(&self.lines).filter(|(_, line)| touch(line)).map(|(rank, _)| rank).collect()
    }
}

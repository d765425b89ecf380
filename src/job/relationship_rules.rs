//! What the rules of relationships need of a night, and what they say of each customer.

use crate::catalogue::N_ELEMENTS;
use crate::job::error::JobError;
use crate::job::project::Project;
use crate::job::tonight::Tonight;
use crate::model::customer::relationship::{
    RelationshipAssessor, RelationshipContext, RewardWeeks, SlideCounts, Yesterday,
};
use crate::model::customer::rfm::RfmCuts;
use crate::model::plan::Prospect;
use crate::model::rows::{
    ArcStage, CustomerNight, CustomerRef, History, LastNight, LevelReason, OpenMatter, RelationshipLevel, Stay,
};
use crate::model::segment::drivers::Drivers;
use crate::model::segment::lens::{LensFold, LensSettings, lived_stories};
use crate::model::segment::profile::may_contact;
use crate::model::segment::rfm::RfmFold;

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;

/// The rules, made ready for a night.
pub(super) struct RelationshipRules<'a> {
    assessor: RelationshipAssessor,
    lens: LensSettings,
    slides: &'a SlideCounts,
    rfm: Option<RfmCuts>,
    now: i64,
}

impl<'a> RelationshipRules<'a> {
    /// Reads what one customer's dealings are held against.
    pub(super) fn new(tonight: &'a Tonight<'_>, drivers: &Drivers) -> Result<Self, JobError> {
        let Tonight { project, intake, .. } = tonight;
        let settings = project.settings().relationship.clone();
        let pace = intake.order_pace()?;
        let lens = LensSettings::of(&settings, intake.end_of_night()).serving(project.settings().service.clone());
        let reward_weeks = RewardWeeks::seen(pace.reward_weeks(), &settings.loyalty);
        let assessor = RelationshipAssessor::new(RelationshipContext {
            catalogue: project.catalogue(),
            settings,
            sources: intake.event_sources(),
            night: intake.end_of_night(),
            today: project.today(),
            median_orders: pace.median(),
            reward_weeks,
            standards: tonight.model().rating_standards(),
            derived: derived(drivers),
            masked: masked(project),
        })?;
        let quintiles = intake.buyer_spread()?.quintiles();
        let rfm = quintiles.map(|quintiles| RfmCuts::of(&project.settings().rfm, quintiles));
        Ok(Self { assessor, lens, slides: &tonight.earlier.slides, rfm, now: intake.end_of_night() })
    }

    /// Everything said of a customer beyond scores and segment.
    pub(super) fn night(
        &self,
        customer: CustomerRef<'_>,
        history: &History,
        last: Option<&LastNight>,
        stay: Stay,
    ) -> CustomerNight {
        let yesterday = last.and_then(|last| Some(Yesterday { arc: last.arc?, since: last.arc_since? }));
        let relationship = self.assessor.assess(customer, history, yesterday);
        let settings = self.assessor.settings();
        let ratio = settings.balance.ratio.value();
        let slide = self.slides.risk(relationship.arc.stage, relationship.trouble, &settings.anticipation);
        CustomerNight {
            stay,
            balance: relationship.balance.map(|balance| balance.at(ratio) as f32),
            debt: relationship.balance.map(|balance| balance.debt(ratio)),
            rfm: self.rfm.filter(|_| !customer.is_suppressed()).map(|cuts| cuts.group(history, self.now)),
            slide_risk: slide.filter(|_| !customer.is_suppressed()).map(|risk| risk.value as f32),
            relationship,
        }
    }

    /// Everything that is open with a customer.
    pub(super) fn open_matters(&self, customer: CustomerRef<'_>, history: &History) -> Vec<OpenMatter> {
        self.assessor.open_matters(customer, history)
    }

    /// What plans ask of a customer.
    pub(super) fn prospect(&self, customer: CustomerRef<'_>, history: &History, night: &CustomerNight) -> Prospect {
        let CustomerRef { block, scored, row } = customer;
        let (says, closeness) = (&night.relationship, &self.assessor.settings().closeness);
        let alone = matches!(says.level, RelationshipLevel::LeaveAlone | RelationshipLevel::CloseKindly);
        let lately = self.lens.now - i64::from(closeness.fatigue_days) * DAY;
        let addressed = history.treatments.iter().any(|at| *at >= lately && *at < self.lens.now);
        let flags = &block.flags[row];
        // Flags that the level does not know speak for silence as well: one reach everywhere.
        let barred = (!may_contact(flags)).then_some(LevelReason::Decided);
        Prospect {
            segment: customer.assignment().segment,
            suppressed: customer.is_suppressed(),
            held_out: scored.holdout[row],
            open: says.open.gravest(),
            silence: alone.then_some(says.level_reason).or(barred),
            rested: says.level == RelationshipLevel::Wave && addressed,
            channels: Prospect::agreed(flags),
            stories: lived_stories(history, says, &self.lens),
            next_element: says.next.told.map(|next| next.element),
        }
    }

    /// What a reader must know about what is not told yet.
    pub(super) fn limits(&self) -> Vec<String> {
        let settings = &self.assessor.settings().anticipation;
        let told = |stage: ArcStage| {
            [false, true].into_iter().any(|trouble| self.slides.risk(stage, trouble, settings).is_some())
        };
        if ArcStage::ALL.into_iter().any(told) {
            return Vec::new();
        }
        vec![format!(
            "Who is about to slide down the relationship arc is not told yet: it takes {} slides among {} customer-nights \
             at one stage, observed from night to night.",
            settings.min_slides, settings.min_customer_nights
        )]
    }

    /// The pass that figures of segments are made of.
    pub(super) fn lens(&self, segments: usize) -> LensFold {
        LensFold::new(segments, self.lens.clone())
    }

    /// The pass that holds ready-made groups against segments.
    pub(super) fn ready_made(&self, segments: usize) -> RfmFold {
        RfmFold::new(segments, self.rfm, self.now)
    }

    /// What the pass was told.
    pub(super) fn lens_settings(&self) -> &LensSettings {
        &self.lens
    }
}

/// Derived importance of the elements, segment by segment, then of everybody: of the first outcome of which something is
/// said; a segment of which nothing is said takes everybody's.
fn derived(drivers: &Drivers) -> Vec<[f64; N_ELEMENTS]> {
    let of = |group: &crate::model::segment::drivers::GroupDrivers| {
        let (_, explained) = group.leading()?;
        let mut weights = [0.0; N_ELEMENTS];
        explained.elements.iter().for_each(|driver| weights[driver.element.index()] = driver.share.value);
        Some(weights)
    };
    let everybody = of(&drivers.everyone).unwrap_or([1.0; N_ELEMENTS]);
    drivers.segments.iter().map(|group| of(group).unwrap_or(everybody)).chain([everybody]).collect()
}

/// Elements that no row about a customer may name.
fn masked(project: &Project) -> u32 {
    let masked = project.masked_ratings();
    ((masked | masked >> N_ELEMENTS) & ((1 << N_ELEMENTS) - 1)) as u32
}

//! Everything the rules say of one customer on one night.

use super::anticipation::{Standards, Yardstick};
use super::arc::{self, Nights, Yesterday};
use super::closeness::{self, ClosenessFacts};
use super::known::{KnownCustomer, Matters};
use super::open::{self, OpenDays};
use super::settings::{RelationshipSettings, RelationshipSettingsError};
use super::{RewardWeeks, balance, connection, consistency, loyalty};
use crate::rows::{
    ArcEvidence, ArcReading, ArcStage, Consistency, CustomerRef, ExperienceBalance, History, LevelReason, NextNeeds,
    OpenCounts, OpenMatter, Relationship, RelationshipLevel, RewardDependence, Sources,
};
use valueseg_catalogue::{Catalogue, N_ELEMENTS};

/// What a night brings to the rules.
#[derive(Clone, Debug)]
pub struct RelationshipContext<'a> {
    /// The catalogue: its motivators are the columns of the answers.
    pub catalogue: &'a Catalogue,
    /// Thresholds.
    pub settings: RelationshipSettings,
    /// Which tables there are.
    pub sources: Sources,
    /// First microsecond after the night, since 1970 in UTC.
    pub night: i64,
    /// The night, days since 1970.
    pub today: i32,
    /// Median number of purchases ([`History::purchases`]) in the year among those who bought; `None` = nobody did, or no
    /// table of orders.
    pub median_orders: Option<f64>,
    /// Weeks in which rewards ran; `None` = not known.
    pub reward_weeks: Option<RewardWeeks>,
    /// Means and deviations of the scores over the base.
    pub standards: Standards,
    /// Derived importance of the elements by segment of the model, ≥ 0, the last entry for everybody; empty = not known.
    pub derived: Vec<[f64; N_ELEMENTS]>,
    /// Bit `e` set: element `e` is never named of a single customer.
    pub masked: u32,
}

/// Reads relationships; made once a night.
#[derive(Clone, Debug)]
pub struct RelationshipAssessor {
    settings: RelationshipSettings,
    keys: Vec<usize>,
    sources: Sources,
    night: i64,
    today: i32,
    median_orders: Option<f64>,
    reward_weeks: Option<RewardWeeks>,
    yardstick: Yardstick,
}

impl RelationshipAssessor {
    /// Checks the settings, those of the key motivators against the catalogue.
    ///
    /// # Errors
    /// [`RelationshipSettingsError`] for the first setting outside its range, a key motivator that is not in the catalogue, or
    /// fewer key motivators than must be helped with.
    pub fn new(context: RelationshipContext<'_>) -> Result<Self, RelationshipSettingsError> {
        context.settings.check()?;
        let keys = connection::keys(context.catalogue.motivators(), &context.settings.connection)?;
        let least = context.settings.anticipation.next_probability;
        let yardstick = Yardstick::new(&context.standards, context.derived, context.masked, least);
        Ok(Self {
            settings: context.settings,
            keys,
            sources: context.sources,
            night: context.night,
            today: context.today,
            median_orders: context.median_orders,
            reward_weeks: context.reward_weeks,
            yardstick,
        })
    }

    /// Places of the key motivators in the catalogue, ascending.
    #[must_use]
    pub fn keys(&self) -> &[usize] {
        &self.keys
    }

    /// The settings that were checked.
    #[must_use]
    pub fn settings(&self) -> &RelationshipSettings {
        &self.settings
    }

    /// What is said of a customer. `history` holds the year before the night and nothing after;
    /// `yesterday` is what the last published night said, `None` = there is none, or the customer was not in it.
    ///
    /// Who is suppressed is not profiled: left alone, and nothing else is said.
    #[must_use]
    pub fn assess(&self, customer: CustomerRef<'_>, history: &History, yesterday: Option<Yesterday>) -> Relationship {
        let CustomerRef { block, scored, row } = customer;
        if customer.is_suppressed() {
            return self.unprofiled();
        }
        let settings = &self.settings;
        let known = KnownCustomer { block, row, history, sources: self.sources, night: self.night };
        let matters = Matters::of(history, self.night);
        let (connection, contradictory) =
            connection::connection(&block.attitudes, row, &self.keys, &settings.connection);
        let nights = Nights { today: self.today, yesterday };
        let arc = arc::read(&known, &self.keys, &matters, &settings.arc, nights);
        let reward = loyalty::rewards(&known, self.reward_weeks, &settings.loyalty);
        let preferred = known.preferred(settings.loyalty.attitude_lead, settings.arc.different);
        let balance = balance::balance(&known, &matters, &settings.balance);
        let open_grave = arc::open_grave_complaint(&known, &matters, &settings.arc);
        let (level, level_reason) =
            closeness::level(&known, ClosenessFacts { arc: arc.stage, open_grave }, &settings.closeness);
        Relationship {
            connection,
            contradictory,
            arc,
            loyalty: loyalty::loyalty(&known, preferred, self.median_orders, reward, &settings.loyalty),
            reward,
            balance,
            consistency: consistency::consistency(&known, &settings.consistency),
            level,
            level_reason,
            next: self.yardstick.next(&block.ids[row], scored, row),
            trouble: self.trouble(&known, &matters, balance),
            open: open::counts(open::open_matters(&known, &matters, self.open_days())),
        }
    }

    /// Everything that is open with a customer, as it is counted in [`Relationship::open`]; of whoever is suppressed nothing.
    #[must_use]
    pub fn open_matters(&self, customer: CustomerRef<'_>, history: &History) -> Vec<OpenMatter> {
        let CustomerRef { block, row, .. } = customer;
        if customer.is_suppressed() {
            return Vec::new();
        }
        let known = KnownCustomer { block, row, history, sources: self.sources, night: self.night };
        open::open_matters(&known, &Matters::of(history, self.night), self.open_days()).collect()
    }

    fn open_days(&self) -> OpenDays {
        OpenDays::of(&self.settings.anticipation, &self.settings.closeness)
    }

    /// Whether something is in disorder: a case or complaint is open, a promise was broken of late, or there is more bad than
    /// good at the configured ratio.
    fn trouble(&self, known: &KnownCustomer<'_>, matters: &Matters, balance: Option<ExperienceBalance>) -> bool {
        let days = self.settings.anticipation.promise_days;
        known.block.flags[known.row].open_case
            || known.history.contacts.iter().any(|contact| matters.open(contact))
            || balance.is_some_and(|balance| balance.at(self.settings.balance.ratio.value()) < 0.0)
            || known
                .history
                .promises()
                .any(|promise| promise.kept(self.night) == Some(false) && known.within_days(promise.due, days))
    }

    fn unprofiled(&self) -> Relationship {
        let arc = ArcReading {
            stage: ArcStage::Unknown,
            raw: ArcStage::Unknown,
            evidence: ArcEvidence::default(),
            basis: None,
            since: self.today,
            before: None,
        };
        Relationship {
            connection: None,
            contradictory: false,
            arc,
            loyalty: None,
            reward: RewardDependence::default(),
            balance: None,
            consistency: Consistency::default(),
            level: RelationshipLevel::LeaveAlone,
            level_reason: LevelReason::NotScored,
            next: NextNeeds::default(),
            trouble: false,
            open: OpenCounts::default(),
        }
    }
}

#[cfg(test)]
mod tests;

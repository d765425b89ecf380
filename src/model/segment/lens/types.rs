//! What the lens shows, as published: final figures only, small cells withheld.

use super::care::CareFigures;
use super::rivals::ELEMENT_LEAD;
use super::served_figures::ServedFigures;
use super::settings::LensSettings;
use crate::rows::{ArcStage, ConnectionStage, Estimate, Figure, LevelReason, LoyaltyType, RelationshipLevel};
use valueseg_catalogue::ElementId;

/// One stage of the way to a connection.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct StageFigures {
    /// The stage.
    pub stage: ConnectionStage,
    /// Share of those asked, 0–1, Wilson interval.
    pub share: Figure,
    /// Mean order value in 365 days, project currency; base = customers of the stage whose orders are known.
    pub value: Figure,
    /// That mean over the mean of the highly satisfied (1 for themselves); `None` unless both are > 0.
    pub value_ratio: Figure,
}

/// Emotional connection of a group.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConnectionFigures {
    /// The four stages, lowest first.
    pub stages: Vec<StageFigures>,
    /// Connected by motivators, but not satisfied: share of those asked.
    pub contradictory: Figure,
    /// Share calling it a good brand, of those whose connection is known too.
    pub good_brand: Figure,
    /// That share minus the share fully connected, of the same customers, −1..1.
    pub good_brand_gap: Figure,
    /// How large that gap is; `None` = not known.
    pub gap_size: Option<GapSize>,
}

/// How large the good-brand gap is, by `[relationship.connection]` `small_gap` and `large_gap`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GapSize {
    /// Below the first.
    Small,
    /// From the one to the other.
    Medium,
    /// Above the second.
    Large,
}

impl GapSize {
    /// The size of a gap, by the cuts of `settings`.
    pub(super) fn of(gap: f64, settings: &LensSettings) -> Self {
        match gap {
            gap if gap > settings.large_gap => Self::Large,
            gap if gap < settings.small_gap => Self::Small,
            _ => Self::Medium,
        }
    }

    /// The word for it.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Small => "small",
            Self::Medium => "medium",
            Self::Large => "large",
        }
    }
}

impl ConnectionFigures {
    /// The connection score: share fully connected of those asked, 0–1.
    #[must_use]
    pub fn score(&self) -> Figure {
        self.stages.last().map_or_else(Figure::default, |stage| stage.share)
    }
}

/// One motivator in a group.
#[derive(Clone, Debug, PartialEq)]
pub struct MotivatorFigures {
    /// Its id in the catalogue.
    pub motivator: String,
    /// Share wanting it, of those who said.
    pub wanted: Figure,
    /// Share helped with it, of those who want it and said.
    pub helped: Figure,
    /// Correlation of how much it is helped with and the logarithm of spend, −1..1; everybody only. It goes with spend;
    /// what brings it about is not known.
    pub spend: Figure,
}

/// Places on the arc in a group.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ArcFigures {
    /// Share of members on each stage, lowest first.
    pub stages: Vec<(ArcStage, Figure)>,
    /// Share that moved up since the night before, of those who were in it.
    pub up: Figure,
    /// Share that moved down.
    pub down: Figure,
}

/// Consistency of what a group is given.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConsistencyFigures {
    /// Mean of the customers' own figures, 0–1, by kind: `journey`, `emotional`, `communication` and `composite`, the
    /// least of those known. Base = customers who have one.
    pub kinds: Vec<(&'static str, Figure)>,
    /// Share of promises due that were kept, over all promises; base = customers who were promised something.
    pub promises_kept: Figure,
    /// Share of rated contacts that were good; base = customers who rated one.
    pub good_contacts: Figure,
    /// Chance of at least one poor contact in six if contacts were independent: `1 − p⁶`, p the share of good ones.
    pub poor_in_six: Figure,
    /// Share of customers with two rated contacts or more who had good ones only.
    pub all_good: Figure,
    /// Share of the variance of contact ratings that lies between channels, 0–1, and between sites; everybody only,
    /// without interval. Base = contacts.
    pub between_channels: Figure,
    /// Between sites.
    pub between_sites: Figure,
}

/// Good against bad experiences in a group.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BalanceFigures {
    /// Share in debt at each ratio of the sensitivity line.
    pub in_debt: Vec<(f64, Figure)>,
    /// Mean debt at the ratio set, in good experiences; those without debt count as 0.
    pub debt: Figure,
}

/// What keeps a group.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LoyaltyFigures {
    /// Share of each type.
    pub types: Vec<(LoyaltyType, Figure)>,
    /// Mean share of spend made with a reward, 0–1.
    pub reward_dependence: Figure,
    /// Mean of orders a week with rewards over orders a week without.
    pub week_ratio: Figure,
}

/// What a group's texts speak of.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ListeningFigures {
    /// Share of members who wrote; base = members.
    pub wrote: Figure,
    /// The 30 elements in catalogue order.
    pub elements: Vec<HeardFigures>,
}

/// What a group's texts say of one element.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HeardFigures {
    /// The element.
    pub element: ElementId,
    /// Share naming it, of those who wrote.
    pub named: Figure,
    /// Share praising it, of those who named it.
    pub praised: Figure,
}

/// Complaints of a group. Base = customers who complained.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ComplaintFigures {
    /// Complaints.
    pub number: Figure,
    /// Share answered: resolved, or with a later contact in the same case that is no complaint.
    pub answered: Figure,
    /// Share resolved.
    pub resolved: Figure,
    /// Share that came soon after the same customer's previous one.
    pub repeated: Figure,
    /// Mean days until those resolved were.
    pub days: Figure,
}

/// How the company stands to a competitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RivalStanding {
    /// More connected to the company: defend it.
    Ahead,
    /// Within two standard errors: claim neither.
    Parity,
    /// More connected to the competitor: catch up.
    Behind,
}

impl RivalStanding {
    /// The word used in files.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Ahead => "ahead",
            Self::Parity => "parity",
            Self::Behind => "behind",
        }
    }
}

/// One competitor, by the same people's answers.
#[derive(Clone, Debug, PartialEq)]
pub struct RivalFigures {
    /// The competitor.
    pub brand: String,
    /// Mean of own minus competitor's answer, by question: a slug of [`Question`](crate::rows::Question), or `want:`
    /// or `helps:` and a motivator, or `element:` and an element, of which how well it is delivered was rated.
    pub lead: Vec<(String, Figure)>,
    /// Share fully connected to the competitor, of those whose connection to both is known.
    pub score: Figure,
    /// Share of the same people fully connected to the company.
    pub own_score: Figure,
    /// Own minus competitor's score.
    pub gap: Figure,
    /// What the gap says; `None` = not known.
    pub standing: Option<RivalStanding>,
}

/// What the customers of a group did in the 90 days before the night.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RateFigures {
    /// Share that bought again, of those who had bought before these days.
    pub reordered: Figure,
    /// Share that bought again, of those who had bought in the 90 days before these.
    pub stayed: Figure,
    /// Share of the orders of a year that came back; base = customers who ordered.
    pub returned: Figure,
    /// Share that complained.
    pub complained: Figure,
    /// Share of the cases of a year that took more than one contact; base = customers with a case.
    pub recontacted: Figure,
}

/// One group through the lens.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct GroupLens {
    /// Emotional connection.
    pub connection: ConnectionFigures,
    /// Motivators, in catalogue order.
    pub motivators: Vec<MotivatorFigures>,
    /// Arc.
    pub arc: ArcFigures,
    /// Consistency.
    pub consistency: ConsistencyFigures,
    /// Balance.
    pub balance: BalanceFigures,
    /// Loyalty.
    pub loyalty: LoyaltyFigures,
    /// Share of each level of the right relationship.
    pub levels: Vec<(RelationshipLevel, Figure)>,
    /// Share of each reason for the level.
    pub reasons: Vec<(LevelReason, Figure)>,
    /// Texts.
    pub listening: ListeningFigures,
    /// Complaints.
    pub complaints: ComplaintFigures,
    /// What customers did lately.
    pub rates: RateFigures,
    /// How they are cared for.
    pub care: CareFigures,
    /// How easily they were served.
    pub served: ServedFigures,
    /// Competitors by name.
    pub rivals: Vec<RivalFigures>,
}

impl GroupLens {
    /// Every figure of the group, to be rounded.
    pub(in crate::segment) fn figures_mut(&mut self) -> Vec<&mut Figure> {
        let Self { connection, motivators, arc, consistency, balance, loyalty, .. } = self;
        let mut all = vec![&mut connection.contradictory, &mut connection.good_brand, &mut connection.good_brand_gap];
        all.extend(connection.stages.iter_mut().flat_map(|s| [&mut s.share, &mut s.value, &mut s.value_ratio]));
        all.extend(motivators.iter_mut().flat_map(|m| [&mut m.wanted, &mut m.helped, &mut m.spend]));
        all.extend([&mut arc.up, &mut arc.down]);
        all.extend(arc.stages.iter_mut().map(|(_, share)| share));
        all.extend([&mut consistency.promises_kept, &mut consistency.good_contacts, &mut consistency.poor_in_six]);
        all.extend([&mut consistency.all_good, &mut consistency.between_channels, &mut consistency.between_sites]);
        all.extend(consistency.kinds.iter_mut().map(|(_, mean)| mean));
        all.extend(balance.in_debt.iter_mut().map(|(_, share)| share).chain([&mut balance.debt]));
        all.extend(loyalty.types.iter_mut().map(|(_, share)| share));
        all.extend([&mut loyalty.reward_dependence, &mut loyalty.week_ratio]);
        let Self { levels, reasons, listening, complaints, rates, care, served, rivals, .. } = self;
        all.extend(levels.iter_mut().map(|(_, share)| share).chain(reasons.iter_mut().map(|(_, share)| share)));
        all.extend([&mut listening.wrote]);
        all.extend(listening.elements.iter_mut().flat_map(|heard| [&mut heard.named, &mut heard.praised]));
        let ComplaintFigures { number, answered, resolved, repeated, days } = complaints;
        all.extend([number, answered, resolved, repeated, days]);
        let RateFigures { reordered, stayed, returned, complained, recontacted } = rates;
        all.extend([reordered, stayed, returned, complained, recontacted]);
        all.extend(care.figures_mut());
        all.extend(served.measures.iter_mut().map(|(_, figure)| figure));
        all.extend(served.kept.iter_mut().map(|(_, figure)| figure));
        for RivalFigures { lead, score, own_score, gap, .. } in rivals {
            all.extend(lead.iter_mut().map(|(_, lead)| lead).chain([score, own_score, gap]));
        }
        all
    }

    /// The competitor that is rated best against the company on how well an element is delivered, with the company's lead;
    /// `None` = nobody rated both.
    #[must_use]
    pub fn rival_on(&self, element: ElementId) -> Option<(&str, Estimate)> {
        let word = format!("{ELEMENT_LEAD}{element}");
        let lead = |rival: &RivalFigures| rival.lead.iter().find(|(question, _)| *question == word)?.1.estimate();
        let known = self.rivals.iter().filter_map(|rival| Some((rival.brand.as_str(), lead(rival)?)));
        known.min_by(|a, b| a.1.value.total_cmp(&b.1.value))
    }

    /// The competitor that the group is connected to most; `None` = none is known.
    #[must_use]
    pub fn best_rival(&self) -> Option<&RivalFigures> {
        let known = self.rivals.iter().filter_map(|rival| Some((rival, rival.score.value()?)));
        known.max_by(|a, b| a.1.total_cmp(&b.1)).map(|(rival, _)| rival)
    }
}

/// How consistent one place is.
#[derive(Clone, Debug, PartialEq)]
pub struct ConsistencyRow {
    /// `channel`, `site`, `team` or `term`.
    pub scope: &'static str,
    /// Name of the place.
    pub key: String,
    /// `searched`: share of members who searched for it in vain; `journey`: share of rated contacts that were good; `communication`: share of promises due that were kept;
    /// `emotional`: mean feeling of texts, 0 bad to 1 good. All pooled, with the customer as the unit.
    pub kind: &'static str,
    /// The figure, 0–1.
    pub figure: Figure,
}

/// The relationship lens of a night.
#[derive(Clone, Debug, PartialEq)]
pub struct Lens {
    /// Segments in the order of the model.
    pub segments: Vec<GroupLens>,
    /// Scored customers without a segment.
    pub unassigned: GroupLens,
    /// Everybody scored.
    pub everyone: GroupLens,
    /// By channel and site, sorted by scope, key and kind.
    pub consistency: Vec<ConsistencyRow>,
    /// What a reader must know, in plain sentences.
    pub limits: Vec<String>,
}

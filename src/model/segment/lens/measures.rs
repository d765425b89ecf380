//! The lens as one long table.

use super::types::{Figure, GroupLens, Lens};

/// One figure of one group.
#[derive(Clone, Debug, PartialEq)]
pub struct Measure {
    /// `S01`, …; `ALL` for everybody, `NONE` for the unassigned.
    pub group: String,
    /// What it is; see the fields of [`GroupLens`].
    pub measure: &'static str,
    /// Of what: a stage, kind, ratio, element, motivator; empty where there is but one.
    pub key: String,
    /// The value, shares as 0–1; `None` = not known, or withheld.
    pub value: Option<f64>,
    /// Lower end of the 95 % interval; `None` = no value, or too few customers to tell.
    pub low: Option<f64>,
    /// Upper end.
    pub high: Option<f64>,
    /// Customers behind it (of `between_channels` and `between_sites`: contacts).
    pub base: u64,
    /// Withheld because too few customers stand behind it.
    pub suppressed: bool,
}

/// Measure, key, figure.
type Line = (&'static str, String, Figure);

impl Lens {
    /// All figures of all groups, sorted by group, measure and key. Competitors are not among them: see
    /// [`GroupLens::rivals`].
    #[must_use]
    pub fn measures(&self) -> Vec<Measure> {
        let mut measures: Vec<Measure> =
            self.groups().flat_map(|group| lines(group).into_iter().map(|line| measure(&group.group, line))).collect();
        measures.sort_by(|a, b| (&a.group, a.measure, &a.key).cmp(&(&b.group, b.measure, &b.key)));
        measures
    }
}

fn measure(group: &str, (measure, key, figure): Line) -> Measure {
    let Figure { value, low, high, base, suppressed } = figure;
    Measure { group: group.to_owned(), measure, key, value, low, high, base, suppressed }
}

fn lines(group: &GroupLens) -> Vec<Line> {
    let mut lines = closeness(group);
    lines.extend(experience(group));
    lines.extend(voice(group));
    lines
}

fn one(measure: &'static str, figure: Figure) -> Line {
    (measure, String::new(), figure)
}

/// Connection, motivators and arc.
fn closeness(group: &GroupLens) -> Vec<Line> {
    let connection = &group.connection;
    let mut lines = vec![
        one("connection_score", connection.score()),
        one("contradictory", connection.contradictory),
        one("good_brand", connection.good_brand),
        one("good_brand_gap", connection.good_brand_gap),
        one("arc_up", group.arc.up),
        one("arc_down", group.arc.down),
    ];
    for stage in &connection.stages {
        let key = || stage.stage.slug().to_owned();
        lines.push(("connection_stage", key(), stage.share));
        lines.push(("stage_value", key(), stage.value));
        lines.push(("stage_value_ratio", key(), stage.value_ratio));
    }
    for motivator in &group.motivators {
        let key = || motivator.motivator.clone();
        lines.push(("motivator_wanted", key(), motivator.wanted));
        lines.push(("motivator_helped", key(), motivator.helped));
        lines.push(("motivator_spend", key(), motivator.spend));
    }
    lines.extend(group.arc.stages.iter().map(|(stage, share)| ("arc_stage", stage.slug().to_owned(), *share)));
    lines
}

/// Consistency, balance, loyalty and level.
fn experience(group: &GroupLens) -> Vec<Line> {
    let (consistency, balance, loyalty) = (&group.consistency, &group.balance, &group.loyalty);
    let mut lines = vec![
        one("promises_kept", consistency.promises_kept),
        one("good_contacts", consistency.good_contacts),
        one("poor_in_six", consistency.poor_in_six),
        one("all_good", consistency.all_good),
        one("between_channels", consistency.between_channels),
        one("between_sites", consistency.between_sites),
        one("debt", balance.debt),
        one("reward_dependence", loyalty.reward_dependence),
        one("reward_week_ratio", loyalty.week_ratio),
    ];
    lines.extend(consistency.kinds.iter().map(|(kind, mean)| ("consistency", (*kind).to_owned(), *mean)));
    lines.extend(balance.in_debt.iter().map(|(ratio, share)| ("in_debt", format!("{ratio}"), *share)));
    lines.extend(loyalty.types.iter().map(|(of, share)| ("loyalty", of.slug().to_owned(), *share)));
    lines.extend(group.levels.iter().map(|(of, share)| ("relationship_level", of.slug().to_owned(), *share)));
    lines.extend(group.reasons.iter().map(|(of, share)| ("relationship_reason", of.slug().to_owned(), *share)));
    lines
}

/// Texts and complaints.
fn voice(group: &GroupLens) -> Vec<Line> {
    let complaints = &group.complaints;
    let mut lines = vec![
        one("wrote", group.listening.wrote),
        one("complaints", complaints.number),
        one("complaints_answered", complaints.answered),
        one("complaints_resolved", complaints.resolved),
        one("complaints_repeated", complaints.repeated),
        one("complaint_days", complaints.days),
    ];
    for (element, named, praised) in &group.listening.elements {
        lines.push(("element_named", element.slug().to_owned(), *named));
        lines.push(("element_praised", element.slug().to_owned(), *praised));
    }
    lines
}

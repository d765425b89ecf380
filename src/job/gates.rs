//! What holds a night back: yesterday stays live, and the reason is said in plain words.

use crate::codes::Code;
use crate::job::apply::Applied;
use crate::job::drift::DriftFindings;
use crate::job::effects::Measured;
use crate::job::error::JobError;
use crate::job::gated::Gated;
use crate::job::inputs::InputFindings;
use crate::job::obtain::Origin;
use crate::job::quality::note;
use crate::job::settings::{DriftGate, Refit};
use crate::job::tonight::Tonight;
use crate::model::segment::SegmentNights;
use crate::model::segment::drift::Drift;
use crate::tables::audiences::{AddressFindings, HashedColumn};
use crate::tables::publish::Nights;
use crate::tables::report::Alert;
use crate::tables::schema::{QualityRow, Whereabouts};

/// Holds the scored night against the gates that its inputs alone do not tell. `asked`: a person asked for a new model.
pub(super) fn check(
    tonight: &Tonight<'_>,
    applied: &Applied,
    groups: &SegmentNights,
    drift: Option<&Drift>,
    asked: bool,
) -> Result<Gated, JobError> {
    let mut gated = Gated::default();
    segments(groups, &mut gated);
    if !asked && !tonight.obtained.replaces_one_group {
        refit(tonight, &mut gated);
    }
    changes(tonight, applied, &mut gated)?;
    let hold = tonight.project.settings().gates.drift == DriftGate::Hold;
    gated.reasons.extend(drift.filter(|drift| hold && drift.fires()).map(Drift::sentence));
    Ok(gated)
}

/// What somebody should look at in the morning: why the night is held, what happened to the model, what to the inputs.
pub(super) fn alerts(
    tonight: &Tonight<'_>,
    gated: &Gated,
    findings: &DriftFindings<'_>,
    inputs: &InputFindings,
    measured: &Measured,
    addresses: Option<&AddressFindings>,
) -> Vec<Alert> {
    let held = (!gated.reasons.is_empty()).then(|| Alert {
        key: "held",
        severity: "hold",
        what: format!("The night was held back: {}.", gated.reasons.join("; ")),
        how_big: format!("{} gates", gated.reasons.len()),
        since: None,
        likely_cause: "data",
        to_do: Code::HeldBack.to_do().to_owned(),
    });
    let ahead = ahead(tonight.project.nights());
    let told = held.into_iter().chain(measured.alerts()).chain(findings.alerts());
    // With `audiences = []` nobody wants lists.
    let wanted = tonight.project.settings().audiences.as_ref().is_none_or(|audiences| !audiences.is_empty());
    let hashed = addresses.filter(|_| wanted).into_iter().flat_map(AddressFindings::hashed).map(hashed);
    told.chain(inputs.alerts.iter().cloned()).chain(hashed).chain(ahead).collect()
}

/// A column of addresses that no list can be made of.
fn hashed(found: &HashedColumn) -> Alert {
    let HashedColumn { column, given, hashed } = found;
    Alert {
        key: "addresses_hashed",
        severity: "alert",
        what: format!("customers.{column} holds hashes instead of addresses, so no list reaches anybody by it."),
        how_big: format!("{hashed} of {given} values"),
        since: None,
        likely_cause: "data",
        to_do: Code::AddressesHashed.to_do().to_owned(),
    }
}

/// Published nights that lie ahead: mistakes, or the clock is one.
fn ahead(nights: &Nights) -> Option<Alert> {
    let (first, last) = (nights.ahead.first()?, nights.ahead.last()?);
    let to_do = if nights.clock_doubted {
        "look whether the clock of the machine and [project] timezone are right".to_owned()
    } else {
        format!("if it was a mistake, remove it with `valueseg prune --night {first}`")
    };
    let what = if nights.clock_doubted {
        "Most published nights lie after tomorrow by the clock of this machine, so the clock is not believed."
    } else {
        "A published night lies after tomorrow. It is neither the latest nor counted."
    };
    Some(Alert {
        key: "nights_ahead",
        severity: "alert",
        what: what.to_owned(),
        how_big: match nights.ahead.len() {
            1 => first.to_string(),
            n => format!("{n} nights, {first} to {last}"),
        },
        since: None,
        likely_cause: "data",
        to_do,
    })
}

/// With `refit = "always"` nobody looks at a new model before it is used, so the share of customers it moves, net of
/// label noise, is held to `gates.max_moved_share`. A refit that a person asked for is not held back.
fn refit(tonight: &Tonight<'_>, gated: &mut Gated) {
    let settings = tonight.project.settings();
    let Some(lineage) = tonight.obtained.lineage.as_ref().filter(|_| settings.model.refit == Refit::Always) else {
        return;
    };
    let (net, limit) = (lineage.cost.net_share(), settings.gates.max_moved_share);
    let message = format!(
        "tonight's fit would move {:.1} % of customers net of label noise (limit {:.1} %)",
        net * 100.0,
        limit * 100.0
    );
    let moved = net * lineage.cost.customers as f64;
    gated.gate("night", "refit_moved_share", net, limit, moved.round() as u64, message);
}

/// Holds what became of customers against the night before: who moved, who is absent, who stays without a segment.
fn changes(tonight: &Tonight<'_>, applied: &Applied, gated: &mut Gated) -> Result<(), JobError> {
    let Tonight { project, obtained, earlier, .. } = tonight;
    let (gates, flows) = (&project.settings().gates, &applied.flows);
    let (mut stayed, mut moved) = (0, 0);
    for (from, to, customers) in flows.short.iter() {
        match (from, to) {
            (Whereabouts::Segment(a), Whereabouts::Segment(b)) if a == b => stayed += customers,
            (Whereabouts::Segment(_), Whereabouts::Segment(_)) => moved += customers,
            _ => {}
        }
    }
    // What a new model moves is judged by itself, net of label noise, before it takes over.
    if obtained.origin == Origin::Kept && stayed + moved > 0 {
        let share = moved as f64 / (stayed + moved) as f64;
        let message = format!(
            "{moved} of {} customers changed segment since the night before ({:.1} %, limit {:.1} %)",
            stayed + moved,
            share * 100.0,
            gates.max_moved_share * 100.0
        );
        gated.gate("night", "moved_share", share, gates.max_moved_share, moved, message);
        gated.few_untold("moved_share", tonight.min_cell(), "changed segment since the night before");
    }
    let (before, gone) = (flows.before, flows.absent);
    if before > 0 {
        let (share, limit) = (gone as f64 / before as f64, gates.max_population_change);
        let message = format!(
            "{gone} of the {before} customers of the night before are not in tonight's inputs ({:.1} %, limit {:.1} %); have \
             their ids changed?",
            share * 100.0,
            limit * 100.0
        );
        gated.gate("customers", "customers_gone", share, limit, gone, message);
        let what = "of the night before are not in tonight's inputs";
        gated.few_untold("customers_gone", tonight.min_cell(), what);
    }
    let sizes = earlier.sizes(earlier.before)?;
    let size = |id: &str| sizes.get(id).map(|(size, _)| *size as f64);
    // Where everybody was one group, nobody could stay without.
    let real = !obtained.replaces_one_group;
    if let (Some(none), Some(all), true) = (size("NONE"), size("ALL").filter(|all| *all > 0.0), real) {
        let now = applied.sums.unassigned_share().unwrap_or(0.0);
        let message = format!(
            "{:.1} % of scored customers stay without a segment, {:.1} % on the night before (limit {:.0} points more)",
            now * 100.0,
            none / all * 100.0,
            gates.max_unassigned_rise * 100.0
        );
        gated.gate("night", "unassigned_rise", now - none / all, gates.max_unassigned_rise, none as u64, message);
    }
    Ok(())
}

/// `night` with numbers of people in fives: the finding is a sentence.
fn segments(night: &SegmentNights, gated: &mut Gated) {
    let (scored, unassigned) = (night.everyone.profile.size, night.unassigned.profile.size);
    if scored == 0 {
        gated.reasons.push("nobody may be scored: every customer is suppressed".to_owned());
        return;
    }
    let share = unassigned as f64 / scored as f64;
    let message = format!("{unassigned} of {scored} scored customers stay without a segment");
    gated.checks.push(QualityRow {
        status: "ok".to_owned(),
        value: Some(share),
        rows: Some(unassigned),
        ..note("night", "unassigned_share", message)
    });
}

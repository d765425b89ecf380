//! Sums → the figures of every group and outcome, once. Called again with each group of people left out.

use ndarray::{Array1, Array2};

use valueseg_catalogue::{ElementId, NeedMap, NeedTier};
use valueseg_stats::drivers::common::Commonness;
use valueseg_stats::drivers::halo::{Anchor, FEWEST, Halo, Link, Structure};
use valueseg_stats::drivers::pairwise::Pairwise;
use valueseg_stats::drivers::penalty::Asymmetry;
use valueseg_stats::drivers::shapley::shapley;

use super::cell::{Cell, column, everybody};
use super::finish::DriverContext;
use super::fold::DriverState;
use super::outcome::Outcome;
use super::settings::DriverSettings;
use super::types::Refusal;

/// Least sum of a tier's weights over the elements rated for the tier to be told apart.
const LEAST_MASS: f64 = 0.5;

/// Figures of one group and outcome, without errors.
#[derive(Clone, Debug)]
pub(super) struct DriverFigures {
    /// By element of the plan; sum 1.
    pub(super) shares: Vec<f64>,
    /// Empty, or by tier; sum 1.
    pub(super) needs: Vec<f64>,
    pub(super) link: Link,
    /// Whether a halo was taken out.
    pub(super) halo: bool,
    /// How far the factor common to all ratings of everybody is a halo.
    pub(super) common: Commonness,
    /// Mean of the correlations of the ratings as they are with the outcome, −1..1.
    pub(super) mean_correlation: f64,
    /// How many of those are below 0.
    pub(super) below: usize,
    /// By element of the plan.
    pub(super) asymmetries: Vec<Option<Asymmetry>>,
}

/// What can be said of one outcome.
#[derive(Clone, Debug)]
pub(super) struct OutcomeDesign {
    pub(super) outcome: Outcome,
    pub(super) settings: DriverSettings,
    /// Whether it is known to be coded so that high is good.
    pub(super) settled: bool,
    /// Positions of the elements related to it.
    pub(super) elements: Vec<usize>,
    /// For everybody, then each segment: effective customers, or why nothing is said.
    pub(super) sizes: Vec<Result<f64, Refusal>>,
}

impl OutcomeDesign {
    /// Decides what can be said of `outcome`, `groups` being everybody and then the segments.
    pub(super) fn new(outcome: Outcome, groups: &[Cell], context: &DriverContext<'_>) -> Self {
        let settings = &context.settings;
        let y = column(outcome);
        let all = &groups[0].cross;
        let elements: Vec<usize> = ElementId::all()
            .map(ElementId::index)
            .filter(|&e| {
                all.pair(e, y).effective_n() >= settings.min_pair_whole && all.pair(e, e).correlation().is_some()
            })
            .collect();
        let size = |(place, cell): (usize, &Cell)| {
            let least = if place == 0 { settings.min_pair_whole } else { settings.min_pair };
            size(cell, &elements, outcome, Needed { settings: *settings, least })
        };
        let sizes: Vec<Result<f64, Refusal>> = groups.iter().enumerate().map(size).collect();
        // A segment is read against the whole: without the whole nothing is said of it.
        let sizes = match sizes[0] {
            Err(refusal) => sizes.iter().map(|size| Err(size.err().unwrap_or(refusal))).collect(),
            Ok(_) => sizes,
        };
        // Spending has no code that could be turned.
        let settled = outcome == Outcome::Value365d || context.settled.contains(&outcome);
        Self { outcome, settings: *settings, settled, elements, sizes }
    }
}

struct Needed {
    settings: DriverSettings,
    least: f64,
}

/// Effective customers behind a regression of the outcome on the elements: the harmonic mean over them of the effective
/// customers with both.
fn size(cell: &Cell, elements: &[usize], outcome: Outcome, needed: Needed) -> Result<f64, Refusal> {
    let y = column(outcome);
    let respondents = cell.cross.pair(y, y).rows();
    if respondents == 0 {
        return Err(Refusal::NotAsked);
    }
    let least = needed.settings.min_elements;
    if elements.len() < least as usize {
        return Err(Refusal::FewElements { elements: elements.len(), needed: least });
    }
    let customers = (needed.settings.per_driver * elements.len() as u64).max(needed.settings.min_answers.ceil() as u64);
    if respondents < customers {
        return Err(Refusal::FewRespondents { respondents, needed: customers });
    }
    let rows: Vec<f64> = elements.iter().map(|&e| cell.cross.pair(e, y).effective_n()).collect();
    let fewest = rows.iter().copied().fold(f64::INFINITY, f64::min);
    let enough = fewest >= needed.least;
    if !enough {
        return Err(Refusal::FewAnswers { effective: fewest, needed: needed.least });
    }
    let effective = rows.len() as f64 / rows.iter().map(|n| 1.0 / n).sum::<f64>();
    let enough = effective >= needed.settings.min_answers;
    if !enough {
        return Err(Refusal::FewAnswers { effective, needed: needed.settings.min_answers });
    }
    if elements.iter().any(|&e| cell.cross.pair(e, y).correlation().is_none()) {
        return Err(Refusal::NothingVaries);
    }
    Ok(effective)
}

/// What to solve, and how.
#[derive(Clone, Copy)]
pub(super) struct Solving<'a> {
    pub(super) state: &'a DriverState,
    pub(super) plans: &'a [OutcomeDesign],
    pub(super) map: &'a NeedMap,
    /// What is done with the halo of [`FEWEST`] elements or more; with fewer it is kept.
    pub(super) halo: Halo,
}

/// Figures by outcome of the plans, then by everybody and each segment; `None` where nothing is to be said.
pub(super) fn solve(solving: Solving<'_>, left_out: Option<usize>) -> Vec<Vec<Option<DriverFigures>>> {
    let Solving { state, plans, map, halo } = solving;
    let groups = everybody(state.by_segment(left_out));
    let mut known: Option<(&[usize], Vec<Structure>)> = None;
    plans
        .iter()
        .map(|plan| {
            if plan.sizes[0].is_err() {
                return vec![None; groups.len()];
            }
            // Outcomes mostly share their elements, and with them all that is costly.
            let fits = known.as_ref().is_some_and(|(elements, _)| *elements == plan.elements);
            if !fits {
                known = Some((&plan.elements, structures(&groups, &plan.elements, halo)));
            }
            let (_, structures) = known.as_ref().expect("made just before where it was missing");
            outcome(plan, &groups, structures, map)
        })
        .collect()
}

fn structures(groups: &[Cell], elements: &[usize], halo: Halo) -> Vec<Structure> {
    let halo = if elements.len() < FEWEST { Halo::Kept } else { halo };
    let whole = Structure::of_whole(&Pairwise::of(&groups[0].cross, elements), halo);
    let parts: Vec<Structure> =
        groups[1..].iter().map(|cell| Structure::of_part(&Pairwise::of(&cell.cross, elements), &whole)).collect();
    std::iter::once(whole).chain(parts).collect()
}

fn outcome(
    plan: &OutcomeDesign,
    groups: &[Cell],
    structures: &[Structure],
    map: &NeedMap,
) -> Vec<Option<DriverFigures>> {
    let mut anchor = Anchor::Weakest;
    let mut all = Vec::with_capacity(groups.len());
    for ((cell, structure), size) in groups.iter().zip(structures).zip(&plan.sizes) {
        let figures = size.is_ok().then(|| figures(plan, cell, structure, anchor, map)).flatten();
        if let (Anchor::Weakest, Some(figures)) = (anchor, &figures) {
            anchor = Anchor::Part(figures.link.halo_part);
        }
        all.push(figures);
    }
    all
}

fn figures(
    plan: &OutcomeDesign,
    cell: &Cell,
    structure: &Structure,
    anchor: Anchor,
    map: &NeedMap,
) -> Option<DriverFigures> {
    let y = column(plan.outcome);
    let r: Option<Array1<f64>> = plan.elements.iter().map(|&e| cell.cross.pair(e, y).correlation()).collect();
    let r = r?;
    let link = structure.link(r.view(), anchor);
    Some(DriverFigures {
        shares: parts_of_one(link.weights.iter().copied())?,
        needs: needs(plan, structure, &link, map).unwrap_or_default(),
        halo: structure.has_halo(),
        common: structure.common(),
        mean_correlation: r.mean()?,
        below: r.iter().filter(|r| **r < 0.0).count(),
        asymmetries: plan
            .elements
            .iter()
            .map(|&e| cell.penalty(e, plan.outcome).asymmetry(plan.settings.min_per_side))
            .collect(),
        link,
    })
}

/// Values ≥ 0 (others count as 0) over their sum; `None` if there is nothing to divide.
fn parts_of_one(values: impl Iterator<Item = f64>) -> Option<Vec<f64>> {
    let values: Vec<f64> = values.map(|value| value.max(0.0)).collect();
    let sum: f64 = values.iter().sum();
    (sum.is_finite() && sum > 0.0).then(|| values.iter().map(|value| value / sum).collect())
}

/// Shapley shares of the five tiers.
///
/// METHOD: a tier's score is the sum of its elements' ratings beyond the halo, weighed by the need map: `t = Wᵀz`. With
/// correlations S of z, those of t follow (`WᵀSW`, `Wᵀr`, scaled), so that a tier means the same for everybody whatever
/// 12 elements they were asked. Five tiers are 32 regressions: exact.
fn needs(plan: &OutcomeDesign, structure: &Structure, link: &Link, map: &NeedMap) -> Option<Vec<f64>> {
    let ids: Vec<ElementId> = plan.elements.iter().filter_map(|&e| ElementId::from_index(e)).collect();
    let w = Array2::from_shape_fn((ids.len(), NeedTier::COUNT), |(e, t)| map.weight(ids[e], NeedTier::ALL[t]));
    if w.columns().into_iter().any(|column| column.sum() < LEAST_MASS) {
        return None;
    }
    let covariance = w.t().dot(&structure.rest()).dot(&w);
    let spread = covariance.diag().mapv(f64::sqrt);
    let among = Array2::from_shape_fn(covariance.dim(), |(i, j)| {
        if i == j { 1.0 } else { (covariance[(i, j)] / (spread[i] * spread[j])).clamp(-1.0, 1.0) }
    });
    let with_outcome = (w.t().dot(&link.correlations) / &spread).mapv(|r| r.clamp(-1.0, 1.0));
    let groups: Vec<Vec<usize>> = (0..NeedTier::COUNT).map(|t| vec![t]).collect();
    parts_of_one(shapley(among.view(), with_outcome.view(), &groups).ok()?.into_iter())
}

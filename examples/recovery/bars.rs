//! The bars, met or missed.

use crate::Run;
use crate::judge::{Covered, NightFigures, Of};
use crate::print::print_line;

/// A share of the exact posterior's ARI is judged only where that one finds something.
const SOMETHING: f64 = 0.15;

/// Prints each bar that these runs speak to.
pub(crate) fn print(runs: &[Run]) {
    print_line("");
    print_line("bar                                                       | figure                        | met");
    let groups = || runs.iter().filter(|run| run.case.segments > 1);
    let nights: Vec<(&Run, &NightFigures)> = runs.iter().filter_map(|run| Some((run, run.night.as_ref()?))).collect();
    let pinned = |run: &&Run| !run.auto;
    each(
        "surveyed ARI of exact >= .93 (careless .90)",
        groups().filter(pinned).filter_map(|run| {
            let agreement = run.cut.surveyed.filter(|agreement| agreement.exact >= SOMETHING)?;
            Some((run, agreement.ratio() - if run.case.careless > 0.0 { 0.90 } else { 0.93 }, agreement.ratio()))
        }),
    );
    unsurveyed(&nights);
    numbers(runs);
    let mut ratios: Vec<(f64, &Run)> =
        nights.iter().filter_map(|(run, night)| Some((night.fit.ratio()?, *run))).collect();
    ratios.sort_by(|a, b| a.0.total_cmp(&b.0));
    if let (Some(least), Some(middle)) = (ratios.first(), ratios.get(ratios.len() / 2)) {
        line("R² of hidden ratings, median >= .90 of ridge", &format!("{:.3}", middle.0), middle.0 >= 0.90);
        line(
            "R² of hidden ratings, each >= .75 of ridge",
            &format!("{:.3} ({})", least.0, name(least.1)),
            least.0 >= 0.75,
        );
    }
    let sum = |of: &dyn Fn(&NightFigures) -> Covered| {
        nights.iter().fold(Covered::default(), |mut sum, (_, night)| {
            sum.add(of(night));
            sum
        })
    };
    covered("95 % intervals of segment shares cover >= .88", sum(&|night| night.shares), 0.88);
    covered("95 % intervals of tier shares over all cover >= .85", sum(&|night| night.tiers_of_all), 0.85);
    covered("95 % intervals of mean ratings cover >= .88 (ours)", sum(&|night| night.means), 0.88);
    covered("95 % intervals of tier shares in segments cover >= .85", sum(&|night| night.tiers_of_segments), 0.85);
    if !nights.is_empty() {
        let off = |all: f64| (all - 0.90).abs();
        let worst = nights.iter().max_by(|a, b| off(a.1.within.all).total_cmp(&off(b.1.within.all)));
        let all = nights.iter().map(|(_, night)| night.within.all).sum::<f64>() / nights.len() as f64;
        line("90 % intervals of single scores cover .87-.93, mean", &format!("{all:.3}"), off(all) <= 0.03);
        if let Some((run, night)) = worst {
            let figure = format!("{:.3} ({})", night.within.all, name(run));
            line("90 % intervals of single scores, each base", &figure, off(night.within.all) <= 0.03);
        }
        each(
            "90 % intervals, worst item >= .85",
            nights.iter().map(|(run, night)| (*run, night.within.worst - 0.85, night.within.worst)),
        );
        each(
            "calibration error <= .03 (hard cases .06)",
            nights.iter().filter(|(run, _)| pinned(run)).filter_map(|(run, night)| {
                let error = night.calibration?;
                Some((*run, if run.case.hard { 0.06 } else { 0.03 } - error, error))
            }),
        );
    }
    let mut few = nights.iter().filter(|(_, night)| night.names.iter().any(|name| name.starts_with("Few wishes")));
    if nights.iter().any(|(run, _)| run.case.careless > 0.0) {
        let found = few.next().map(|(run, _)| name(run));
        line("no segment is called Few wishes", found.as_deref().unwrap_or("none"), found.is_none());
    }
    each("no item with an eta² above .70", runs.iter().map(|run| (run, 0.70 - run.cut.eta, run.cut.eta)));
}

/// Bars about customers who were not asked.
fn unsurveyed(nights: &[(&Run, &NightFigures)]) {
    each(
        "unsurveyed ARI of exact >= .95 (curved .85, k8 .90)",
        nights.iter().filter(|(run, _)| !run.auto).filter_map(|(run, night)| {
            let bar = match run.case.name {
                "curved" => 0.85,
                "k8_unequal" => 0.90,
                _ => 0.95,
            };
            let agreement = night.unsurveyed.filter(|agreement| agreement.exact >= SOMETHING)?;
            Some((*run, agreement.ratio() - bar, agreement.ratio()))
        }),
    );
    each(
        "unsurveyed ARI of the best told learner >= .95 (ours)",
        nights.iter().filter(|(run, _)| !run.auto).filter_map(|(run, night)| {
            let agreement = night.unsurveyed.filter(|agreement| agreement.exact >= SOMETHING)?;
            let ratio = agreement.found / night.taught?.0;
            Some((*run, ratio - 0.95, ratio))
        }),
    );
}

/// Bars about the number of segments.
fn numbers(runs: &[Run]) {
    let auto = || runs.iter().filter(|run| run.auto);
    let groups: Vec<&Run> = auto().filter(|run| run.case.segments > 1).collect();
    if !groups.is_empty() {
        let right = groups.iter().filter(|run| run.cut.segments == run.case.segments).count();
        let of = Of { hits: right, all: groups.len() };
        line("number of segments right in 14 of 18", &fraction(of), of.share() >= 14.0 / 18.0);
        let far = |run: &&&Run| run.cut.segments.abs_diff(run.case.segments) > 1;
        let natural = |run: &&&Run| run.cut.label.as_deref() == Some("natural");
        let wrong: Vec<String> = groups.iter().filter(far).filter(natural).map(|run| name(run)).collect();
        line(
            "natural never on a number off by more than one",
            &format!("{} {}", wrong.len(), wrong.join(" ")),
            wrong.is_empty(),
        );
    }
    let ones: Vec<&Run> = auto().filter(|run| run.case.segments == 1 && run.case.careless == 0.0).collect();
    if !ones.is_empty() {
        let one = ones.iter().filter(|run| run.cut.segments == 1).count();
        let of = Of { hits: one, all: ones.len() };
        line("one segment where there is one", &fraction(of), of.hits == of.all);
    }
}

/// A bar that each run has to meet: how far above it, and the figure.
fn each<'a>(bar: &str, runs: impl Iterator<Item = (&'a Run, f64, f64)>) {
    let runs: Vec<(&Run, f64, f64)> = runs.collect();
    let Some((run, above, figure)) = runs.iter().min_by(|a, b| a.1.total_cmp(&b.1)) else { return };
    let met = runs.iter().filter(|(_, above, _)| *above >= 0.0).count();
    let text = format!("{met}/{}, worst {figure:.3} ({})", runs.len(), name(run));
    line(bar, &text, *above >= 0.0);
}

fn covered(bar: &str, covered: Covered, least: f64) {
    let (of, half) = (covered.of, covered.half_width());
    if of.all > 0 {
        line(bar, &format!("{:.3} ({}, ± {half:.3})", of.share(), fraction(of)), of.share() >= least);
    }
}

fn line(bar: &str, figure: &str, met: bool) {
    print_line(&format!("{bar:57} | {figure:29} | {}", if met { "met" } else { "MISSED" }));
}

fn fraction(of: Of) -> String {
    format!("{} of {}", of.hits, of.all)
}

fn name(run: &Run) -> String {
    format!("{} {}", run.case.name, run.seed)
}

//! Lines of figures.

use crate::Run;
use crate::judge::{Agreement, Covered, Of, Told};

/// A line on stdout.
pub(crate) fn print_line(text: &str) {
    use std::io::Write as _;
    // A closed pipe ends the listing, not the program.
    let _ = writeln!(std::io::stdout(), "{text}");
}

/// Names of the columns of [`line`].
pub(crate) fn heading() {
    print_line(
        "case             seed | K found label        method    | ARI surveyed exact ratio | unsurveyed exact ratio | R²  ridge \
         exact ratio | shares tiers in all, segments | 90 %: all worst | ECE  | max η² | CPU s",
    );
}

/// The figures of a run on one line, what is told of single people, widths and names below.
pub(crate) fn run(run: &Run) {
    let cut = &run.cut;
    let mut text = format!(
        "{:16} {:4} | {:1} {:5} {:12} {:9} | {}",
        run.case.name,
        run.seed,
        run.case.segments,
        cut.segments,
        cut.label.as_deref().unwrap_or(if cut.segments == 1 { "one segment" } else { "-" }),
        cut.method,
        agreement(cut.surveyed, 12),
    );
    if let Some(night) = &run.night {
        let fit = night.fit;
        let more = format!(
            " | {} | {:.3} {:.3} {:.3} {} | {} {} {} | {:9.3} {:.3} | {}",
            agreement(night.unsurveyed, 10),
            fit.scores,
            fit.ridge,
            fit.exact,
            number(fit.ratio()),
            of(night.shares.of),
            of(night.tiers_of_all.of),
            of(night.tiers_of_segments.of),
            night.within.all,
            night.within.worst,
            night.calibration.map_or_else(|| "  - ".to_owned(), |error| format!("{error:.3}")[1..].to_owned()),
        );
        text.push_str(&more);
    }
    print_line(&format!("{text} | {:.2} | {:.0}", cut.eta, run.seconds));
    if let Some(night) = &run.night {
        print_line(&format!(
            "    tiers of surveyed {}, unsurveyed {}; next of surveyed {}, unsurveyed {}; 90 % of the widest item {:.3}",
            told(night.tiers[0]),
            told(night.tiers[1]),
            told(night.next[0]),
            told(night.next[1]),
            night.within.widest,
        ));
        let half = |covered: Covered| Some(covered.half_width()).filter(|half| half.is_finite());
        let half = |covered: Covered| half(covered).map_or_else(|| "-".to_owned(), |half| format!("{half:.3}"));
        print_line(&format!(
            "    half-widths: shares {}, tiers in all {}, in segments {}; intervals of mean ratings cover {} ({:.2})",
            half(night.shares),
            half(night.tiers_of_all),
            half(night.tiers_of_segments),
            of(night.means.of),
            night.means.of.share(),
        ));
        if let Some((ari, by)) = night.taught {
            print_line(&format!("    unsurveyed, told the segments of respondents: {ari:.3} ({by})"));
        }
        print_line(&format!("    {}", night.names.join("; ")));
    }
}

/// What learners reach that know more than a night does, on customers who were not asked.
pub(crate) fn taught(case: &str, seed: u64, exact: f64, likeliest: f64, told: (f64, &str)) {
    let beside = |ari: f64| format!("{ari:.3} {:.3}", ari / exact);
    let (ari, by) = told;
    print_line(&format!("{case:16} {seed:4} | {exact:16.3} | {:>15} | {}  {by}", beside(likeliest), beside(ari)));
}

fn agreement(agreement: Option<Agreement>, width: usize) -> String {
    agreement.map_or_else(
        || format!("{:>width$} {:>5} {:>5}", "-", "-", "-"),
        |a| format!("{:width$.3} {:5.3} {:5.3}", a.found, a.exact, a.ratio()),
    )
}

fn number(value: Option<f64>) -> String {
    value.map_or_else(|| "  -  ".to_owned(), |value| format!("{value:.3}"))
}

fn of(of: Of) -> String {
    format!("{:2}/{:<2}", of.hits, of.all)
}

fn told(told: Told) -> String {
    let share = |of: Of| if of.all == 0 { "-".to_owned() } else { format!("{:.2}", of.share()) };
    format!("{} told, {} right (base {:.2})", share(told.of_all), share(told.right), told.base_rate)
}

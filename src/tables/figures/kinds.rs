//! The list of figures.

/// Which change of a figure is looked at, and how it is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeMeasure {
    /// A count: relative change, either way, beyond what chance does to a count. What is gone counts as 0. Only a loss
    /// holds a night.
    Count,
    /// A count: the same of losses alone.
    Loss,
    /// A sum of money: relative change, either way. What is gone counts as 0.
    Sum,
    /// A share: its rise, in shares.
    Rise,
    /// Things of which none may go: how many fewer.
    Fewer,
    /// A share of rows: its fall, in shares, or two fifths of the part that is gone where that is more (a tenth: 10 points,
    /// or a quarter of what was there), beyond chance. What is gone counts as 0.
    Fall,
    /// A share of rows: its change either way, in shares, or a fifth of the part that changed where that is more (a tenth: 10
    /// points, or half of the larger), beyond chance.
    Share,
    /// A mean in a unit: how many times larger or smaller it has become, 2 is twice or half.
    Factor,
    /// A mean on the scale of answers, 0 to 10: its change in points, beyond what other people's answers would make.
    Points,
    /// A mean per customer: its change in standard deviations of customers.
    Spread,
    /// Days: how many more than on any usual night.
    Days,
    /// Shares of the words of a column: how many rows hold other words, a share.
    Words,
    /// Nothing: another figure is judged with it.
    Beside,
}

/// A kind of figure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FigureKind {
    /// First part of the key.
    pub name: &'static str,
    /// What it is; `{}` stands for the subject.
    pub what: &'static str,
    /// Its unit.
    pub unit: &'static str,
    /// Which change is looked at.
    pub measure: ChangeMeasure,
    /// From which change on it is told; `None` = never. Set by `gates.alert_at`.
    pub alert: Option<f64>,
    /// From which change on it holds the night; `None` = never. Set by `gates.hold_at`; losses of counts and sums follow
    /// `gates.max_coverage_loss` otherwise.
    pub hold: Option<f64>,
    /// What most likely lies behind a change, and the one thing to do.
    pub to_do: &'static str,
}

const fn kind(
    name: &'static str,
    what: &'static str,
    unit: &'static str,
    measure: ChangeMeasure,
    limits: [Option<f64>; 2],
    to_do: &'static str,
) -> FigureKind {
    FigureKind { name, what, unit, measure, alert: limits[0], hold: limits[1], to_do }
}

/// A quarter: a feed that was cut or doubled is told, growth and attrition of a night are not.
const QUARTER: f64 = 0.25;
/// The same as the default of `gates.max_coverage_loss`.
const HALF: f64 = 0.5;

/// Every kind of figure.
///
/// METHOD: the limits are our judgment. They lie above what sixty nights of a living base do (`examples/nights`) and below
/// what a lost, cut, doubled or re-coded input does (`tests/suite/mutation_nights.rs`).
pub const FIGURES: [FigureKind; 27] = [
    kind("files", "files of the source `{}`", "files", ChangeMeasure::Fewer, [Some(0.0), None], DELIVERED),
    kind("bytes", "bytes of the source `{}`", "bytes", ChangeMeasure::Sum, [Some(QUARTER), None], DELIVERED),
    kind("rows", "rows of `{}` read", "rows", ChangeMeasure::Count, [Some(QUARTER), Some(HALF)], DELIVERED),
    kind("in_window", "rows of `{}` that count", "rows", ChangeMeasure::Count, [Some(QUARTER), Some(HALF)], DATES),
    kind("recent_30", "rows of `{}` of the last 30 days", "rows", ChangeMeasure::Loss, [Some(0.35), Some(0.7)], DATES),
    kind("recent_7", "rows of `{}` of the last 7 days", "rows", ChangeMeasure::Loss, [Some(HALF), Some(0.9)], DATES),
    kind("newest", "days since the newest row of `{}`", "days", ChangeMeasure::Days, [Some(2.0), None], STOPPED),
    kind(
        "after_night",
        "share of rows of `{}` dated after the night",
        "share",
        ChangeMeasure::Rise,
        [Some(0.01), None],
        DATES,
    ),
    kind(
        "customers_with",
        "customers with rows in `{}`",
        "customers",
        ChangeMeasure::Count,
        [Some(QUARTER), Some(HALF)],
        IDS,
    ),
    kind(
        "orphans",
        "share of rows of `{}` that belong to no customer",
        "share",
        ChangeMeasure::Rise,
        [Some(0.05), None],
        IDS,
    ),
    kind("copies", "share of rows of `{}` that are copies", "share", ChangeMeasure::Rise, [Some(0.05), None], TWICE),
    kind("rejected", "share of rows of `{}` rejected", "share", ChangeMeasure::Rise, [Some(0.01), None], UNREADABLE),
    kind(
        "bad_cells",
        "share of unreadable cells in `{}`",
        "share",
        ChangeMeasure::Rise,
        [Some(0.02), None],
        UNREADABLE,
    ),
    kind("known", "share of rows in which `{}` is known", "share", ChangeMeasure::Fall, [Some(0.1), None], EMPTIED),
    kind("yes", "share of yes in `{}`", "share", ChangeMeasure::Share, [Some(0.1), None], WORDS),
    kind("words", "words in `{}`", "share", ChangeMeasure::Words, [Some(0.2), None], WORDS),
    kind("mean", "mean of `{}`", "as given", ChangeMeasure::Factor, [Some(1.5), Some(8.0)], UNIT),
    kind("median", "median of `{}`", "as given", ChangeMeasure::Factor, [Some(1.5), Some(8.0)], UNIT),
    kind("value", "value of the orders of a year", "currency", ChangeMeasure::Sum, [Some(QUARTER), Some(HALF)], VALUE),
    kind(
        "valued",
        "customers with a known value",
        "customers",
        ChangeMeasure::Count,
        [Some(QUARTER), Some(HALF)],
        VALUE,
    ),
    kind(
        "reach",
        "customers who may be contacted by {}",
        "customers",
        ChangeMeasure::Count,
        [Some(QUARTER), Some(HALF)],
        WORDS,
    ),
    kind("protected", "customers with `{}`", "customers", ChangeMeasure::Count, [Some(QUARTER), Some(HALF)], WORDS),
    kind("answers", "answers on {}", "customers", ChangeMeasure::Count, [Some(QUARTER), Some(HALF)], QUESTIONS),
    kind("answer_mean", "mean answer on {}", "points of 10", ChangeMeasure::Points, [Some(0.5), None], SCALE),
    kind(
        "signal_known",
        "customers whose signal {} is known",
        "customers",
        ChangeMeasure::Count,
        [Some(QUARTER), None],
        SIGNALS,
    ),
    kind("signal_mean", "mean of the signal {}", "as computed", ChangeMeasure::Spread, [Some(HALF), None], SIGNALS),
    kind("signal_sd", "spread of the signal {} over customers", "as computed", ChangeMeasure::Beside, [None, None], ""),
];

const DELIVERED: &str = "check whether the file was delivered whole, and once";
const DATES: &str = "check the dates: `date_format`, day and month, the year, and whether new rows were delivered";
const STOPPED: &str = "check whether the feed has stopped";
const IDS: &str = "check whether ids are written as they were, in every file";
const TWICE: &str = "check whether the file, or a part of it, was delivered twice";
const UNREADABLE: &str = "look at the column named: `date_format`, `nulls`, `csv.decimal` or the scale";
const EMPTIED: &str = "check whether the column is still filled, and still called as it was";
const WORDS: &str = "check whether the words of the column have changed, and what now means yes";
const UNIT: &str = "check the unit (cents for euros), the decimal sign, and whether columns were swapped";
const VALUE: &str = "check the amounts: their column, unit and decimal sign";
const QUESTIONS: &str = "check whether the question is still there, and its answers readable";
const SCALE: &str = "check the scale: its ends, its direction, and whether columns were swapped";
const SIGNALS: &str = "check the words, dates and amounts of its table";

/// The kind of that name.
#[must_use]
pub fn figure_kind(name: &str) -> Option<&'static FigureKind> {
    static ALL: [FigureKind; FIGURES.len()] = FIGURES;
    ALL.iter().find(|kind| kind.name == name)
}

//! The kinds of strangers' bases that are tried. What a kind changes is named; everything else is as in [`PLAIN`].

/// What signals are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Traces {
    /// Normal around what moves them.
    Plain,
    /// Poisson counts whose logarithm is moved.
    Counts,
    /// A third of them U-shaped, a third waves, a third plain.
    Curved,
}

/// One kind of base.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) customers: usize,
    /// Share of customers who were asked.
    pub(crate) surveyed: f64,
    /// Share of the 30 elements that each of them was asked about.
    pub(crate) asked: f64,
    pub(crate) segments: usize,
    /// Each segment 0.82 of the one before.
    pub(crate) unequal: bool,
    /// Spread of the segments' mean importance of an element, in points of 0–10.
    pub(crate) separation: f64,
    /// Spread between segments of the level of all importances, in points.
    pub(crate) level: f64,
    /// Spread of persons' use of the scale, in points.
    pub(crate) scale_use: f64,
    /// Common factors of importance within segments.
    pub(crate) factors: usize,
    /// Spread of their loadings, in points.
    pub(crate) factor_strength: f64,
    /// Answers that can be given.
    pub(crate) steps: usize,
    /// Most answers at the upper end.
    pub(crate) ceiling: bool,
    /// Noise with three degrees of freedom in answers and signals.
    pub(crate) heavy_tails: bool,
    pub(crate) traces: Traces,
    /// Spread of segments' means of a signal, in its own noise.
    pub(crate) trace_strength: f64,
    /// Share of respondents who do not read the questions: half give one answer to all, half any.
    pub(crate) careless: f64,
    /// Pairs of elements that are nearly one.
    pub(crate) duplicates: usize,
    /// Segments answer between 0.3 and 1.7 times as often as others.
    pub(crate) biased: bool,
    /// One of the hard cases, with bars of their own.
    pub(crate) hard: bool,
}

/// Six equal segments, 15 % asked about 60 % of the elements on 0–10, with some use of the scale and two factors.
const PLAIN: Case = Case {
    name: "plain",
    customers: 8_000,
    surveyed: 0.15,
    asked: 0.6,
    segments: 6,
    unequal: false,
    separation: 1.2,
    level: 0.0,
    scale_use: 0.8,
    factors: 2,
    factor_strength: 0.5,
    steps: 11,
    ceiling: false,
    heavy_tails: false,
    traces: Traces::Plain,
    trace_strength: 0.5,
    careless: 0.0,
    duplicates: 0,
    biased: false,
    hard: false,
};

/// One segment: nothing to find.
const ONE: Case = Case { segments: 1, customers: 6_000, surveyed: 0.2, ..PLAIN };

/// All kinds, in the order they are printed.
pub(crate) const CASES: [Case; 28] = [
    PLAIN,
    Case { name: "k3", segments: 3, ..PLAIN },
    Case { name: "k4_unequal", segments: 4, unequal: true, ..PLAIN },
    Case { name: "k5_unequal", segments: 5, unequal: true, ..PLAIN },
    Case { name: "k7", segments: 7, ..PLAIN },
    Case { name: "k8_unequal", customers: 12_000, surveyed: 0.2, segments: 8, unequal: true, hard: true, ..PLAIN },
    Case { name: "k9", segments: 9, customers: 10_000, ..PLAIN },
    Case { name: "few_asked", customers: 20_000, surveyed: 0.03, segments: 4, ..PLAIN },
    Case { name: "many_asked", customers: 6_000, surveyed: 0.3, ..PLAIN },
    Case { name: "few_items", asked: 0.2, segments: 4, separation: 1.8, ..PLAIN },
    Case { name: "all_items", asked: 1.0, ..PLAIN },
    Case { name: "no_scale_use", scale_use: 0.0, ..PLAIN },
    Case { name: "strong_scale_use", scale_use: 2.0, ..PLAIN },
    Case { name: "five_points", steps: 5, segments: 3, ..PLAIN },
    Case { name: "three_points", steps: 3, segments: 4, separation: 1.8, hard: true, ..PLAIN },
    Case { name: "two_points", steps: 2, segments: 4, separation: 2.2, hard: true, ..PLAIN },
    Case { name: "ceiling", ceiling: true, segments: 5, separation: 1.5, ..PLAIN },
    Case { name: "heavy_tails", heavy_tails: true, ..PLAIN },
    Case { name: "counts", traces: Traces::Counts, ..PLAIN },
    Case { name: "curved", traces: Traces::Curved, hard: true, ..PLAIN },
    Case { name: "careless", careless: 0.15, segments: 5, hard: true, ..PLAIN },
    Case { name: "duplicates", duplicates: 5, segments: 5, ..PLAIN },
    Case { name: "biased", surveyed: 0.3, biased: true, ..PLAIN },
    Case { name: "weak", separation: 0.85, segments: 4, trace_strength: 0.35, ..PLAIN },
    Case { name: "crisp_level", segments: 3, separation: 2.5, level: 1.5, scale_use: 0.4, ..PLAIN },
    Case { name: "plain_traces", segments: 5, trace_strength: 0.25, ..PLAIN },
    Case { name: "strong_traces", segments: 5, trace_strength: 0.9, ..PLAIN },
    Case { name: "strong_factors", segments: 5, factors: 4, factor_strength: 0.8, ..PLAIN },
];

/// One segment in six kinds, and with careless respondents.
pub(crate) const NOTHING_THERE: [Case; 7] = [
    Case { name: "one_plain", scale_use: 0.0, factors: 0, ..ONE },
    Case { name: "one_factor", scale_use: 1.5, factors: 0, ..ONE },
    Case { name: "one_factors", factors: 4, factor_strength: 0.8, ..ONE },
    Case { name: "one_ceiling", ceiling: true, ..ONE },
    Case { name: "one_five_points", steps: 5, ..ONE },
    Case { name: "one_heavy_tails", heavy_tails: true, ..ONE },
    Case { name: "one_careless", careless: 0.15, ..ONE },
];

impl Case {
    /// The case of this name.
    pub(crate) fn named(name: &str) -> Option<Self> {
        CASES.into_iter().chain(NOTHING_THERE).find(|case| case.name == name)
    }

    /// Shares of the segments.
    pub(crate) fn shares(&self) -> Vec<f64> {
        let sizes = (0..self.segments).map(|k| if self.unequal { 0.82_f64.powi(k as i32) } else { 1.0 });
        let sizes: Vec<f64> = sizes.collect();
        let all: f64 = sizes.iter().sum();
        sizes.iter().map(|size| size / all).collect()
    }

    /// Chance of being asked and answering, by segment.
    pub(crate) fn response(&self) -> Vec<f64> {
        let most = (self.segments - 1).max(1) as f64;
        let factor = |k: usize| if self.biased { 0.3 + 1.4 * k as f64 / most } else { 1.0 };
        (0..self.segments).map(|k| self.surveyed * factor(k)).collect()
    }

    /// Width of a step on 0–10.
    pub(crate) fn step(&self) -> f64 {
        10.0 / (self.steps - 1) as f64
    }
}

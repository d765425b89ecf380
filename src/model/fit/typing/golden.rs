//! The few questions that type a person nearly as well as the whole questionnaire.

use rayon::prelude::*;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::stored::stored;
use super::linear::LinearScores;
use super::people::{People, Source};
use valueseg_catalogue::{Catalogue, ElementId};
use valueseg_stats::draw::mixed_seed;

/// Questions of the short form in the scorer file and in sentences.
pub const GOLDEN_QUESTIONS: usize = 6;

/// Most questions tried.
pub const MOST_GOLDEN: usize = 8;

/// People on whom questions are chosen.
const CHOOSING: usize = 1_500;

/// Other people on whom the chosen are judged: a share near 0.9 is then known to within half a point.
const JUDGING: usize = 4_000;

/// Rounds of swaps at each length.
const SWAP_ROUNDS: usize = 2;

/// Gain in mean probability under which a swap is noise.
const LEAST_GAIN: f64 = 1e-4;

/// A short form of the questionnaire: which elements to ask so that a person can be typed.
///
/// All figures are shares of simulated people typed right: people drawn from the model who answer every question. The
/// model is the same throughout, so they compare questionnaires fairly; [`GoldenCheck`] says how far they hold for
/// people of flesh and blood.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GoldenQuestions {
    /// The best sets by length, 1 to 8 questions (fewer if fewer were asked).
    pub lengths: Vec<GoldenLength>,
    /// Questions of the whole questionnaire: the ratings cut on.
    pub all_questions: usize,
    /// Share typed right by the whole questionnaire, all questions answered.
    pub all_accuracy: f64,
    /// The same with what signals say; `None` without signals.
    pub all_with_signals: Option<f64>,
    /// Share typed right by signals alone; `None` without signals.
    pub signals_alone: Option<f64>,
    /// Simulated people the shares rest on.
    pub people: u64,
    /// What respondents say of the figures; `None` where too few were asked two of the questions.
    pub check: Option<GoldenCheck>,
}

/// The best questions of one length.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GoldenLength {
    /// Elements in the order to ask them: each the best beside those before it.
    #[schemars(with = "Vec<String>")]
    pub questions: Vec<ElementId>,
    /// Share typed right by these answers alone.
    pub accuracy: f64,
    /// The same with what signals say; `None` without signals.
    pub with_signals: Option<f64>,
}

/// Respondents who were asked at least two of the golden questions, typed by their answers to these alone and judged by
/// everything known of them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct GoldenCheck {
    /// Respondents.
    pub respondents: u64,
    /// Share the model expects to be typed right: their mean printed probability.
    pub claimed: f64,
    /// Share typed right.
    pub found: f64,
}

impl GoldenQuestions {
    /// The best questions of the length that is handed out: [`GOLDEN_QUESTIONS`], or all there are.
    #[must_use]
    pub fn golden(&self) -> Option<&GoldenLength> {
        self.lengths.get(GOLDEN_QUESTIONS - 1).or(self.lengths.last())
    }

    /// What so few questions reach, in a plain sentence with the elements' names; `None` without questions.
    #[must_use]
    pub fn sentence(&self, catalogue: &Catalogue) -> Option<String> {
        let golden = self.golden()?;
        let names: Vec<&str> = golden.questions.iter().map(|e| catalogue.element(*e).name()).collect();
        let hundred = |x: f64| format!("{:.0}", 100.0 * x);
        let signals = golden.with_signals.zip(self.signals_alone).map_or_else(String::new, |(with, alone)| {
            format!("; with what signals say, {} instead of {} without asking", hundred(with), hundred(alone))
        });
        Some(format!(
            "Asking {} questions ({}) finds the right segment for {} of 100 people, all {} questions for {}{signals} (people \
             simulated from the model).",
            golden.questions.len(),
            names.join(", "),
            hundred(golden.accuracy),
            self.all_questions,
            hundred(self.all_accuracy)
        ))
    }

    /// The numbers as they will be read back from a file.
    pub(crate) fn stored(mut self) -> Self {
        for length in &mut self.lengths {
            length.accuracy = stored(length.accuracy);
            length.with_signals = length.with_signals.map(stored);
        }
        self.all_accuracy = stored(self.all_accuracy);
        self.all_with_signals = self.all_with_signals.map(stored);
        self.signals_alone = self.signals_alone.map(stored);
        self.check = self.check.map(|c| GoldenCheck { claimed: stored(c.claimed), found: stored(c.found), ..c });
        self
    }
}

impl GoldenCheck {
    /// How far the model's own expectation holds among respondents, in a plain sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        format!(
            "Of {} respondents who were asked at least two of these questions the model expects to type {:.0} of 100 right \
             by them alone; held against all that is known of them, it types {:.0} right.",
            self.respondents,
            100.0 * self.claimed,
            100.0 * self.found
        )
    }
}

/// The search for the best questions of each length.
pub(crate) struct QuestionSearch<'a> {
    source: Source<'a>,
    people: People,
}

impl<'a> QuestionSearch<'a> {
    pub(crate) fn new(source: Source<'a>, seed: u64) -> Self {
        Self { people: People::draw(&source, CHOOSING, mixed_seed(seed, 1)), source }
    }

    /// Sets of questions (places among the columns), the best found of each length from 1 to [`MOST_GOLDEN`].
    ///
    /// METHOD: greedy forward selection, after each step swaps of one question for another until none gains: the usual
    /// remedy against a first choice that a later one made superfluous. Judged by the mean probability of the right segment
    /// over the same people throughout.
    pub(crate) fn sets(&self) -> Vec<Vec<usize>> {
        let all = self.source.columns.len();
        let mut sets: Vec<Vec<usize>> = Vec::new();
        let mut set: Vec<usize> = Vec::new();
        while set.len() < MOST_GOLDEN.min(all) {
            let candidates: Vec<Vec<usize>> = others(&set, all).map(|new| [&set[..], &[new]].concat()).collect();
            set = self.best(candidates).0;
            for _ in 0..SWAP_ROUNDS {
                let gone = |at: usize| {
                    let rest: Vec<usize> = set.iter().copied().filter(|q| *q != set[at]).collect();
                    others(&set, all).map(move |new| [&rest[..], &[new]].concat()).collect::<Vec<_>>()
                };
                let swaps: Vec<Vec<usize>> = (0..set.len()).flat_map(gone).collect();
                if swaps.is_empty() {
                    break;
                }
                let (swapped, gain) = self.best(swaps);
                if gain <= self.worth(&set) + LEAST_GAIN {
                    break;
                }
                set = swapped;
            }
            sets.push(self.ordered(&set));
        }
        sets
    }

    /// The figures of `sets` and of the whole questionnaire, on other people than they were chosen on.
    pub(crate) fn judged(&self, sets: Vec<Vec<usize>>, seed: u64) -> GoldenQuestions {
        let people = People::draw(&self.source, JUDGING, mixed_seed(seed, 2));
        let all: Vec<usize> = (0..self.source.columns.len()).collect();
        let figures = |set: &[usize]| {
            let linear = self.linear(set);
            let with = people.have_signals().then(|| people.accuracy(&linear, set, true));
            (people.accuracy(&linear, set, false), with)
        };
        let lengths: Vec<GoldenLength> = sets
            .into_par_iter()
            .map(|set| {
                let (accuracy, with_signals) = figures(&set);
                GoldenLength { questions: self.elements(&set), accuracy, with_signals }
            })
            .collect();
        let (all_accuracy, all_with_signals) = figures(&all);
        GoldenQuestions {
            lengths,
            all_questions: all.len(),
            all_accuracy,
            all_with_signals,
            signals_alone: people.have_signals().then(|| people.accuracy(&self.linear(&[]), &[], true)),
            people: people.len() as u64,
            check: None,
        }
    }

    fn elements(&self, set: &[usize]) -> Vec<ElementId> {
        let element = |q: &usize| ElementId::from_index(self.source.columns[*q] % valueseg_catalogue::N_ELEMENTS);
        set.iter().filter_map(element).collect()
    }

    fn linear(&self, set: &[usize]) -> LinearScores {
        let columns: Vec<usize> = set.iter().map(|q| self.source.columns[*q]).collect();
        LinearScores::of(self.source.measurement, &columns)
    }

    fn worth(&self, set: &[usize]) -> f64 {
        self.people.mean_probability(&self.linear(set), set)
    }

    /// The best of several sets, the first among equals, and its worth.
    fn best(&self, sets: Vec<Vec<usize>>) -> (Vec<usize>, f64) {
        let worths: Vec<f64> = sets.par_iter().map(|set| self.worth(set)).collect();
        let best = (1..sets.len()).fold(0, |best, at| if worths[at] > worths[best] { at } else { best });
        (sets[best].clone(), worths[best])
    }

    /// The set in the order to ask: each question the best beside those before it.
    fn ordered(&self, set: &[usize]) -> Vec<usize> {
        let mut order: Vec<usize> = Vec::with_capacity(set.len());
        while order.len() < set.len() {
            let left = set.iter().filter(|q| !order.contains(q));
            order = self.best(left.map(|new| [&order[..], &[*new]].concat()).collect()).0;
        }
        order
    }
}

/// Places below `all` that are not in `set`.
fn others(set: &[usize], all: usize) -> impl Iterator<Item = usize> {
    (0..all).filter(|q| !set.contains(q))
}

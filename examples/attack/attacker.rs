//! Somebody who knows every row but one person's, and everything that is published.

use valueseg::model::segment::NOISE;

use super::company::{ASKED, Person, Told};

/// Posterior from which an answer counts as recovered.
const SURE: f64 = 0.95;

/// Answers that can be given.
const STEPS: usize = 11;

/// An amount counts as found if it is right to one part in a hundred.
const AMOUNT_WITHIN: f64 = 0.01;

/// What an attack came to.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Tally {
    /// Answers tried.
    pub(crate) tried: usize,
    /// Answers that the attacker is sure of: all others are ruled out, or nearly so.
    pub(crate) claimed: usize,
    /// Those of them that are right.
    pub(crate) recovered: usize,
    /// Answers that plain subtraction gives, rounded.
    pub(crate) subtracted: usize,
    /// Amounts tried.
    pub(crate) amounts: usize,
    /// Amounts that plain subtraction gives.
    pub(crate) amounts_found: usize,
}

/// A published mean and everything but one answer of it.
#[derive(Clone, Debug)]
struct Equation {
    /// Customers behind the mean.
    n: f64,
    /// Mean published, times n, minus all other answers.
    rest: f64,
    /// The mean is neither noised nor rounded.
    exact: bool,
    /// Shares of the segments: figures of everybody are sums of theirs, each with noise of its own.
    shares: Vec<f64>,
}

/// A night as it is seen: who was in it, and what was told.
pub(crate) type Seen<'a> = (&'a [Person], &'a Told);

/// The group that is attacked. Figures of segments count everybody by probability, of which the attacker knows all but one;
/// everybody scored counts as one here, so subtraction has nothing to guess.
const EVERYONE: &str = "ALL";

/// The other people of a night.
fn others<'a>(person: &'a Person, (people, _): Seen<'a>) -> Vec<&'a Person> {
    people.iter().filter(|other| other.id != person.id).collect()
}

/// What a published mean says of an answer; `None` = it is withheld.
fn equation(item: usize, others: &[&Person], told: &Told) -> Option<Equation> {
    let mean = told.importance.get(&(EVERYONE.to_owned(), ASKED[item].to_owned()))?;
    let n = others.len() as f64 + 1.0;
    let known: f64 = others.iter().map(|other| f64::from(other.answers[item])).sum();
    Some(Equation { n, rest: mean * n - known, exact: told.exact, shares: told.shares() })
}

/// One night: everybody else is known. `then` is the night as it was, where the person is erased since.
pub(crate) fn one_night(people: &[&Person], then: Seen<'_>, published: &Told) -> Tally {
    let mut tally = Tally::default();
    for person in people {
        let others = others(person, then);
        for item in 0..ASKED.len() {
            let Some(equation) = equation(item, &others, published) else { continue };
            let rest = equation.rest;
            tally.try_answer(person.answers[item], &[equation], rest);
        }
        if let Some(mean) = published.value.get(EVERYONE) {
            let known: f64 = others.iter().map(|other| other.value).sum();
            tally.try_amount(person.value, mean * (others.len() + 1) as f64 - known);
        }
    }
    tally
}

/// Two nights, of which only the second has the person: what the sum grew by.
pub(crate) fn joined(person: &Person, before: Seen<'_>, after: Seen<'_>) -> Tally {
    let mut tally = Tally::default();
    let now = others(person, after);
    let earlier: Vec<&Person> = before.0.iter().collect();
    for item in 0..ASKED.len() {
        let key = (EVERYONE.to_owned(), ASKED[item].to_owned());
        let (Some(new), Some(old)) = (after.1.importance.get(&key), before.1.importance.get(&key)) else { continue };
        let Some(equation) = equation(item, &now, after.1) else { continue };
        let changed = known_change(&now, &earlier, |other| f64::from(other.answers[item]));
        let grown = new * (now.len() + 1) as f64 - old * earlier.len() as f64 - changed;
        tally.try_answer(person.answers[item], &[equation], grown);
    }
    if let (Some(new), Some(old)) = (after.1.value.get(EVERYONE), before.1.value.get(EVERYONE)) {
        let changed = known_change(&now, &earlier, |other| other.value);
        tally.try_amount(person.value, new * (now.len() + 1) as f64 - old * earlier.len() as f64 - changed);
    }
    tally
}

/// What others who came or left added.
fn known_change(now: &[&Person], earlier: &[&Person], of: impl Fn(&Person) -> f64) -> f64 {
    now.iter().map(|person| of(person)).sum::<f64>() - earlier.iter().map(|person| of(person)).sum::<f64>()
}

/// Many nights, the person in all of them: all equations together.
pub(crate) fn many_nights(person: &Person, nights: &[Seen<'_>]) -> Tally {
    let mut tally = Tally::default();
    for item in 0..ASKED.len() {
        let equations: Vec<Equation> =
            nights.iter().filter_map(|night| equation(item, &others(person, *night), night.1)).collect();
        let mean = equations.iter().map(|equation| equation.rest).sum::<f64>() / equations.len() as f64;
        tally.try_answer(person.answers[item], &equations, mean);
    }
    let amounts: Vec<f64> = nights
        .iter()
        .filter_map(|night| {
            let others = others(person, *night);
            let known: f64 = others.iter().map(|other| other.value).sum();
            Some(night.1.value.get(EVERYONE)? * (others.len() + 1) as f64 - known)
        })
        .collect();
    tally.try_amount(person.value, amounts.iter().sum::<f64>() / amounts.len() as f64);
    tally
}

impl Tally {
    fn try_answer(&mut self, truth: u8, equations: &[Equation], guess: f64) {
        self.tried += 1;
        self.subtracted += usize::from(guess.round() == f64::from(truth));
        let posterior = posterior(equations);
        self.claimed += usize::from(posterior.iter().any(|one| *one > SURE));
        self.recovered += usize::from(posterior[usize::from(truth)] > SURE);
    }

    fn try_amount(&mut self, truth: f64, guess: f64) {
        self.amounts += 1;
        self.amounts_found += usize::from((guess / truth - 1.0).abs() < AMOUNT_WITHIN);
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.tried += other.tried;
        self.claimed += other.claimed;
        self.recovered += other.recovered;
        self.subtracted += other.subtracted;
        self.amounts += other.amounts;
        self.amounts_found += other.amounts_found;
    }
}

/// How likely each answer is, all being alike before. The attacker knows how noise and rounding work, and not the key.
fn posterior(equations: &[Equation]) -> [f64; STEPS] {
    let nights = equations.len() as f64;
    let rest = equations.iter().map(|equation| equation.rest).sum::<f64>() / nights;
    let variance = mean_variance(equations);
    let log = |answer: usize| {
        let off = |equation: &Equation| (equation.rest - answer as f64).abs();
        if equations.iter().any(|equation| equation.exact && off(equation) >= 0.5) {
            f64::NEG_INFINITY
        } else if equations.iter().all(|equation| equation.exact) {
            0.0
        } else {
            -(rest - answer as f64).powi(2) / (2.0 * variance)
        }
    };
    let logs: [f64; STEPS] = std::array::from_fn(log);
    let most = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if most == f64::NEG_INFINITY {
        return [1.0 / STEPS as f64; STEPS];
    }
    let likely = logs.map(|log| (log - most).exp());
    let sum: f64 = likely.iter().sum();
    likely.map(|one| one / sum)
}

/// Variance of the mean of what nights leave: noise of spread [`NOISE`] answers from end to end on each segment, and rounding
/// to a hundredth.
///
/// A segment keeps its noise until somebody joins it: with one joiner a night and share `s`, it is the same `h` nights later
/// with chance `(1 − s)^h`. So nights are no independent witnesses.
fn mean_variance(equations: &[Equation]) -> f64 {
    let nights = equations.len();
    let (mut noise, mut rounding) = (0.0, 0.0);
    for (night, equation) in equations.iter().enumerate() {
        rounding += (0.01 * equation.n).powi(2) / 12.0;
        for share in &equation.shares {
            let kept = (0..nights).map(|other| (1.0 - share).powi(night.abs_diff(other) as i32)).sum::<f64>();
            noise += (NOISE * (STEPS - 1) as f64).powi(2) * kept;
        }
    }
    (noise + rounding) / (nights * nights) as f64
}

//! The weights of a mention's traits, learned from labeled sentences, and how well the probabilities hold.

use std::error::Error;
use std::fmt::Write as _;

use linfa::DatasetBase;
use linfa::traits::Fit;
use linfa_logistic::LogisticRegression;
use ndarray::{Array1, Array2};
use valueseg::catalogue::lexicon::MENTION_TRAITS;
use valueseg::model::customer::listening::Listener;

use crate::labels::Labeled;

/// Parts whose sentences were looked at anyway while the lexicon was written.
const LEARNED_FROM: [&str; 4] = ["build", "held", "second", "invented"];
/// Part whose sentences nobody looked at.
const SCALED_ON: &str = "unseen";
/// Of the first so many traits each mention has exactly one.
const ALWAYS_ONE_OF: usize = 5;
/// Ridge penalty: a trait that few mentions have keeps a small weight.
const PENALTY: f64 = 1.0;
/// Edges of the classes of probability in the table.
const EDGES: [f64; 5] = [0.5, 0.6, 0.7, 0.8, 0.9];

/// Traits of each mention that was overheard, its probability, and whether the label agrees that its element is spoken of.
fn overheard(listener: &Listener, sentences: &[&Labeled]) -> Vec<(u16, f64, bool)> {
    let mut all = Vec::new();
    for sentence in sentences {
        for mention in &listener.overhear(&sentence.text) {
            if sentence.bytes.contains(&mention.span.start) {
                let right = sentence.says.contains_key(&mention.element);
                all.push((mention.traits, f64::from(mention.probability), right));
            }
        }
    }
    all
}

/// Log odds of "right" each column adds, and their intercept: `min Σ log loss + ½ · penalty · Σ w²`.
fn regression(
    columns: Array2<f64>,
    right: &[bool],
    penalty: f64,
    intercept: bool,
) -> Result<(f64, Vec<f64>), Box<dyn Error>> {
    let said: Array1<&str> = right.iter().map(|right| if *right { "right" } else { "wrong" }).collect();
    let model = LogisticRegression::default()
        .alpha(penalty)
        .with_intercept(intercept)
        .max_iterations(1000)
        .fit(&DatasetBase::new(columns, said))?;
    let sign = if model.labels().pos.class == "right" { 1.0 } else { -1.0 };
    Ok((sign * model.intercept(), model.params().iter().map(|weight| sign * weight).collect()))
}

/// `[likelihood]` as it would stand in a lexicon. Weights `w` without an intercept, since one of the first five traits is
/// always there, are learned from what was looked at; `a + b·Σw` is then fitted on the part that was not (Platt 1999),
/// because a lexicon does best on the sentences it was written from. `b·w` is told, `a` added to each of the five.
pub(crate) fn weights(listener: &Listener, all: &[Labeled]) -> Result<String, Box<dyn Error>> {
    let of = |parts: &[&str]| {
        let sentences: Vec<&Labeled> = all.iter().filter(|one| parts.contains(&one.part.as_str())).collect();
        overheard(listener, &sentences)
    };
    let rows = |mentions: &[(u16, f64, bool)]| {
        Array2::from_shape_fn((mentions.len(), MENTION_TRAITS.len()), |(row, bit)| {
            f64::from(mentions[row].0 >> bit & 1)
        })
    };
    let right = |mentions: &[(u16, f64, bool)]| mentions.iter().map(|(_, _, right)| *right).collect::<Vec<bool>>();
    let (learned, scaled) = (of(&LEARNED_FROM), of(&[SCALED_ON]));
    let (_, weights) = regression(rows(&learned), &right(&learned), PENALTY, false)?;
    let sums = rows(&scaled).dot(&Array1::from(weights.clone())).insert_axis(ndarray::Axis(1));
    let (a, b) = regression(sums, &right(&scaled), 0.0, true)?;
    let slope = b[0];
    let mut text =
        format!("[likelihood]  # {} mentions, scaled on {}: {a:.2} + {slope:.2}·sum\n", learned.len(), scaled.len());
    for (bit, (which, weight)) in MENTION_TRAITS.iter().zip(&weights).enumerate() {
        let with = learned.iter().filter(|(traits, _, _)| traits >> bit & 1 == 1).count();
        let told = slope * weight + if bit < ALWAYS_ONE_OF { a } else { 0.0 };
        let _ = writeln!(text, "{} = {told:.2}  # {with}", which.name());
    }
    Ok(text)
}

/// Mean probability beside the share that is right, by class of probability, of one part.
pub(crate) fn calibration(listener: &Listener, sentences: &[&Labeled]) -> String {
    let mentions = overheard(listener, sentences);
    let mut text = String::from("probability   mentions   mean   right\n");
    for (low, high) in [0.0].into_iter().chain(EDGES).zip(EDGES.into_iter().chain([1.0])) {
        let of: Vec<_> = mentions.iter().filter(|(_, p, _)| (low..high).contains(p)).collect();
        if of.is_empty() {
            continue;
        }
        let n = of.len() as f64;
        let mean = of.iter().map(|(_, p, _)| p).sum::<f64>() / n;
        let right = of.iter().filter(|(_, _, right)| *right).count() as f64 / n;
        let _ = writeln!(text, "{low:.1} to {high:.1} {:10} {mean:8.2} {right:7.2}", of.len());
    }
    text
}

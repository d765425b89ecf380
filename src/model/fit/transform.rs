//! From raw signals to what the model reads.

use serde::{Deserialize, Serialize};

use valueseg_catalogue::Transform;
use valueseg_stats::normal_scores::{NormalScores, SCORE_LANES};

/// How one signal enters the model.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct SignalLine {
    /// Read as happened or not.
    pub(crate) flag: bool,
    /// The line to normal scores; `None` = the signal did not vary when the model was made and is not read.
    pub(crate) line: Option<NormalScores>,
}

impl SignalLine {
    /// Learns the line from the values of those who have one, with their weights.
    pub(crate) fn learn(transform: Transform, values: &[f64], weights: &[f64]) -> Self {
        let flag = transform == Transform::Flag;
        let read: Vec<f64> = values.iter().map(|v| as_read(flag, *v)).collect();
        Self { flag, line: NormalScores::learn(&read, weights).and_then(|line| rounded(&line)) }
    }

    /// Scores of several raw values where `known`; 0 elsewhere and for a signal that is not read.
    #[inline]
    pub(crate) fn score_lanes(&self, raw: &[f64; SCORE_LANES], known: &[bool; SCORE_LANES]) -> [f32; SCORE_LANES] {
        let Some(line) = &self.line else { return [0.0; SCORE_LANES] };
        let mut scores =
            if self.flag { line.score_lanes(&raw.map(|x| as_read(true, x))) } else { line.score_lanes(raw) };
        for (score, known) in scores.iter_mut().zip(known) {
            *score = if *known { *score } else { 0.0 };
        }
        scores
    }
}

fn as_read(flag: bool, raw: f64) -> f64 {
    if flag { f64::from(u8::from(raw > 0.0)) } else { raw }
}

/// The line as it will be read back from a file, its knots being no single customer's values.
fn rounded(line: &NormalScores) -> Option<NormalScores> {
    let knots = super::stored::nobodys(line.knots());
    let scores: Vec<f64> = line.scores().iter().map(|x| super::stored::stored(*x)).collect();
    // Knots closer than the digits kept fall together; the first of them stays.
    let mut pairs: Vec<(f64, f64)> = Vec::with_capacity(knots.len());
    for (knot, score) in knots.into_iter().zip(scores) {
        if pairs.last().is_none_or(|last| knot > last.0) {
            pairs.push((knot, score));
        }
    }
    let (knots, scores) = pairs.into_iter().unzip();
    NormalScores::from_knots(knots, scores)
}

/// A [`SignalLine`] as written to the model file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignalLineFile {
    flag: bool,
    knots: Vec<f64>,
    scores: Vec<f64>,
}

impl From<&SignalLine> for SignalLineFile {
    fn from(line: &SignalLine) -> Self {
        let (knots, scores) = match &line.line {
            Some(line) => (line.knots().to_vec(), line.scores().to_vec()),
            None => (Vec::new(), Vec::new()),
        };
        Self { flag: line.flag, knots, scores }
    }
}

impl SignalLineFile {
    /// Back to a line; `None` if the knots make none.
    pub(crate) fn read(self) -> Option<SignalLine> {
        if self.knots.is_empty() && self.scores.is_empty() {
            return Some(SignalLine { flag: self.flag, line: None });
        }
        let line = NormalScores::from_knots(self.knots, self.scores)?;
        Some(SignalLine { flag: self.flag, line: Some(line) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scores of up to 16 raw values.
    fn scores(line: &SignalLine, raw: &[f64]) -> Vec<f32> {
        let (mut lanes, mut known) = ([0.0; SCORE_LANES], [false; SCORE_LANES]);
        lanes[..raw.len()].copy_from_slice(raw);
        known[..raw.len()].iter_mut().zip(raw).for_each(|(known, x)| *known = x.is_finite());
        line.score_lanes(&lanes, &known)[..raw.len()].to_vec()
    }

    #[test]
    fn a_flag_asks_only_whether_it_happened() {
        let values = [0.0, 0.0, 0.0, 5.0, 1.0, 40.0];
        let line = SignalLine::learn(Transform::Flag, &values, &[1.0; 6]);
        let told = scores(&line, &[1.0, 1e6, 0.0]);
        assert_eq!(told[0], told[1]);
        assert!((told[2] + 1.0).abs() < 1e-6);
    }

    #[test]
    fn a_signal_without_spread_and_a_value_that_is_no_number_say_nothing() {
        let constant = SignalLine::learn(Transform::NormalScore, &[3.0, 3.0], &[1.0, 1.0]);
        assert!(constant.line.is_none());
        assert_eq!(scores(&constant, &[3.0]), [0.0]);
        let line = SignalLine::learn(Transform::NormalScore, &[1.0, 2.0, 3.0], &[1.0; 3]);
        let told = scores(&line, &[f64::NAN, 3.0]);
        assert_eq!(told[0], 0.0);
        assert!(told[1] > 1.0);
    }

    #[test]
    fn a_line_survives_its_file_bit_by_bit() {
        let values: Vec<f64> = (0..500).map(|i| f64::from(i).sqrt() * 17.123_456_789).collect();
        let line = SignalLine::learn(Transform::NormalScore, &values, &[1.0; 500]);
        let text = serde_json::to_string(&SignalLineFile::from(&line)).unwrap();
        let back = serde_json::from_str::<SignalLineFile>(&text).unwrap().read().unwrap();
        assert_eq!(line, back);
    }
}

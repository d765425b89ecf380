//! Few different patterns of answers: then they are the segments, and nothing needs to be searched.

use std::collections::BTreeMap;

use ndarray::Array1;

use super::super::evidence::ratings::Evidence;
use super::super::report::Candidate;
use super::super::settings::{DEFAULT_MAX_SEGMENTS, FitSettings, SegmentCount};
use super::Found;
use super::way::Way;
use valueseg_stats::mixture::one_hot;

/// How many times fewer the patterns must be than the answers given could be combined to. Our judgment: less, and few
/// patterns only say that few questions were asked.
const CRISP: usize = 4;

/// People with the same answers, or patterns joined because one was too rare.
#[derive(Clone, Debug)]
struct Group {
    patterns: Vec<usize>,
    rows: usize,
    weight: f64,
    center: Array1<f64>,
}

/// The partition by patterns of answers, where there are at most twelve and far fewer than chance would make; `None` = the
/// answers have to be searched.
///
/// METHOD (our judgment): a pattern given by hundreds of people word for word is a group in the plainest sense. Resampling
/// would find it again every time, and a mixture has no variance within it to work with. Patterns too rare for `min_share`
/// or `min_respondents` are joined to the nearest (Ward's distance), and so are the nearest two while there are more than
/// the settings allow.
pub(in crate::fit) fn crisp(evidence: &Evidence, settings: &FitSettings) -> Option<Found> {
    let labels = labels(evidence)?;
    let n_patterns = labels.iter().max()? + 1;
    let groups = joined(groups(evidence, &labels, n_patterns), evidence, settings);
    let mut of_pattern = vec![0; n_patterns];
    for (at, group) in groups.iter().enumerate() {
        group.patterns.iter().for_each(|pattern| of_pattern[*pattern] = at);
    }
    let k = groups.len();
    let total = evidence.data.total_weight();
    let smallest = |of: fn(&Group) -> f64| groups.iter().map(of).fold(f64::INFINITY, f64::min);
    let chosen = Candidate {
        method: Way::Kmeans.method(),
        segments: k,
        rows: evidence.data.n_rows() as u64,
        // The same answers are found again in every sample.
        stability: (k > 1).then_some(1.0),
        jaccard: if k > 1 { vec![1.0; k] } else { Vec::new() },
        smallest_share: smallest(|group| group.weight) / total,
        smallest_respondents: smallest(|group| group.rows as f64),
        chosen: true,
        ..Candidate::default()
    };
    let places: Vec<usize> = labels.iter().map(|pattern| of_pattern[*pattern]).collect();
    Some(Found {
        way: Way::Kmeans,
        given: one_hot(&places, k),
        stability: chosen.stability,
        jaccard: chosen.jaccard.clone(),
        candidates: vec![chosen],
        choice: sentence(n_patterns, k, settings),
        null: None,
        held: Vec::new(),
        patterns: Some(n_patterns as u64),
    })
}

/// What a reader must know.
fn sentence(patterns: usize, segments: usize, settings: &FitSettings) -> String {
    let given = format!("Only {patterns} different patterns of answers were given");
    let asked = match settings.segments {
        SegmentCount::Exactly(k) if k > segments => format!("; {k} segments were asked for, but there are no more"),
        SegmentCount::Range { from, .. } if from > segments => {
            format!("; {from} segments or more were asked for, but there are no more")
        }
        _ => String::new(),
    };
    match segments {
        1 => format!("{given}, all but one by too few people to be a segment: everybody is one group{asked}."),
        k if k == patterns => format!("{given}: each is a segment{asked}."),
        k => format!("{given}; like ones were joined to {k} segments{asked}."),
    }
}

/// The pattern of each row, numbered as they are met; `None` where there are too many to be patterns.
fn labels(evidence: &Evidence) -> Option<Vec<usize>> {
    let (values, present) = (evidence.data.values(), evidence.data.present());
    let cell = |row: usize, c: usize| present[(row, c)].then(|| values[(row, c)].to_bits());
    let mut seen: BTreeMap<Vec<Option<u64>>, usize> = BTreeMap::new();
    let mut labels = Vec::with_capacity(values.nrows());
    for row in 0..values.nrows() {
        let pattern: Vec<Option<u64>> = (0..evidence.ratings).map(|c| cell(row, c)).collect();
        let next = seen.len();
        labels.push(*seen.entry(pattern).or_insert(next));
        if seen.len() > DEFAULT_MAX_SEGMENTS {
            return None;
        }
    }
    let kinds = |c: usize| {
        let mut kinds: Vec<Option<u64>> = seen.keys().map(|pattern| pattern[c]).collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds.len()
    };
    let possible = (0..evidence.ratings).fold(1usize, |all, c| all.saturating_mul(kinds(c)));
    (seen.len() > 1 && possible >= CRISP * seen.len()).then_some(labels)
}

fn groups(evidence: &Evidence, labels: &[usize], n: usize) -> Vec<Group> {
    let (values, present, weights) = (evidence.data.values(), evidence.data.present(), evidence.data.weights());
    let mut groups: Vec<Group> = (0..n)
        .map(|at| Group { patterns: vec![at], rows: 0, weight: 0.0, center: Array1::zeros(evidence.ratings) })
        .collect();
    for (row, label) in labels.iter().enumerate() {
        let group = &mut groups[*label];
        if group.rows == 0 {
            // An absent answer stands at the mean of all, which is 0.
            group.center =
                (0..evidence.ratings).map(|c| if present[(row, c)] { values[(row, c)] } else { 0.0 }).collect();
        }
        group.rows += 1;
        group.weight += weights[row];
    }
    groups
}

/// Ward's distance: what joining two groups adds to the squared distances within.
fn ward(a: &Group, b: &Group) -> f64 {
    let squares: f64 = (&a.center - &b.center).mapv(|d| d * d).sum();
    squares * a.weight * b.weight / (a.weight + b.weight).max(f64::MIN_POSITIVE)
}

fn joined(mut groups: Vec<Group>, evidence: &Evidence, settings: &FitSettings) -> Vec<Group> {
    let (most, pinned) = match settings.segments {
        SegmentCount::Auto => (DEFAULT_MAX_SEGMENTS, false),
        SegmentCount::Exactly(k) => (k, true),
        SegmentCount::Range { to, .. } => (to, false),
    };
    let total = evidence.data.total_weight();
    let thin =
        |group: &Group| !pinned && (group.weight < settings.min_share * total || group.rows < settings.min_respondents);
    while groups.len() > 1 {
        let small = (0..groups.len())
            .filter(|at| thin(&groups[*at]))
            .reduce(|best, next| if groups[next].weight < groups[best].weight { next } else { best });
        let pairs = |first: usize| (0..groups.len()).filter(move |b| *b != first).map(move |b| (first, b));
        let nearest = |all: Vec<(usize, usize)>| {
            let distance = |(a, b): (usize, usize)| ward(&groups[a], &groups[b]);
            all.into_iter().reduce(|best, next| if distance(next) < distance(best) { next } else { best })
        };
        let pair = match small {
            Some(at) => nearest(pairs(at).collect()),
            None if groups.len() > most => nearest((0..groups.len()).flat_map(pairs).filter(|(a, b)| a < b).collect()),
            None => None,
        };
        let Some((a, b)) = pair else { break };
        let taken = groups.remove(a.max(b));
        let kept = &mut groups[a.min(b)];
        let weight = kept.weight + taken.weight;
        kept.center = (&kept.center * kept.weight + &taken.center * taken.weight) / weight.max(f64::MIN_POSITIVE);
        kept.weight = weight;
        kept.rows += taken.rows;
        kept.patterns.extend(taken.patterns);
    }
    groups
}

#[cfg(test)]
mod tests {
    use ndarray::Array2;

    use super::super::super::evidence::outcome::Outcomes;
    use super::*;
    use valueseg_stats::observed::Observed;

    /// So many people for each pattern, over six questions.
    fn evidence(patterns: &[([f64; 6], usize)]) -> Evidence {
        let rows: Vec<[f64; 6]> = patterns.iter().flat_map(|(answers, n)| vec![*answers; *n]).collect();
        let n = rows.len();
        let data = Observed::complete(Array2::from_shape_fn((n, 6), |(i, c)| rows[i][c])).expect("finite");
        Evidence { data, ratings: 6, predicted: 0.0, rows: (0..n).collect(), outcomes: Outcomes::default() }
    }

    const A: [f64; 6] = [1.0, 1.0, 1.0, -1.0, -1.0, -1.0];
    const B: [f64; 6] = [-1.0, -1.0, -1.0, 1.0, 1.0, 1.0];
    const C: [f64; 6] = [1.0, 1.0, 1.0, -1.0, 1.0, 1.0];

    fn sizes(found: &Found) -> Vec<f64> {
        found.given.columns().into_iter().map(|column| column.sum()).collect()
    }

    #[test]
    fn three_patterns_of_enough_people_are_three_segments() {
        let found = crisp(&evidence(&[(A, 100), (B, 120), (C, 140)]), &FitSettings::default()).expect("crisp");
        assert_eq!(sizes(&found), [100.0, 120.0, 140.0]);
        assert_eq!(found.choice, "Only 3 different patterns of answers were given: each is a segment.");
    }

    #[test]
    fn more_segments_than_patterns_are_not_made_up() {
        let settings = FitSettings { segments: SegmentCount::Exactly(6), ..FitSettings::default() };
        let found = crisp(&evidence(&[(A, 30), (B, 30), (C, 30)]), &settings).expect("crisp");
        assert_eq!(sizes(&found), [30.0; 3]);
        assert!(found.choice.ends_with("6 segments were asked for, but there are no more."), "{}", found.choice);
    }

    #[test]
    fn a_rare_pattern_joins_the_one_it_differs_least_from() {
        // C differs from A in two answers, from B in four.
        let found = crisp(&evidence(&[(A, 150), (B, 150), (C, 20)]), &FitSettings::default()).expect("crisp");
        assert_eq!(sizes(&found), [170.0, 150.0]);
        let one = crisp(&evidence(&[(A, 150), (B, 20)]), &FitSettings::default()).expect("crisp");
        assert_eq!(sizes(&one), [170.0]);
        assert!(one.choice.contains("everybody is one group"), "{}", one.choice);
    }

    #[test]
    fn few_patterns_of_few_questions_are_no_segments() {
        // One question that varies gives two patterns whatever people want.
        let mut other = A;
        other[0] = -1.0;
        assert!(crisp(&evidence(&[(A, 200), (other, 200)]), &FitSettings::default()).is_none());
        assert!(crisp(&evidence(&[(A, 400)]), &FitSettings::default()).is_none());
    }
}

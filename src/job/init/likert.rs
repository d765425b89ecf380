//! The scale answers were given on, from the answers themselves: numbers, words, and numbers with words.

use std::collections::BTreeMap;

use super::shape::{Numbers, Shape};
use crate::tables::spec::Answer;

/// How the answers of a column are read.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Answers {
    /// Worst and best answer.
    pub(super) scale: [f64; 2],
    /// Codes and words that mean "does not apply" or "no answer".
    pub(super) not_applicable: Vec<Answer>,
    /// What words are worth.
    pub(super) values: BTreeMap<String, f64>,
    /// Another scale that fits as well.
    pub(super) or: Option<[f64; 2]>,
}

/// Words that are no answer.
const NO_ANSWER: [&str; 26] = [
    "n/a",
    "na",
    "not applicable",
    "does not apply",
    "dont know",
    "do not know",
    "no opinion",
    "no answer",
    "prefer not to say",
    "not used",
    "not sure",
    "unsure",
    "unknown",
    "no experience",
    "refused",
    "undecided",
    "keine angabe",
    "weiß nicht",
    "offered",
    "unoffered",
    "no response",
    "not asked",
    "skipped",
    "dont know/no opinion",
    "cant say",
    "didnt use",
];

/// Words in order from worst to best, each family with its first value. Where several families hold all the words, the first does.
const FAMILIES: [(f64, &[&str]); 33] = [
    (1.0, &["strongly disagree", "disagree", "neutral", "agree", "strongly agree"]),
    (1.0, &["strongly disagree", "disagree", "neither agree nor disagree", "agree", "strongly agree"]),
    (1.0, &["completely disagree", "disagree", "neither agree nor disagree", "agree", "completely agree"]),
    (
        1.0,
        &["strongly disagree", "somewhat disagree", "neither agree nor disagree", "somewhat agree", "strongly agree"],
    ),
    (
        1.0,
        &["strongly disagree", "disagree", "somewhat disagree", "neutral", "somewhat agree", "agree", "strongly agree"],
    ),
    (
        1.0,
        &[
            "strongly disagree",
            "disagree",
            "somewhat disagree",
            "neither agree nor disagree",
            "somewhat agree",
            "agree",
            "strongly agree",
        ],
    ),
    (
        1.0,
        &[
            "strongly disagree",
            "disagree",
            "slightly disagree",
            "neither agree nor disagree",
            "slightly agree",
            "agree",
            "strongly agree",
        ],
    ),
    (1.0, &["very dissatisfied", "dissatisfied", "neutral", "satisfied", "very satisfied"]),
    (1.0, &["very dissatisfied", "dissatisfied", "neither satisfied nor dissatisfied", "satisfied", "very satisfied"]),
    (
        1.0,
        &[
            "very dissatisfied",
            "somewhat dissatisfied",
            "neither satisfied nor dissatisfied",
            "somewhat satisfied",
            "very satisfied",
        ],
    ),
    (
        1.0,
        &[
            "extremely dissatisfied",
            "somewhat dissatisfied",
            "neither satisfied nor dissatisfied",
            "somewhat satisfied",
            "extremely satisfied",
        ],
    ),
    (1.0, &["very unsatisfied", "unsatisfied", "neutral", "satisfied", "very satisfied"]),
    (
        1.0,
        &[
            "not at all satisfied",
            "slightly satisfied",
            "moderately satisfied",
            "very satisfied",
            "extremely satisfied",
        ],
    ),
    (0.0, &["neutral or dissatisfied", "satisfied"]),
    (0.0, &["dissatisfied", "satisfied"]),
    (0.0, &["unsatisfied", "satisfied"]),
    (0.0, &["bad", "good"]),
    (
        1.0,
        &[
            "not at all important",
            "slightly important",
            "moderately important",
            "very important",
            "extremely important",
        ],
    ),
    (1.0, &["not important", "slightly important", "moderately important", "important", "very important"]),
    (1.0, &["not important at all", "not so important", "somewhat important", "very important", "extremely important"]),
    (1.0, &["very unimportant", "unimportant", "neutral", "important", "very important"]),
    (1.0, &["very unlikely", "unlikely", "neutral", "likely", "very likely"]),
    (1.0, &["very unlikely", "unlikely", "neither likely nor unlikely", "likely", "very likely"]),
    (1.0, &["never", "rarely", "sometimes", "often", "always"]),
    (1.0, &["very poor", "poor", "average", "good", "very good"]),
    (1.0, &["very poor", "poor", "fair", "good", "excellent"]),
    (1.0, &["poor", "fair", "good", "very good", "excellent"]),
    (1.0, &["very bad", "bad", "neutral", "good", "very good"]),
    (1.0, &["very poorly", "poorly", "neither well nor poorly", "well", "very well"]),
    (1.0, &["not well at all", "slightly well", "moderately well", "very well", "extremely well"]),
    (1.0, &["terrible", "poor", "average", "very good", "excellent"]),
    (1.0, &["low", "medium", "high", "very high"]),
    (0.0, &["no", "yes"]),
];

/// Most strays: numbers on no scale that are no codes either. Our judgment; a night holds more against a scale.
const STRAYS: f64 = 0.02;

/// Most of the answers a single code may be.
const CODE: f64 = 0.5;

/// Codes of survey programs for "no answer", whatever the scale.
const CODES: [f64; 24] = [
    66.0, 77.0, 88.0, 95.0, 96.0, 97.0, 98.0, 99.0, 777.0, 888.0, 998.0, 999.0, 9999.0, -1.0, -2.0, -7.0, -8.0, -9.0,
    -66.0, -77.0, -88.0, -97.0, -98.0, -99.0,
];

/// How the answers of a column are read; `None` = they are on no scale that is known.
pub(super) fn answers(shape: &Shape) -> Option<Answers> {
    match &shape.numbers {
        Some(numbers) if numbers.share >= 0.97 => of_numbers(numbers),
        // What stands among the numbers cannot be read; a night counts it.
        Some(numbers) => of_words(shape).or_else(|| of_numbers(numbers)),
        None => of_words(shape),
    }
}

fn of_numbers(numbers: &Numbers) -> Option<Answers> {
    if numbers.counts.len() < 2 {
        return None;
    }
    let (scale, codes) =
        SCALES.iter().find_map(|scale| codes_on(*scale, &numbers.counts).map(|codes| (*scale, codes)))?;
    let all: usize = numbers.counts.iter().map(|(_, count)| count).sum();
    let on = |low: f64, high: f64| numbers.counts.iter().filter(move |(x, _)| low <= *x && *x <= high);
    let top = on(scale[0], scale[1]).map(|(x, _)| *x).fold(f64::MIN, f64::max);
    let bottom = on(scale[0], scale[1]).map(|(x, _)| *x).fold(f64::MAX, f64::min);
    let fits = on(scale[0], scale[1]).count();
    let (scale, or) = match scale {
        [1.0, 7.0] if top == 6.0 && all >= 30 => ([1.0, 6.0], Some([1.0, 7.0])),
        [1.0, 5.0] if top == 4.0 && fits == 4 && all >= 30 => ([1.0, 4.0], Some([1.0, 5.0])),
        [1.0, 5.0] if top == 3.0 && fits == 3 && all >= 30 => ([1.0, 3.0], Some([1.0, 5.0])),
        [0.0, 10.0] if bottom >= 1.0 && all >= 30 => ([1.0, 10.0], Some([0.0, 10.0])),
        [1.0, 5.0] if codes.contains(&0.0) => (scale, Some([0.0, 5.0])),
        _ => (scale, None),
    };
    let not_applicable = codes.into_iter().map(Answer::Number).collect();
    Some(Answers { scale, not_applicable, values: BTreeMap::new(), or })
}

/// Scales tried, the likeliest first.
const SCALES: [[f64; 2]; 12] = [
    [0.0, 1.0],
    [1.0, 5.0],
    [0.0, 5.0],
    [1.0, 7.0],
    [0.0, 10.0],
    [-1.0, 1.0],
    [-2.0, 2.0],
    [-3.0, 3.0],
    [-5.0, 5.0],
    [1.0, 11.0],
    [0.0, 100.0],
    [-100.0, 100.0],
];

/// Codes that stand beside the scale; `None` = the answers are not on it.
fn codes_on(scale: [f64; 2], counts: &[(f64, usize)]) -> Option<Vec<f64>> {
    let [low, high] = scale;
    let all: usize = counts.iter().map(|(_, count)| count).sum();
    let (mut codes, mut strays, mut on, mut steps) = (Vec::new(), 0, 0, 0);
    for (x, count) in counts {
        let share = *count as f64 / all as f64;
        // A few nines behind a scale of five; nought before one that starts at one.
        let near = high <= 7.0 && (*x == 9.0 && high <= 7.0 || *x == 8.0 && high <= 5.0);
        let nought = *x == 0.0 && low == 1.0 && high == 5.0 && share <= 0.15;
        if low <= *x && *x <= high {
            on += count;
            steps += 1;
        } else if share <= CODE && x.fract() == 0.0 && (CODES.contains(x) || near || nought) {
            codes.push(*x);
        } else {
            strays += count;
        }
    }
    let part = |unit: f64| {
        let fits = counts
            .iter()
            .filter(|(x, _)| (x * unit).round() == x * unit || ((x * unit).round() - x * unit).abs() < 1e-9);
        fits.map(|(_, count)| count).sum::<usize>() * 10 >= all * if unit > 1.0 { 9 } else { 7 }
    };
    // Stars come in halves, and scores in tenths.
    let whole = high - low > 20.0 || part(1.0) || high == 5.0 && part(2.0) || high == 10.0 && part(10.0);
    let enough = steps >= 2 && on as f64 >= 0.4 * all as f64;
    (enough && whole && strays as f64 <= STRAYS * all as f64).then_some(codes)
}

fn of_words(shape: &Shape) -> Option<Answers> {
    if shape.words.is_empty() || shape.words.len() > 40 {
        return None;
    }
    let mut not_applicable = Vec::new();
    let mut numbered: Vec<(String, f64, usize)> = Vec::new();
    let mut worded: Vec<(String, String, usize)> = Vec::new();
    for (word, count) in &shape.words {
        let clean = cleaned(word);
        if NO_ANSWER.contains(&clean.as_str()) {
            not_applicable.push(Answer::Text(word.clone()));
        } else if let Some(number) = number_in(word) {
            numbered.push((word.clone(), number, *count));
        } else {
            worded.push((word.clone(), clean, *count));
        }
    }
    if numbered.is_empty() {
        return of_family(&worded, not_applicable);
    }
    // Words beside numbers have no place among them unless a number stands in each.
    let left: usize = worded.iter().map(|(_, _, count)| count).sum();
    if left as f64 > STRAYS * shape.filled as f64 {
        return None;
    }
    let mut counts: Vec<(f64, usize)> = Vec::new();
    for (_, number, count) in &numbered {
        match counts.iter_mut().find(|(x, _)| x == number) {
            Some((_, n)) => *n += count,
            None => counts.push((*number, *count)),
        }
    }
    counts.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (low, high) = (counts.first()?.0, counts.last()?.0);
    let read = of_numbers(&Numbers { share: 1.0, low, high, whole: true, counts })?;
    let on = |x: f64| read.scale[0] <= x && x <= read.scale[1];
    let values = numbered.iter().filter(|(word, x, _)| on(*x) && word.parse::<f64>().is_err());
    let values = values.map(|(word, x, _)| (word.clone(), *x)).collect();
    let not_applicable = read.not_applicable.iter().cloned().chain(not_applicable).collect();
    Some(Answers { not_applicable, values, ..read })
}

fn of_family(worded: &[(String, String, usize)], not_applicable: Vec<Answer>) -> Option<Answers> {
    if worded.is_empty() {
        return None;
    }
    let holds = |family: &&(f64, &[&str])| worded.iter().all(|(_, clean, _)| family.1.contains(&clean.as_str()));
    let (first, family) = FAMILIES.iter().find(holds)?;
    let place = |clean: &str| family.iter().position(|word| *word == clean);
    let values: BTreeMap<String, f64> =
        worded.iter().filter_map(|(word, clean, _)| Some((word.clone(), first + place(clean)? as f64))).collect();
    let scale = [*first, first + (family.len() - 1) as f64];
    Some(Answers { scale, not_applicable, values, or: None })
}

/// A word without case, apostrophes and signs at its ends.
fn cleaned(word: &str) -> String {
    let word = word.to_lowercase().replace(['\'', '\u{2019}'], "");
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    word.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The number in front of an answer or behind it: `10 - Extremely likely`, `Agree (4)`, `I love it!+5`.
fn number_in(word: &str) -> Option<f64> {
    let word = word.trim();
    if let Ok(number) = word.trim_start_matches('+').parse::<f64>() {
        return number.is_finite().then_some(number);
    }
    let front: String = word.chars().take_while(|c| c.is_ascii_digit()).collect();
    let rest = word[front.len()..].trim_start();
    let told = rest.starts_with(['-', '=', ':', ')', '\u{2013}', '\u{2014}', '('])
        || rest.starts_with(". ")
        || rest.starts_with(char::is_alphabetic);
    if !front.is_empty() && front.len() <= 2 && told {
        return front.parse().ok();
    }
    let tail = word.trim_end_matches(')');
    let digits = tail.chars().rev().take_while(char::is_ascii_digit).count();
    let (head, number) = tail.split_at(tail.len() - digits);
    let minus = head.ends_with('-') && head.len() > 1;
    let told = head.ends_with(['(', '+', '-', '=', '!', ':']);
    (told && (1..=2).contains(&digits))
        .then(|| number.parse::<f64>().ok().map(|x| if minus { -x } else { x }))
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::peek::{Peek, PeekColumn};

    fn read(cells: &[(&str, usize)]) -> Option<Answers> {
        let values: Vec<String> =
            cells.iter().flat_map(|(cell, n)| std::iter::repeat_n((*cell).to_owned(), *n)).collect();
        let peek = Peek { rows: values.len(), ..Peek::default() };
        answers(&Shape::of(&PeekColumn { name: "q".to_owned(), values, ..PeekColumn::default() }, &peek))
    }

    #[test]
    fn codes_apart_from_the_scale_are_no_answers() {
        let seen = read(&[("1", 9), ("2", 9), ("3", 9), ("4", 9), ("5", 9), ("98", 3), ("99", 2)]).expect("a scale");
        assert_eq!(seen.scale, [1.0, 5.0]);
        assert_eq!(seen.not_applicable, [Answer::Number(98.0), Answer::Number(99.0)]);
        let nines = read(&[("1", 9), ("3", 9), ("5", 9), ("9", 20)]).expect("a scale");
        assert_eq!((nines.scale, nines.not_applicable), ([1.0, 5.0], vec![Answer::Number(9.0)]));
        let minus = read(&[("0", 4), ("6", 9), ("9", 9), ("10", 9), ("-1", 3)]).expect("a scale");
        assert_eq!((minus.scale, minus.not_applicable), ([0.0, 10.0], vec![Answer::Number(-1.0)]));
    }

    #[test]
    fn scales_end_where_the_answers_do() {
        let scale = |cells: &[&str]| {
            let cells: Vec<(&str, usize)> = cells.iter().map(|cell| (*cell, 10)).collect();
            read(&cells).map(|seen| seen.scale)
        };
        assert_eq!(scale(&["1", "2", "3", "4", "5", "6"]), Some([1.0, 6.0]));
        assert_eq!(scale(&["1", "2", "3", "4", "5", "7"]), Some([1.0, 7.0]));
        assert_eq!(scale(&["0", "3", "7", "10"]), Some([0.0, 10.0]));
        assert_eq!(scale(&["1", "3", "7", "10"]), Some([1.0, 10.0]));
        assert_eq!(scale(&["0", "1"]), Some([0.0, 1.0]));
        assert_eq!(scale(&["-3", "0", "5"]), Some([-5.0, 5.0]));
        assert_eq!(scale(&["20", "55", "80"]), Some([0.0, 100.0]));
        assert_eq!(scale(&["1201", "4055"]), None);
    }

    #[test]
    fn a_nought_before_one_to_five_is_no_answer_and_the_doubt_is_kept() {
        let seen = read(&[("0", 2), ("1", 9), ("2", 9), ("3", 9), ("4", 9), ("5", 9)]).expect("a scale");
        assert_eq!((seen.scale, seen.or), ([1.0, 5.0], Some([0.0, 5.0])));
    }

    #[test]
    fn words_are_worth_their_place_in_any_case() {
        let seen = read(&[("STRONGLY AGREE", 3), ("agree", 3), ("Neutral", 2), ("Don't know", 2)]).expect("a scale");
        assert_eq!(seen.scale, [1.0, 5.0]);
        assert_eq!(seen.values["STRONGLY AGREE"], 5.0);
        assert_eq!(seen.values["Neutral"], 3.0);
        assert_eq!(seen.not_applicable, [Answer::Text("Don't know".to_owned())]);
        assert_eq!(read(&[("red", 3), ("blue", 3)]), None);
        assert_eq!(read(&[("Yes", 3), ("No", 3)]).expect("a scale").scale, [0.0, 1.0]);
    }

    #[test]
    fn numbers_in_worded_answers_are_what_they_are_worth() {
        let seen = read(&[("10 - Extremely likely", 3), ("7", 3), ("0 - Not at all likely", 3)]).expect("a scale");
        assert_eq!((seen.scale, seen.values["10 - Extremely likely"]), ([0.0, 10.0], 10.0));
        let loved = read(&[("I hate it!-5", 3), ("+2", 3), ("0", 3), ("I love it!+5", 3)]).expect("a scale");
        assert_eq!((loved.scale, loved.values["I hate it!-5"]), ([-5.0, 5.0], -5.0));
    }
}

//! The 30 elements of one group as a pyramid: where each stands, and how far the group departs from the rest.

use serde::{Deserialize, Serialize};

use super::input::ReportInput;
use super::quantity::Quantity;
use super::said::{Saying, told};
use super::words::{count, difference, score, share};
use crate::catalogue::{ElementId, Level};
use crate::model::rows::Aspect;
use crate::model::segment::{Contrast, ElementProfile, SegmentNight};

/// Cell and page measures, in units of the drawing.
const CELL: (f64, f64) = (98.0, 56.0);
const GAP: f64 = 4.0;
const GUTTER: f64 = 92.0;
const LEVEL_GAP: f64 = 8.0;
const PER_ROW: usize = 7;

/// Letters that fit on a line of a cell, and lines of a name.
const LINE_LETTERS: usize = 15;
const LINES: usize = 2;

/// A drawn pyramid and the table behind it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Pyramid {
    title: Saying,
    finding: Saying,
    width: f64,
    height: f64,
    levels: Vec<LevelBand>,
    cells: Vec<PyramidCell>,
    pub(super) rows: Vec<ElementLine>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct LevelBand {
    name: String,
    y: f64,
    /// Separator above the band; none above the top.
    rule: Option<f64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct PyramidCell {
    x: f64,
    y: f64,
    /// Class of the fill: `n3`…`n1` less than the rest, `z` like the rest, `p1`…`p3` more, `u` not known.
    class: String,
    name: Vec<Word>,
    value: String,
    tip: Saying,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Word {
    text: String,
    dy: f64,
}

/// One row of the table behind the drawing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct ElementLine {
    name: String,
    level: String,
    importance: Quantity,
    fulfillment: Quantity,
    high_share: Quantity,
    delivered: String,
    difference: Quantity,
    sure: String,
    answers: Quantity,
}

/// Rows of a level from the top down, so that the whole tapers: 1; 2, 3; 4, 6; 7, 7. Other sizes fill rows of seven.
fn rows_of(n: usize) -> Vec<usize> {
    match n {
        5 => vec![2, 3],
        10 => vec![4, 6],
        14 => vec![7, 7],
        _ => (0..n).step_by(PER_ROW).map(|from| PER_ROW.min(n - from)).collect(),
    }
}

/// The contrast shown.
pub(super) fn contrast(element: &ElementProfile, aspect: Aspect) -> Option<Contrast> {
    let contrast = match aspect {
        Aspect::Importance => element.importance_difference,
        Aspect::Fulfillment => element.fulfillment_difference,
    };
    contrast.filter(|_| !element.suppressed)
}

/// Fill by the customary steps of a standardized difference.
fn class(d: f64) -> &'static str {
    match (d.abs(), d > 0.0) {
        (size, _) if size < 0.2 => "z",
        (size, true) if size < 0.5 => "p1",
        (size, true) if size < 0.8 => "p2",
        (_, true) => "p3",
        (size, false) if size < 0.5 => "n1",
        (size, false) if size < 0.8 => "n2",
        _ => "n3",
    }
}

/// The pyramid of one group; `None` where nothing is known of how groups differ.
pub(super) fn pyramid(input: &ReportInput<'_>, segment: &SegmentNight) -> Option<Pyramid> {
    let aspect = input.shown()?;
    let (mut levels, mut cells, mut rows) = (Vec::new(), Vec::new(), Vec::new());
    let mut y = 0.0;
    // From the top down: few elements first, each row centered over the wider one below.
    for level in Level::ALL.into_iter().rev() {
        let members: Vec<ElementId> =
            ElementId::all().filter(|id| input.catalogue.element(*id).level() == level).collect();
        let rule = (y > 0.0).then_some(y + (LEVEL_GAP - GAP) / 2.0 - GAP / 2.0);
        y += if y > 0.0 { LEVEL_GAP } else { 0.0 };
        levels.push(LevelBand { name: level.name().to_owned(), y: y + 14.0, rule });
        let mut rest = members.as_slice();
        for size in rows_of(members.len()) {
            let (row, next) = rest.split_at(size);
            let left = GUTTER + (PER_ROW - size) as f64 * (CELL.0 + GAP) / 2.0;
            for (i, id) in row.iter().enumerate() {
                let place = (left + i as f64 * (CELL.0 + GAP), y);
                cells.push(cell(input, segment.profile.element(*id), aspect, place));
            }
            y += CELL.1 + GAP;
            rest = next;
        }
        rows.extend(members.iter().map(|id| line(input, segment.profile.element(*id), aspect)));
    }
    Some(Pyramid {
        title: told("pyramid.of").with("group", segment.name.as_str()),
        finding: finding(input, segment, aspect),
        width: GUTTER + PER_ROW as f64 * (CELL.0 + GAP) - GAP,
        height: y - GAP,
        levels,
        cells,
        rows,
    })
}

fn cell(input: &ReportInput<'_>, element: &ElementProfile, aspect: Aspect, place: (f64, f64)) -> PyramidCell {
    let name = input.catalogue.element(element.element).name();
    let lines = wrapped(name);
    let top = if lines.len() == 1 { 23.0 } else { 17.0 };
    let words = lines.into_iter().enumerate().map(|(i, text)| Word { text, dy: top + 12.0 * i as f64 }).collect();
    let (class, value) = match contrast(element, aspect) {
        Some(contrast) => {
            let doubt = if input.is_sure(contrast.d) { "" } else { "\u{a0}?" };
            (class(contrast.d.value), format!("{}{doubt}", arrows(contrast.d.value)))
        }
        None => ("u", "–".to_owned()),
    };
    let tip = told(&format!("pyramid.{class}")).with("name", name);
    // The middle of the cell: names and values are centered on it.
    PyramidCell { x: place.0 + CELL.0 / 2.0, y: place.1, class: class.to_owned(), name: words, value, tip }
}

/// Steps above or below the rest, as signs that need no color.
fn arrows(d: f64) -> &'static str {
    match class(d) {
        "p3" => "▲▲▲",
        "p2" => "▲▲",
        "p1" => "▲",
        "n1" => "▼",
        "n2" => "▼▼",
        "n3" => "▼▼▼",
        _ => "=",
    }
}

fn line(input: &ReportInput<'_>, element: &ElementProfile, aspect: Aspect) -> ElementLine {
    let about = input.catalogue.element(element.element);
    let d = contrast(element, aspect).map(|contrast| contrast.d);
    let answers = match aspect {
        Aspect::Importance => element.importance_answers,
        Aspect::Fulfillment => element.fulfillment_answers,
    };
    ElementLine {
        name: about.name().to_owned(),
        level: about.level().name().to_owned(),
        importance: score(element.importance),
        fulfillment: score(element.fulfillment),
        high_share: share(element.high_share),
        delivered: element.delivered.slug().to_owned(),
        difference: difference(d),
        sure: d.map_or("", |d| if input.is_sure(d) { "sure" } else { "unsure" }).to_owned(),
        answers: count(answers),
    }
}

/// What the picture shows, for those who do not see it.
fn finding(input: &ReportInput<'_>, segment: &SegmentNight, aspect: Aspect) -> Saying {
    let mut known: Vec<(f64, &str)> = segment
        .profile
        .elements
        .iter()
        .filter_map(|element| {
            Some((contrast(element, aspect)?.d.value, input.catalogue.element(element.element).name()))
        })
        .collect();
    known.sort_by(|a, b| b.0.total_cmp(&a.0));
    let (Some(top), Some(bottom)) = (known.first(), known.last()) else {
        return told("pyramid.too_few");
    };
    told("pyramid.finding").with("top", top.1).with("bottom", bottom.1)
}

/// A name broken into lines that fit a cell; what does not fit ends in an ellipsis.
fn wrapped(name: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in name.replace('/', "/ ").replace('-', "- ").split_whitespace() {
        let line = lines.last_mut().expect("there is a line");
        let glue = if line.is_empty() || line.ends_with(['/', '-']) { "" } else { " " };
        if line.chars().count() + glue.len() + word.chars().count() <= LINE_LETTERS || line.is_empty() {
            line.push_str(glue);
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    let cut = lines.len() > LINES;
    lines.truncate(LINES);
    let last = lines.len() - 1;
    for (i, line) in lines.iter_mut().enumerate() {
        if line.chars().count() > LINE_LETTERS + 2 || (cut && i == last) {
            *line = line.chars().take(LINE_LETTERS - 1).chain(['…']).collect();
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_taper_into_a_pyramid() {
        assert_eq!([1, 5, 10, 14].map(rows_of), [vec![1], vec![2, 3], vec![4, 6], vec![7, 7]]);
        assert_eq!(rows_of(16), [7, 7, 2]);
    }

    #[test]
    fn fills_change_at_the_customary_steps() {
        let seen = [-0.9, -0.8, -0.6, -0.3, -0.1, 0.0, 0.19, 0.2, 0.5, 0.8].map(class);
        assert_eq!(seen, ["n3", "n3", "n2", "n1", "z", "z", "z", "p1", "p2", "p3"]);
    }

    #[test]
    fn names_break_where_people_would_break_them() {
        assert_eq!(wrapped("Quality"), ["Quality"]);
        assert_eq!(wrapped("Affiliation and belonging"), ["Affiliation and", "belonging"]);
        assert_eq!(wrapped("Fun/entertainment"), ["Fun/", "entertainment"]);
        assert_eq!(wrapped("Self-transcendence"), ["Self-", "transcendence"]);
        assert_eq!(wrapped("Design/aesthetics"), ["Design/", "aesthetics"]);
        assert_eq!(wrapped("A name of an element that goes on"), ["A name of an", "element that…"]);
        assert_eq!(wrapped("Donaudampfschifffahrtsgesellschaft"), ["Donaudampfschi…"]);
    }
}

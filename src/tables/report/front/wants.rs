//! What is wanted against what is got: all elements of the whole company in one chart, what to mend first top right.

use serde::{Deserialize, Serialize};

use super::super::input::ReportInput;
use super::super::plan_view::{kind, subject};
use super::super::quantity::{Quantity, Ranged};
use super::super::said::{Saying, customers, told};
use super::super::words::unit;
use super::groups::called;
use crate::model::segment::ElementProfile;

/// Width and height of the chart and the room around its plot, in its own units.
const SIZE: [f64; 2] = [420.0, 190.0];
const LEFT: f64 = 22.0;
const RIGHT: f64 = 8.0;
const TOP: f64 = 8.0;
const BOTTOM: f64 = 20.0;

/// Fewest elements for a chart: two points make no picture.
const LEAST: usize = 3;

/// Most elements with their name beside them.
const MOST_NAMED: usize = 9;

/// Width of a letter and height of a line of names.
const LETTER: f64 = 5.7;
const LINE: f64 = 11.0;

/// Room for the words in the corner of what is to be mended first.
const HEADING: f64 = 58.0;

/// Most lines of the company named beside the chart.
const MOST_FIXES: usize = 3;

/// The chart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in super::super) struct WantsChart {
    width: String,
    height: String,
    /// Where the middle lines cross.
    cross: [String; 2],
    plot: [String; 4],
    points: Vec<WantsPoint>,
    /// The chart in one sentence, for those who do not see it.
    said: Saying,
}

/// One element.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct WantsPoint {
    name: String,
    x: String,
    y: String,
    /// `fix` (matters, and too little is delivered), `keep` (matters, and is delivered) or `rest`.
    class: String,
    matters: Quantity,
    got: Quantity,
    /// Its id.
    slug: String,
    /// Where its name stands, if there is room for it.
    label: Option<LabelView>,
}

/// Where a name stands, as SVG says it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct LabelView {
    x: String,
    y: String,
    anchor: String,
}

/// Where a name stands: a point, and which part of the text lies there.
#[derive(Clone, Copy, Debug)]
struct LabelPlace {
    x: f64,
    y: f64,
    anchor: TextAnchor,
}

/// Which part of a text lies at its point.
#[derive(Clone, Copy, Debug)]
enum TextAnchor {
    Start,
    Middle,
    End,
}

impl TextAnchor {
    fn slug(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Middle => "middle",
            Self::End => "end",
        }
    }
}

impl LabelPlace {
    /// The box a text of this many letters fills: left, top, right, bottom.
    fn covers(self, letters: usize) -> [f64; 4] {
        let width = letters as f64 * LETTER;
        let left = match self.anchor {
            TextAnchor::Start => self.x,
            TextAnchor::Middle => self.x - width / 2.0,
            TextAnchor::End => self.x - width,
        };
        [left, self.y - LINE + 2.0, left + width, self.y + 2.0]
    }
}

/// A line of the company.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(in super::super) struct Fix {
    text: Saying,
    whom: Saying,
}

/// First lines of the company's plan.
pub(super) fn fixes(input: &ReportInput<'_>) -> Vec<Fix> {
    let lines = input.plans.company.lines.iter().take(MOST_FIXES);
    let fix = lines.map(|line| Fix {
        text: told("fix").with("kind", kind(&line.kind)).with("subject", subject(&line.subject, input.catalogue)),
        whom: customers(line.people),
    });
    fix.collect()
}

/// One element, as the chart takes it.
struct Wanted {
    name: String,
    slug: &'static str,
    /// Mean importance, 0–10.
    matters: f64,
    /// Mean fulfillment, 0–10.
    got: f64,
    /// How far what is delivered falls short of what matters; see `gap` in the table `segment_elements`.
    short: f64,
    /// Whether it surely falls short.
    surely: bool,
}

/// The chart over everybody; `None` where what matters or what is delivered was not asked.
pub(super) fn chart(input: &ReportInput<'_>) -> Option<WantsChart> {
    let both = |element: &ElementProfile| {
        let asked = element.importance_answers > 0 && element.fulfillment_answers > 0 && !element.suppressed;
        let gap = element.gap.filter(|_| asked)?;
        Some(Wanted {
            name: called(input, element.element),
            slug: element.element.slug(),
            matters: element.importance?.value,
            got: element.fulfillment?.value,
            short: gap.value,
            surely: gap.low > 0.0,
        })
    };
    let known: Vec<Wanted> = input.night.everyone.profile.elements.iter().filter_map(both).collect();
    if known.len() < LEAST {
        return None;
    }
    let x = Axis::of(known.iter().map(|one| one.matters));
    // Nothing falls short at 0: the line must be seen.
    let y = Axis::of(known.iter().map(|one| one.short).chain([0.0]));
    let plot = [SIZE[0] - LEFT - RIGHT, SIZE[1] - TOP - BOTTOM];
    let place = |matters: f64, short: f64| [LEFT + x.share(matters) * plot[0], TOP + (1.0 - y.share(short)) * plot[1]];
    let class = |one: &Wanted| match (one.matters >= x.middle, one.surely) {
        (true, true) => "fix",
        (true, false) => "keep",
        _ => "rest",
    };
    let order = ranked(&known, |one| class(one) == "fix");
    let places: Vec<[f64; 2]> = known.iter().map(|one| place(one.matters, one.short)).collect();
    let letters: Vec<usize> = known.iter().map(|one| one.name.chars().count()).collect();
    let [cx, cy] = place(x.middle, 0.0);
    let labels = labels(&letters, &places, &order, [cx, TOP, cx + HEADING, TOP + LINE + 3.0]);
    let points = known.iter().zip(&places).zip(labels).map(|((one, [px, py]), label)| WantsPoint {
        name: one.name.clone(),
        x: unit(*px),
        y: unit(*py),
        class: class(one).to_owned(),
        matters: Quantity::Score(Ranged::bare(one.matters)),
        got: Quantity::Score(Ranged::bare(one.got)),
        slug: one.slug.to_owned(),
        label: label.map(|label| LabelView {
            x: unit(label.x),
            y: unit(label.y),
            anchor: label.anchor.slug().to_owned(),
        }),
    });
    let first = order.iter().map(|i| &known[*i]).filter(|one| class(one) == "fix").take(3);
    let first: Vec<&str> = first.map(|one| one.name.as_str()).collect();
    let said = if first.is_empty() { told("wants.nothing") } else { told("wants.first").with("names", first) };
    Some(WantsChart {
        width: unit(SIZE[0]),
        height: unit(SIZE[1]),
        cross: [unit(cx), unit(cy)],
        plot: [LEFT, TOP, SIZE[0] - RIGHT, SIZE[1] - BOTTOM].map(unit),
        points: points.collect(),
        said,
    })
}

/// Ends of an axis and the middle of what lies on it.
struct Axis {
    low: f64,
    high: f64,
    /// Median.
    middle: f64,
}

impl Axis {
    fn of(values: impl Iterator<Item = f64>) -> Self {
        let mut sorted: Vec<f64> = values.collect();
        sorted.sort_by(f64::total_cmp);
        let (low, high) = (sorted[0], sorted[sorted.len() - 1]);
        let room = ((high - low) * 0.06).max(0.05);
        let middle = f64::midpoint(sorted[(sorted.len() - 1) / 2], sorted[sorted.len() / 2]);
        Self { low: low - room, high: high + room, middle }
    }

    fn share(&self, value: f64) -> f64 {
        (value - self.low) / (self.high - self.low)
    }
}

/// Places of the elements, those to mend first before all others, each by how far it falls short.
fn ranked(known: &[Wanted], is_first: impl Fn(&Wanted) -> bool) -> Vec<usize> {
    let mut order: Vec<usize> = (0..known.len()).collect();
    order.sort_by(|a, b| {
        let first = is_first(&known[*b]).cmp(&is_first(&known[*a]));
        first.then(known[*b].short.total_cmp(&known[*a].short)).then(a.cmp(b))
    });
    order
}

/// Where names of so many letters stand, in the order given: a name goes where it covers neither a point nor another name, and
/// is left out where there is no such place (the table below the chart tells it).
fn labels(letters: &[usize], places: &[[f64; 2]], order: &[usize], heading: [f64; 4]) -> Vec<Option<LabelPlace>> {
    let mut labels: Vec<Option<LabelPlace>> = vec![None; places.len()];
    let mut taken: Vec<[f64; 4]> = places.iter().map(point).chain([heading]).collect();
    let mut named = 0;
    for &i in order {
        let [x, y] = places[i];
        let sides = [
            LabelPlace { x: x + 6.0, y: y + 3.5, anchor: TextAnchor::Start },
            LabelPlace { x: x - 6.0, y: y + 3.5, anchor: TextAnchor::End },
            LabelPlace { x, y: y - 6.0, anchor: TextAnchor::Middle },
            LabelPlace { x, y: y + LINE + 3.0, anchor: TextAnchor::Middle },
        ];
        let own = point(&places[i]);
        let fits = |text: [f64; 4]| {
            let inside = text[0] >= LEFT && text[2] <= SIZE[0] && text[1] >= 0.0 && text[3] <= SIZE[1] - BOTTOM + 4.0;
            inside && taken.iter().all(|other| *other == own || !overlap(*other, text))
        };
        let fitting = sides.into_iter().map(|side| (side, side.covers(letters[i]))).find(|(_, text)| fits(*text));
        if let Some((label, text)) = fitting.filter(|_| named < MOST_NAMED) {
            labels[i] = Some(label);
            taken.push(text);
            named += 1;
        }
    }
    labels
}

/// The box of a point.
fn point([x, y]: &[f64; 2]) -> [f64; 4] {
    [x - 4.0, y - 4.0, x + 4.0, y + 4.0]
}

fn overlap(a: [f64; 4], b: [f64; 4]) -> bool {
    a[0] < b[2] && b[0] < a[2] && a[1] < b[3] && b[1] < a[3]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn no_name_covers_another_name_or_another_point(values in prop::collection::vec((0.0..10.0_f64, 0.0..10.0_f64), 3..31)) {
            let letters: Vec<usize> = (0..values.len()).map(|i| 4 + i % 12).collect();
            let places: Vec<[f64; 2]> = values.iter().map(|(x, y)| [LEFT + x * 38.0, TOP + y * 15.0]).collect();
            let order: Vec<usize> = (0..values.len()).collect();
            let heading = [200.0, TOP, 200.0 + HEADING, TOP + LINE];
            let labels = labels(&letters, &places, &order, heading);
            let boxes: Vec<(usize, [f64; 4])> =
                labels.iter().enumerate().filter_map(|(i, label)| Some((i, (*label)?.covers(letters[i])))).collect();
            prop_assert!(boxes.len() <= MOST_NAMED);
            for (i, one) in &boxes {
                for (j, other) in &boxes {
                    prop_assert!(i == j || !overlap(*one, *other));
                }
                for (j, place) in places.iter().enumerate() {
                    prop_assert!(*i == j || *place == places[*i] || !overlap(*one, point(place)));
                }
            }
        }
    }
}

//! Charts over all groups: who moved where, and what plays changed.

use serde::{Deserialize, Serialize};

use super::front::place;
use super::history::GroupMove;
use super::input::ReportInput;
use super::plan_view::subject;
use super::quantity::{Quantity, Ranged};
use super::said::{Saying, plain, told};
use super::words::{count, unit};
use crate::model::effect::{ControlKind, EffectFinding, EffectRole};

/// Width of the charts, in their own units.
const WIDTH: f64 = 640.0;

/// Height of a row, and room above the first.
const ROW: f64 = 26.0;
const TOP: f64 = 22.0;

/// Where ways begin and end; names stand outside.
const FLOW: [f64; 2] = [200.0, 440.0];

/// Widest way.
const WIDEST: f64 = 16.0;

/// Most ways drawn, and most effects.
const MOST_WAYS: usize = 12;
const MOST_EFFECTS: usize = 12;

/// Where the plot of effects begins and ends.
const FOREST: [f64; 2] = [260.0, 620.0];

/// Who moved where since the night before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct FlowChart {
    width: f64,
    height: f64,
    /// Groups then on the left, tonight on the right.
    then: Vec<FlowPlace>,
    now: Vec<FlowPlace>,
    ways: Vec<FlowWay>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct FlowPlace {
    name: Saying,
    y: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct FlowWay {
    from: Saying,
    to: Saying,
    people: Quantity,
    path: String,
    width: String,
}

/// The ways that most customers took; `None` where no published number tells of one.
pub(super) fn flow(input: &ReportInput<'_>) -> Option<FlowChart> {
    let mut ways: Vec<(u64, &GroupMove)> = input
        .history
        .moves
        .iter()
        .filter(|one| one.from != one.to)
        .filter_map(|one| Some((one.customers?, one)))
        .collect();
    ways.sort_by(|a, b| b.0.cmp(&a.0).then_with(|| (&a.1.from, &a.1.to).cmp(&(&b.1.from, &b.1.to))));
    ways.truncate(MOST_WAYS);
    let most = ways.first()?.0.max(1) as f64;
    let ids = |of: fn(&GroupMove) -> &String| {
        let mut ids: Vec<&str> = ways.iter().map(|(_, one)| of(one).as_str()).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    };
    let (then, now) = (ids(|one| &one.from), ids(|one| &one.to));
    let y = |ids: &[&str], id: &str| {
        let row = ids.iter().position(|other| *other == id).unwrap_or(0);
        TOP + ROW * (row as f64 + 0.5)
    };
    let places =
        |ids: &[&str]| ids.iter().map(|id| FlowPlace { name: place(input, id), y: unit(y(ids, id) + 4.0) }).collect();
    let middle = f64::midpoint(FLOW[0], FLOW[1]);
    let drawn = ways.iter().map(|(people, one)| {
        let (from, to) = (y(&then, &one.from), y(&now, &one.to));
        FlowWay {
            from: place(input, &one.from),
            to: place(input, &one.to),
            people: count(*people),
            path: format!(
                "M{} {}C{m} {} {m} {} {} {}",
                unit(FLOW[0]),
                unit(from),
                unit(from),
                unit(to),
                unit(FLOW[1]),
                unit(to),
                m = unit(middle)
            ),
            width: unit((*people as f64 / most * WIDEST).max(1.0)),
        }
    });
    let ways = drawn.collect();
    let height = TOP + ROW * then.len().max(now.len()) as f64 + 8.0;
    Some(FlowChart { width: WIDTH, height, then: places(&then), now: places(&now), ways })
}

/// What plays changed, each against those who went without.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct ForestChart {
    width: f64,
    height: f64,
    /// Where nothing changed.
    zero: String,
    rows: Vec<ForestRow>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct ForestRow {
    play: Saying,
    group: Saying,
    /// Relative change with its 95 % interval.
    change: Quantity,
    /// What it comes to, as in the table `effects`.
    verdict: Saying,
    y: String,
    x: String,
    low: String,
    high: String,
}

/// Effects on the first metric of each play, as far as they are known; `None` where none is.
pub(super) fn forest(input: &ReportInput<'_>) -> Option<ForestChart> {
    let shown = |finding: &&EffectFinding| {
        finding.role == EffectRole::Primary && finding.key.control != ControlKind::ProgramHoldout
    };
    let mut found: Vec<_> =
        input.effects.iter().filter(shown).filter_map(|finding| Some((finding.relative?, finding))).collect();
    found.sort_by_key(|(_, finding)| (finding.key.segment != "ALL", finding.key.clone()));
    found.truncate(MOST_EFFECTS);
    if found.is_empty() {
        return None;
    }
    let ends = found.iter().flat_map(|((_, low, high), _)| [*low, *high]).chain([0.0]);
    let (low, high) = ends.fold((f64::MAX, f64::MIN), |(low, high), end| (low.min(end), high.max(end)));
    let x = |value: f64| unit(FOREST[0] + (value - low) / (high - low).max(1e-9) * (FOREST[1] - FOREST[0]));
    let rows = found.iter().enumerate().map(|(row, ((value, low, high), finding))| ForestRow {
        play: input
            .catalogue
            .play(&finding.key.play)
            .map_or_else(|| told("worked.a_play"), |play| subject(&play.subject().slug(), input.catalogue)),
        group: match input.night.segments.iter().find(|group| group.id == finding.key.segment) {
            Some(group) => plain(group.name.as_str()),
            None => told("worked.everybody"),
        },
        change: Quantity::Share(Ranged::of(*value, *low, *high)),
        verdict: told(&format!("verdict.{}", finding.verdict.slug())),
        y: unit(TOP + ROW * (row as f64 + 0.5)),
        x: x(*value),
        low: x(*low),
        high: x(*high),
    });
    let rows: Vec<ForestRow> = rows.collect();
    Some(ForestChart { width: WIDTH, height: TOP + ROW * rows.len() as f64 + 8.0, zero: x(0.0), rows })
}

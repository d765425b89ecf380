//! What each stage of the way to a connection is worth, and how competitors do: of everybody.

use serde::Serialize;

use super::words::{NOT_KNOWN, count, decimal, known, money, share};
use crate::model::rows::ConnectionStage;
use crate::model::segment::lens::{GroupLens, RivalFigures, RivalStanding, StageFigures};

/// One stage.
#[derive(Debug, Serialize)]
pub(super) struct StageRow {
    name: &'static str,
    share: String,
    asked: String,
    value: String,
    ratio: String,
}

fn name(stage: ConnectionStage) -> &'static str {
    match stage {
        ConnectionStage::NotConnected => "not connected",
        ConnectionStage::HighlySatisfied => "highly satisfied",
        ConnectionStage::Differentiated => "sees a difference",
        ConnectionStage::FullyConnected => "fully connected",
    }
}

/// The stages, lowest first; none where nobody was asked.
pub(super) fn pathway(everyone: &GroupLens, currency: &str) -> Vec<StageRow> {
    if everyone.connection.score().n() == 0 {
        return Vec::new();
    }
    let row = |stage: &StageFigures| StageRow {
        name: name(stage.stage),
        share: known(&stage.share),
        asked: count(stage.value.n()),
        value: stage.value.estimate().map_or_else(
            || NOT_KNOWN.to_owned(),
            |value| {
                let amount = |x: f64| money(x, currency);
                format!("{} ({} to {})", amount(value.value), amount(value.low), amount(value.high))
            },
        ),
        ratio: stage.value_ratio.estimate().filter(|_| stage.stage != ConnectionStage::HighlySatisfied).map_or_else(
            String::new,
            |ratio| {
                let times = |x: f64| decimal(x, 2);
                format!("{} times ({} to {})", times(ratio.value), times(ratio.low), times(ratio.high))
            },
        ),
    };
    everyone.connection.stages.iter().map(row).collect()
}

/// One sentence per competitor that enough people were asked about.
pub(super) fn rivals(everyone: &GroupLens) -> Vec<String> {
    everyone.rivals.iter().filter_map(sentence).collect()
}

fn sentence(rival: &RivalFigures) -> Option<String> {
    let (own, other) = (rival.own_score.estimate()?, rival.score.estimate()?);
    let standing = match rival.standing? {
        RivalStanding::Ahead => "ahead",
        RivalStanding::Parity => "no difference that could be told from chance",
        RivalStanding::Behind => "behind",
    };
    Some(format!(
        "Of {} people asked about both, {} are fully connected to the company and {} to {}: {standing}.",
        count(rival.gap.n()),
        share(Some(own)),
        share(Some(other)),
        rival.brand
    ))
}

//! What each stage of the way to a connection is worth, and how competitors do: of everybody.

use serde::{Deserialize, Serialize};

use super::quantity::Quantity;
use super::words::{count, known, money_range, share};
use crate::model::rows::ConnectionStage;
use crate::model::segment::lens::{GroupLens, RivalFigures, RivalStanding, StageFigures};

/// One stage.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct StageRow {
    name: String,
    share: Quantity,
    asked: Quantity,
    value: Quantity,
    /// Times the value of those highly satisfied; absent where there is nothing to compare.
    ratio: Option<Quantity>,
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
        name: name(stage.stage).to_owned(),
        share: known(&stage.share),
        asked: count(stage.value.n()),
        value: stage.value.estimate().map_or(Quantity::UNKNOWN, |value| money_range(value, currency)),
        ratio: (stage.value_ratio.estimate().filter(|_| stage.stage != ConnectionStage::HighlySatisfied))
            .map(|ratio| Quantity::Index { number: ratio.into(), places: 2, signed: false }),
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

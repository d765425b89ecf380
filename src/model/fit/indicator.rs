//! What can be known of a customer: 60 ratings and the signals.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::rows::Aspect;
use valueseg_catalogue::ElementId;

/// One thing that can be known of a customer and speak for or against a segment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Indicator {
    /// The customer's rating of an element.
    Rating {
        /// Importance or fulfillment.
        aspect: Aspect,
        /// The element.
        #[schemars(with = "String")]
        element: ElementId,
    },
    /// A behavioral signal, by its id in the catalogue.
    Signal(String),
}

impl Indicator {
    /// The word used in files: `importance_saves_time`, `fulfillment_quality`, `signal_express_share`.
    #[must_use]
    pub fn slug(&self) -> String {
        match self {
            Self::Rating { aspect, element } => format!("{}_{}", aspect.slug(), element.slug()),
            Self::Signal(id) => format!("signal_{id}"),
        }
    }

    /// All indicators in the order of arrays: 30 importances, 30 fulfillments, then the signals.
    #[must_use]
    pub fn all(signal_ids: &[String]) -> Vec<Self> {
        let rating = |aspect| ElementId::all().map(move |element| Self::Rating { aspect, element });
        rating(Aspect::Importance)
            .chain(rating(Aspect::Fulfillment))
            .chain(signal_ids.iter().cloned().map(Self::Signal))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_those_of_the_published_tables() {
        let all = Indicator::all(&["express_share".to_owned()]);
        assert_eq!(all.len(), 61);
        assert_eq!(all[0].slug(), "importance_saves_time");
        assert_eq!(all[40].slug(), "fulfillment_quality");
        assert_eq!(all[60].slug(), "signal_express_share");
    }
}

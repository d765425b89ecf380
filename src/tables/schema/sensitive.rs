//! Which elements stay out of rows about single customers.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::catalogue::ElementId;
use crate::model::rows::{Aspect, N_RATINGS};

/// Whether scores of elements that are withheld (by default what tells of health, hardship or the body) appear beside a
/// customer's id.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SensitivePolicy {
    /// They count in segments and plans, but no row about a customer shows or names them.
    #[default]
    AggregateOnly,
    /// They are written like any other element.
    Include,
}

impl SensitivePolicy {
    /// Bits of the rating indicators (importance of the 30 elements, then fulfillment) that rows about customers may
    /// not show; `withheld` lists the elements the policy is about.
    #[must_use]
    pub fn masked_ratings(self, withheld: impl IntoIterator<Item = ElementId>) -> u64 {
        match self {
            Self::Include => 0,
            Self::AggregateOnly => withheld.into_iter().fold(0, |mask, element| {
                mask | 1 << Aspect::Importance.indicator(element) | 1 << Aspect::Fulfillment.indicator(element)
            }),
        }
    }
}

/// Names of the masked rating indicators as reasons spell them: `importance_<element>`, `fulfillment_<element>`.
pub(super) fn masked_names(masked: u64) -> Vec<String> {
    let mut names = Vec::new();
    for element in ElementId::all() {
        for aspect in [Aspect::Importance, Aspect::Fulfillment] {
            if masked >> aspect.indicator(element) & 1 == 1 {
                names.push(format!("{}_{element}", aspect.slug()));
            }
        }
    }
    debug_assert!(names.len() <= N_RATINGS);
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aggregate_only_masks_both_ratings_of_each_element_withheld() {
        let wellness = ElementId::parse("wellness").unwrap();
        // wellness is element 19: importance bit 19, fulfillment bit 49.
        assert_eq!(SensitivePolicy::AggregateOnly.masked_ratings([wellness]), 1 << 19 | 1 << 49);
        assert_eq!(SensitivePolicy::Include.masked_ratings([wellness]), 0);
        assert_eq!(masked_names(1 << 19 | 1 << 49), ["importance_wellness", "fulfillment_wellness"]);
    }

    #[test]
    fn the_policy_is_written_with_dashes() {
        assert_eq!(serde_json::to_string(&SensitivePolicy::AggregateOnly).unwrap(), "\"aggregate-only\"");
    }
}

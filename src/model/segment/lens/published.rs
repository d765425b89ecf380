//! What others published, and how sure that is. Words and numbers only; [`super::regularities`] holds them against the
//! base.

use super::claim::{Claim, Unit};

/// One published regularity.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Published {
    /// Its id.
    pub id: &'static str,
    /// Where it was published, and what is unsure about it.
    pub source: &'static str,
    /// What was published.
    pub text: &'static str,
    /// The number in `unit`; 0 for a mere direction.
    pub number: f64,
    /// Where the own figure must lie.
    pub claim: Claim,
    /// What both are counted in.
    pub unit: Unit,
}

const MORI: &str = "Mori, as a trade article tells it. Here: fully connected against not connected customers.";

const BAIN: &str = "Almquist, Senior and Bloch (Harvard Business Review, 2016), 8,000 to more than 10,000 US \
                    consumers, depending on the text; there over companies, here over respondents by how many \
                    elements they rated high.";

const MOTISTA: &str = "Magids, Zorfas and Leemon (Harvard Business Review, 2015). A vendor's data; people chose \
                       themselves into it.";

/// Promoters by engagement.
pub(super) const RECOMMEND: Published = Published {
    id: "recommend_multiple",
    source: MORI,
    text: "Engaged customers recommend at least 3 times as often.",
    number: 3.0,
    claim: Claim::AtLeast(3.0),
    unit: Unit::Multiple,
};

/// Two orders or more, by engagement.
pub(super) const REPURCHASE: Published = Published {
    id: "repurchase_multiple",
    source: MORI,
    text: "Engaged customers buy again 3 times as often.",
    number: 3.0,
    claim: Claim::AtLeast(3.0),
    unit: Unit::Multiple,
};

/// Rarely compares, of the engaged.
pub(super) const SHOP_AROUND: Published = Published {
    id: "rarely_shop_around",
    source: MORI,
    text: "44 % of engaged customers rarely shop around.",
    number: 0.44,
    claim: Claim::AtLeast(0.44),
    unit: Unit::Share,
};

/// More than 20 % discount to switch, of the engaged.
pub(super) const DISCOUNT: Published = Published {
    id: "discount_to_switch",
    source: MORI,
    text: "33 % of engaged customers would need a discount above 20 % to switch.",
    number: 0.33,
    claim: Claim::AtLeast(0.33),
    unit: Unit::Share,
};

/// Net Promoter Score: four high elements or more, minus one.
pub(super) const FOUR_OVER_ONE: Published = Published {
    id: "high_elements_four_over_one",
    source: BAIN,
    text: "With four high elements or more the score is higher than with one.",
    number: 0.0,
    claim: Claim::Above(0.0),
    unit: Unit::Points,
};

/// The same, one minus none.
pub(super) const ONE_OVER_NONE: Published = Published {
    id: "high_elements_one_over_none",
    source: BAIN,
    text: "With one high element the score is higher than with none.",
    number: 0.0,
    claim: Claim::Above(0.0),
    unit: Unit::Points,
};

/// The same as a multiple.
pub(super) const FOUR_TIMES_ONE: Published = Published {
    id: "high_elements_multiple",
    source: "Almquist, Senior and Bloch (2016): 3 times the score with four or more as with one. A score may be 0 or \
             negative, so the multiple is shown only if both are above +1; 2 to 4 is our reading of \"3 times\".",
    text: "With four high elements or more the score is 3 times that with one.",
    number: 3.0,
    claim: Claim::Between(2.0, 4.0),
    unit: Unit::Multiple,
};

/// Share of quality minus the largest other share in derived importance.
pub(super) const QUALITY: Published = Published {
    id: "quality_first",
    source: "Almquist, Senior and Bloch (2016): in all ten industries. How importance was derived is not published; \
             here by relative weights.",
    text: "Quality goes with recommending more than any other element.",
    number: 0.0,
    claim: Claim::Above(0.0),
    unit: Unit::Difference,
};

/// Least step of value from stage to stage.
pub(super) const VALUE_RISES: Published = Published {
    id: "value_rises_by_stage",
    source: MOTISTA,
    text: "Value rises with each stage: −18 %, 0, +13 %, +52 % of the highly satisfied.",
    number: 0.0,
    claim: Claim::Above(0.0),
    unit: Unit::Money,
};

/// From satisfied to connected, over from not connected to satisfied.
pub(super) const VALUE_STEPS: Published = Published {
    id: "value_step_ratio",
    source: MOTISTA,
    text: "From satisfied to connected value rises about 3 times as much as from not connected to satisfied (2 to 4).",
    number: 3.0,
    claim: Claim::Between(2.0, 4.0),
    unit: Unit::Multiple,
};

/// Value of the fully connected over that of the highly satisfied.
pub(super) const VALUE_CONNECTED: Published = Published {
    id: "value_fully_connected",
    source: MOTISTA,
    text: "The fully connected are worth 25 to 100 % more than the highly satisfied, on average 52 %.",
    number: 1.52,
    claim: Claim::Between(1.25, 2.0),
    unit: Unit::Multiple,
};

/// Connection score.
pub(super) const SCORE: Published = Published {
    id: "connection_score_range",
    source: "Motista's rankings of 2015 and 2018, as reported: lowest 15, highest 60. Their questions and cuts are not \
             published, so ours may be cut elsewhere.",
    text: "Connection scores of brands lie between 15 and 60 %.",
    number: 0.15,
    claim: Claim::Between(0.15, 0.60),
    unit: Unit::Share,
};

/// Good brand minus connection score.
pub(super) const GOOD_BRAND: Published = Published {
    id: "good_brand_above_score",
    source: "Motista's study of 39 brands (2015), as reported.",
    text: "More customers call it a good brand than are connected to it.",
    number: 0.0,
    claim: Claim::Above(0.0),
    unit: Unit::Difference,
};

/// Least step of promoters from dissatisfied to satisfied to connected.
pub(super) const LADDER: Published = Published {
    id: "ladder_of_promoters",
    source: "Ipsos (2017): which number belongs to which group was inferred from the order of a chart. Here: not \
             connected, highly satisfied with or without seeing a difference, fully connected.",
    text: "Promoters rise from dissatisfied (11 %) to satisfied (40 %) to emotionally attached (72 %).",
    number: 0.0,
    claim: Claim::Above(0.0),
    unit: Unit::Difference,
};

/// Trust of the most over the least consistently served quarter.
pub(super) const TRUST: Published = Published {
    id: "consistency_and_trust",
    source: "Pulido, Stone and Strevel (McKinsey, 2014), banks, as reported: there between companies, here between \
             customers of one.",
    text: "The quarter served most consistently trusts 30 % more than the quarter served least.",
    number: 1.3,
    claim: Claim::AtLeast(1.3),
    unit: Unit::Multiple,
};

//! What kind of company it is, and what it may have: whose words plays speak in, and what some of them need.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What kind of company it is: whose words plays speak in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Industry {
    /// Sells goods, in stores or online.
    Retail,
    /// Sells food and daily goods.
    Grocery,
    /// Keeps accounts, lends, takes savings.
    Bank,
    /// Insures.
    Insurance,
    /// Puts up or feeds guests.
    Hospitality,
    /// Connects by telephone and internet.
    Telecom,
    /// Rents out software.
    Saas,
    /// Collects gifts for a cause.
    Charity,
    /// Carries or sends travelers.
    Travel,
    /// None of these, or not said: words that fit any company.
    #[default]
    Other,
}

impl Industry {
    /// All industries.
    pub const ALL: [Self; 10] = [
        Self::Retail,
        Self::Grocery,
        Self::Bank,
        Self::Insurance,
        Self::Hospitality,
        Self::Telecom,
        Self::Saas,
        Self::Charity,
        Self::Travel,
        Self::Other,
    ];

    /// The word used in files, and the name of its folder in `data/catalogue/industries`.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Retail => "retail",
            Self::Grocery => "grocery",
            Self::Bank => "bank",
            Self::Insurance => "insurance",
            Self::Hospitality => "hospitality",
            Self::Telecom => "telecom",
            Self::Saas => "saas",
            Self::Charity => "charity",
            Self::Travel => "travel",
            Self::Other => "other",
        }
    }
}

/// Something that not every company has, and that some plays cannot do without.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Capability {
    /// Places that customers come to: stores, branches, houses, counters.
    Stores,
    /// An app.
    App,
    /// A site on which customers look, choose or keep an account.
    Web,
    /// Things are brought or sent to customers.
    Delivery,
    /// A program that rewards staying: points, levels, perks.
    Loyalty,
    /// Contracts that go on until they are ended.
    Subscriptions,
    /// A group or place in which customers meet each other.
    Community,
    /// Repair, maintenance or parts for what was sold.
    Repairs,
    /// Courses, lessons or levels to learn by.
    Courses,
    /// Customers earn through the company: they sell, rent out, are paid interest or cash back.
    Earnings,
    /// Goods or services for health.
    Health,
    /// Clothing, shoes or beauty: what has to fit and to suit.
    Fitting,
}

impl Capability {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Stores,
        Self::App,
        Self::Web,
        Self::Delivery,
        Self::Loyalty,
        Self::Subscriptions,
        Self::Community,
        Self::Repairs,
        Self::Courses,
        Self::Earnings,
        Self::Health,
        Self::Fitting,
    ];

    /// The word used in files.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Stores => "stores",
            Self::App => "app",
            Self::Web => "web",
            Self::Delivery => "delivery",
            Self::Loyalty => "loyalty",
            Self::Subscriptions => "subscriptions",
            Self::Community => "community",
            Self::Repairs => "repairs",
            Self::Courses => "courses",
            Self::Earnings => "earnings",
            Self::Health => "health",
            Self::Fitting => "fitting",
        }
    }

    /// What a word of `orders.channel` proves that the company has; `None` = nothing for sure.
    #[must_use]
    pub fn shown_by(channel: &str) -> Option<Self> {
        match channel {
            "store" => Some(Self::Stores),
            "app" => Some(Self::App),
            "web" | "one_click" => Some(Self::Web),
            "express" => Some(Self::Delivery),
            "subscription" => Some(Self::Subscriptions),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_match_their_serialized_form() {
        for industry in Industry::ALL {
            assert_eq!(serde_json::to_value(industry).unwrap(), industry.slug());
        }
        for capability in Capability::ALL {
            assert_eq!(serde_json::to_value(capability).unwrap(), capability.slug());
        }
    }

    #[test]
    fn a_channel_of_orders_proves_only_what_it_cannot_do_without() {
        assert_eq!(Capability::shown_by("store"), Some(Capability::Stores));
        assert_eq!(Capability::shown_by("one_click"), Some(Capability::Web));
        // A locker is no store, a market place is somebody else's.
        assert_eq!((Capability::shown_by("pickup"), Capability::shown_by("marketplace")), (None, None));
    }
}

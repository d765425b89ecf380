//! Where the lens cuts.

use super::service::ServiceSettings;
use crate::customer::relationship::{RegularitySettings, RelationshipSettings, SuspectSettings};

/// How the connection of a *competitor's* customer is told (`docs/domain.md#connection-stages`), the company's own
/// being told by the rules of the night: both should be cut in the same place.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConnectionCuts {
    /// A motivator is wanted from this answer on, 0–10.
    pub want_from: f32,
    /// It is helped with from this answer on, 0–10.
    pub helps_from: f32,
    /// As many motivators must be both wanted and helped with.
    pub motivators: usize,
    /// Satisfied highly from this answer on, 0–10.
    pub satisfied_from: f32,
}

/// Settings of the pass. All cuts are our judgment: `docs/domain.md#connection-stages`,
/// `docs/domain.md#connection-gaps`, `docs/domain.md#consistency` and `docs/domain.md#good-and-bad-experiences`.
#[derive(Clone, Debug, PartialEq)]
pub struct LensSettings {
    /// "A good brand" from this answer on, 0–10.
    pub good_brand_from: f32,
    /// The gap between good brand and connection is small below this share.
    pub small_gap: f64,
    /// And large above this one.
    pub large_gap: f64,
    /// A rated contact was good from this rating on, 0–10.
    pub ok_from: f32,
    /// How many good experiences undo one bad: 5 is the balance of couples that last (Gottman 1994), which nobody has
    /// shown to hold for customers.
    pub ratio: f64,
    /// The same for the sensitivity line; 12 is a saying of the trade without a study behind it.
    pub ratios: Vec<f64>,
    /// A complaint within as many days of the same customer's previous one is a repeated one.
    pub repeat_days: u32,
    /// When a motivator is wanted and helped with, and how a competitor's connection is told.
    pub connection: ConnectionCuts,
    /// Cuts behind the published regularities.
    pub regularities: RegularitySettings,
    /// When to doubt a figure.
    pub suspect: SuspectSettings,
    /// Which events say how easily customers are served.
    pub service: ServiceSettings,
    /// End of the night, microseconds since 1970: promises due before it and not done are broken.
    pub now: i64,
}

impl LensSettings {
    /// The cuts of `settings` for a night that ends at `now`.
    #[must_use]
    pub fn of(settings: &RelationshipSettings, now: i64) -> Self {
        let (cuts, balance) = (&settings.connection, &settings.balance);
        let ratio = balance.ratio.value();
        let mut ratios: Vec<f64> = [ratio].into_iter().chain(balance.sensitivity).collect();
        ratios.sort_by(f64::total_cmp);
        ratios.dedup();
        Self {
            good_brand_from: cuts.good_brand as f32,
            small_gap: cuts.small_gap,
            large_gap: cuts.large_gap,
            ok_from: settings.consistency.good_from as f32,
            ratio,
            ratios,
            repeat_days: balance.repeat_days,
            connection: ConnectionCuts {
                want_from: cuts.wanted as f32,
                helps_from: cuts.helped as f32,
                motivators: cuts.motivators as usize,
                satisfied_from: cuts.satisfied as f32,
            },
            regularities: settings.regularities,
            suspect: settings.suspect,
            service: ServiceSettings::default(),
            now,
        }
    }

    /// The same with the company's own words and days of service.
    #[must_use]
    pub fn serving(self, service: ServiceSettings) -> Self {
        Self { service, ..self }
    }

    /// The usual cuts.
    #[must_use]
    pub fn at(now: i64) -> Self {
        Self::of(&RelationshipSettings::default(), now)
    }
}

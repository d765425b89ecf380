//! Which plays are measured, by what, over how many days.

use crate::rows::Sources;
use valueseg_catalogue::{Better, Catalogue};

/// The whole program as if it were a play: whoever gets any campaign, against the standing hold-out.
pub const PROGRAM: &str = "ALL";

/// Longest window, in days.
///
/// METHOD (our judgment): histories reach back 365 days. A window and as many days before it then fit, and customers
/// assigned within four months are counted together; what takes half a year to show is measured on its first 120 days.
const LONGEST_WINDOW: u32 = 120;

/// Window of the program. Our judgment: the quarter in which most plays run.
const PROGRAM_WINDOW: i32 = 90;

/// What can be counted of treated and untreated alike, whoever answers questions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EffectMetric {
    /// Ordered in the window.
    RepeatRate,
    /// Ordered in the window, of those who had ordered in as many days before.
    RetentionRate,
    /// Net value of the orders of the window.
    ValuePerCustomer,
    /// Complained in the window.
    ComplaintRate,
    /// Had to come back about one case in the window.
    RepeatContactRate,
    /// Sent an order of the window back.
    ReturnRate,
}

impl EffectMetric {
    /// All of them.
    pub const ALL: [Self; 6] = [
        Self::RepeatRate,
        Self::RetentionRate,
        Self::ValuePerCustomer,
        Self::ComplaintRate,
        Self::RepeatContactRate,
        Self::ReturnRate,
    ];

    /// The metric of the catalogue it stands for.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::RepeatRate => "repeat_rate",
            Self::RetentionRate => "retention_rate",
            Self::ValuePerCustomer => "value_per_customer",
            Self::ComplaintRate => "complaint_rate",
            Self::RepeatContactRate => "repeat_contact_rate",
            Self::ReturnRate => "return_rate",
        }
    }

    /// The metric of a slug; `None` = it is asked, or not counted customer by customer.
    #[must_use]
    pub fn parse(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|metric| metric.slug() == slug)
    }

    /// Which way it should move.
    #[must_use]
    pub fn better(self) -> Better {
        match self {
            Self::RepeatRate | Self::RetentionRate | Self::ValuePerCustomer => Better::Higher,
            Self::ComplaintRate | Self::RepeatContactRate | Self::ReturnRate => Better::Lower,
        }
    }

    /// Whether one customer counts 0 or 1; else money.
    #[must_use]
    pub fn is_share(self) -> bool {
        self != Self::ValuePerCustomer
    }

    /// Whether the inputs of the night show it.
    fn shown_by(self, sources: Sources) -> bool {
        match self {
            Self::ComplaintRate | Self::RepeatContactRate => sources.contacts,
            _ => sources.orders,
        }
    }
}

/// What a metric is for a play.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EffectRole {
    /// What the play is for: the verdict rests on it.
    Primary,
    /// What must not get worse.
    Guardrail,
    /// Told beside it.
    Secondary,
}

impl EffectRole {
    /// The word used in files.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Primary => "primary",
            Self::Guardrail => "guardrail",
            Self::Secondary => "secondary",
        }
    }
}

/// A play as it is measured.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Experiment {
    /// Play of the catalogue, or [`PROGRAM`].
    pub play: String,
    /// The metric its plan names.
    pub metric: String,
    /// Days of the window.
    pub window_days: i32,
    /// What is counted, the primary metric first if it can be.
    pub counted: Vec<(EffectMetric, EffectRole)>,
}

/// All plays that can be measured on a night; the program comes first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Experiments {
    all: Vec<Experiment>,
}

impl Experiments {
    /// The plays of a catalogue, as far as the inputs show what they are for.
    ///
    /// METHOD (our judgment): money is told and not judged: it is mostly chance who spends much, and what a play does shows in
    /// who buys. A play for value is judged by whether people ordered, its value stands beside it.
    #[must_use]
    pub fn of(catalogue: &Catalogue, sources: Sources) -> Self {
        let program = Experiment {
            play: PROGRAM.to_owned(),
            metric: EffectMetric::RepeatRate.slug().to_owned(),
            window_days: PROGRAM_WINDOW,
            counted: counted(Some(EffectMetric::RepeatRate), sources),
        };
        let plays = catalogue.plays().iter().map(|play| {
            let own = EffectMetric::parse(play.metric());
            let own = if own == Some(EffectMetric::ValuePerCustomer) { Some(EffectMetric::RepeatRate) } else { own };
            Experiment {
                play: play.id().to_owned(),
                metric: own.map_or_else(|| play.metric().to_owned(), |own| own.slug().to_owned()),
                window_days: play.window_days().min(LONGEST_WINDOW) as i32,
                counted: counted(own, sources),
            }
        });
        Self { all: [program].into_iter().chain(plays).collect() }
    }

    /// All of them; their places are what [`super::Enrollment::play`] says.
    #[must_use]
    pub fn all(&self) -> &[Experiment] {
        &self.all
    }

    /// The place of a play; `None` = not of this catalogue.
    #[must_use]
    pub fn place(&self, play: &str) -> Option<u16> {
        let place = self.all.iter().position(|own| own.play == play)?;
        u16::try_from(place).ok()
    }

    /// The play at a place.
    #[must_use]
    pub fn get(&self, place: u16) -> Option<&Experiment> {
        self.all.get(usize::from(place))
    }
}

fn counted(own: Option<EffectMetric>, sources: Sources) -> Vec<(EffectMetric, EffectRole)> {
    let beside = [
        (EffectMetric::ComplaintRate, EffectRole::Guardrail),
        (EffectMetric::RepeatRate, EffectRole::Secondary),
        (EffectMetric::ValuePerCustomer, EffectRole::Secondary),
    ];
    let primary = own.map(|own| (own, EffectRole::Primary));
    let beside = beside.into_iter().filter(|(metric, _)| Some(*metric) != own);
    primary.into_iter().chain(beside).filter(|(metric, _)| metric.shown_by(sources)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: Sources = Sources {
        orders: true,
        rewards: false,
        deliveries: false,
        contacts: true,
        resolutions: false,
        texts: false,
        attitudes: false,
    };

    #[test]
    fn every_play_has_what_the_inputs_show_and_a_window_that_fits_twice() {
        let all = Experiments::of(&Catalogue::embedded(), BOTH);
        assert_eq!(all.all()[0].play, PROGRAM);
        assert_eq!(all.place(PROGRAM), Some(0));
        for experiment in all.all() {
            assert!((1..=120).contains(&experiment.window_days), "{}", experiment.play);
            assert!(experiment.counted.iter().filter(|(_, role)| *role == EffectRole::Primary).count() <= 1);
            let first = experiment.counted[0];
            assert!(first.1 != EffectRole::Primary || first.0.slug() == experiment.metric);
        }
        assert_eq!(all.place("no_such_play"), None);
    }

    #[test]
    fn without_orders_and_contacts_nothing_is_counted() {
        let none = Sources { orders: false, contacts: false, ..BOTH };
        let all = Experiments::of(&Catalogue::embedded(), none);
        assert!(all.all().iter().all(|experiment| experiment.counted.is_empty()));
    }

    #[test]
    fn a_play_for_value_is_judged_by_who_orders() {
        let catalogue = Catalogue::embedded();
        let all = Experiments::of(&catalogue, BOTH);
        let for_value = catalogue.plays().iter().find(|play| play.metric() == "value_per_customer").unwrap();
        let found = all.get(all.place(for_value.id()).unwrap()).unwrap();
        assert_eq!(found.counted[0], (EffectMetric::RepeatRate, EffectRole::Primary));
        assert!(found.counted.contains(&(EffectMetric::ValuePerCustomer, EffectRole::Secondary)));
    }
}

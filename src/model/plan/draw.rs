//! Who of those next for a play goes without, and what the ledger is to remember of it.

use super::next::{NextPlays, NextReason, NextStep, Prospect};
use crate::effect::{Lottery, PROGRAM, TrialArm};

/// What the ledger says of a customer and a play.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownArm {
    /// The play.
    pub play: String,
    /// The arm the customer keeps.
    pub arm: TrialArm,
}

/// A lot that fell tonight.
#[derive(Clone, Debug, PartialEq)]
pub struct FreshArm {
    /// The play, or the program.
    pub play: String,
    /// The arm.
    pub arm: TrialArm,
    /// Share of the other arm.
    pub share: f64,
}

/// What a customer is next for once the lot fell.
#[derive(Clone, Debug, PartialEq)]
pub struct DrawnStep {
    /// What they are next for.
    pub step: NextStep,
    /// Place in [`NextPlays::plays`] of the campaign that they go without by lot; `None` = they go without none.
    pub kept_from: Option<u16>,
    /// Lots that fell for the first time.
    pub fresh: Vec<FreshArm>,
}

/// Whose lot it is, and what is known of it.
#[derive(Clone, Copy, Debug, Default)]
pub struct LotOwner<'a> {
    /// What the lot is drawn by: the same for all whom one message reaches.
    pub whose: &'a [u8],
    /// What the ledger says of the customer.
    pub known: &'a [KnownArm],
    /// Arms of those whom the same message reaches.
    pub mates: &'a [FreshArm],
    /// Somebody else is at the same address.
    pub with_others: bool,
    /// Nobody at the address may be contacted, so nothing can be learned of this customer.
    pub closed: bool,
}

/// Draws for a night.
pub struct NightDraw<'a> {
    /// What everybody is next for.
    pub plays: &'a NextPlays,
    /// The lots.
    pub lottery: &'a Lottery,
    /// Share of the standing hold-out.
    pub holdout_share: f64,
}

impl NightDraw<'_> {
    /// What a customer is next for, the lot taken into account.
    ///
    /// Whoever is next for a play without having been drawn for it draws now, and keeps the arm. A control is served as the
    /// plan says and sent nothing, not even the next play: else the play would be compared with another one. Of the standing
    /// hold-out it is noted that a campaign would have come.
    ///
    /// METHOD: whom one message reaches are one in the lot, so that the control stays without. Where somebody at the address must
    /// not be contacted, nobody there is on a list: they are of neither arm, or the treated would be made up of other people than
    /// the control. The program is measured on those who share no address, because whoever shares one with somebody held out gets
    /// nothing either.
    #[must_use]
    pub fn step(&self, prospect: &Prospect, owner: &LotOwner<'_>) -> DrawnStep {
        let LotOwner { whose, known, mates, with_others, closed } = *owner;
        let step = self.plays.next(prospect);
        let mut fresh = Vec::new();
        let new = |play: &str| !known.iter().any(|own| own.play == play);
        if step.reason == Some(NextReason::HeldOut) {
            let otherwise = self.plays.next(&Prospect { held_out: false, ..*prospect });
            if otherwise.is_campaign() && new(PROGRAM) && !with_others {
                let (play, share) = (PROGRAM.to_owned(), self.holdout_share);
                fresh.push(FreshArm { play, arm: TrialArm::ProgramHoldout, share });
            }
            return DrawnStep { step, kept_from: None, fresh };
        }
        let Some(place) = step.play.filter(|_| step.is_campaign()) else {
            return DrawnStep { step, kept_from: None, fresh };
        };
        if self.holdout_share > 0.0 && new(PROGRAM) && !with_others {
            fresh.push(FreshArm { play: PROGRAM.to_owned(), arm: TrialArm::Treated, share: self.holdout_share });
        }
        let play = &self.plays.plays()[usize::from(place)];
        let arm = known.iter().find(|own| own.play == *play).map(|own| own.arm);
        if arm.is_none() && closed {
            return DrawnStep { step, kept_from: None, fresh };
        }
        let arm = arm.unwrap_or_else(|| {
            let drawn = mates.iter().find(|mate| mate.play == *play).cloned().unwrap_or_else(|| {
                let share = self.plays.control_share(prospect, place);
                let out = self.lottery.lot(play, whose) < share;
                let arm = if out { TrialArm::Control } else { TrialArm::Treated };
                FreshArm { play: play.clone(), arm, share }
            });
            let arm = drawn.arm;
            fresh.push(drawn);
            arm
        });
        let kept_from = Some(place).filter(|_| arm == TrialArm::Control);
        let step = if kept_from.is_some() { self.plays.kept_out(prospect) } else { step };
        DrawnStep { step, kept_from, fresh }
    }
}

#[cfg(test)]
mod tests {
    use super::super::types::LineScope;
    use super::super::{PlanSet, PlanSettings, plan};
    use super::*;
    use crate::effect::Learned;
    use crate::segment::fixture::{catalogue, night, segment, served, wants};

    /// Settings by which a group of the fixture is large enough for a test.
    fn learning() -> PlanSettings {
        PlanSettings { plausible_effect: 9.0, ..PlanSettings::default() }
    }

    fn plans() -> PlanSet {
        let mut s = segment("S01");
        wants(&mut s.profile, "saves_time", 0.9);
        served(&mut s.profile, "saves_time", 7.8);
        plan(&night(vec![s]), catalogue(), &learning()).learned(&Learned::default())
    }

    fn willing() -> Prospect {
        Prospect { segment: Some(0), channels: 0b11111, ..Prospect::default() }
    }

    fn drawn(prospect: Prospect, whose: &[u8], known: &[KnownArm]) -> DrawnStep {
        let (plays, lottery) = (NextPlays::of(&plans(), catalogue()), Lottery::new("demo"));
        let owner = LotOwner { whose, known, ..LotOwner::default() };
        NightDraw { plays: &plays, lottery: &lottery, holdout_share: 0.1 }.step(&prospect, &owner)
    }

    #[test]
    fn half_of_those_next_for_a_play_go_without_and_are_sent_nothing_else() {
        let steps: Vec<_> = (0..2_000_u32).map(|n| drawn(willing(), &n.to_le_bytes(), &[])).collect();
        let out = steps.iter().filter(|drawn| drawn.fresh[1].arm == TrialArm::Control).count();
        assert!(out.abs_diff(1_000) < 100, "{out} of 2,000");
        for DrawnStep { step, kept_from, fresh } in &steps {
            assert_eq!(kept_from.is_some(), fresh[1].arm == TrialArm::Control);
            assert_eq!((fresh[0].play.as_str(), fresh[0].arm, fresh[0].share), (PROGRAM, TrialArm::Treated, 0.1));
            assert_eq!(step.is_campaign(), fresh[1].arm == TrialArm::Treated);
            assert_eq!(step.reason == Some(NextReason::Control), fresh[1].arm == TrialArm::Control);
        }
    }

    #[test]
    fn an_arm_is_kept_whatever_the_lot_says_now() {
        let set = plans();
        let first = set.plans[0].lines.iter().find(|line| line.scope == LineScope::Campaign).unwrap();
        for arm in [TrialArm::Treated, TrialArm::Control] {
            let known = [KnownArm { play: first.play_id.clone(), arm }, KnownArm { play: PROGRAM.to_owned(), arm }];
            for n in 0..50_u32 {
                let DrawnStep { step, fresh, .. } = drawn(willing(), &n.to_le_bytes(), &known);
                assert_eq!(step.is_campaign(), arm == TrialArm::Treated);
                assert!(fresh.is_empty());
            }
        }
    }

    #[test]
    fn whom_one_message_reaches_are_of_one_arm_and_at_a_closed_address_nobody_is_drawn() {
        let (plays, lottery) = (NextPlays::of(&plans(), catalogue()), Lottery::new("demo"));
        let draw = NightDraw { plays: &plays, lottery: &lottery, holdout_share: 0.1 };
        for n in 0..50_u32 {
            let whose = n.to_le_bytes();
            let own = LotOwner { whose: &whose, ..LotOwner::default() };
            let first = draw.step(&willing(), &own);
            let mates = [FreshArm { share: 0.3, ..first.fresh[1].clone() }];
            let mate = draw.step(&willing(), &LotOwner { whose: b"other", mates: &mates, with_others: true, ..own });
            assert_eq!(mate.fresh, mates, "the arm and the share of the first, and nothing of the program");
            let closed = draw.step(&willing(), &LotOwner { closed: true, with_others: true, ..own });
            assert!(closed.fresh.is_empty() && closed.kept_from.is_none());
        }
    }

    #[test]
    fn the_hold_out_is_noted_once_a_campaign_would_have_come_and_nobody_else_without_one() {
        let held = Prospect { held_out: true, ..willing() };
        let DrawnStep { step, fresh, .. } = drawn(held, b"K1", &[]);
        assert_eq!(step.reason, Some(NextReason::HeldOut));
        assert_eq!((fresh.len(), fresh[0].arm), (1, TrialArm::ProgramHoldout));
        for quiet in [Prospect { channels: 0, ..held }, Prospect { channels: 0, ..willing() }] {
            assert_eq!(drawn(quiet, b"K1", &[]).fresh, []);
        }
    }
}

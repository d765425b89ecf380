//! Made-up experiments: customers mature evenly over 60 nights, and every night has its verdict.

use rand::{RngCore as _, SeedableRng as _};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;
use valueseg::catalogue::Better;
use valueseg::model::effect::{ArmPair, EffectEvidence, EffectVerdict};
use valueseg::stats::arms::{ArmSums, Family, FamilyMember, sample_ratio, welch};
use valueseg::stats::multiple::benjamini_hochberg;

use crate::say;

/// Nights of an experiment.
const NIGHTS: u64 = 60;

/// Share that orders without a play.
const BASE: f64 = 0.20;

/// Expected difference in standard errors on the day of the verdict, of an effect that the plan is made for: found in 80 of
/// 100 by a test of five percent.
const PLANNED: f64 = 2.801_585;

/// What became of one world.
#[derive(Clone, Copy, Default)]
struct Ended {
    worked: bool,
    harmed: bool,
    /// The verdict came before its day.
    early: bool,
    /// The interval of the day holds the truth.
    day_holds: bool,
    /// The intervals of all nights do.
    all_hold: bool,
}

pub(crate) fn run(worlds: u64, customers: u64) {
    let effect = PLANNED * (BASE * (1.0 - BASE) * 4.0 / customers as f64).sqrt();
    say(&format!("{worlds} worlds of {customers} customers, half each, {NIGHTS} nights, {:.0} % order:", 100.0 * BASE));
    say("effect          worked  harmed  early   day holds  all nights hold");
    for (name, effect) in [("none", 0.0), ("planned", effect), ("planned, bad", -effect), ("twice", 2.0 * effect)] {
        let ended: Vec<Ended> = (0..worlds).into_par_iter().map(|seed| world(seed, customers, effect)).collect();
        let share = |of: fn(&Ended) -> bool| 100.0 * ended.iter().filter(|end| of(end)).count() as f64 / worlds as f64;
        say(&format!(
            "{name:<14} {:>6.1} % {:>6.1} % {:>5.1} % {:>8.1} % {:>13.1} %",
            share(|end| end.worked),
            share(|end| end.harmed),
            share(|end| end.early),
            share(|end| end.day_holds),
            share(|end| end.all_hold),
        ));
    }
    say("samples that lost part of their control, and were caught:");
    for (drawn, lost) in [(20_000, 0.0), (20_000, 0.05), (20_000, 0.10), (50_000, 0.05)] {
        let caught = (0..worlds).into_par_iter().filter(|seed| uneven(*seed, drawn, lost)).count();
        say(&format!(
            "{drawn} drawn, {:.0} % of the control lost: {:.1} %",
            100.0 * lost,
            100.0 * caught as f64 / worlds as f64
        ));
    }
}

fn chance(rng: &mut Xoshiro256PlusPlus, p: f64) -> bool {
    ((rng.next_u64() >> 11) as f64) * (1.0 / (1_u64 << 53) as f64) < p
}

fn world(seed: u64, customers: u64, effect: f64) -> Ended {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ effect.to_bits());
    let mut arms = [ArmSums::default(); 2];
    let mut ended = Ended { all_hold: true, ..Ended::default() };
    let (mut before, mut drawn) = (None, 0);
    for night in 1..=NIGHTS {
        while drawn < customers * night / NIGHTS {
            drawn += 1;
            let control = chance(&mut rng, 0.5);
            let rate = if control { BASE } else { BASE + effect };
            arms[usize::from(control)].add(f64::from(u8::from(chance(&mut rng, rate))), 0.0);
        }
        let evidence = evidence(&arms, customers);
        ended.all_hold &= evidence.any_night().is_none_or(|i| i.low <= effect && effect <= i.high);
        let verdict = evidence.verdict(before, sure(&evidence, &arms[1]));
        let settled = matches!(verdict, EffectVerdict::Worked | EffectVerdict::Harmed);
        ended.early |= settled && night < NIGHTS;
        before = Some(verdict);
        if night == NIGHTS {
            ended.day_holds = evidence.of_the_day().is_some_and(|i| i.low <= effect && effect <= i.high);
            (ended.worked, ended.harmed) = (verdict == EffectVerdict::Worked, verdict == EffectVerdict::Harmed);
        }
    }
    ended
}

fn evidence(arms: &[ArmSums; 2], customers: u64) -> EffectEvidence {
    let pair = |of: fn(&ArmSums) -> f64| ArmPair { treated: of(&arms[0]) as u64, control: of(&arms[1]) as u64 };
    let matured = pair(|arm| arm.n);
    let total = (matured.treated + matured.control) as f64;
    let halves = arms.map(|arm| (arm.n, total / 2.0));
    EffectEvidence {
        better: Better::Higher,
        contrast: arms[0].outcome().zip(arms[1].outcome()).and_then(|(t, c)| welch(t, c)),
        assigned: matured,
        matured,
        events: pair(|arm| arm.y),
        planned: Some(customers),
        srm_p: sample_ratio(&halves).map(|found| found.p),
        crossover: Some(0.0),
        worth: Some(0.1 * BASE),
        closed: false,
    }
}

/// Whether a play by itself stands out, as the job asks.
fn sure(evidence: &EffectEvidence, control: &ArmSums) -> bool {
    let Some(contrast) = evidence.contrast else { return false };
    let stands_out = benjamini_hochberg(&[contrast.p()])[0].is_some_and(|p| p < 0.05);
    let member = FamilyMember { value: contrast.value, se: contrast.se };
    let family = Family::with_tau2(&[member], (0.1 * control.y / control.n).powi(2));
    stands_out && family.is_some_and(|family| family.shrunk(member).positive >= 0.975)
}

/// Whether a sample is called uneven that lost `lost` of its control.
fn uneven(seed: u64, drawn: u64, lost: f64) -> bool {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed ^ 0x5EED_0001);
    let mut arms = [0.0; 2];
    for _ in 0..drawn {
        let control = chance(&mut rng, 0.5);
        if !(control && chance(&mut rng, lost)) {
            arms[usize::from(control)] += 1.0;
        }
    }
    let due = f64::midpoint(arms[0], arms[1]);
    sample_ratio(&[(arms[0], due), (arms[1], due)]).is_some_and(|found| found.p < 0.001)
}

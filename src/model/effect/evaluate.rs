//! From the sums of a night to what is said of every play in every group.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};

use super::experiment::{EffectMetric, EffectRole, Experiment, Experiments};
use super::finding::{ArmPair, ControlKind, EffectFinding, EffectVerdict, FindingKey, PastFinding};
use super::interaction::remarks;
use super::say;
use super::settings::{CLOSED_AFTER_DAYS, EffectSettings, LONGEST_EPOCH_DAYS};
use super::state::{EffectGroup, EffectState, LotCounts};
use super::strata::{MetricFigures, Strata};
use super::verdict::EffectEvidence;
use crate::segment::Noise;
use valueseg_catalogue::Better;
use valueseg_stats::arms::{Contrast, Family, FamilyMember};
use valueseg_stats::interval::Group;
use valueseg_stats::multiple::{benjamini_hochberg, holm};
use valueseg_stats::power::{DEFAULT_BASE_RATE, customers_needed, smallest_detectable_difference};

/// Everybody, whatever the segment.
const EVERYBODY: &str = "ALL";

/// Fewest members from which a family shows its own spread. Our judgment.
const LEAST_FAMILY: usize = 5;

/// Spread of relative effects of plays where fewer were measured. Our judgment.
const PRIOR_SPREAD: f64 = 0.10;

/// How sure it must be, among its like, that a play that worked did.
const SURE: f64 = 0.975;

/// Largest change of a share that a plan is made to show.
const PLAUSIBLE_POINTS: f64 = 0.10;

/// Level of adjusted p-values.
const LEVEL: f64 = 0.05;

/// What findings are made of.
pub struct Evaluation<'a> {
    /// The sums.
    pub state: &'a EffectState,
    /// The plays.
    pub experiments: &'a Experiments,
    /// What the night before said.
    pub past: &'a BTreeMap<FindingKey, PastFinding>,
    /// Settings.
    pub settings: &'a EffectSettings,
    /// Relative effect that a plan is to show, as of plans.
    pub planned_effect: f64,
    /// Fewest people behind a figure.
    pub min_cell: u64,
    /// The noise of the night.
    pub noise: &'a Noise,
    /// Ids of segments by place.
    pub segments: &'a [String],
    /// The night.
    pub today: NaiveDate,
}

/// A finding in the making.
struct Drafted {
    finding: EffectFinding,
    evidence: EffectEvidence,
    figures: Option<MetricFigures>,
    metric: Option<EffectMetric>,
    past: Option<PastFinding>,
    /// Days since the first lot that still counts.
    drawn_for: i32,
}

/// A play in a group against one control.
struct Subject<'a> {
    experiment: &'a Experiment,
    control: ControlKind,
    segment: String,
    strata: Strata,
    counts: LotCounts,
    cap: Option<f64>,
}

impl Evaluation<'_> {
    /// All findings, by key.
    #[must_use]
    pub fn findings(&self) -> Vec<EffectFinding> {
        let mut drafted: Vec<Drafted> = Vec::new();
        for subject in self.subjects() {
            drafted.extend(self.of_subject(&subject));
        }
        adjust(&mut drafted);
        shrink(&mut drafted);
        self.judge(&mut drafted);
        self.remark(&mut drafted);
        let mut found: Vec<EffectFinding> = drafted.into_iter().map(|drafted| drafted.finding).collect();
        found.sort_by(|a, b| a.key.cmp(&b.key));
        found
    }

    /// Adds what concerns a play beside its verdict, where it is told of everybody.
    fn remark(&self, drafted: &mut [Drafted]) {
        let beside = remarks(self.state, self.experiments, self.noise);
        let everybody = |d: &&mut Drafted| d.finding.role == EffectRole::Primary && d.finding.key.segment == EVERYBODY;
        for drafted in drafted.iter_mut().filter(everybody) {
            let finding = &mut drafted.finding;
            let place =
                self.experiments.place(&finding.key.play).filter(|_| finding.key.control == ControlKind::OwnControl);
            if let Some(remark) = place.and_then(|place| beside.get(&place)) {
                finding.say.push_str(remark);
            }
            let old = finding.key.control == ControlKind::ProgramHoldout && drafted.drawn_for > LONGEST_EPOCH_DAYS;
            if old {
                finding.say.push_str(&say::old_epoch(drafted.drawn_for));
            }
        }
    }

    /// Plays and groups of which lots are known.
    fn subjects(&self) -> Vec<Subject<'_>> {
        let mut strata: BTreeMap<(u16, ControlKind, String), Strata> = BTreeMap::new();
        let labels = |group: EffectGroup| {
            let own = match group {
                EffectGroup::Segment(place) => self.segments.get(usize::from(place)).cloned(),
                EffectGroup::Neutral => Some("NONE".to_owned()),
                EffectGroup::Unknown => None,
            };
            own.into_iter().chain([EVERYBODY.to_owned()])
        };
        for (key, counts) in &self.state.lots {
            for label in labels(key.group) {
                strata.entry((key.play, key.kind, label)).or_default().add(key.share, counts);
            }
        }
        for ((key, metric), sums) in &self.state.sums {
            for label in labels(key.group) {
                strata.entry((key.play, key.kind, label)).or_default().add_sums(*metric, key.share, sums);
            }
        }
        // What was sent for plays drawn here, to others than were drawn, is no experiment from elsewhere.
        let drawn_here =
            |play: u16| self.state.lots.keys().any(|k| k.play == play && k.kind == ControlKind::OwnControl);
        let own = |((play, kind, segment), strata): ((u16, ControlKind, String), Strata)| {
            let counts = strata.counts();
            if kind == ControlKind::OutsideControl && counts.assigned[1] == 0 && drawn_here(play) {
                return None;
            }
            let experiment = self.experiments.get(play)?;
            Some(Subject { experiment, control: kind, segment, strata, counts, cap: self.state.cap(play) })
        };
        strata.into_iter().filter_map(own).collect()
    }

    fn of_subject(&self, subject: &Subject<'_>) -> Vec<Drafted> {
        let counted = &subject.experiment.counted;
        let primary = counted.first().filter(|(_, role)| *role == EffectRole::Primary);
        let key = |metric: &str| FindingKey {
            play: subject.experiment.play.clone(),
            segment: subject.segment.clone(),
            control: subject.control,
            metric: metric.to_owned(),
        };
        let plan = primary.and_then(|(metric, _)| {
            let past = self.past.get(&key(metric.slug())).and_then(|past| past.planned);
            past.or_else(|| self.planned(subject, *metric))
        });
        let mut drafted = Vec::new();
        if primary.is_none() {
            let past = self.past.get(&key(&subject.experiment.metric)).cloned();
            drafted.push(self.draft(subject, key(&subject.experiment.metric), EffectRole::Primary, None, None, past));
        }
        for (metric, role) in counted {
            let key = key(metric.slug());
            let past = self.past.get(&key).cloned();
            let own = || past.as_ref().and_then(|past| past.planned).or_else(|| self.planned(subject, *metric));
            let planned = plan.or_else(own);
            drafted.push(self.draft(subject, key, *role, Some(*metric), planned, past));
        }
        drafted
    }

    /// Customers of both arms that show the effect a plan is to show, from what was before the lot.
    ///
    /// METHOD (our judgment): of a share no more than ten points, for three in ten of a large one is more than any play does; where
    /// nobody did it before, one in ten stands in, as in plans.
    fn planned(&self, subject: &Subject<'_>, metric: EffectMetric) -> Option<u64> {
        let known = before(&subject.strata, metric)?;
        let nobody = metric.is_share() && known.mean <= 0.0;
        let (mean, variance) = if nobody {
            (DEFAULT_BASE_RATE, DEFAULT_BASE_RATE * (1.0 - DEFAULT_BASE_RATE))
        } else {
            (known.mean, known.variance)
        };
        let most = if metric.is_share() { PLAUSIBLE_POINTS } else { f64::INFINITY };
        let difference = (self.planned_effect * mean).min(most);
        let needed = customers_needed(variance.sqrt(), difference, subject.strata.share()?)?;
        // In tens: what was before the lot is no figure to be told to the customer.
        needed.checked_next_multiple_of(10)
    }

    fn draft(
        &self,
        subject: &Subject<'_>,
        key: FindingKey,
        role: EffectRole,
        metric: Option<EffectMetric>,
        planned: Option<u64>,
        past: Option<PastFinding>,
    ) -> Drafted {
        let Subject { counts, strata, experiment, .. } = subject;
        let name = format!("{}/{}/{}/{}", key.play, key.segment, key.control.slug(), key.metric);
        let sums = metric.map(|metric| strata.all(metric)).unwrap_or_default();
        let base = metric.and_then(|metric| before(strata, metric)).filter(|base| base.mean > 0.0);
        let worth = base.map(|base| two_digits(self.settings.worth_having * base.mean));
        let cap = metric
            .filter(|metric| !metric.is_share())
            .and_then(|_| past.as_ref().and_then(|past| past.cap).or(subject.cap));
        let enough = counts.assigned.iter().all(|n| *n >= self.min_cell.max(2));
        let most = cap.unwrap_or(1.0);
        let figures = metric.filter(|_| enough).and_then(|metric| strata.figures(metric, &name, most, self.noise));
        let days_since = counts.days.last_key_value().map_or(0, |(day, _)| self.today.to_epoch_days() - day);
        let matured = sums.plain.map(|arm| arm.n.max(0) as u64);
        let crossed = (counts.matured[1] > 0).then(|| counts.reached[1] as f64 / counts.matured[1] as f64);
        let evidence = EffectEvidence {
            better: metric.map_or(Better::Higher, EffectMetric::better),
            contrast: figures.as_ref().map(|figures| figures.contrast),
            assigned: pair(counts.assigned),
            matured: pair(matured),
            events: pair(sums.events),
            planned,
            srm_p: strata.sample_ratio().map(|found| found.p),
            crossover: crossed,
            worth,
            closed: counts.matured == counts.assigned && days_since >= experiment.window_days.max(CLOSED_AFTER_DAYS),
        };
        let told = figures.filter(|_| evidence.tells());
        let fives = |what: &str, arms: [u64; 2]| {
            let five = |arm: usize| self.noise.in_fives(&format!("effects/{name}/{what}/{arm}"), arms[arm]);
            ArmPair { treated: five(0), control: five(1) }
        };
        let finding = EffectFinding {
            role,
            window_days: experiment.window_days,
            assigned: fives("assigned", counts.assigned),
            matured: fives("matured", if metric.is_some() { matured } else { counts.matured }),
            reached_share: self.told_share(&format!("{name}/reached"), counts.reached[0], counts.matured[0]),
            crossover_share: self.told_share(&format!("{name}/crossed"), counts.reached[1], counts.matured[1]),
            mean: told.as_ref().map(|figures| figures.mean),
            effect: None,
            effect_se: None,
            interval: None,
            any_night: None,
            relative: None,
            adjusted: None,
            reached: None,
            p: None,
            p_any: None,
            p_adjusted: None,
            shrunk: None,
            worth: worth.filter(|_| sums.before.n as u64 >= self.min_cell),
            cap,
            srm_p: evidence.srm_p,
            detectable: base.and_then(|base| detectable(base, counts.assigned)),
            planned,
            verdict_on: verdict_on(counts, planned, experiment.window_days, past.as_ref()),
            verdict: EffectVerdict::TooEarly,
            verdict_since: self.today,
            say: String::new(),
            key,
        };
        let drawn_for = counts.days.first_key_value().map_or(0, |(day, _)| self.today.to_epoch_days() - day);
        let mut drafted = Drafted { finding, evidence, figures: told, metric, past, drawn_for };
        drafted.fill();
        drafted
    }

    /// A share of customers with the noise of the night; `None` = too few.
    fn told_share(&self, name: &str, part: u64, all: u64) -> Option<f64> {
        let told = self.noise.shifted(&format!("effects/{name}"), part as f64, 1.0);
        (all >= self.min_cell.max(1)).then(|| (told / all as f64).clamp(0.0, 1.0))
    }

    /// Verdicts, primary metrics first: what stands beside them follows.
    fn judge(&self, drafted: &mut [Drafted]) {
        for drafted in drafted.iter_mut() {
            let before = drafted.past.as_ref().map(|past| past.verdict);
            let Drafted { finding, evidence, figures, metric, .. } = drafted;
            let stands_out = finding.p_adjusted.is_some_and(|p| p < LEVEL);
            let right = finding.shrunk.map(|(_, _, positive)| match evidence.better {
                Better::Higher => positive,
                Better::Lower => 1.0 - positive,
            });
            let sure = match finding.role {
                EffectRole::Primary => stands_out && right.is_some_and(|right| right >= SURE),
                EffectRole::Guardrail | EffectRole::Secondary => stands_out,
            };
            finding.verdict = match metric {
                None if evidence.assigned.control == 0 => EffectVerdict::NoControl,
                None => EffectVerdict::NoOutcome,
                Some(_) => evidence.verdict(before, sure),
            };
            let fades = figures.as_ref().is_some_and(|figures| figures.fades(evidence.better));
            if finding.verdict == EffectVerdict::Worked && fades {
                finding.verdict = EffectVerdict::Fading;
            }
        }
        let primary: BTreeMap<(String, String, ControlKind), EffectVerdict> = drafted
            .iter()
            .filter(|d| d.finding.role == EffectRole::Primary)
            .map(|d| (d.place(), d.finding.verdict))
            .collect();
        for drafted in drafted.iter_mut() {
            if drafted.finding.role == EffectRole::Secondary
                && let Some(verdict) = primary.get(&drafted.place())
            {
                drafted.finding.verdict = *verdict;
            }
            let same = drafted.past.as_ref().filter(|past| past.verdict == drafted.finding.verdict);
            drafted.finding.verdict_since = same.and_then(|past| past.since).unwrap_or(self.today);
            let thirds = drafted.figures.as_ref().and_then(|figures| figures.thirds);
            let share = drafted.metric.is_some_and(EffectMetric::is_share);
            drafted.finding.say = say::sentence(&drafted.finding, share, thirds.map(|thirds| thirds.map(|t| t.value)));
        }
    }
}

impl Drafted {
    fn place(&self) -> (String, String, ControlKind) {
        (self.finding.key.play.clone(), self.finding.key.segment.clone(), self.finding.key.control)
    }

    /// Figures of the finding, from those of the strata.
    fn fill(&mut self) {
        let Self { finding, evidence, figures, .. } = self;
        let Some(figures) = figures else { return };
        let Contrast { value, se, .. } = figures.contrast;
        finding.effect = Some(value);
        finding.effect_se = Some(se);
        finding.interval = evidence.of_the_day().map(|i| (i.low, i.high));
        finding.any_night = evidence.any_night().map(|i| (i.low, i.high));
        finding.relative = figures.relative.and_then(|lift| {
            let interval = lift.interval(LEVEL)?;
            Some((interval.value, interval.low, interval.high))
        });
        finding.adjusted = figures.adjusted.map(|(adjusted, gone)| (adjusted.value, adjusted.se, gone));
        finding.reached = figures.reached.map(|reached| (reached.value, reached.se));
        finding.p = figures.contrast.p();
        finding.p_any =
            evidence.any_night().and_then(|_| evidence.sequence()?.p(&figures.contrast, evidence.n() as f64));
    }
}

impl MetricFigures {
    /// Whether what it does wears off: in the last third of the window less than half of the first, beyond both errors.
    fn fades(&self, better: Better) -> bool {
        let Some([early, late]) = self.thirds else { return false };
        let sign = if better == Better::Higher { 1.0 } else { -1.0 };
        let less = sign * late.value < sign * early.value / 2.0 && sign * early.value > 0.0;
        let apart = early.interval(LEVEL).zip(late.interval(LEVEL)).is_some_and(|(early, late)| {
            if better == Better::Higher { late.high < early.low } else { late.low > early.high }
        });
        less && apart
    }
}

/// Adjusted p-values: over all primary metrics of plays, over those of the program, over the guardrails of a play.
fn adjust(drafted: &mut [Drafted]) {
    let program = |d: &Drafted| d.finding.key.control == ControlKind::ProgramHoldout;
    for of_program in [false, true] {
        let family: Vec<usize> = (0..drafted.len())
            .filter(|i| drafted[*i].finding.role == EffectRole::Primary && program(&drafted[*i]) == of_program)
            .collect();
        let p: Vec<Option<f64>> = family.iter().map(|i| drafted[*i].finding.p).collect();
        for (place, q) in family.into_iter().zip(benjamini_hochberg(&p)) {
            drafted[place].finding.p_adjusted = q;
        }
    }
    let mut guardrails: BTreeMap<(String, String, ControlKind), Vec<usize>> = BTreeMap::new();
    for (i, d) in drafted.iter().enumerate().filter(|(_, d)| d.finding.role == EffectRole::Guardrail) {
        guardrails.entry(d.place()).or_default().push(i);
    }
    for family in guardrails.into_values() {
        let p: Vec<Option<f64>> = family.iter().map(|i| drafted[*i].finding.p).collect();
        for (place, q) in family.into_iter().zip(holm(&p)) {
            drafted[place].finding.p_adjusted = q;
        }
    }
}

/// Effects among their like: plays with the same metric, groups apart from everybody, the program apart from plays.
///
/// METHOD: a company looks at its best play, and the best of many is partly luck. From five members on the family shows its own
/// spread; before, it is that of a tenth of the control. Source: normal–normal empirical Bayes, `docs/method.md#did-it-work`.
fn shrink(drafted: &mut [Drafted]) {
    let mut families: BTreeMap<(String, bool, bool), Vec<usize>> = BTreeMap::new();
    for (i, d) in drafted.iter().enumerate() {
        let key = &d.finding.key;
        if d.finding.role == EffectRole::Primary && d.finding.effect.is_some() {
            let program = key.control == ControlKind::ProgramHoldout;
            families.entry((key.metric.clone(), key.segment == EVERYBODY, program)).or_default().push(i);
        }
    }
    for family in families.into_values() {
        let member = |d: &Drafted| Some(FamilyMember { value: d.finding.effect?, se: d.finding.effect_se? });
        let members: Vec<FamilyMember> = family.iter().filter_map(|i| member(&drafted[*i])).collect();
        let controls: f64 = family.iter().filter_map(|i| drafted[*i].finding.mean).map(|mean| mean.control.abs()).sum();
        let prior = (PRIOR_SPREAD * controls / family.len() as f64).powi(2);
        let found =
            if members.len() < LEAST_FAMILY { Family::with_tau2(&members, prior) } else { Family::of(&members) };
        let Some(found) = found else { continue };
        for i in family {
            drafted[i].finding.shrunk = member(&drafted[i]).map(|member| {
                let shrunk = found.shrunk(member);
                (shrunk.value, shrunk.sd, shrunk.positive)
            });
        }
    }
}

/// What was before the lot, of all drawn.
fn before(strata: &Strata, metric: EffectMetric) -> Option<Group> {
    let unit = if metric.is_share() { 1.0 } else { super::outcome::CENTS };
    strata.all(metric).before.in_units(unit, 1.0).outcome()
}

/// The day on which as many are matured as the plan asks for; one that came stays.
fn verdict_on(counts: &LotCounts, planned: Option<u64>, window: i32, past: Option<&PastFinding>) -> Option<NaiveDate> {
    if let Some(past) = past.filter(|past| past.verdict.is_final()) {
        return past.verdict_on;
    }
    let planned = planned?;
    let mut drawn = 0;
    let day = counts.days.iter().find(|(_, n)| {
        drawn += **n;
        drawn >= planned
    })?;
    let due = NaiveDate::from_epoch_days(*day.0)?.checked_add_days(Days::new(window as u64))?;
    Some(due)
}

fn detectable(base: Group, assigned: [u64; 2]) -> Option<f64> {
    let step = smallest_detectable_difference(base.variance.sqrt(), assigned[0], assigned[1])?;
    Some(step / base.mean).filter(|share| share.is_finite())
}

fn pair(arms: [u64; 2]) -> ArmPair<u64> {
    ArmPair { treated: arms[0], control: arms[1] }
}

/// A number above 0 to two digits that count.
fn two_digits(value: f64) -> f64 {
    let scale = 10f64.powi(1 - value.abs().log10().floor() as i32);
    (value * scale).round() / scale
}

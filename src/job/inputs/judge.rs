//! Which figures changed so much that somebody has to look.

use crate::job::settings::Gates;
use crate::tables::figures::{
    ChangeMeasure, FIGURES, FigureKind, Figures, Mixes, figure_kind, key, noise_reach, parts,
};

use super::past::Past;

/// How many standard errors chance makes of a count or a mean, at most. Our judgment: with a few hundred figures a night,
/// three would be met by chance now and then were nights independent; they share nearly all of their rows.
const CHANCE: f64 = 3.0;

/// Spread of answers over people, in points of 10: what a mean of other people's answers is expected to differ by. Our
/// judgment, on the high side.
const ANSWER_SD: f64 = 2.5;

/// What the part of a share that is gone, or that changed, counts for beside the change itself. Our judgment: a column that
/// few rows have is lost when it is lost to them.
const PART_GONE: f64 = 0.4;
const PART_CHANGED: f64 = 0.2;

/// What a change comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Severity {
    /// Within what nights do.
    Fine,
    /// Told; the night is published.
    Alert,
    /// The night is held.
    Hold,
}

/// A figure, then and now.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct FigureChange {
    pub(super) kind: &'static FigureKind,
    pub(super) subject: String,
    /// On the night before.
    pub(super) before: f64,
    /// Tonight; `None` = there is none any more.
    pub(super) now: Option<f64>,
    /// How large the change is, as its kind measures it.
    pub(super) size: f64,
    /// What it was held against.
    pub(super) limit: f64,
    pub(super) severity: Severity,
}

/// A change as its kind measures it: how large, and whether something was lost.
#[derive(Clone, Copy)]
struct Size {
    size: f64,
    is_loss: bool,
}

/// What figures are judged by.
pub(super) struct Judge<'a> {
    pub(super) gates: &'a Gates,
    pub(super) past: &'a Past,
}

impl Judge<'_> {
    /// Every figure that changed too much, in the order of [`FIGURES`], then of the subject.
    pub(super) fn changes(&self, tonight: &Figures, mixes: &Mixes) -> Vec<FigureChange> {
        let mut changes = Vec::new();
        if self.past.before().is_empty() {
            return changes;
        }
        for key in self.past.keys(tonight) {
            let (name, subject) = parts(key);
            let Some(kind) = figure_kind(name) else { continue };
            changes.extend(self.figure(kind, subject, tonight).filter(|change| change.severity > Severity::Fine));
        }
        changes.extend(self.words(mixes));
        let place = |change: &FigureChange| FIGURES.iter().position(|kind| kind.name == change.kind.name);
        changes.sort_by(|a, b| place(a).cmp(&place(b)).then_with(|| a.subject.cmp(&b.subject)));
        changes
    }

    fn figure(&self, kind: &'static FigureKind, subject: &str, tonight: &Figures) -> Option<FigureChange> {
        let key = key(kind.name, subject);
        let before = self.before(kind, subject)?;
        let now = tonight.get(&key).copied();
        if kind.measure == ChangeMeasure::Days {
            let usual = self.past.usual_most(&key).filter(|most| most.is_finite())?;
            let size = Size { size: now? - usual, is_loss: false };
            return self.judged(kind, subject, before, now, &[size]);
        }
        let against_eve = size(kind, subject, before, tonight, self.past.before())?;
        let mut sizes = vec![against_eve];
        if let Some(usual) = self.past.usual(&key) {
            sizes.push(size(kind, subject, usual, tonight, self.past.before())?);
        }
        self.judged(kind, subject, before, now, &sizes)
    }

    /// The figure of the night before; a share of bad rows that is not listed was 0 where the table was read.
    fn before(&self, kind: &FigureKind, subject: &str) -> Option<f64> {
        let figures = self.past.before();
        let known = figures.get(&key(kind.name, subject)).copied();
        let table = subject.split('.').next().unwrap_or(subject);
        let was_read = kind.measure == ChangeMeasure::Rise && figures.contains_key(&key("rows", table));
        known.or(was_read.then_some(0.0))
    }

    /// INVARIANT: a change counts only as far as it shows against everything it is held against.
    fn judged(
        &self,
        kind: &'static FigureKind,
        subject: &str,
        before: f64,
        now: Option<f64>,
        sizes: &[Size],
    ) -> Option<FigureChange> {
        let (alert, hold) = self.limits(kind);
        let over = |limit: Option<f64>| limit.filter(|limit| sizes.iter().all(|size| size.size > *limit));
        let holds = hold.filter(|_| sizes.iter().all(|size| size.is_loss || kind.measure == ChangeMeasure::Factor));
        let (severity, limit) = match (over(holds), over(alert)) {
            (Some(limit), _) => (Severity::Hold, limit),
            (None, Some(limit)) => (Severity::Alert, limit),
            (None, None) => (Severity::Fine, f64::INFINITY),
        };
        let size = sizes.first()?.size;
        Some(FigureChange { kind, subject: subject.to_owned(), before, now, size, limit, severity })
    }

    /// From where on a change is told, and holds. Losses follow `gates.max_coverage_loss` unless set by themselves.
    fn limits(&self, kind: &FigureKind) -> (Option<f64>, Option<f64>) {
        let follows = matches!(kind.measure, ChangeMeasure::Count | ChangeMeasure::Sum);
        let usual = kind.hold.map(|hold| if follows { self.gates.max_coverage_loss } else { hold });
        let set = |map: &std::collections::BTreeMap<String, f64>| map.get(kind.name).copied();
        (set(&self.gates.alert_at).or(kind.alert), set(&self.gates.hold_at).or(usual))
    }

    /// Columns whose words are others than on the night before.
    fn words(&self, tonight: &Mixes) -> Vec<FigureChange> {
        let Some(kind) = figure_kind("words") else { return Vec::new() };
        let (Some(limit), _) = self.limits(kind) else { return Vec::new() };
        let both = self.past.mixes().iter().filter_map(|(column, before)| Some((column, before, tonight.get(column)?)));
        let changed = both.filter_map(|(column, before, now)| {
            let size = now.distance(before)?;
            let chance = CHANCE / (before.rows().min(now.rows()) as f64).sqrt();
            let change = FigureChange {
                kind,
                subject: column.clone(),
                before: 0.0,
                now: Some(size),
                size,
                limit,
                severity: Severity::Alert,
            };
            (size > limit.max(chance)).then_some(change)
        });
        changed.collect()
    }
}

/// How large the change of a figure is; `None` = there is nothing to compare, or chance alone may have made it.
fn size(kind: &FigureKind, subject: &str, before: f64, tonight: &Figures, eve: &Figures) -> Option<Size> {
    let known = tonight.get(&key(kind.name, subject)).copied();
    let gone_is_none = known.unwrap_or(0.0);
    let by = |size: f64, is_loss: bool| Some(Size { size, is_loss });
    // How many people stand behind a mean, then and now.
    let noise = |counted: &str| {
        let of = |figures: &Figures| figures.get(&key(counted, subject)).copied().filter(|count| *count > 0.0);
        Some(CHANCE * (1.0 / of(eve)? + 1.0 / of(tonight)?).sqrt())
    };
    let beyond = |change: f64, noise: f64| if change > noise { change } else { 0.0 };
    match kind.measure {
        ChangeMeasure::Count | ChangeMeasure::Loss => {
            let lost = before - gone_is_none;
            let by_chance = CHANCE * before.max(gone_is_none).sqrt();
            if lost.abs() <= by_chance || (kind.measure == ChangeMeasure::Loss && lost < 0.0) {
                return by(0.0, lost > 0.0);
            }
            by(lost.abs() / before.max(1.0), lost > 0.0)
        }
        ChangeMeasure::Sum if before == 0.0 => None,
        ChangeMeasure::Sum => {
            let ratio = gone_is_none / before;
            let (least, most) = stored_within(kind, subject, eve);
            by((1.0 - ratio * most).max(ratio * least - 1.0).max(0.0), ratio < 1.0)
        }
        ChangeMeasure::Rise => by(gone_is_none - before, false),
        ChangeMeasure::Fewer => by(before - gone_is_none, true),
        ChangeMeasure::Fall => by(of_rows(before - gone_is_none, before, PART_GONE, rows_of(subject, eve)), true),
        ChangeMeasure::Share => {
            let now = known?;
            by(of_rows((now - before).abs(), before.max(now), PART_CHANGED, rows_of(subject, eve)), false)
        }
        ChangeMeasure::Factor => by(factor(before, known?, stored_within(kind, subject, eve)), false),
        ChangeMeasure::Points => by(beyond((known? - before).abs(), ANSWER_SD * noise("answers")?), false),
        ChangeMeasure::Spread => {
            let spread_of = |figures: &Figures| figures.get(&key("signal_sd", subject)).copied();
            // The stored one carries noise, and may be far too small.
            let spread = spread_of(eve)?.max(spread_of(tonight).unwrap_or(0.0));
            let known_of = eve.get(&key("signal_known", subject)).copied()?;
            let reach = noise("signal_known")? + noise_reach(known_of);
            if spread > 0.0 { by(beyond((known? - before).abs() / spread, reach), false) } else { None }
        }
        ChangeMeasure::Days | ChangeMeasure::Words | ChangeMeasure::Beside => None,
    }
}

/// Rows of the table that a column belongs to.
fn rows_of(column: &str, figures: &Figures) -> f64 {
    let table = column.split('.').next().unwrap_or(column);
    let counted = ["in_window", "rows"].into_iter().find_map(|kind| figures.get(&key(kind, table)));
    counted.copied().unwrap_or(0.0)
}

/// A change of a share of `rows`: in shares, or as a part of the `whole` share; nothing where chance may have made it.
fn of_rows(change: f64, whole: f64, part: f64, rows: f64) -> f64 {
    if change * rows <= CHANCE * (whole * rows).sqrt() || whole <= 0.0 {
        0.0
    } else {
        change.max(part * change / whole)
    }
}

/// The stored figure in parts of the true one: between which two it lies, noise being what it is.
///
/// METHOD: a change counts as the least one that the noise on the stored figure leaves possible. Otherwise a small base,
/// whose sums are moved by a quarter, is held back by chance.
fn stored_within(kind: &FigureKind, subject: &str, eve: &Figures) -> (f64, f64) {
    let counted = match kind.name {
        "value" => eve.get("valued").copied(),
        "mean" | "median" => eve.get(&key("rows", subject.split('.').next().unwrap_or(subject))).copied(),
        _ => None,
    };
    let reach = counted.map_or(0.0, noise_reach);
    ((1.0 - reach).max(0.0), 1.0 + reach)
}

/// How many times larger or smaller, at least: 1 = as before. A change of sign is beyond all bounds.
fn factor(before: f64, now: f64, (least, most): (f64, f64)) -> f64 {
    let ratio = now / before;
    if before == 0.0 {
        1.0
    } else if ratio <= 0.0 {
        f64::INFINITY
    } else {
        (ratio * least).max(1.0 / (ratio * most)).max(1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tables::figures::Mix;

    fn figures(list: &[(&str, f64)]) -> Figures {
        list.iter().map(|(key, value)| ((*key).to_owned(), *value)).collect()
    }

    fn judged(past: Vec<Figures>, tonight: &Figures) -> Vec<(String, Severity)> {
        let (gates, past) = (Gates::default(), Past::invented(past, Mixes::new()));
        let changes = Judge { gates: &gates, past: &past }.changes(tonight, &Mixes::new());
        changes.into_iter().map(|change| (key(change.kind.name, &change.subject), change.severity)).collect()
    }

    fn one(before: &[(&str, f64)], now: &[(&str, f64)]) -> Option<Severity> {
        judged(vec![figures(before)], &figures(now)).first().map(|(_, severity)| *severity)
    }

    #[test]
    fn a_table_that_is_gone_holds_and_one_that_was_cut_is_told() {
        assert_eq!(one(&[("rows:orders", 16_010.0)], &[("rows:orders", 0.0)]), Some(Severity::Hold));
        assert_eq!(one(&[("rows:orders", 16_010.0)], &[]), Some(Severity::Hold), "no such table any more");
        assert_eq!(one(&[("rows:orders", 16_010.0)], &[("rows:orders", 9_606.0)]), Some(Severity::Alert));
        assert_eq!(one(&[("rows:orders", 16_010.0)], &[("rows:orders", 32_020.0)]), Some(Severity::Alert));
        assert_eq!(one(&[("rows:orders", 16_010.0)], &[("rows:orders", 16_100.0)]), None);
        assert_eq!(one(&[("reach:email", 1_278.0)], &[("reach:email", 0.0)]), Some(Severity::Hold));
    }

    #[test]
    fn what_chance_does_to_a_small_count_is_not_told() {
        assert_eq!(one(&[("answers:importance_fun", 8.0)], &[("answers:importance_fun", 4.0)]), None);
        assert_eq!(one(&[("protected:minor", 12.0)], &[("protected:minor", 0.0)]), Some(Severity::Hold));
    }

    #[test]
    fn cents_for_euros_hold_and_a_sale_does_not() {
        assert_eq!(one(&[("mean:orders.amount", 31.5)], &[("mean:orders.amount", 3150.0)]), Some(Severity::Hold));
        assert_eq!(one(&[("mean:orders.amount", 31.5)], &[("mean:orders.amount", 28.0)]), None);
        assert_eq!(one(&[("mean:orders.amount", 31.5)], &[("mean:orders.amount", 60.0)]), Some(Severity::Alert));
    }

    #[test]
    fn a_sum_of_few_customers_is_held_only_where_noise_cannot_have_made_the_loss() {
        // Of 120 customers a stored sum lies up to 3 · 1.5 · 10/120 = 0.375 of itself beside the true one.
        let night = |value: f64, people: f64| [("value", value), ("valued", people)];
        // 40,000 stored as 50,360, and half of it delivered: 1 − 1.375 · 0.397 = 0.45.
        assert_eq!(one(&night(50_360.0, 120.0), &night(20_000.0, 120.0)), Some(Severity::Alert));
        assert_eq!(one(&night(50_360.0, 120.0), &night(5_000.0, 120.0)), Some(Severity::Hold));
        assert_eq!(one(&night(50_360.0, 120.0), &night(40_000.0, 120.0)), None);
        // Of 10,000 it is 0.0045.
        assert_eq!(one(&night(50_360.0, 10_000.0), &night(20_000.0, 10_000.0)), Some(Severity::Hold));
        // A mean over 90 rows lies up to 0.5 of itself beside: 1.8 · 0.5 is no change.
        let mean = |mean: f64| [("mean:orders.amount", mean), ("rows:orders", 90.0)];
        assert_eq!(one(&mean(31.5), &mean(56.7)), None);
        assert_eq!(one(&mean(31.5), &mean(3_150.0)), Some(Severity::Hold));
    }

    #[test]
    fn a_turned_scale_is_told_where_enough_people_answered() {
        let night = |mean: f64, people: f64| [("answer_mean:trust", mean), ("answers:trust", people)];
        assert_eq!(one(&night(7.2, 900.0), &night(2.8, 900.0)), Some(Severity::Alert));
        assert_eq!(one(&night(7.2, 900.0), &night(7.0, 910.0)), None);
        assert_eq!(one(&night(7.2, 31.0), &night(6.0, 31.0)), None, "31 other people may well differ so");
    }

    #[test]
    fn a_change_has_to_show_against_the_night_before_and_against_the_usual() {
        let night = |rows: f64| figures(&[("rows:orders", rows)]);
        // One odd night behind us: tonight is as usual again.
        let past = vec![night(600.0), night(1000.0), night(1001.0), night(1002.0)];
        assert_eq!(judged(past, &night(1003.0)), []);
        // A slow season: every night a little less, none of them much less than the one before.
        let past: Vec<Figures> = (0..14).map(|ago| night(1000.0 * 1.05_f64.powi(ago))).collect();
        assert_eq!(judged(past, &night(950.0)), []);
        let past = vec![night(1000.0); 5];
        assert_eq!(judged(past, &night(600.0)), [("rows:orders".to_owned(), Severity::Alert)]);
    }

    #[test]
    fn a_feed_that_stopped_is_told_once_its_rhythm_is_known() {
        let night = |days: f64| figures(&[("newest:orders", days)]);
        // No orders on Sundays.
        let week = || (0..7).map(|day| night(if day == 3 { 1.0 } else { 0.0 })).collect::<Vec<_>>();
        assert_eq!(judged(week(), &night(2.0)), []);
        assert_eq!(judged(week(), &night(4.0)), [("newest:orders".to_owned(), Severity::Alert)]);
        assert_eq!(judged(week()[..3].to_vec(), &night(4.0)), []);
    }

    #[test]
    fn unreadable_cells_count_from_nothing_and_a_new_table_from_its_first_night() {
        let rows = ("rows:orders", 1000.0);
        assert_eq!(one(&[rows], &[rows, ("bad_cells:orders.amount", 0.04)]), Some(Severity::Alert));
        assert_eq!(
            one(&[("rows:ratings", 1000.0)], &[("bad_cells:orders.amount", 0.04), ("rows:ratings", 1000.0)]),
            None
        );
    }

    #[test]
    fn a_column_that_few_rows_have_is_lost_when_it_is_lost_to_them() {
        let night = |share: f64| [("rows:orders", 4000.0), ("known:orders.delivered_at", share)];
        assert_eq!(one(&night(0.06), &night(0.0)), Some(Severity::Alert));
        assert_eq!(one(&night(0.06), &night(0.055)), None);
        assert_eq!(one(&night(0.9), &night(0.78)), Some(Severity::Alert));
        let yes = |share: f64| [("rows:orders", 4000.0), ("yes:orders.returned", share)];
        assert_eq!(one(&yes(0.05), &yes(0.0)), Some(Severity::Alert));
        assert_eq!(one(&yes(0.05), &yes(0.045)), None);
    }

    #[test]
    fn a_file_that_did_not_come_is_told_however_small() {
        assert_eq!(one(&[("files:shop", 12.0)], &[("files:shop", 11.0)]), Some(Severity::Alert));
        assert_eq!(one(&[("files:shop", 12.0)], &[("files:shop", 13.0)]), None);
        // One of two waves of a survey, cut: a fifth of the table, and two fifths of its source.
        let cut = [("rows:ratings", 800.0), ("bytes:wave_1", 600.0)];
        assert_eq!(one(&[("rows:ratings", 1000.0), ("bytes:wave_1", 1000.0)], &cut), Some(Severity::Alert));
    }

    #[test]
    fn limits_can_be_set_by_kind_and_losses_follow_the_gate() {
        let past = Past::invented(vec![figures(&[("rows:orders", 1000.0)])], Mixes::new());
        let tonight = figures(&[("rows:orders", 400.0)]);
        let severity = |gates: &Gates| {
            let judge = Judge { gates, past: &past };
            judge.changes(&tonight, &Mixes::new()).first().map(|change| change.severity)
        };
        let mut gates = Gates { max_coverage_loss: 0.7, ..Gates::default() };
        assert_eq!(severity(&gates), Some(Severity::Alert));
        gates.alert_at.insert("rows".to_owned(), 0.65);
        assert_eq!(severity(&gates), None);
        gates.hold_at.insert("rows".to_owned(), 0.5);
        assert_eq!(severity(&gates), Some(Severity::Hold));
    }

    #[test]
    fn a_word_that_was_renamed_is_told() {
        let mix = |word: &str| {
            let mut mix = Mix::default();
            (0..300).for_each(|_| mix.add(word));
            (0..700).for_each(|_| mix.add("visit"));
            Mixes::from([("interactions.kind".to_owned(), mix)])
        };
        let past = Past::invented(vec![figures(&[("rows:interactions", 1000.0)])], mix("complaint"));
        let gates = Gates::default();
        let judge = Judge { gates: &gates, past: &past };
        let tonight = figures(&[("rows:interactions", 1000.0)]);
        assert!(judge.changes(&tonight, &mix("complaint")).is_empty());
        assert_eq!(judge.changes(&tonight, &mix("grievance"))[0].kind.name, "words");
    }
}

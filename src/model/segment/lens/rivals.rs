//! Competitors beside the company, in the words of the same people.

use std::collections::BTreeMap;

use super::super::profile::finish::mean;
use super::super::profile::sums::{CENTI, Moments, steps};
use super::compare::{paired_difference, share_of};
use super::row::LensRow;
use super::sums::{LensSums, RivalSums};
use super::types::{RivalFigures, RivalStanding};
use crate::rows::{ConnectionStage, Figure, N_RATINGS, Question, RIVAL_RATINGS, RivalAnswer};
use valueseg_catalogue::{ElementId, N_ELEMENTS};
use valueseg_stats::interval::wilson;

/// Stands before the element in the word of a lead.
pub(super) const ELEMENT_LEAD: &str = "element:";

/// Answers of one customer about one competitor, by column.
type Answers = BTreeMap<usize, f32>;

/// Adds what a customer said of competitors.
pub(super) fn add_rivals(row: &LensRow<'_>, group: &mut LensSums) {
    let rivals: &[RivalAnswer] = &row.history.rivals;
    if rivals.is_empty() {
        return;
    }
    let mut brands: BTreeMap<&str, Answers> = BTreeMap::new();
    for answer in rivals {
        brands.entry(row.block.words.text(answer.brand)).or_default().insert(answer.column, answer.answer);
    }
    for (brand, answers) in brands {
        if !group.rivals.contains_key(brand) {
            group.rivals.insert(brand.to_owned(), <_>::default());
        }
        let sums = group.rivals.get_mut(brand).expect("put there if it was missing");
        for (&column, &theirs) in &answers {
            if let Some(own) = own_answer(row, column) {
                let lead = sums.lead.entry(column).or_default();
                lead.add(row.w, steps(f64::from(own), CENTI) - steps(f64::from(theirs), CENTI));
            }
        }
        if let (Some(own), Some(rival)) = (row.says.connection, rival_connected(row, &answers)) {
            let own = own == ConnectionStage::FullyConnected;
            sums.own.add(row.w, i64::from(own));
            sums.rival.add(row.w, i64::from(rival));
            sums.own_alone.add(row.w, i64::from(own && !rival));
            sums.rival_alone.add(row.w, i64::from(rival && !own));
        }
    }
}

/// What the customer answered to the same question about the company.
fn own_answer(row: &LensRow<'_>, column: usize) -> Option<f32> {
    let (questions, attitudes) = (Question::ALL.len(), &row.block.customers.attitudes);
    let motivators = attitudes.motivators();
    match column {
        c if c < questions => attitudes.get(row.at, Question::ALL[c]),
        c if c < questions + motivators => attitudes.want(row.at, c - questions),
        c if c < questions + 2 * motivators => attitudes.helps(row.at, c - questions - motivators),
        c if c >= RIVAL_RATINGS => {
            let (customers, at) = (row.block.customers, c - RIVAL_RATINGS);
            let rated = at < N_RATINGS && customers.rated[row.at] >> at & 1 == 1;
            rated.then(|| customers.ratings[(row.at, at)])
        }
        _ => None,
    }
}

/// Whether the customer is connected to the competitor; `None` = satisfaction, or enough motivators with both answers,
/// were not asked to tell.
///
/// METHOD: the company's own rule. What is wanted is asked once, of the person; an answer given for the competitor
/// alone goes before it.
fn rival_connected(row: &LensRow<'_>, answers: &Answers) -> Option<bool> {
    let (cuts, attitudes) = (&row.settings.connection, &row.block.customers.attitudes);
    let satisfied = *answers.get(&(Question::Satisfaction as usize))? >= cuts.satisfied_from;
    let motivators = attitudes.motivators();
    let (mut asked, mut met) = (0, 0);
    for place in 0..motivators {
        let column = Question::ALL.len() + place;
        let want = answers.get(&column).copied().or_else(|| attitudes.want(row.at, place));
        if let (Some(want), Some(helps)) = (want, answers.get(&(column + motivators))) {
            asked += 1;
            met += usize::from(want >= cuts.want_from && *helps >= cuts.helps_from);
        }
    }
    (asked >= cuts.motivators).then_some(satisfied && met >= cuts.motivators)
}

/// What is shown of a competitor, `full` and `shown` being its sums before and after withholding.
pub(super) fn rival(brand: &str, full: &RivalSums, shown: &RivalSums, motivators: &[&str]) -> RivalFigures {
    let lead = full.lead.iter().filter_map(|(column, full)| {
        let shown = &shown.lead[column];
        Some((column_word(*column, motivators)?, Figure::of(full.count(), shown.count(), mean(shown, CENTI))))
    });
    let share = |moments: &Moments| share_of(moments).and_then(|s| wilson(s.share, s.n));
    let of_both = |interval| Figure::of(full.own.count(), shown.own.count(), interval);
    RivalFigures {
        brand: brand.to_owned(),
        lead: lead.collect(),
        score: of_both(share(&shown.rival)),
        own_score: of_both(share(&shown.own)),
        gap: of_both(paired_difference(&shown.own_alone, &shown.rival_alone)),
        standing: standing(shown),
    }
}

/// METHOD: the same people judged both, so the standard error is that of a paired difference, `√((b + c − (b −
/// c)²)/n)`, b and c the shares connected to one of the two alone. Two standard errors:
/// `docs/domain.md#connection-gaps`.
fn standing(shown: &RivalSums) -> Option<RivalStanding> {
    // Who is connected to both or to neither says nothing about the difference.
    let (own, rival) = (shown.own_alone.mean(1.0)?, shown.rival_alone.mean(1.0)?);
    let gap = own - rival;
    let error = ((own + rival - gap * gap).max(0.0) / shown.own_alone.effective_n()).sqrt();
    Some(match gap {
        gap if gap > 2.0 * error => RivalStanding::Ahead,
        gap if gap < -2.0 * error => RivalStanding::Behind,
        _ => RivalStanding::Parity,
    })
}

/// What a column of the attitudes asks.
fn column_word(column: usize, motivators: &[&str]) -> Option<String> {
    let (questions, n) = (Question::ALL.len(), motivators.len());
    match column {
        c if c < questions => Some(Question::ALL[c].slug().to_owned()),
        c if c < questions + n => Some(format!("want:{}", motivators[c - questions])),
        c if c < questions + 2 * n => Some(format!("helps:{}", motivators[c - questions - n])),
        // Fulfillment stands behind importance; what matters is not asked of a competitor.
        c if c >= RIVAL_RATINGS + N_ELEMENTS => {
            let element = ElementId::all().nth(c - RIVAL_RATINGS - N_ELEMENTS)?;
            Some(format!("{ELEMENT_LEAD}{element}"))
        }
        _ => None,
    }
}

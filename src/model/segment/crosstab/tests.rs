use super::*;
use crate::rows::{
    Assignment, CustomerBlock, History, RfmGroup, ScoredBlock, SuppressedReason, TOO_MANY_VALUES, Vocabulary,
};
use crate::segment::Noise;
use valueseg_stats::comparison::{Share, share_difference};

/// Customers in segments with a country; no segment = unassigned.
fn crosstabs(people: &[(Option<u8>, &str, usize)], min_cell: u64) -> Crosstabs {
    let mut words = Vocabulary::default();
    let rows: Vec<(Option<u8>, &str)> =
        people.iter().flat_map(|(segment, country, n)| std::iter::repeat_n((*segment, *country), *n)).collect();
    let customers = CustomerBlock::unasked((0..rows.len()).map(|i| format!("{i:06}")).collect());
    let assignments = rows.iter().map(|row| Assignment { segment: row.0, ..Assignment::undecided(None) }).collect();
    let scored = ScoredBlock { assignments, ..ScoredBlock::unscored(rows.len()) };
    let histories: Vec<History> = rows
        .iter()
        .map(|row| History { descriptors: vec![Some(words.word(row.1))], tenure_days: Some(100), ..History::default() })
        .collect();
    let settings = DescriptorSettings { tenure_days: Vec::new(), ..DescriptorSettings::default() };
    let fold = CrosstabFold::new(2, vec!["country".to_owned()], settings);
    let mut state = fold.zero();
    fold.fold(
        &mut state,
        &CrosstabBlock {
            customers: &customers,
            scored: &scored,
            histories: &histories,
            words: &words,
            rfm: &vec![None; rows.len()],
        },
    );
    let segments = ["S01".to_owned(), "S02".to_owned()];
    state.finish(&CrosstabContext { segments: &segments, model: None, min_cell, noise: &Noise::none() })
}

fn cell<'a>(told: &'a Crosstabs, group: &str, value: &str) -> &'a DescriptorCell {
    told.cells.iter().find(|cell| cell.group == group && cell.value == value).expect("a cell")
}

#[test]
fn a_segment_is_told_beside_everybody_else() {
    let told = crosstabs(
        &[(Some(0), "FR", 60), (Some(0), "DE", 40), (Some(1), "FR", 30), (Some(1), "DE", 70), (None, "DE", 30)],
        20,
    );
    let french = cell(&told, "S01", "FR");
    assert_eq!((french.people, french.share.n(), french.share.value()), (Some(60), 100, Some(0.6)));
    // Everybody else: 30 of 130, those without a segment among them.
    let by_hand = share_difference(Share { share: 0.6, n: 100.0 }, Share { share: 30.0 / 130.0, n: 130.0 }).unwrap();
    let difference = french.difference.estimate().unwrap();
    assert!((difference.value - by_hand.value).abs() < 1e-9 && (difference.low - by_hand.low).abs() < 1e-9);
    assert!((french.lift.value().unwrap() - 0.6 / (30.0 / 130.0)).abs() < 1e-9);
    let all = cell(&told, "ALL", "FR");
    assert_eq!((all.people, all.share.value(), all.difference.value()), (Some(90), Some(90.0 / 230.0), None));
    assert_eq!(cell(&told, "NONE", "DE").share.value(), Some(1.0));
}

#[test]
fn a_small_cell_takes_the_smallest_shown_one_with_it_and_everybody_does_without_both() {
    let told = crosstabs(
        &[
            (Some(0), "FR", 60),
            (Some(0), "DE", 25),
            (Some(0), "AT", 5),
            (Some(1), "FR", 50),
            (Some(1), "DE", 50),
            (Some(1), "AT", 50),
        ],
        20,
    );
    let at = cell(&told, "S01", "AT");
    assert!(at.share.withheld() && at.people.is_none() && at.difference.withheld());
    assert!(cell(&told, "S01", "DE").share.withheld(), "90 less 60 less 25 would give the 5 back");
    assert_eq!(cell(&told, "S01", "FR").people, Some(60));
    // 5 are fewer than 20: everybody does without them; the 25 of DE are not.
    assert_eq!((cell(&told, "ALL", "AT").people, cell(&told, "ALL", "DE").people), (Some(50), Some(75)));
}

#[test]
fn a_value_of_few_is_not_named_and_one_that_nobody_has_hides_nothing_else() {
    let told = crosstabs(&[(Some(0), "FR", 60), (Some(0), "AT", 3), (Some(1), "FR", 50), (Some(1), "DE", 50)], 20);
    assert!(told.cells.iter().all(|cell| cell.value != "AT"));
    // Nobody of S01 is from DE, and 3 are from AT: FR, the only cell left, goes with these.
    assert!(cell(&told, "S01", "FR").share.withheld());
    let told = crosstabs(&[(Some(0), "FR", 60), (Some(1), "FR", 50), (Some(1), "DE", 50)], 20);
    assert_eq!(cell(&told, "S01", "FR").people, Some(60));
    assert!(cell(&told, "S01", "DE").share.withheld());
}

#[test]
fn a_column_of_names_is_no_descriptor() {
    let told = crosstabs(&[(Some(0), "FR", 60), (Some(0), TOO_MANY_VALUES, 3)], 20);
    assert!(told.cells.is_empty());
    assert!(told.limits[0].contains("`country`"), "{:?}", told.limits);
}

#[test]
fn who_is_suppressed_is_in_no_group_and_parts_add_up() {
    let customers = CustomerBlock::unasked(vec!["a".to_owned(), "b".to_owned()]);
    let mut scored = ScoredBlock::unscored(2);
    scored.suppressed[1] = Some(SuppressedReason::Minor);
    let histories = vec![History { tenure_days: Some(10), ..History::default() }; 2];
    let words = Vocabulary::default();
    let fold = CrosstabFold::new(1, Vec::new(), DescriptorSettings::default());
    let (mut state, mut other) = (fold.zero(), fold.zero());
    let rfm = [Some(RfmGroup::Core), None];
    let block =
        CrosstabBlock { customers: &customers, scored: &scored, histories: &histories, words: &words, rfm: &rfm };
    fold.fold(&mut state, &block);
    fold.fold(&mut other, &block);
    let alone = state.clone();
    state.merge(other);
    let known = |state: &CrosstabState| state.descriptors["tenure_days"].known[1].count();
    assert_eq!((known(&alone), known(&state)), (1, 2));
    assert_eq!(state.descriptors["rfm_group"].cell("core", 1).count(), 2);
}

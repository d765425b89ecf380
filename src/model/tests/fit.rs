//! Fits on invented customers, scored as a night would.

use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

use crate::customer::{ApplySettings, Scorer};
use crate::fit::RuleBasis;
use crate::fit::*;
use crate::fit::{CutOn, Invented, LoadingVerdict, Method, SEGMENTS, SegmentCount, World};
use crate::rows::{Aspect, Basis, ScoredBlock};
use valueseg_catalogue::Catalogue;
use valueseg_stats::agreement::adjusted_rand_index;
use valueseg_stats::calibration::Reliability;

fn fitted(world: &World, settings: &FitSettings) -> Result<Model, ModelError> {
    let (catalogue, sample) = (Catalogue::embedded(), world.sample());
    fit(&FitRequest { catalogue: &catalogue, signal_ids: &world.signal_ids, sample: &sample, settings })
}

fn scored(world: &World, model: &Model) -> ScoredBlock {
    Scorer::new(model, &Catalogue::embedded(), ApplySettings::default()).unwrap().score(&world.block)
}

/// Agreement with the truth among those who were asked, and among the others.
fn agreement(world: &World, scored: &ScoredBlock) -> (f64, f64) {
    let of = |asked: bool| {
        let rows = (0..world.truth.len()).filter(|i| (world.block.rated[*i] != 0) == asked);
        let (truth, found): (Vec<usize>, Vec<usize>) =
            rows.map(|i| (world.truth[i], scored.assignments[i].raw.map_or(99, usize::from))).unzip();
        adjusted_rand_index(&truth, &found)
    };
    (of(true), of(false))
}

#[test]
fn hidden_segments_are_found_and_those_who_were_not_asked_are_typed() {
    let world = Invented::default().world();
    let model = fitted(&world, &FitSettings::default()).unwrap();
    assert_eq!(model.cut_on(), CutOn::Importance);
    assert_eq!(model.segments().len(), SEGMENTS, "{:#?}", model.report().candidates);
    let (asked, others) = agreement(&world, &scored(&world, &model));
    assert!(asked > 0.9, "{asked}");
    assert!(others > 0.6, "{others}");
    let report = model.report();
    assert_eq!(report.candidates.iter().filter(|c| c.chosen).count(), 1);
    assert_eq!(report.structure(), Some(crate::fit::Structure::Natural));
    let typing = report.typing.as_ref().unwrap();
    assert!(typing.accuracy > typing.base_rate + 0.3);
    let counted: f64 = typing.confusion.iter().flatten().sum();
    assert!((counted - typing.respondents as f64).abs() < 1e-6, "{counted}");
}

#[test]
fn hidden_answers_are_predicted_better_than_by_the_mean_and_intervals_cover() {
    let model = fitted(&Invented::default().world(), &FitSettings::default()).unwrap();
    let with_own: Vec<_> = model.report().held_out.iter().filter(|h| h.own_answers_known).collect();
    assert_eq!(with_own.len(), 2);
    for held in with_own {
        assert!(held.rmse < 0.9 * held.rmse_of_mean, "{held:?}");
        assert!((0.87..0.93).contains(&held.coverage_90), "{held:?}");
    }
}

#[test]
fn one_two_and_eight_threads_give_the_same_bits() {
    let world = Invented { customers: 1_500, ..Invented::default() }.world();
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            let model = fitted(&world, &FitSettings::default()).unwrap();
            let out = scored(&world, &model);
            let bits: Vec<u32> = out.scores.iter().chain(&out.standard_errors).map(|x| x.to_bits()).collect();
            (model.to_json().unwrap(), bits, out.assignments)
        })
    };
    let one = run(1);
    assert!(one == run(2));
    assert!(one == run(8));
}

#[test]
fn where_only_fulfillment_was_asked_segments_are_cut_on_it_and_importance_is_not_scored() {
    let world = Invented { importance: false, ..Invented::default() }.world();
    let model = fitted(&world, &FitSettings { segments: SegmentCount::Exactly(2), ..FitSettings::default() }).unwrap();
    assert_eq!(model.cut_on(), CutOn::Fulfillment);
    assert_eq!(model.segments().len(), 2, "{:?}", model.report().candidates);
    let out = scored(&world, &model);
    assert!(out.scored.iter().all(|bits| bits & Aspect::Importance.mask() == 0));
    assert!(out.scored.iter().all(|bits| bits & Aspect::Fulfillment.mask() == Aspect::Fulfillment.mask()));
}

#[test]
fn where_nobody_was_asked_importance_is_a_prior_with_wide_errors_and_fulfillment_only_what_signals_say() {
    let world = Invented { asked_one_in: 0, ..Invented::default() }.world();
    let model = fitted(&world, &FitSettings::default()).unwrap();
    assert_eq!(model.cut_on(), CutOn::Prior);
    assert_eq!(model.report().method, Method::KmeansCentered);
    let out = scored(&world, &model);
    assert!(out.basis.iter().all(|b| *b == Basis::Prior));
    let catalogue = Catalogue::embedded();
    let told = |aspect: Aspect, element| {
        world.signal_ids.iter().filter_map(|id| catalogue.signal(id)).any(|signal| {
            let named = match aspect {
                Aspect::Importance => signal.importance(),
                Aspect::Fulfillment => signal.fulfillment(),
            };
            named.iter().any(|(e, _)| *e == element)
        })
    };
    for element in valueseg_catalogue::ElementId::all() {
        for aspect in [Aspect::Importance, Aspect::Fulfillment] {
            let j = aspect.indicator(element);
            assert_eq!(out.scored[0] >> j & 1 == 1, told(aspect, element), "{} {element}", aspect.slug());
            if out.scored[0] >> j & 1 == 1 {
                assert!(out.standard_errors[(0, j)] > 1.2, "a guess is no measurement");
            }
        }
    }
}

#[test]
fn too_few_respondents_are_no_ground_for_segments() {
    let world = Invented { customers: 600, asked_one_in: 10, ..Invented::default() }.world();
    let prior = fitted(&world, &FitSettings::default()).unwrap();
    assert_eq!(prior.cut_on(), CutOn::Prior);
    assert!(prior.report().limits[0].contains("60"), "{:?}", prior.report().limits);
    let mut without = world;
    without.signal_ids = (0..without.signal_ids.len()).map(|i| format!("own_{i}")).collect();
    let model = fitted(&without, &FitSettings::default()).unwrap();
    assert_eq!((model.cut_on(), model.segments().len()), (CutOn::Nothing, 1));
    let lacking = model.report().lacking.join(" ");
    assert!(lacking.contains("60 customers rated 3 elements or more where 100 are needed"), "{lacking}");
    assert!(lacking.contains("Signals of your own (`own_…`): 12."), "{lacking}");
    // Everybody is in it for sure; only what people said themselves is scored.
    let out = scored(&without, &model);
    for (row, assignment) in out.assignments.iter().enumerate() {
        assert_eq!((assignment.segment, assignment.probability), (Some(0), Some(1.0)));
        assert_eq!(out.scored[row] != 0, without.block.rated[row] != 0);
    }
    assert_eq!(Model::from_json(&model.to_json().unwrap()).unwrap(), model);
    assert!(!model.knows_more_than(&model) && prior.knows_more_than(&model));
}

#[test]
fn one_segment_works_everywhere() {
    let world = Invented::default().world();
    let model = fitted(&world, &FitSettings { segments: SegmentCount::Exactly(1), ..FitSettings::default() }).unwrap();
    let out = scored(&world, &model);
    for a in &out.assignments {
        assert_eq!((a.segment, a.probability, a.runner_up), (Some(0), Some(1.0), None));
        assert_eq!(a.reasons, [None; 3]);
    }
    assert_eq!(model.report().structure(), None);
    assert_eq!(Model::from_json(&model.to_json().unwrap()).unwrap(), model);
}

#[test]
fn every_method_ends_in_a_model_of_the_same_kind() {
    let world = Invented::default().world();
    for method in [Method::Mixture, Method::Kmeans, Method::KmeansCentered] {
        let settings = FitSettings { method, segments: SegmentCount::Exactly(3), ..FitSettings::default() };
        let model = fitted(&world, &settings).unwrap();
        assert_eq!(model.report().method, method);
        assert_eq!(model.segments().len(), 3);
        assert!(scored(&world, &model).assignments.iter().all(|a| a.raw.is_some()));
    }
}

#[test]
fn segments_are_numbered_by_falling_size() {
    let mut world = Invented::default().world();
    // Every other customer of the second and third segment leaves.
    let stay: Vec<usize> = (0..world.truth.len()).filter(|i| world.truth[*i] == 0 || i % 2 == 0).collect();
    world = kept(&world, &stay);
    let model = fitted(&world, &FitSettings { segments: SegmentCount::Exactly(3), ..FitSettings::default() }).unwrap();
    let out = scored(&world, &model);
    let size = |s: u8| out.assignments.iter().filter(|a| a.raw == Some(s)).count();
    assert!(size(0) > size(1) && size(0) > size(2), "{} {} {}", size(0), size(1), size(2));
    assert_eq!(model.segments()[0].id, "S01");
    assert_eq!(model.segments()[2].id, "S03");
}

/// The world of some customers only.
fn kept(world: &World, rows: &[usize]) -> World {
    World {
        block: world.block.select(rows),
        truth: rows.iter().map(|i| world.truth[*i]).collect(),
        signal_ids: world.signal_ids.clone(),
    }
}

#[test]
fn loadings_of_the_catalogue_are_held_against_the_answers() {
    let model = fitted(&Invented::default().world(), &FitSettings::default()).unwrap();
    let loadings = &model.report().loadings;
    assert!(!loadings.is_empty());
    for loading in loadings {
        let known = loading.learned.abs() >= 2.0 * loading.standard_error;
        let same = loading.learned * loading.catalogue > 0.0;
        let expected = match (known, same) {
            (false, _) => LoadingVerdict::Unclear,
            (true, true) => LoadingVerdict::Confirmed,
            (true, false) => LoadingVerdict::WrongSign,
        };
        assert_eq!(loading.verdict, expected, "{loading:?}");
    }
}

#[test]
fn a_request_whose_signals_do_not_fit_the_rows_is_refused() {
    let mut world = Invented { customers: 600, ..Invented::default() }.world();
    world.signal_ids.pop();
    let refused = fitted(&world, &FitSettings::default());
    assert!(matches!(refused, Err(ModelError::SignalCount { named: 11, held: 12 })), "{refused:?}");
}

#[test]
fn nobody_who_may_be_profiled_is_an_error_of_its_own() {
    let mut world = Invented { customers: 50, ..Invented::default() }.world();
    world.block.flags.iter_mut().for_each(|f| f.consent_profiling = false);
    assert!(matches!(fitted(&world, &FitSettings::default()), Err(ModelError::NoCustomers)));
}

#[test]
fn a_pinned_question_that_was_not_asked_is_not_replaced_by_the_other() {
    let world = Invented { importance: false, ..Invented::default() }.world();
    let settings = FitSettings { cut_on: Some(Aspect::Importance), ..FitSettings::default() };
    assert_eq!(fitted(&world, &settings).unwrap().cut_on(), CutOn::Prior);
    let world = Invented { asked_one_in: 0, ..Invented::default() }.world();
    let settings = FitSettings { cut_on: Some(Aspect::Fulfillment), ..FitSettings::default() };
    assert!(matches!(fitted(&world, &settings), Err(ModelError::TooLittleEvidence { .. })));
}

/// Accuracy and expected calibration error, by the truth, of the likeliest segment of those who were not asked.
fn by_truth(world: &World, model: &Model) -> (f64, f64) {
    let out = scored(world, model);
    let others: Vec<usize> = (0..world.truth.len()).filter(|i| world.block.rated[*i] == 0).collect();
    let typed = |i: &usize| usize::from(out.assignments[*i].raw.unwrap());
    let mut met = vec![[0usize; SEGMENTS]; model.segments().len()];
    others.iter().for_each(|i| met[typed(i)][world.truth[*i]] += 1);
    let named: Vec<usize> = met.iter().map(|row| (0..SEGMENTS).max_by_key(|t| row[*t]).unwrap()).collect();
    let right = |i: &usize| f64::from(u8::from(named[typed(i)] == world.truth[*i]));
    let found: Vec<f64> = others.iter().map(right).collect();
    let claimed: Vec<f64> = others.iter().map(|i| f64::from(out.assignments[*i].probability.unwrap())).collect();
    let error = Reliability::of(&claimed, &found, &vec![1.0; found.len()]).error().unwrap();
    (found.iter().sum::<f64>() / found.len() as f64, error)
}

/// Signals as counts of what people do: some do a lot of everything, many nothing, so there are many zeros and more
/// dependence than common factors can say.
fn counted(mut world: World, seed: u64) -> World {
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    for mut row in world.block.signals.rows_mut() {
        let activity = rng.gen_range(-2.0f64..1.5).exp();
        row.mapv_inplace(|x| (activity * (1.2 * x + rng.gen_range(-2.5..2.5))).floor().max(0.0));
    }
    world
}

#[test]
fn the_printed_accuracy_and_probabilities_of_people_who_were_not_asked_hold_by_the_truth() {
    for (seed, counts) in [(1, false), (1, true), (2, true), (3, true)] {
        let world = Invented { customers: 6_000, asked_one_in: 4, seed, ..Invented::default() }.world();
        let world = if counts { counted(world, seed) } else { world };
        let settings = FitSettings { segments: SegmentCount::Exactly(SEGMENTS), ..FitSettings::default() };
        let model = fitted(&world, &settings).unwrap();
        let typing = model.report().typing.as_ref().unwrap();
        let (accuracy, error) = by_truth(&world, &model);
        assert!((typing.accuracy - accuracy).abs() < 0.03, "seed {seed}: {} {accuracy}", typing.accuracy);
        assert!(error < 0.05, "seed {seed}: {error} at {:?}", typing.temperature);
        assert!((typing.calibration_error - error).abs() < 0.03, "seed {seed}: {} {error}", typing.calibration_error);
        assert_eq!(typing.unasked, 4_500);
    }
}

#[test]
fn six_questions_type_nearly_as_well_as_all_and_respondents_bear_it_out() {
    let model = fitted(&Invented::default().world(), &FitSettings::default()).unwrap();
    let report = model.report().questions.as_ref().unwrap();
    let golden = &report.golden;
    assert_eq!(report.aspect, Aspect::Importance);
    assert_eq!(golden.lengths.len(), 8);
    for (at, length) in golden.lengths.iter().enumerate() {
        assert_eq!(length.questions.len(), at + 1);
        // Only elements that the invented segments differ in: 10s to 10s + 5.
        assert!(length.questions.iter().all(|e| e.index() % 10 < 6), "{:?}", length.questions);
    }
    let six = golden.golden().unwrap();
    assert!(six.accuracy > 0.85 * golden.all_accuracy, "{golden:?}");
    assert!(golden.lengths[0].accuracy < six.accuracy && six.accuracy <= golden.all_accuracy + 0.01);
    assert!(six.with_signals.unwrap() > six.accuracy && six.with_signals.unwrap() > golden.signals_alone.unwrap());
    let check = golden.check.unwrap();
    assert!((check.claimed - check.found).abs() < 0.05, "{check:?}");
    let sentence = golden.sentence(&Catalogue::embedded()).unwrap();
    assert!(sentence.contains("Asking 6 questions"), "{sentence}");
    // What is decisive moves people; what says nothing does not.
    let moved = |decisive: bool| {
        let holds: Vec<f64> =
            report.holds.iter().filter(|h| (h.element.index() % 10 < 6) == decisive).map(|h| h.moved).collect();
        holds.iter().sum::<f64>() / holds.len() as f64
    };
    assert_eq!(report.holds.len(), 30);
    assert!(moved(true) > moved(false), "{} {}", moved(true), moved(false));
    assert!(report.holds.windows(2).all(|pair| pair[0].moved >= pair[1].moved));
}

#[test]
fn the_scorer_file_types_complete_answers_exactly_as_the_job_does() {
    let world = Invented::default().world();
    let model = fitted(&world, &FitSettings::default()).unwrap();
    let file = model.scorer_file(&ApplySettings::default()).unwrap();
    let catalogue = Catalogue::embedded();
    let scorer = Scorer::new(&model, &catalogue, ApplySettings::default()).unwrap();
    for (form, columns) in [(&file.full, file.columns()), (file.golden.as_ref().unwrap(), file.golden_columns())] {
        assert_eq!(columns.len(), form.questions.len());
        let mut block = world.block.clone();
        let mask: u64 = form.questions.iter().map(|e| 1 << e.index()).sum();
        block.rated.iter_mut().for_each(|rated| *rated = mask);
        block.signalled.iter_mut().for_each(|known| *known = 0);
        let out = scorer.score(&block);
        let mut apart = 0;
        for (i, assignment) in out.assignments.iter().enumerate() {
            let answers: Vec<Option<f64>> =
                form.questions.iter().map(|e| Some(f64::from(block.ratings[(i, e.index())]))).collect();
            let place = form.segment(&answers).unwrap();
            let lead = assignment.probability.unwrap() - assignment.runner_up_probability.unwrap();
            apart += usize::from(assignment.raw != Some(place as u8) && lead > 1e-5);
            let p = form.probabilities(&answers).unwrap()[usize::from(assignment.raw.unwrap())];
            assert!((p - f64::from(assignment.probability.unwrap())).abs() < 1e-4);
        }
        assert_eq!(apart, 0);
        assert_eq!(form.segment(&vec![None; form.questions.len()]), None);
        assert_eq!(form.segment(&[]), None);
        let sql = form.to_sql(&columns).unwrap();
        assert!(columns.iter().all(|c| sql.contains(&format!("coalesce(({c}) - "))));
        assert!(matches!(form.to_sql(&columns[1..]), Err(ModelError::ScorerColumns { .. })));
    }
    let back: crate::customer::ScorerFile = serde_json::from_str(&file.to_json().unwrap()).unwrap();
    assert_eq!(back, file);
}

#[test]
fn the_scorer_file_types_partial_answers_exactly_as_the_job_does() {
    let world = Invented { traits: 0.8, asked_one_in: 3, ..Invented::default() }.world();
    let settings = FitSettings { segments: SegmentCount::Exactly(SEGMENTS), ..FitSettings::default() };
    let model = fitted(&world, &settings).unwrap();
    let form = model.scorer_file(&ApplySettings::default()).unwrap().full;
    let mut block = world.block.clone();
    let importance = Aspect::Importance.mask();
    // Answers as they were given, two of three at random; nothing else is known.
    block.rated.iter_mut().for_each(|rated| *rated &= importance);
    block.signalled.iter_mut().for_each(|known| *known = 0);
    let out = Scorer::new(&model, &Catalogue::embedded(), ApplySettings::default()).unwrap().score(&block);
    let mut typed = 0;
    for i in (0..block.len()).filter(|i| block.rated[*i].count_ones() >= 3) {
        let answer = |e: &valueseg_catalogue::ElementId| {
            (block.rated[i] >> e.index() & 1 == 1).then(|| f64::from(block.ratings[(i, e.index())]))
        };
        let answers: Vec<Option<f64>> = form.questions.iter().map(answer).collect();
        assert!(answers.iter().any(Option::is_none) || answers.len() == 30);
        let p = form.probabilities(&answers).unwrap()[usize::from(out.assignments[i].raw.unwrap())];
        assert!((p - f64::from(out.assignments[i].probability.unwrap())).abs() < 1e-4);
        typed += usize::from(form.segment(&answers).is_some());
    }
    assert!(typed > 900, "{typed}");
}

#[test]
fn where_nobody_was_asked_there_is_no_scorer_and_no_question_but_rules_on_signals() {
    let world = Invented { asked_one_in: 0, ..Invented::default() }.world();
    let model = fitted(&world, &FitSettings::default()).unwrap();
    assert_eq!(model.scorer_file(&ApplySettings::default()), None);
    assert_eq!(model.report().questions, None);
    assert!(model.report().rules.iter().all(|rule| rule.basis == RuleBasis::Signals));
}

#[test]
fn rules_name_what_the_segments_were_made_of() {
    let world = Invented::default().world();
    let settings = FitSettings { segments: SegmentCount::Exactly(SEGMENTS), ..FitSettings::default() };
    let model = fitted(&world, &settings).unwrap();
    let rules = &model.report().rules;
    for basis in [RuleBasis::Answers, RuleBasis::Signals] {
        let of: Vec<_> = rules.iter().filter(|rule| rule.basis == basis).collect();
        assert_eq!(of.len(), SEGMENTS, "{rules:#?}");
        for rule in of {
            assert!((1..=3).contains(&rule.conditions.len()));
            assert!(rule.precision >= 0.6 && rule.precision > 1.5 * rule.share, "{rule:?}");
            assert!(rule.precision_low <= rule.precision && rule.precision <= rule.precision_high);
            assert!(rule.caught < rule.counted);
        }
    }
    // By hand: the counted figures of a rule on signals are those of its conditions.
    let rule = rules.iter().find(|rule| rule.basis == RuleBasis::Signals).unwrap();
    let out = scored(&world, &model);
    let holds = |i: usize| {
        rule.conditions.iter().all(|c| {
            let at = model.indicators().iter().position(|known| *known == c.indicator).unwrap() - 60;
            let value = world.block.signals[(i, at)];
            c.at_least.is_none_or(|low| value >= low) && c.at_most.is_none_or(|high| value <= high)
        })
    };
    let caught: Vec<usize> = (0..world.truth.len()).filter(|i| world.block.rated[*i] == 0 && holds(*i)).collect();
    let members = caught.iter().filter(|i| out.assignments[**i].raw == Some(rule.segment as u8)).count();
    let precision = members as f64 / caught.len() as f64;
    assert!((precision - rule.precision).abs() < 0.06, "{precision} {rule:?}");
}

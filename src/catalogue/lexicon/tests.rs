//! The shipped lexicon holds together, a file of one's own is laid over it, and each mistake is refused with its line.

use super::super::{Catalogue, CatalogueError, ElementId};
use super::*;

fn own(file: &str, text: &str) -> Result<Catalogue, CatalogueError> {
    Catalogue::with_overrides(&[(file.to_owned(), text.to_owned())])
}

/// Line and problem of an English file that is refused.
fn refusal(text: &str) -> (usize, LexiconProblem) {
    match own("lexicon_en.toml", text).expect_err("must be refused") {
        CatalogueError::Lexicon { file, line, problem } if file == "lexicon_en.toml" => (line, problem),
        other => panic!("{other}"),
    }
}

fn meanings(catalogue: &Catalogue, phrase: &str) -> Vec<Meaning> {
    let entries = catalogue.lexicon("en").unwrap().entries();
    entries.iter().filter(|entry| entry.phrase() == phrase).map(|entry| entry.meaning()).collect()
}

#[test]
fn english_ships_and_hears_each_of_the_thirty_praised_and_blamed() {
    let catalogue = Catalogue::embedded();
    let english = catalogue.lexicon("en").unwrap();
    assert_eq!(catalogue.lexicons().len(), 1);
    for element in ElementId::all() {
        assert!(english.hears(element), "{element}");
        for kind in [CueKind::Praise, CueKind::Blame] {
            let phrases = english.entries().iter().filter(|entry| entry.meaning() == Meaning::Cue(element, kind));
            assert!(phrases.count() >= 4, "{element} {kind:?}");
        }
    }
    assert_eq!((english.negation_reach(), english.sentences().split_glued()), (4, true));
    assert_eq!(*english.weighing(), Weighing::default(), "the shipped file shows the defaults of every language");
    assert_eq!(*english.likelihood(), MentionWeights::default(), "the same");
}

#[test]
fn entries_are_sorted_and_spelled() {
    let catalogue = Catalogue::embedded();
    let entries = catalogue.lexicon("en").unwrap().entries();
    assert!(entries.is_sorted());
    assert!(entries.iter().all(|entry| spelling::spelled(entry.phrase()) == entry.phrase()));
}

#[test]
fn a_file_of_ones_own_adds_moves_and_takes_out() {
    let text = "language = \"en\"\noff = [\"meh\"]\n[judging]\nbad = [\"Cheery\", \"good\"]\n\
        [elements.reduces_cost]\nblame = [\"cheap\"]\noff = [\"bargain\"]\n[negation]\nreach = 2\n";
    let catalogue = own("lexicon_en.toml", text).unwrap();
    let cost = ElementId::parse("reduces_cost").unwrap();
    assert_eq!(meanings(&catalogue, "cheery"), [Meaning::Judges(Verdict::Bad)]);
    assert_eq!(meanings(&catalogue, "good"), [Meaning::Judges(Verdict::Bad)]);
    assert!(meanings(&catalogue, "cheap").contains(&Meaning::Cue(cost, CueKind::Blame)));
    assert!(!meanings(&catalogue, "cheap").contains(&Meaning::Cue(cost, CueKind::Praise)));
    assert_eq!((meanings(&catalogue, "meh"), meanings(&catalogue, "bargain")), (vec![], vec![]));
    assert_eq!(catalogue.lexicon("en").unwrap().negation_reach(), 2);
    assert_ne!(catalogue.hash(), Catalogue::embedded().hash());
}

#[test]
fn another_language_stands_beside_english() {
    let text = "language = \"de\"\n[sentences]\nends = [\".\"]\n[elements.quality]\npraise = [\"*fest\", \"prima\"]\n";
    let catalogue = own("lexicon_de.toml", text).unwrap();
    let german = catalogue.lexicon("de").unwrap();
    let fest = &german.entries()[0];
    assert_eq!((fest.phrase(), fest.open_start(), fest.open_end()), ("fest", true, false));
    assert!(german.hears(ElementId::parse("quality").unwrap()) && !german.hears(ElementId::parse("variety").unwrap()));
    assert!(catalogue.lexicon("en").is_some());
}

#[test]
fn text_that_is_not_toml_or_has_an_unknown_key_with_its_line() {
    for text in
        ["language = \"en\"\n[elements.quality]\npraise = [", "language = \"en\"\n\n[elements.quality]\nprais = []"]
    {
        let error = own("lexicon_en.toml", text).unwrap_err();
        let CatalogueError::Syntax { file, message } = &error else { panic!("{error}") };
        assert_eq!(file, "lexicon_en.toml");
        assert!(message.contains("line 3") || message.contains("line 4"), "{message}");
    }
}

#[test]
fn a_language_other_than_that_of_the_files_name() {
    for (file, text, expected) in [
        ("lexicon_en.toml", "# mine\nlanguage = \"de\"", "en"),
        ("lexicon_EN.toml", "# mine\nlanguage = \"EN\"", "EN"),
        ("lexicon_.toml", "# mine\nlanguage = \"\"", ""),
    ] {
        let error = own(file, text).unwrap_err();
        let CatalogueError::Lexicon { line: 2, problem: LexiconProblem::Language { expected: seen, .. }, .. } = &error
        else {
            panic!("{error}")
        };
        assert_eq!(seen, expected);
    }
}

#[test]
fn an_unknown_element_with_the_nearest_name_and_its_line() {
    let (line, problem) = refusal("language = \"en\"\n\n[elements.save_time]\npraise = [\"x\"]\n");
    let nearest = ElementId::parse("saves_time");
    assert_eq!((line, &problem), (3, &LexiconProblem::UnknownElement { got: "save_time".to_owned(), nearest }));
    assert!(problem.to_string().ends_with("did you mean `saves_time`?"), "{problem}");
}

#[test]
fn phrases_without_a_word_too_long_or_with_a_star_in_the_wrong_place() {
    let of = |phrase: &str| refusal(&format!("language = \"en\"\n[judging]\ngood = [\"fab\",\n\"{phrase}\"]\n"));
    // The shipped list has "fab" already: a phrase repeated from an earlier layer is no mistake.
    assert!(matches!(of(" !? "), (4, LexiconProblem::NoWord { .. })));
    for star in ["*", "**", "fin*e", "*a b", "f*"] {
        assert!(matches!(of(star), (4, LexiconProblem::Star { .. })), "{star}");
    }
    assert_eq!(of(&"a".repeat(101)), (4, LexiconProblem::TooLong { bytes: 101, most: PHRASE_BYTES }));
}

#[test]
fn a_phrase_given_two_meanings_in_one_part_of_one_file() {
    let (line, problem) =
        refusal("language = \"en\"\n[elements.quality]\npraise = [\"don't break\"]\nblame = [\"DONT  break\"]\n");
    let expected = LexiconProblem::Twice {
        phrase: "dont break".to_owned(),
        list: "elements.quality.blame".to_owned(),
        other_list: "elements.quality.praise".to_owned(),
        other_line: 3,
    };
    assert_eq!((line, problem), (4, expected));
}

#[test]
fn taking_out_what_is_not_in() {
    let (line, problem) = refusal("language = \"en\"\noff = [\"zyzzyva\"]\n");
    let part = "the words outside elements".to_owned();
    assert_eq!((line, problem), (2, LexiconProblem::NotIn { phrase: "zyzzyva".to_owned(), part }));
    assert!(matches!(
        refusal("language = \"en\"\n[elements.variety]\noff = [\"cheap\"]\n"),
        (3, LexiconProblem::NotIn { part, .. }) if part == "variety"
    ));
}

#[test]
fn a_reach_or_an_end_outside_its_range() {
    for reach in [0, 21, -3] {
        let text = format!("language = \"en\"\n[negation]\nreach = {reach}\n");
        assert_eq!(refusal(&text), (3, LexiconProblem::Reach { got: reach }));
    }
    for end in ["", "a", " ", "!!"] {
        let text = format!("language = \"en\"\n[sentences]\nends = [\"{end}\"]\n");
        assert_eq!(refusal(&text), (3, LexiconProblem::End { got: end.to_owned() }));
    }
}

#[test]
fn a_language_whose_sentences_never_end() {
    let error = own("lexicon_de.toml", "language = \"de\"\n[elements.quality]\npraise = [\"prima\"]\n").unwrap_err();
    assert!(matches!(&error, CatalogueError::Lexicon { problem: LexiconProblem::NoEnds, .. }), "{error}");
}

#[test]
fn more_phrases_than_a_listener_takes() {
    let phrases: Vec<String> = (0..=PHRASE_LIMIT).map(|i| format!("\"w{i}\"")).collect();
    let (_, problem) = refusal(&format!("language = \"en\"\n[judging]\ngood = [{}]\n", phrases.join(",")));
    assert!(matches!(problem, LexiconProblem::TooMany { got, most: PHRASE_LIMIT } if got > PHRASE_LIMIT));
}

#[test]
fn reaches_and_weights_of_ones_own_replace_the_shipped_ones_and_are_held_to_their_ranges() {
    let catalogue = own("lexicon_en.toml", "language = \"en\"\n[weighing]\nbinding_gap = 4\nnegated = -1\n").unwrap();
    let expected = Weighing { binding_gap: 4, negated: -1.0, ..Weighing::default() };
    assert_eq!(*catalogue.lexicon("en").unwrap().weighing(), expected);
    for (line, said) in [
        ("binding_gap = 2.5", "weighing.binding_gap = 2.5, expected a whole number from 0 to 20"),
        ("negated = 0.5", "weighing.negated = 0.5, expected a number from -1 to 0"),
        ("conceded = nan", "weighing.conceded = NaN, expected a number from 0 to 5"),
    ] {
        let (at, problem) = refusal(&format!("language = \"en\"\n[weighing]\n{line}\n"));
        assert_eq!((at, problem.to_string().as_str()), (3, said));
    }
}

#[test]
fn a_word_of_several_senses_is_paired_with_the_group_that_gives_it_its_own() {
    let text = "language = \"en\"\n[companions]\npets = [\"cat\", \"dog*\"]\n[elements.quality]\nblame = [\"growls\"]\n\
        beside.pets = [\"growls\"]\n";
    let catalogue = own("lexicon_en.toml", text).unwrap();
    let entries = catalogue.lexicon("en").unwrap().entries();
    let growls = entries.iter().find(|entry| entry.phrase() == "growls").unwrap();
    let cat = entries.iter().find(|entry| entry.phrase() == "cat").unwrap();
    assert_eq!(growls.beside().map(Meaning::Accompanies), Some(cat.meaning()));
    let again = "language = \"en\"\n[elements.quality]\nblame = [\"hangs\"]\n";
    let catalogue = own("lexicon_en.toml", again).unwrap();
    let hangs = catalogue.lexicon("en").unwrap().entries().iter().find(|entry| entry.phrase() == "hangs").unwrap();
    assert_eq!(hangs.beside(), None, "a word given again is heard anywhere");
}

#[test]
fn companions_nobody_named_and_words_that_stand_for_nothing() {
    let of = |line: &str| refusal(&format!("language = \"en\"\n[elements.quality]\n{line}\n"));
    assert_eq!(of("beside.pets = [\"worn\"]"), (3, LexiconProblem::UnknownCompanions { got: "pets".to_owned() }));
    let quality = ElementId::parse("quality").unwrap();
    let expected = LexiconProblem::NotACue { phrase: "zyzzyva".to_owned(), element: quality };
    assert_eq!(of("beside.devices = [\"zyzzyva\"]"), (3, expected));
}

#[test]
fn a_probability_is_the_logistic_function_of_the_weights_of_its_traits() {
    let catalogue = own("lexicon_en.toml", "language = \"en\"\n[likelihood]\nphrase = 2\nwords = -1\n").unwrap();
    let weights = catalogue.lexicon("en").unwrap().likelihood();
    // Bits 0 and 5: 1 / (1 + e^-(2 - 1)).
    assert!((weights.probability(0b10_0001) - 0.731_058_578_630_004_9).abs() < 1e-15);
    assert_eq!(weights.probability(0), 0.5);
    let (at, problem) = refusal("language = \"en\"\n[likelihood]\nphrase = 11\n");
    assert_eq!((at, problem.to_string().as_str()), (3, "likelihood.phrase = 11, expected a number from -10 to 10"));
}

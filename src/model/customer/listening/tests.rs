//! What is heard in sentences of our own making.

use std::sync::OnceLock;

use proptest::prelude::*;

use super::*;
use valueseg_catalogue::Catalogue;

fn listener() -> &'static Listener {
    static ENGLISH: OnceLock<Listener> = OnceLock::new();
    ENGLISH.get_or_init(|| Listener::new(&Catalogue::embedded()).unwrap())
}

/// Slugs with their sign, as `quality+`, in order.
fn heard(text: &str) -> Vec<String> {
    let sign = |polarity| match polarity {
        Polarity::Negative => '-',
        Polarity::Neutral => '0',
        Polarity::Positive => '+',
    };
    listener().listen(text).iter().map(|mention| format!("{}{}", mention.element, sign(mention.polarity))).collect()
}

#[test]
fn a_phrase_names_an_element_and_praises_or_blames() {
    assert_eq!(heard("Delivered the same day."), ["saves_time+"]);
    assert_eq!(heard("Far overpriced."), ["reduces_cost-"]);
}

#[test]
fn a_topic_takes_its_polarity_from_the_word_beside_it() {
    assert_eq!(heard("The legroom is generous."), ["sensory_appeal+"]);
    assert_eq!(heard("Horrible legroom."), ["sensory_appeal-"]);
    assert_eq!(heard("The legroom is average."), ["sensory_appeal0"]);
    assert_eq!(heard("They measured the legroom."), ["sensory_appeal0"]);
}

#[test]
fn some_things_are_mentioned_only_where_they_are_judged() {
    assert_eq!(heard("I bought a kettle from this company."), Vec::<String>::new());
    assert_eq!(heard("An excellent company."), ["quality+"]);
}

#[test]
fn liking_is_no_mention_but_tells_praise_of_a_topic() {
    assert_eq!(heard("I love this company."), Vec::<String>::new());
    assert_eq!(heard("I love the design."), ["design_aesthetics+"]);
}

#[test]
fn a_product_is_praised_by_a_verdict_and_not_by_whatever_stands_near() {
    assert_eq!(heard("The dress hung in a room beside the good towels."), Vec::<String>::new());
    assert_eq!(heard("This dress is so comfortable."), ["sensory_appeal+"]);
    assert_eq!(heard("A great dress."), ["quality+"]);
    assert_eq!(heard("The room was excellent."), ["quality+"]);
    assert_eq!(heard("I like the app, and it sits beside others."), Vec::<String>::new());
}

#[test]
fn a_word_of_several_senses_needs_a_companion() {
    assert_eq!(heard("My phone hangs."), ["quality-"]);
    assert_eq!(heard("The skirt hangs in folds."), Vec::<String>::new());
    assert_eq!(heard("Hours of games for the kids."), ["fun_entertainment+"]);
    assert_eq!(heard("Hours of delay."), ["saves_time-"]);
    assert_eq!(heard("A friendly environment."), Vec::<String>::new());
    assert_eq!(heard("They cut plastic for the good of the environment."), ["self_transcendence+"]);
}

#[test]
fn a_companion_stands_beside_the_word_and_in_its_sentence() {
    assert_eq!(heard("I have a phone. The skirt hangs in folds."), Vec::<String>::new());
}

#[test]
fn the_first_noun_of_a_compound_and_what_follows_of_are_not_judged() {
    assert_eq!(heard("A good food selection."), ["variety+"]);
    assert_eq!(heard("Great selection of wine."), ["variety+"]);
    assert_eq!(heard("Good food."), ["sensory_appeal+"]);
}

#[test]
fn some_things_are_judged_by_an_elements_own_words_alone() {
    assert_eq!(heard("Unbearably hard seats."), ["sensory_appeal-"]);
    assert_eq!(heard("Awful seats."), ["quality-"]);
}

#[test]
fn idioms_with_a_negator_praise() {
    assert_eq!(heard("The staff could not have been kinder."), ["quality+"]);
    assert_eq!(heard("Nothing flimsy about it."), ["quality+"]);
}

#[test]
fn the_reach_of_a_negator_ends_where_another_thought_starts() {
    assert_eq!(heard("I did not keep it because it was itchy."), ["sensory_appeal-"]);
    assert_eq!(heard("It was not itchy."), ["sensory_appeal+"]);
}

#[test]
fn a_mention_is_more_probable_the_more_speaks_for_it() {
    let probability = |text: &str| listener().listen(text).iter().next().map(|mention| mention.probability).unwrap();
    let (named, judged) = (probability("They measured the legroom."), probability("The legroom is generous."));
    assert!(named < judged, "{named} {judged}");
    assert!(judged < probability("The legroom is generous, the seat comfortable."));
    // A phrase of one word in a short sentence: 1 / (1 + e^-1.64).
    assert!((probability("Far overpriced.") - 0.837_535_3).abs() < 1e-6);
}

#[test]
fn what_is_more_likely_wrong_than_right_is_overheard_and_not_told() {
    let own = "language = \"en\"\n[likelihood]\nheard_from = 0.8\n";
    let catalogue = Catalogue::with_overrides(&[("lexicon_en.toml".to_owned(), own.to_owned())]).unwrap();
    let strict = Listener::new(&catalogue).unwrap();
    let text = "They measured the legroom.";
    assert_eq!((strict.listen(text).len(), strict.overhear(text).len()), (0, 1));
}

#[test]
fn negation_turns_round_what_follows_in_its_clause() {
    assert_eq!(heard("The camera is not good."), ["quality-"]);
    assert_eq!(heard("The chair isn't comfortable."), ["sensory_appeal-"]);
    assert_eq!(heard("It was never expensive."), ["reduces_cost+"]);
    assert_eq!(heard("No, the camera is good."), ["quality+"]);
    assert_eq!(heard("There is no headrest."), ["sensory_appeal-"]);
}

#[test]
fn a_phrase_that_holds_its_own_negation_is_turned_once() {
    assert_eq!(heard("There was no hassle."), ["avoids_hassles+"]);
    assert_eq!(heard("We had no wifi and no legroom."), ["integrates-", "sensory_appeal-"]);
    assert_eq!(heard("Not only cheap."), ["reduces_cost+"]);
}

#[test]
fn what_follows_but_weighs_more() {
    assert_eq!(heard("The food was good but the wine was awful."), ["sensory_appeal-"]);
    assert_eq!(heard("The wine was bad but the food was good."), ["sensory_appeal+"]);
    assert_eq!(heard("The wine was awful but the food was good."), ["sensory_appeal+"]);
    assert_eq!(heard("The food was good although the wine was bad."), ["sensory_appeal+"]);
}

#[test]
fn one_sentence_may_speak_of_several_elements() {
    assert_eq!(
        heard("Fast delivery, easy to set up, good value for money and the sound is superb!"),
        ["saves_time+", "simplifies+", "reduces_cost+", "sensory_appeal+"]
    );
}

#[test]
fn topics_side_by_side_share_a_judgment() {
    let mentions = heard("Both the design and the sound are superb.");
    assert_eq!(mentions, ["sensory_appeal+", "design_aesthetics+"]);
}

#[test]
fn a_link_ties_a_judgment_backward_where_punctuation_was_lost() {
    assert_eq!(heard("sound is awful camera is good"), ["quality+", "sensory_appeal-"]);
}

#[test]
fn each_sentence_is_heard_by_itself_however_messy() {
    let mentions = listener().listen("Good camera.Slow delivery!!!It's 5.1 inches, approx. as saidSuperb sound\nugly");
    let places: Vec<_> = mentions.iter().map(|mention| (mention.element.slug(), mention.sentence)).collect();
    assert_eq!(places, [("quality", 0), ("saves_time", 1), ("sensory_appeal", 3), ("design_aesthetics", 4)]);
    assert_eq!(mentions.sentences(), 5);
}

#[test]
fn shouting_and_stretching_change_nothing() {
    assert_eq!(heard("VERY FAST AND SOOOO COMFYYY"), heard("very fast and soo comfyy"));
    assert_eq!(heard("DON\u{2019}T FIND IT EXPENSIVE"), ["reduces_cost+"]);
}

#[test]
fn a_pictogram_judges_what_stands_beside_it() {
    assert_eq!(heard("camera 😍"), ["quality+"]);
    assert_eq!(heard("camera👎🏽"), ["quality-"]);
    assert_eq!(heard("🎁🎁🎁"), Vec::<String>::new());
}

#[test]
fn nothing_written_is_nothing_heard() {
    for text in ["", " \n\t", "...!?", "\u{FEFF}"] {
        let mentions = listener().listen(text);
        assert_eq!((mentions.sentences(), mentions.len()), (0, 0), "{text:?}");
    }
}

#[test]
fn a_very_long_text_without_an_end_is_heard_to_its_end() {
    let mentions = listener().listen(&"good camera not cheap ".repeat(20_000));
    assert_eq!(mentions.sentences(), 400, "80,000 words, at most 200 to a sentence");
    let camera = mentions.iter().filter(|mention| mention.element.slug() == "quality");
    assert_eq!(camera.filter(|mention| mention.polarity == Polarity::Positive).count(), 400);
}

#[test]
fn the_place_is_that_of_the_phrase() {
    let text = "Ünterwegs war es sehr schön, and 😀 same-day delivery.";
    let mentions = listener().listen(text);
    let mention = mentions.iter().find(|mention| mention.element.slug() == "saves_time").unwrap();
    assert_eq!(&text[mention.span.clone()], "same-day");
}

#[test]
fn no_word_of_a_customer_is_in_what_comes_out() {
    let text = "Zebediah Quux, zq@example.org, +49 151 5550100: my order 4711 was late and the lamp is ugly.";
    let mentions = listener().listen(text);
    assert_eq!(mentions.len(), 2);
    let mut heard = Heard::default();
    heard.add(&mentions);
    let out = format!("{mentions:?} {heard:?} {:?}", heard.rate(ElementId::parse("saves_time").unwrap()));
    for word in ["Zebediah", "Quux", "example", "5550100", "4711", "late", "lamp", "ugly"] {
        assert!(!out.contains(word), "{word} in {out}");
    }
}

#[test]
fn another_language_listens_by_a_file_of_its_own() {
    let german = "language = \"de\"\n[sentences]\nends = [\".\", \"!\"]\n[judging]\ngood = [\"gut\", \"gute*\"]\nbad = [\"schlecht*\"]\n\
        links = [\"ist\", \"war\"]\n[negation]\nwords = [\"nicht\", \"kein*\"]\n[contrast]\nturn = [\"aber\"]\n\
        [elements.saves_time]\npraise = [\"schnell*\"]\nblame = [\"verspät*\"]\n[elements.reduces_cost]\ntopic = [\"*preis\", \"*kosten\"]\n";
    let files = [("lexicon_de.toml".to_owned(), german.to_owned())];
    let catalogue = Catalogue::with_overrides(&files).unwrap();
    let listener = Listener::in_language(&catalogue, "de").unwrap();
    let seen: Vec<_> = listener
        .listen("Der Kaufpreis ist gut, aber die Lieferung war verspätet. Nicht schnell! Gute Versandkosten")
        .iter()
        .map(|mention| (mention.element.slug(), mention.polarity.sign(), mention.sentence))
        .collect();
    assert_eq!(seen, [("saves_time", -1, 0), ("reduces_cost", 1, 0), ("saves_time", -1, 1), ("reduces_cost", 1, 2)]);
    assert_eq!(
        Listener::in_language(&catalogue, "fr").unwrap_err(),
        ListeningError::UnknownLanguage { got: "fr".to_owned(), known: vec!["de".to_owned(), "en".to_owned()] }
    );
}

#[test]
fn the_words_of_a_folder_of_ones_own_are_heard() {
    let own = "language = \"en\"\n[elements.rewards_me]\npraise = [\"GoldCard\"]\n[elements.reduces_cost]\noff = [\"cheap\"]\n";
    let catalogue = Catalogue::with_overrides(&[("lexicon_en.toml".to_owned(), own.to_owned())]).unwrap();
    let mentions = Listener::new(&catalogue).unwrap().listen("My goldcard was cheap.");
    let seen: Vec<_> = mentions.iter().map(|mention| mention.element.slug()).collect();
    assert_eq!(seen, ["rewards_me"]);
}

#[test]
fn a_row_of_weight_two_is_the_row_twice() {
    let listener = listener();
    let (praising, blaming) = (listener.hear(["Fast delivery."]), listener.hear(["Late again.", "All fine"]));
    let mut weighted = MentionRates::default();
    weighted.add(&praising, 2.0);
    weighted.add(&blaming, 1.0);
    let mut repeated = MentionRates::default();
    for heard in [&praising, &praising, &blaming] {
        repeated.add(heard, 1.0);
    }
    assert_eq!(weighted, repeated);
    let time = ElementId::parse("saves_time").unwrap();
    assert_eq!((weighted.mentioned(time), weighted.praised(time)), (Some(1.0), Some(2.0 / 3.0)));
    assert_eq!(weighted.blamed(time), Some(1.0 / 3.0));
    assert_eq!(weighted.mentioned(ElementId::parse("heirloom").unwrap()), None);
}

#[test]
fn customers_who_wrote_nothing_or_weigh_nothing_are_left_out() {
    let mut rates = MentionRates::default();
    rates.add(&Heard::default(), 1.0);
    for weight in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        rates.add(&listener().hear(["Late again."]), weight);
    }
    assert_eq!(rates, MentionRates::default());
}

fn texts() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        Just("good".to_owned()),
        Just("not".to_owned()),
        Just("camera".to_owned()),
        Just("slow".to_owned()),
        Just("but".to_owned()),
        Just("legroom".to_owned()),
        Just("😍".to_owned()),
        Just("İ\u{301}e".to_owned()),
        Just("!\n".to_owned()),
        "\\PC{0,6}",
    ];
    let spaced = prop::collection::vec(word.clone(), 0..40).prop_map(|words| words.join(" "));
    let glued = prop::collection::vec(word, 0..40).prop_map(|words| words.concat());
    prop_oneof![spaced, glued, any::<String>()]
}

proptest! {
    #[test]
    fn any_text_is_heard_without_panic_and_places_are_whole_characters(text in texts()) {
        let mentions = listener().listen(&text);
        let mut last = None;
        for mention in &mentions {
            prop_assert!(mention.span.start < mention.span.end);
            prop_assert!(text.get(mention.span.clone()).is_some(), "{:?} of {text:?}", mention.span);
            prop_assert!(mention.sentence < mentions.sentences());
            prop_assert!(mention.probability > 0.0 && mention.probability <= 1.0);
            let place = Some((mention.sentence, mention.element));
            prop_assert!(last < place, "by sentence, then element, each once");
            last = place;
        }
    }

    #[test]
    fn any_division_of_a_customers_texts_comes_to_the_same(
        all in prop::collection::vec(texts(), 0..12),
        cuts in prop::collection::vec(0_usize..12, 0..4),
        threads in 1_usize..4,
    ) {
        let listener = listener();
        let whole = listener.hear(&all);
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(all.len())).chain([0, all.len()]).collect();
        cuts.sort_unstable();
        let mut merged = Heard::default();
        // From the last part to the first: the order must not matter, either.
        for ends in cuts.windows(2).rev() {
            merged.merge(&listener.hear(&all[ends[0]..ends[1]]));
        }
        prop_assert_eq!(&merged, &whole);
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let mut on_threads = Heard::default();
        pool.install(|| listener.listen_to_all(&all)).iter().for_each(|mentions| on_threads.add(mentions));
        prop_assert_eq!(&on_threads, &whole);
    }
}

//! What ships holds together and keeps the rules it states.

use std::collections::BTreeSet;

use super::*;

#[test]
fn thirty_elements_stand_on_four_levels_and_mean_different_things() {
    let catalogue = Catalogue::embedded();
    let on = |level| catalogue.elements().iter().filter(|e| e.level() == level).count();
    assert_eq!(Level::ALL.map(on), [14, 10, 5, 1]);
    for (id, element) in ElementId::all().zip(catalogue.elements()) {
        assert_eq!(element.id(), id);
        assert!(!element.cues_positive().is_empty() && !element.cues_negative().is_empty(), "{id}");
    }
    let definitions: BTreeSet<&str> = catalogue.elements().iter().map(Element::definition).collect();
    let names: BTreeSet<&str> = catalogue.elements().iter().map(Element::name).collect();
    assert_eq!((definitions.len(), names.len()), (30, 30));
}

#[test]
fn elements_follow_the_published_traps_of_level() {
    let catalogue = Catalogue::embedded();
    for (slug, level) in [
        ("provides_access", Level::Emotional),
        ("design_aesthetics", Level::Emotional),
        ("rewards_me", Level::Emotional),
        ("reduces_anxiety", Level::Emotional),
        ("quality", Level::Functional),
        ("informs", Level::Functional),
        ("heirloom", Level::LifeChanging),
        ("affiliation_belonging", Level::LifeChanging),
        ("self_transcendence", Level::SocialImpact),
    ] {
        assert_eq!(catalogue.element(element(slug)).level(), level, "{slug}");
    }
}

#[test]
fn sensitive_elements_are_the_ten_of_the_domain_page() {
    let catalogue = Catalogue::embedded();
    let of = |class| -> Vec<&str> {
        catalogue.elements().iter().filter(|e| e.sensitivity() == class).map(|e| e.id().slug()).collect()
    };
    assert_eq!(of(Sensitivity::Health), ["wellness", "therapeutic_value"]);
    assert_eq!(of(Sensitivity::HealthAdjacent), ["reduces_anxiety", "attractiveness", "provides_hope"]);
    assert_eq!(of(Sensitivity::BeliefAdjacent), ["affiliation_belonging", "self_transcendence"]);
    assert_eq!(of(Sensitivity::Financial), ["makes_money", "reduces_cost"]);
    assert_eq!(of(Sensitivity::Family), ["heirloom"]);
}

#[test]
fn what_tells_of_health_hardship_or_the_body_is_withheld_from_rows_of_customers_with_its_reason() {
    let catalogue = Catalogue::embedded();
    let withheld: Vec<&str> =
        ElementId::all().filter(|id| catalogue.element(*id).withheld().is_some()).map(ElementId::slug).collect();
    let expected = ["reduces_anxiety", "wellness", "therapeutic_value", "attractiveness", "provides_hope"];
    assert_eq!(withheld, expected);
    for id in ElementId::all() {
        let element = catalogue.element(id);
        assert!(element.withheld().is_none_or(|reason| reason.starts_with("tells ")), "{id}");
        assert!(element.withheld().is_none() || element.sensitivity().is_sensitive(), "{id}");
    }
}

#[test]
fn the_physiological_tier_rests_on_what_is_bodily() {
    let needs = Catalogue::embedded().needs().clone();
    let bodily: Vec<&str> =
        ElementId::all().filter(|id| needs.weight(*id, NeedTier::Physiological) > 0.0).map(ElementId::slug).collect();
    assert_eq!(bodily, ["reduces_effort", "sensory_appeal", "wellness", "therapeutic_value"]);
}

#[test]
fn need_weights_sum_to_one_and_columns_to_the_known_masses() {
    let needs = Catalogue::embedded().needs().clone();
    for id in ElementId::all() {
        assert!((needs.weights(id).iter().sum::<f64>() - 1.0).abs() < 1e-9, "{id}");
    }
    for (tier, mass) in NeedTier::ALL.into_iter().zip([2.40, 10.95, 4.40, 4.25, 8.00]) {
        assert!((needs.mass(tier) - mass).abs() < 1e-9, "{tier:?}: {}", needs.mass(tier));
    }
    assert!(close(&needs.weights(element("connects")), &[0.0, 0.1, 0.8, 0.1, 0.0]));
}

#[test]
fn ten_motivators_point_to_elements_of_their_own_tiers() {
    let catalogue = Catalogue::embedded();
    assert_eq!(catalogue.motivators().len(), 10);
    for motivator in catalogue.motivators() {
        for tier in motivator.needs() {
            let carried = motivator.elements().iter().any(|&e| catalogue.needs().weight(e, *tier) > 0.0);
            assert!(carried, "{} names {tier:?}, which none of its elements serves", motivator.id());
        }
    }
}

#[test]
fn signals_reach_every_element_and_leave_room_for_own_ones() {
    let catalogue = Catalogue::embedded();
    let signals = catalogue.signals();
    assert!(signals.len() >= 44 && signals.len() + 24 <= SIGNAL_LIMIT, "{}", signals.len());
    let ids: BTreeSet<&str> = signals.iter().map(Signal::id).collect();
    assert_eq!(ids.len(), signals.len());
    for id in ElementId::all() {
        let names = |loadings: &[(ElementId, f64)]| loadings.iter().any(|(e, w)| *e == id && *w > 0.0);
        assert!(signals.iter().any(|s| names(s.importance())), "no signal speaks of wanting {id}");
    }
    assert!(signals.iter().filter(|s| s.importance().is_empty() && s.fulfillment().is_empty()).count() >= 5);
}

#[test]
fn a_complaint_means_wanting_more_and_being_served_less() {
    let catalogue = Catalogue::embedded();
    for (signal, slug) in
        [("late_complaints", "saves_time"), ("quality_complaints", "quality"), ("price_complaints", "reduces_cost")]
    {
        let signal = catalogue.signal(signal).unwrap();
        let of = |loadings: &[(ElementId, f64)]| loadings.iter().find(|(e, _)| e.slug() == slug).unwrap().1;
        assert!(of(signal.importance()) > 0.0 && of(signal.fulfillment()) < 0.0, "{}", signal.id());
    }
    assert_eq!(catalogue.signal("late_complaints").unwrap().importance()[0], (element("saves_time"), 0.6));
}

#[test]
fn signals_of_sensitive_elements_are_marked_and_explained() {
    for signal in Catalogue::embedded().signals() {
        let health = |e: &ElementId| matches!(e.slug(), "wellness" | "therapeutic_value" | "attractiveness");
        if signal.importance().iter().any(|(e, _)| health(e)) {
            assert!(signal.sensitivity().is_sensitive() && signal.caveat().is_some(), "{}", signal.id());
        }
    }
}

#[test]
fn every_word_a_signal_looks_for_is_explained_and_every_kind_is_looked_for() {
    let catalogue = Catalogue::embedded();
    let literals = |column: &str| -> BTreeSet<String> {
        let after = |sql: &str| -> Vec<String> {
            let mut found = Vec::new();
            for part in sql.split(&format!("{column} = '")).skip(1) {
                found.push(part.split('\'').next().unwrap().to_owned());
            }
            for part in sql.split(&format!("{column} IN (")).skip(1) {
                let list = part.split(')').next().unwrap();
                found.extend(list.split(',').map(|word| word.trim().trim_matches('\'').to_owned()));
            }
            found
        };
        catalogue.signals().iter().flat_map(|s| after(s.sql())).collect()
    };
    let words = |listed: &[(String, String)]| -> BTreeSet<String> { listed.iter().map(|(w, _)| w.clone()).collect() };
    // `contact` and `complaint` are read by the signals on ratings and cases, whatever the kind.
    let mut looked_for = literals("kind");
    looked_for.extend(["contact".to_owned(), "complaint".to_owned()]);
    assert_eq!(looked_for, words(catalogue.kinds()));
    assert!(literals("channel").is_subset(&words(catalogue.channels())));
    assert_eq!(literals("category"), words(catalogue.categories()));
}

#[test]
fn every_situation_has_a_play() {
    for industry in Industry::ALL {
        every_situation_of(&of(industry));
    }
}

/// The catalogue of an industry.
fn of(industry: Industry) -> Catalogue {
    Catalogue::of_company(&CompanyTexts { industry, ..CompanyTexts::default() }).unwrap()
}

/// The texts of a play.
fn texts(play: &Play) -> [&str; 6] {
    [play.action(), play.first_step(), play.opening(), play.message_angle(), play.proof_needed(), play.avoid()]
}

fn every_situation_of(catalogue: &Catalogue) {
    let mut element_plays = 0;
    for id in ElementId::all() {
        for kind in [PlayKind::Lead, PlayKind::Fix, PlayKind::Hold] {
            let plays = catalogue.plays_for(kind, PlaySubject::Element(id));
            assert!(!plays.is_empty(), "{kind:?} {id}");
            element_plays += plays.len();
        }
    }
    assert!(element_plays >= 90);
    for tier in NeedTier::ALL {
        assert!(!catalogue.plays_for(PlayKind::Need, PlaySubject::Need(tier)).is_empty(), "{tier:?}");
    }
    for step in PlaySubject::ARC_STEPS {
        assert!(!catalogue.plays_for(PlayKind::Arc, step).is_empty(), "{step:?}");
    }
    assert!(catalogue.plays_for(PlayKind::Neutral, PlaySubject::Everyone).len() >= 4);
    for subject in PlaySubject::OPEN_MATTERS {
        let plays = catalogue.plays_for(PlayKind::Recover, subject);
        // What is open is settled by whoever serves: nothing is sent to people who wait for an answer.
        assert!(!plays.is_empty() && plays.iter().all(|play| play.channels() == [PlayChannel::Service]), "{subject:?}");
    }
    for subject in PlaySubject::STORIES {
        assert!(!catalogue.plays_for(PlayKind::Thank, subject).is_empty(), "{subject:?}");
    }
    let alone = catalogue.plays_for(PlayKind::Leave, PlaySubject::LeftAlone);
    assert!(!alone.is_empty() && alone.iter().all(|play| play.channels() == [PlayChannel::Service]));
    for topic in EaseTopic::ALL {
        assert!(!catalogue.plays_for(PlayKind::Ease, PlaySubject::Ease(topic)).is_empty(), "{topic:?}");
    }
    for play in catalogue.plays() {
        assert!(catalogue.metric(play.metric()).is_some(), "{}", play.id());
    }
}

#[test]
fn whoever_serves_knows_in_every_situation_what_they_may_decide_alone() {
    let catalogue = Catalogue::embedded();
    let tiers = NeedTier::ALL.map(LatitudeScope::Need);
    for scope in tiers.into_iter().chain([LatitudeScope::Everyone, LatitudeScope::OpenMatter]) {
        let told: Vec<&Latitude> = catalogue.latitudes_for(scope).collect();
        assert!(!told.is_empty(), "{scope:?}");
        assert!(told.iter().all(|l| l.decides().ends_with('.') && l.asks_first().ends_with('?')), "{scope:?}");
    }
}

#[test]
fn quality_is_mended_before_anything_else() {
    let catalogue = Catalogue::embedded().with_capabilities(&Capabilities::all());
    let first = catalogue.plays().iter().filter(|p| p.kind() == PlayKind::Fix).min_by_key(|p| p.priority()).unwrap();
    assert_eq!(first.subject(), PlaySubject::Element(element("quality")));
    let quality = PlaySubject::Element(element("quality"));
    let ids: Vec<&str> = catalogue.plays_for(PlayKind::Fix, quality).iter().map(|p| p.id()).collect();
    assert_eq!(ids, ["fix_quality_worst_site", "fix_quality"]);
}

#[test]
fn no_two_plays_say_the_same() {
    for industry in Industry::ALL {
        let catalogue = of(industry);
        let mut said = [const { BTreeSet::new() }; 6];
        for play in catalogue.plays() {
            for (i, text) in texts(play).into_iter().enumerate().filter(|(_, text)| !text.is_empty()) {
                assert!(said[i].insert(text), "{}: {}: {text}", industry.slug(), play.id());
                assert!(i == 2 || text.ends_with(['.', '?']), "{}: {}: {text}", industry.slug(), play.id());
            }
        }
    }
}

/// Words of a text that carry it: those of four letters and more.
fn carrying(text: &str) -> BTreeSet<String> {
    text.to_lowercase().split(|c: char| !c.is_alphabetic()).filter(|w| w.len() > 3).map(str::to_owned).collect()
}

#[test]
fn no_two_plays_say_nearly_the_same() {
    for industry in Industry::ALL {
        let catalogue = of(industry);
        let actions: Vec<_> = catalogue.plays().iter().map(|play| (play.id(), carrying(play.action()))).collect();
        for (i, (id, words)) in actions.iter().enumerate() {
            for (other, others) in &actions[..i] {
                let (shared, all) = (words.intersection(others).count(), words.union(others).count());
                assert!(2 * shared < all, "{}: {id} and {other}", industry.slug());
            }
        }
    }
}

#[test]
fn no_metric_word_industry_or_capability_is_dead() {
    let all: Vec<Catalogue> = Industry::ALL.into_iter().map(of).collect();
    let base = &all[Industry::ALL.len() - 1];
    for metric in base.metrics() {
        assert!(base.plays().iter().any(|play| play.metric() == metric.id()), "{}", metric.id());
    }
    for capability in Capability::ALL {
        let channel = PlayChannel::ALL.into_iter().any(|channel| channel.needs() == Some(capability));
        let play = base.plays().iter().any(|play| play.needs().contains(&capability));
        assert!(channel || play, "{}", capability.slug());
    }
    let raw: String = CatalogueTexts::embedded().files().iter().map(|(_, text)| text.to_lowercase()).collect();
    for (word, _) in PLAY_WORDS {
        assert!(raw.contains(&format!("{{{word}}}")) || raw.contains(&format!("{{a {word}}}")), "{word}");
    }
    for catalogue in &all[..Industry::ALL.len() - 1] {
        assert_ne!(catalogue.hash(), base.hash());
    }
}

#[test]
fn a_signal_of_an_industry_looks_for_a_word_that_it_explains_and_that_nobody_else_has() {
    let base = Catalogue::embedded();
    let mut with_own = 0;
    for industry in Industry::ALL {
        let catalogue = of(industry);
        let own: Vec<&Signal> = catalogue.signals().iter().filter(|s| base.signal(s.id()).is_none()).collect();
        let words: Vec<&String> = catalogue
            .kinds()
            .iter()
            .map(|(word, _)| word)
            .filter(|w| base.kinds().iter().all(|(b, _)| b != *w))
            .collect();
        assert_eq!(own.len(), words.len(), "{}", industry.slug());
        assert!(words.iter().all(|word| own.iter().any(|s| s.sql().contains(&format!("'{word}'")))), "{words:?}");
        assert!(own.iter().all(|s| s.caveat().is_some()));
        with_own += usize::from(!own.is_empty());
    }
    assert_eq!(with_own, 7);
}

#[test]
fn plays_for_any_company_speak_of_nothing_that_only_some_have() {
    let bound = [
        "parcel",
        "shelf",
        "shelves",
        "tariff",
        "checkout",
        "courier",
        "warehouse",
        "lesson",
        "learner",
        "ingredient",
        "dose",
        "fitting room",
        "size table",
        "voucher",
        "app ",
        "website",
        "shop",
    ];
    let nothing = Capabilities::default();
    for industry in [Industry::Other, Industry::Bank, Industry::Hospitality, Industry::Saas] {
        for play in of(industry).plays().iter().filter_map(|play| nothing.offered(play)) {
            let said = texts(&play).join(" ").to_lowercase();
            for word in bound {
                assert!(!said.contains(word), "{}: {}: {word}", industry.slug(), play.id());
            }
        }
    }
}

#[test]
fn fix_and_hold_plays_act_in_product_or_service_and_mending_reaches_out_to_nobody() {
    for play in Catalogue::embedded().plays().iter().filter(|p| !p.kind().speaks()) {
        assert!(play.kind() == PlayKind::Hold || play.channels().iter().all(|c| !c.needs_consent()), "{}", play.id());
        assert!(
            play.channels().iter().any(|c| matches!(c, PlayChannel::Product | PlayChannel::Service)),
            "{}",
            play.id()
        );
    }
}

#[test]
fn only_plays_about_cost_offer_a_lower_price() {
    for play in Industry::ALL.into_iter().flat_map(|industry| of(industry).plays().to_vec()) {
        let offered = format!("{} {} {}", play.action(), play.message_angle(), play.opening()).to_lowercase();
        let cheap = ["discount", "voucher", "coupon", "% off", "sale price", "cheaper", "price reduc"];
        if cheap.iter().any(|word| offered.contains(word)) {
            assert_eq!(play.subject(), PlaySubject::Element(element("reduces_cost")), "{}", play.id());
        }
    }
}

#[test]
fn no_message_presses_or_frightens() {
    let pressing = ["last chance", "hurry", "only today", "before it is too late", "don't miss", "act now", "danger"];
    for play in Industry::ALL.into_iter().flat_map(|industry| of(industry).plays().to_vec()) {
        let said = format!("{} {} {}", play.action(), play.message_angle(), play.opening()).to_lowercase();
        assert!(!pressing.iter().any(|word| said.contains(word)), "{}", play.id());
    }
}

#[test]
fn delicate_elements_are_not_named_in_messages() {
    let catalogue = Catalogue::embedded();
    for play in Industry::ALL.into_iter().flat_map(|industry| of(industry).plays().to_vec()) {
        let PlaySubject::Element(id) = play.subject() else { continue };
        if catalogue.element(id).sensitivity().is_sensitive() {
            let said = format!("{} {}", play.message_angle(), play.opening()).to_lowercase();
            for word in
                ["anxi", "wellness", "therap", "attractive", "belief", "religio", "hardship", "bereave", "illness"]
            {
                assert!(!said.contains(word), "{}: {word}", play.id());
            }
        }
    }
}

#[test]
fn the_hash_is_of_the_texts_and_the_version_of_the_header() {
    let catalogue = Catalogue::embedded();
    assert_eq!(catalogue.version(), "1.0.0");
    assert_eq!(catalogue.hash().len(), 64);
    assert_eq!(catalogue.hash(), Catalogue::with_overrides(&[]).unwrap().hash());
    let mut files = CatalogueTexts::embedded().files().to_vec();
    files[0].1.push('\n');
    let touched = Catalogue::from_texts(&CatalogueTexts::new(files)).unwrap();
    assert_ne!(catalogue.hash(), touched.hash());
}

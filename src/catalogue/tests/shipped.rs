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
    let catalogue = Catalogue::embedded();
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
        assert!(catalogue.plays_for(PlayKind::Need, PlaySubject::Need(tier)).len() >= 2, "{tier:?}");
    }
    for step in PlaySubject::ARC_STEPS {
        assert!(!catalogue.plays_for(PlayKind::Arc, step).is_empty(), "{step:?}");
    }
    assert!(catalogue.plays_for(PlayKind::Neutral, PlaySubject::Everyone).len() >= 4);
    for topic in EaseTopic::ALL {
        assert!(!catalogue.plays_for(PlayKind::Ease, PlaySubject::Ease(topic)).is_empty(), "{topic:?}");
    }
    for play in catalogue.plays() {
        assert!(catalogue.metric(play.metric()).is_some(), "{}", play.id());
    }
}

#[test]
fn quality_is_mended_before_anything_else() {
    let catalogue = Catalogue::embedded();
    let first = catalogue.plays().iter().filter(|p| p.kind() == PlayKind::Fix).min_by_key(|p| p.priority()).unwrap();
    assert_eq!(first.id(), "fix_quality");
    let quality = PlaySubject::Element(element("quality"));
    let ids: Vec<&str> = catalogue.plays_for(PlayKind::Fix, quality).iter().map(|p| p.id()).collect();
    assert_eq!(ids, ["fix_quality", "fix_quality_worst_site"]);
}

#[test]
fn no_two_plays_say_the_same() {
    let catalogue = Catalogue::embedded();
    for text in [Play::action, Play::message_angle, Play::proof_needed, Play::avoid] {
        let mut said = BTreeSet::new();
        for play in catalogue.plays() {
            assert!(said.insert(text(play)), "{}: {}", play.id(), text(play));
            assert!(text(play).ends_with(['.', '?']), "{}: {}", play.id(), text(play));
        }
    }
}

#[test]
fn fix_plays_act_in_product_or_service_and_reach_out_to_nobody() {
    for play in Catalogue::embedded().plays().iter().filter(|p| p.kind() == PlayKind::Fix) {
        assert!(play.channels().iter().all(|c| !c.needs_consent()), "{}", play.id());
        assert!(
            play.channels().iter().any(|c| matches!(c, PlayChannel::Product | PlayChannel::Service)),
            "{}",
            play.id()
        );
    }
}

#[test]
fn only_plays_about_cost_offer_a_lower_price() {
    for play in Catalogue::embedded().plays() {
        let offered = format!("{} {}", play.action(), play.message_angle()).to_lowercase();
        let cheap = ["discount", "voucher", "coupon", "% off", "sale price", "cheaper", "price reduc"];
        if cheap.iter().any(|word| offered.contains(word)) {
            assert_eq!(play.subject(), PlaySubject::Element(element("reduces_cost")), "{}", play.id());
        }
    }
}

#[test]
fn no_message_presses_or_frightens() {
    let pressing = ["last chance", "hurry", "only today", "before it is too late", "don't miss", "act now", "danger"];
    for play in Catalogue::embedded().plays() {
        let said = format!("{} {}", play.action(), play.message_angle()).to_lowercase();
        assert!(!pressing.iter().any(|word| said.contains(word)), "{}", play.id());
    }
}

#[test]
fn delicate_elements_are_not_named_in_messages() {
    let catalogue = Catalogue::embedded();
    for play in catalogue.plays() {
        let PlaySubject::Element(id) = play.subject() else { continue };
        if catalogue.element(id).sensitivity().is_sensitive() {
            let said = play.message_angle().to_lowercase();
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

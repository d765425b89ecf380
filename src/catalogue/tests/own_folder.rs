//! A folder of one's own is laid over what ships.

use super::*;

#[test]
fn an_element_is_reworded_and_keeps_what_was_not_said() {
    let text = "[[element]]\nid = \"saves_time\"\ndefinition = \"Gets you there sooner\"\n";
    let catalogue = own("elements.toml", text).unwrap();
    let shipped = Catalogue::embedded();
    let id = element("saves_time");
    assert_eq!(catalogue.element(id).definition(), "Gets you there sooner");
    assert_eq!(catalogue.element(id).name(), shipped.element(id).name());
    assert_eq!(catalogue.element(id).cues_positive(), shipped.element(id).cues_positive());
    assert!(catalogue.version().starts_with("1.0.0+own.") && catalogue.version().len() == 18);
    assert_ne!(catalogue.hash(), shipped.hash());
}

#[test]
fn an_element_is_withheld_by_a_reason_of_ones_own() {
    let text = "[[element]]\nid = \"nostalgia\"\nwithheld = \"our customers are bereaved\"\n";
    let catalogue = own("elements.toml", text).unwrap();
    assert_eq!(catalogue.element(element("nostalgia")).withheld(), Some("our customers are bereaved"));
    assert_eq!(Catalogue::embedded().element(element("nostalgia")).withheld(), None);
}

#[test]
fn a_version_of_ones_own_is_kept() {
    assert_eq!(own("elements.toml", "[catalogue]\nversion = \"acme-3\"").unwrap().version(), "acme-3");
}

#[test]
fn a_row_of_need_weights_is_replaced() {
    let catalogue = own("needs.toml", "[weights]\nvariety = [0, 0, 0, 0.25, 0.75]").unwrap();
    assert!(close(&catalogue.needs().weights(element("variety")), &[0.0, 0.0, 0.0, 0.25, 0.75]));
    assert!(close(&catalogue.needs().weights(element("informs")), &[0.0, 0.5, 0.0, 0.0, 0.5]));
}

#[test]
fn a_signal_is_added_changed_and_switched_off() {
    let text = r#"
        [kinds]
        test_drive = "drove one of our cars"
        [[signal]]
        id = "test_drives"
        name = "Test drives"
        table = "interactions"
        columns = ["kind"]
        sql = "count(*) FILTER (WHERE kind = 'test_drive')"
        when_no_rows = "zero"
        transform = "flag"
        importance = { sensory_appeal = 0.45, informs = "+" }
        [[signal]]
        id = "donations"
        off = true
        [[signal]]
        id = "gift_share"
        importance = { connects = "+" }
    "#;
    let catalogue = own("signals.toml", text).unwrap();
    let shipped = Catalogue::embedded();
    assert_eq!(catalogue.signals().len(), shipped.signals().len());
    assert_eq!(catalogue.signals().last().unwrap().id(), "test_drives");
    assert_eq!(
        catalogue.signal("test_drives").unwrap().importance(),
        [(element("sensory_appeal"), 0.45), (element("informs"), 0.3)]
    );
    assert_eq!(catalogue.signal("donations"), None);
    let gift = catalogue.signal("gift_share").unwrap();
    assert_eq!(gift.importance(), [(element("connects"), 0.3)]);
    assert_eq!(gift.sql(), shipped.signal("gift_share").unwrap().sql());
    assert!(catalogue.kinds().iter().any(|(word, _)| word == "test_drive"));
}

#[test]
fn british_spelling_is_understood_in_ones_own_folder() {
    let signal = |key: &str| format!("[[signal]]\nid = \"gift_share\"\n{key} = {{ connects = \"-\" }}");
    let of =
        |key: &str| own("signals.toml", &signal(key)).unwrap().signal("gift_share").unwrap().fulfillment().to_vec();
    assert_eq!(of("fulfilment"), [(element("connects"), -0.3)]);
    assert_eq!(of("fulfilment"), of("fulfillment"));
}

#[test]
fn a_play_is_added_with_a_metric_of_its_own_and_another_reworded() {
    let text = r#"
        [[metric]]
        id = "test_drive_rate"
        name = "Test drives"
        description = "Share who drove"
        better = "higher"
        [[play]]
        id = "lead_informs_test_drive"
        kind = "lead"
        subject = "informs"
        action = "Offer {a product} for an hour."
        first_step = "Keep one car free on Monday."
        opening = "An hour behind the wheel"
        effort = "hours"
        needs = ["stores"]
        channels = ["store"]
        message_angle = "Drive it, then ask."
        proof_needed = "Cars are free."
        avoid = "A salesperson in the back seat."
        metric = "test_drive_rate"
        owner = "Dealer"
        window_days = 30
        priority = 1
        [[play]]
        id = "fix_quality"
        owner = "Plant manager"
    "#;
    let catalogue = own("playbook_acme.toml", text).unwrap();
    let informs = PlaySubject::Element(element("informs"));
    let first = |catalogue: &Catalogue| catalogue.plays_for(PlayKind::Lead, informs)[0].id().to_owned();
    // A company of which no store is known is not offered it.
    assert_eq!(first(&catalogue), "lead_informs");
    assert_eq!(first(&catalogue.clone().with_capabilities(&Capabilities::all())), "lead_informs_test_drive");
    assert_eq!(catalogue.play("lead_informs_test_drive").unwrap().action(), "Offer a product for an hour.");
    assert_eq!(catalogue.play("fix_quality").unwrap().owner(), "Plant manager");
    assert_eq!(catalogue.metric("test_drive_rate").unwrap().better(), Better::Higher);
}

#[test]
fn the_order_in_which_a_folder_is_listed_does_not_matter() {
    let a = ("needs.toml".to_owned(), "[weights]\nquality = [0, 1, 0, 0, 0]".to_owned());
    let b = ("signals.toml".to_owned(), "[kinds]\nx = \"y\"".to_owned());
    let one = Catalogue::with_overrides(&[a.clone(), b.clone()]).unwrap();
    let other = Catalogue::with_overrides(&[b, a]).unwrap();
    assert_eq!(one.hash(), other.hash());
    assert_eq!(one.version(), other.version());
}

#[test]
fn a_folder_of_ones_own_lies_over_the_industry_and_that_over_what_ships() {
    let words = |text: &str| vec![("words.toml".to_owned(), format!("[words]\n{text}\n"))];
    let bank = CompanyTexts { industry: Industry::Bank, ..CompanyTexts::default() };
    let action = |company: &CompanyTexts| {
        let catalogue = Catalogue::of_company(company).unwrap();
        (catalogue.play("lead_informs").unwrap().proof_needed().to_owned(), catalogue.version().to_owned())
    };
    assert!(action(&CompanyTexts::default()).0.contains("uses the product"));
    assert!(action(&bank).0.contains("uses the account"));
    let own = CompanyTexts { own: words("product = \"deposit\""), ..bank.clone() };
    let (said, version) = action(&own);
    assert!(said.contains("uses the deposit"), "{said}");
    assert!(version.starts_with("1.0.0+bank.own.") && action(&bank).1 == "1.0.0+bank", "{version}");
    assert_ne!(Catalogue::of_company(&own).unwrap().hash(), Catalogue::of_company(&bank).unwrap().hash());
}

#[test]
fn plays_about_an_element_call_it_what_the_company_calls_it() {
    let id = element("wellness");
    let items = [(id, "Leg room".to_owned())].into();
    let catalogue = Catalogue::of_company(&CompanyTexts { items, ..CompanyTexts::default() }).unwrap();
    assert_eq!((catalogue.element(id).said(), catalogue.element(id).name()), ("Leg room", "Wellness"));
    assert!(catalogue.play("fix_wellness").unwrap().first_step().contains("“Leg room”"));
    assert_eq!(Catalogue::embedded().element(id).said(), "Wellness");
}

//! Each mistake in a folder of one's own is refused by name.

use super::*;

const SIGNAL: &str = "[[signal]]\nid = \"s1\"\nname = \"S\"\ntable = \"orders\"\ncolumns = [\"amount\"]\n\
    sql = \"max(amount)\"\nwhen_no_rows = \"unknown\"\ntransform = \"flag\"\n";

#[test]
fn text_that_is_not_toml_with_its_line() {
    let CatalogueError::Syntax { file, message } = refusal("needs.toml", "[weights]\nquality = [") else { panic!() };
    assert_eq!(file, "needs.toml");
    assert!(message.contains("line 2"), "{message}");
}

#[test]
fn an_unknown_file_with_the_nearest_name() {
    let error = refusal("signal.toml", "");
    assert!(
        matches!(&error, CatalogueError::UnknownFile { nearest: Some(near), .. } if near == "signals.toml"),
        "{error}"
    );
}

#[test]
fn an_unknown_key_at_the_top_and_in_an_entry() {
    assert!(matches!(refusal("signals.toml", "[kind]\nx = \"y\""), CatalogueError::Syntax { .. }));
    let error = refusal("signals.toml", &format!("{SIGNAL}weight = 3\n"));
    let CatalogueError::Entry { file, id, message } = &error else { panic!("{error}") };
    assert_eq!((file.as_str(), id.as_str()), ("signals.toml", "s1"));
    assert!(message.contains("`weight`") && message.contains("`transform`"), "{message}");
}

#[test]
fn an_entry_that_lacks_a_key_or_an_id() {
    let error = refusal("signals.toml", "[[signal]]\nid = \"s1\"\nname = \"S\"");
    assert!(error.to_string().contains("s1") && error.to_string().contains("missing field"), "{error}");
    let error = refusal("signals.toml", "[[signal]]\nname = \"S\"");
    assert!(matches!(&error, CatalogueError::Entry { id, .. } if id == "#1"), "{error}");
}

#[test]
fn a_value_outside_a_closed_list() {
    let error = refusal("signals.toml", &SIGNAL.replace("unknown", "null"));
    assert!(error.to_string().contains("null") && error.to_string().contains("zero"), "{error}");
    let error = refusal("elements.toml", "[[element]]\nid = \"quality\"\nlevel = \"functionl\"");
    assert!(error.to_string().contains("did you mean `functional`?"), "{error}");
}

#[test]
fn a_thirty_first_element_with_the_nearest_name() {
    let text = "[[element]]\nid = \"save_time\"\nname = \"x\"\nwish = \"x\"\nlevel = \"functional\"\ndefinition = \"x\"\n\
        cues_positive = []\ncues_negative = []";
    let error = refusal("elements.toml", text);
    let near = Some(element("saves_time"));
    assert!(matches!(&error, CatalogueError::UnknownElement { nearest, .. } if *nearest == near), "{error}");
    assert!(error.to_string().ends_with("did you mean `saves_time`?"), "{error}");
}

#[test]
fn an_unknown_element_in_a_loading_a_weight_a_motivator_and_a_play() {
    for (file, text, key) in [
        ("signals.toml", format!("{SIGNAL}importance = {{ save_time = \"+\" }}"), "importance"),
        ("needs.toml", "[weights]\nsave_time = [1, 0, 0, 0, 0]".to_owned(), "weights"),
        ("motivators.toml", "[[motivator]]\nid = \"m_thrill\"\nelements = [\"save_time\"]".to_owned(), "elements"),
        ("playbook.toml", "[[play]]\nid = \"fix_quality\"\nsubject = \"save_time\"".to_owned(), "subject"),
    ] {
        let error = refusal(file, &text);
        let CatalogueError::UnknownElement { file: seen, key: at, got, nearest, .. } = &error else {
            panic!("{error}")
        };
        assert_eq!((seen.as_str(), *at, got.as_str()), (file, key, "save_time"));
        assert_eq!(*nearest, Some(element("saves_time")));
    }
}

#[test]
fn a_level_moved_and_a_definition_repeated_or_blank() {
    let error = refusal("elements.toml", "[[element]]\nid = \"quality\"\nlevel = \"emotional\"");
    assert!(matches!(&error, CatalogueError::BadNumber { got, .. } if close(&[*got], &[13.0])), "{error}");
    let copied = Catalogue::embedded().element(element("informs")).definition().to_owned();
    let error = refusal("elements.toml", &format!("[[element]]\nid = \"quality\"\ndefinition = \"{copied}\""));
    assert!(matches!(&error, CatalogueError::SameText { .. }), "{error}");
    let error = refusal("elements.toml", "[[element]]\nid = \"quality\"\ndefinition = \"  \"");
    assert!(matches!(&error, CatalogueError::Empty { key: "definition", .. }), "{error}");
    let error = refusal("elements.toml", "[[element]]\nid = \"quality\"\nwish = \"time\"");
    assert!(matches!(&error, CatalogueError::SameText { key: "wish", .. }), "{error}");
}

#[test]
fn weights_that_do_not_sum_to_one_are_negative_not_numbers_or_too_few() {
    for (row, key) in [
        ("[0.5, 0.4, 0, 0, 0]", "sum of weights"),
        ("[1.5, -0.5, 0, 0, 0]", "physiological"),
        ("[nan, 1, 0, 0, 0]", "physiological"),
        ("[0, 1, 0, 0]", "number of weights"),
    ] {
        let error = refusal("needs.toml", &format!("[weights]\nquality = {row}"));
        assert!(matches!(&error, CatalogueError::BadNumber { key: seen, .. } if seen == key), "{error}");
    }
}

#[test]
fn a_loading_outside_its_range_or_with_an_unknown_mark() {
    for value in ["1.5", "nan", "-inf"] {
        let error = refusal("signals.toml", &format!("{SIGNAL}importance = {{ quality = {value} }}"));
        assert!(matches!(&error, CatalogueError::BadNumber { key, .. } if key == "importance.quality"), "{error}");
    }
    let error = refusal("signals.toml", &format!("{SIGNAL}importance = {{ quality = \"+++\" }}"));
    assert!(matches!(&error, CatalogueError::UnknownWord { got, .. } if &**got == "+++"), "{error}");
}

#[test]
fn sql_that_reads_what_it_does_not_declare() {
    let error = refusal("signals.toml", &SIGNAL.replace("max(amount)", "max(discount)"));
    assert!(matches!(&error, CatalogueError::Sql { id, .. } if id == "s1"), "{error}");
    let error = refusal("signals.toml", &SIGNAL.replace("[\"amount\"]", "[]"));
    assert!(matches!(&error, CatalogueError::Empty { key: "columns", .. }), "{error}");
}

#[test]
fn an_id_used_twice_or_badly_spelt() {
    let error = refusal("signals.toml", &format!("{SIGNAL}{SIGNAL}"));
    assert!(matches!(&error, CatalogueError::DuplicateId { id, .. } if id == "s1"), "{error}");
    for id in ["S1", "1s", "s-1", ""] {
        let error = refusal("signals.toml", &SIGNAL.replace("\"s1\"", &format!("\"{id}\"")));
        assert!(matches!(&error, CatalogueError::BadId { .. }), "{error}");
    }
}

#[test]
fn a_play_with_an_unknown_metric_channel_subject_or_window() {
    let with = |line: &str| refusal("playbook.toml", &format!("[[play]]\nid = \"neutral_ask\"\n{line}"));
    let error = with("metric = \"answer_shar\"");
    assert!(
        matches!(&error, CatalogueError::UnknownWord { file, nearest: Some(near), .. }
            if file == "playbook.toml" && &**near == "answer_share"),
        "{error}"
    );
    assert!(with("channels = [\"fax\"]").to_string().contains("fax"));
    assert!(matches!(with("channels = []"), CatalogueError::Empty { .. }));
    assert!(with("channels = [\"web\", \"web\"]").to_string().contains("twice"));
    assert!(matches!(with("subject = \"quality\""), CatalogueError::UnknownWord { .. }));
    assert!(matches!(with("window_days = 0"), CatalogueError::BadNumber { .. }));
    assert!(matches!(with("avoid = \"\""), CatalogueError::Empty { key: "avoid", .. }));
}

#[test]
fn a_word_in_braces_that_is_none_an_item_of_nothing_and_a_word_of_no_declared_name() {
    let with = |id: &str, line: &str| refusal("playbook.toml", &format!("[[play]]\nid = \"{id}\"\n{line}"));
    let error = with("neutral_ask", "action = \"Ask about the {prodct}.\"");
    assert!(
        matches!(&error, CatalogueError::UnknownWord { key: "action", nearest: Some(near), .. } if &**near == "product"),
        "{error}"
    );
    let error = with("neutral_ask", "first_step = \"Ask about {item}.\"");
    assert!(matches!(&error, CatalogueError::UnknownWord { got, .. } if &**got == "item"), "{error}");
    assert!(with("neutral_ask", "avoid = \"A {product.\"").to_string().contains("brace"));
    let error = refusal("words.toml", "[words]\nparcel = \"box\"");
    assert!(matches!(&error, CatalogueError::UnknownWord { file, .. } if file == "words.toml"), "{error}");
    assert!(matches!(refusal("words.toml", "[words]\nproduct = \" \""), CatalogueError::Empty { .. }));
}

#[test]
fn a_play_with_an_unknown_industry_or_need_a_spoken_one_without_opening_and_a_mending_one_with_it() {
    let with = |id: &str, line: &str| refusal("playbook.toml", &format!("[[play]]\nid = \"{id}\"\n{line}"));
    assert!(with("neutral_ask", "industries = [\"banking\"]").to_string().contains("`bank`"));
    assert!(with("neutral_ask", "needs = [\"shop\"]").to_string().contains("`stores`"));
    assert!(with("neutral_ask", "effort = \"months\"").to_string().contains("`weeks`"));
    assert!(matches!(with("neutral_ask", "opening = \"\""), CatalogueError::Empty { key: "opening", .. }));
    assert!(matches!(with("neutral_ask", "first_step = \" \""), CatalogueError::Empty { key: "first_step", .. }));
    assert!(with("fix_informs", "opening = \"Hello\"").to_string().contains("speaks to nobody"));
}

#[test]
fn a_situation_whose_only_play_needs_what_not_every_company_has() {
    let error = refusal("playbook.toml", "[[play]]\nid = \"hold_informs\"\nneeds = [\"stores\"]");
    assert_eq!(error, CatalogueError::Missing { what: "hold play for `informs` that any company can do".to_owned() });
    let error = refusal("playbook.toml", "[[play]]\nid = \"hold_informs\"\nchannels = [\"web\"]");
    assert!(matches!(error, CatalogueError::Missing { .. }), "{error}");
}

#[test]
fn a_situation_left_without_a_play() {
    let error = refusal("playbook.toml", "[[play]]\nid = \"hold_informs\"\noff = true");
    assert_eq!(error, CatalogueError::Missing { what: "hold play for `informs` that any company can do".to_owned() });
    let error = refusal("playbook.toml", "[[play]]\nid = \"hold_informs\"\noff = \"yes\"");
    assert!(matches!(&error, CatalogueError::Entry { .. }), "{error}");
}

#[test]
fn more_motivators_than_a_row_has_room_for() {
    let one = |i: usize| {
        format!(
            "[[motivator]]\nid = \"m_{i}\"\nname = \"be {i}\"\ndesire = \"To be {i}\"\nelements = [\"quality\"]\nneeds = [\"safety\"]\n"
        )
    };
    let error = refusal("motivators.toml", &(0..MOTIVATOR_LIMIT).map(one).collect::<String>());
    assert!(matches!(error, CatalogueError::TooManyMotivators { most: MOTIVATOR_LIMIT, .. }), "{error}");
}

#[test]
fn more_signals_than_a_row_has_room_for() {
    let many: String = (0..SIGNAL_LIMIT).map(|i| SIGNAL.replace("s1", &format!("s_{i}"))).collect();
    let error = refusal("signals.toml", &many);
    assert!(matches!(error, CatalogueError::TooManySignals { most: SIGNAL_LIMIT, .. }), "{error}");
}

#[test]
fn a_set_of_texts_without_one_of_its_files_or_its_version() {
    let without = |name: &str| -> Vec<(String, String)> {
        CatalogueTexts::embedded().files().iter().filter(|(file, _)| file != name).cloned().collect()
    };
    let error = Catalogue::from_texts(&CatalogueTexts::new(without("needs.toml"))).unwrap_err();
    assert_eq!(error, CatalogueError::MissingFile { file: "needs.toml" });
    let mut files = without("elements.toml");
    let elements = CatalogueTexts::embedded().files()[0].1.replace("[catalogue]\nversion = \"1.0.0\"\n", "");
    files.push(("elements.toml".to_owned(), elements));
    let error = Catalogue::from_texts(&CatalogueTexts::new(files)).unwrap_err();
    assert!(error.to_string().contains("version"), "{error}");
}

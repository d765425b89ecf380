//! What is read and what is refused.

use super::*;

const SMALL: &str = "[project]\nname = \"shop\"\n[sources.crm]\nfiles = \"in/*.csv\"\n[tables.customers]\nsource = \"crm\"\n[tables.orders]\nquery = \"select 1\"\n";

fn read(text: &str, environment: &[(&str, &str)]) -> Result<Settings, ConfigError> {
    let environment: Vec<_> = environment.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    let settings = parse(Path::new("valueseg.toml"), text, &environment)?;
    check(&settings)?;
    Ok(settings)
}

#[test]
fn a_small_configuration_gets_every_default() {
    let settings = read(SMALL, &[]).expect("valid");
    assert_eq!(settings.run.memory_limit, crate::job::size::ByteSize(DEFAULT));
    assert_eq!(settings.privacy.min_cell, 20);
}
const DEFAULT: u64 = crate::job::settings::DEFAULT_MEMORY_LIMIT;

#[test]
fn an_unknown_key_is_refused_with_the_nearest_right_one() {
    let text = format!("{SMALL}[modle]\nseed = 3\n");
    let error = read(&text, &[]).expect_err("refused");
    assert_eq!(error.to_do(), "did you mean `model`?");
}

#[test]
fn an_audience_is_read_and_one_that_cannot_be_meant_is_refused_before_anything_is_read() {
    let folder = tempfile::tempdir().expect("made");
    let path = folder.path().join("valueseg.toml");
    let load_with = |more: &str| {
        std::fs::write(&path, format!("{SMALL}{more}")).expect("written");
        load(&path, &[])
    };
    let list = "[[audiences]]\nname = \"mail\"\ntemplate = \"klaviyo\"\n";
    assert_eq!(load_with(list).expect("valid").settings.audiences.map(|all| all.len()), Some(1));
    assert_eq!(load_with(&list.repeat(2)).expect_err("refused").code(), Code::AudienceSetting);
    let unknown = list.replace("klaviyo", "klavio");
    assert!(load_with(&unknown).expect_err("refused").to_string().contains("did you mean `klaviyo`?"));
    std::fs::create_dir(folder.path().join("audiences")).expect("made");
    std::fs::write(folder.path().join("audiences/klavio.toml"), "label = 1").expect("written");
    assert_eq!(load_with(&unknown).expect_err("refused").code(), Code::AudienceTemplate);
}

#[test]
fn an_industry_or_a_capability_that_is_none_is_refused_with_the_list_and_the_nearest() {
    let words = |line: &str| {
        let error = read(&format!("{SMALL}[company]\n{line}\n"), &[]).expect_err("refused");
        (error.to_string(), error.to_do(), error.code())
    };
    let (said, to_do, code) = words("industry = \"banking\"");
    assert!(said.contains("`retail`, `grocery`, `bank`") && said.contains("line 10"), "{said}");
    assert_eq!((to_do.as_str(), code), ("did you mean `bank`?", Code::ConfigurationInvalid));
    let (said, to_do, _) = words("capabilities = [\"store\"]");
    assert!(said.contains("`subscriptions`"), "{said}");
    assert_eq!(to_do, "did you mean `stores`?");
    assert!(words("items = { wellnes = \"Leg room\" }").0.contains("wellness"));
    let blank = read(&format!("{SMALL}[company]\nitems = {{ wellness = \" \" }}\n"), &[]);
    assert!(matches!(blank, Err(ConfigError::Value { key, .. }) if key == "company.items.wellness"));
}

#[test]
fn british_spelling_is_understood_and_means_the_same() {
    let keys = |method: &str, aspect: &str, low: &str, signs: &str| {
        format!(
            "{SMALL}[model]\nmethod = \"{method}\"\ncut_on = \"{aspect}\"\n[plan]\n{low} = 5.5\n\
             [relationship.arc]\n{signs} = 3\n"
        )
    };
    let old = keys("kmeans-centred", "fulfilment", "low_fulfilment", "behaviour_signs");
    let new = keys("kmeans-centered", "fulfillment", "low_fulfillment", "behavior_signs");
    assert_eq!(format!("{:?}", read(&old, &[]).expect("valid")), format!("{:?}", read(&new, &[]).expect("valid")));
}

#[test]
fn the_environment_overrides_the_file_and_is_checked_like_it() {
    let settings = read(SMALL, &[("VALUESEG_MODEL__SEED", "7"), ("HOME", "/")]).expect("valid");
    assert_eq!(settings.model.seed, 7);
    assert!(matches!(
        read(SMALL, &[("VALUESEG_RUN__MEMORY", "1GiB")]),
        Err(ConfigError::Environment { name, .. }) if name == "VALUESEG_RUN__MEMORY"
    ));
}

#[test]
fn a_number_out_of_bounds_or_not_a_number_is_refused_by_its_key() {
    for bad in ["0.9", "nan", "-0.1"] {
        let text = format!("{SMALL}[model]\nmin_share = {bad}\n");
        assert!(matches!(read(&text, &[]), Err(ConfigError::Value { key, .. }) if key == "model.min_share"));
    }
}

#[test]
fn a_configuration_that_lacks_a_table_points_at_the_line_to_edit() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("valueseg.toml");
    let text = "[project]\nname = \"shop\"\n# [tables.customers]   # who\n# source = \"crm\"\n[sources]\n[tables]\n";
    std::fs::write(&path, text).expect("written");
    let error = load(&path, &[]).expect_err("refused");
    assert_eq!(error.code(), Code::NoCustomersTable);
    assert!(error.to_string().contains("valueseg.toml, line 3: "), "{error}");
    assert!(error.to_do().starts_with("take the `#` off line 3"), "{}", error.to_do());
    std::fs::write(&path, "[project]\nname = \"shop\"\n").expect("written");
    assert_eq!(load(&path, &[]).expect_err("refused").code(), Code::NoCustomersTable, "sections may be missing");
}

#[test]
fn a_source_that_is_not_there_is_named_with_the_nearest() {
    let text = SMALL.replace("source = \"crm\"", "source = \"crn\"");
    assert!(matches!(
        read(&text, &[]),
        Err(ConfigError::Tables(IntakeError::UnknownSource { nearest, .. })) if nearest == ["crm"]
    ));
}

use super::*;

fn read(text: &str) -> RelationshipSettings {
    toml::from_str(text).unwrap()
}

fn refused(text: &str) -> &'static str {
    match read(text).check() {
        Err(RelationshipSettingsError::Setting { key, .. }) => key,
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn nothing_said_is_the_default_and_passes() {
    assert_eq!(read(""), RelationshipSettings::default());
    assert_eq!(RelationshipSettings::default().check(), Ok(()));
}

#[test]
fn a_key_that_does_not_exist_is_refused() {
    assert!(toml::from_str::<RelationshipSettings>("[arc]\nprefered_lead = 1").is_err());
    assert!(toml::from_str::<RelationshipSettings>("[attachment]").is_err());
}

#[test]
fn the_ratio_is_a_number_or_the_saying() {
    assert_eq!(read("[balance]\nratio = 3").balance.ratio, BalanceRatio::Number(3.0));
    assert_eq!(read("[balance]\nratio = 3.5").balance.ratio.value(), 3.5);
    assert_eq!(read("[balance]\nratio = \"saying\"").balance.ratio.value(), 12.0);
    assert!(toml::from_str::<RelationshipSettings>("[balance]\nratio = \"many\"").is_err());
    let said = RelationshipSettings {
        balance: BalanceSettings { ratio: BalanceRatio::Saying, ..BalanceSettings::default() },
        ..RelationshipSettings::default()
    };
    assert_eq!(read(&toml::to_string(&said).unwrap()), said);
}

#[test]
fn values_outside_their_range_are_refused_by_key() {
    for (text, key) in [
        ("[connection]\nwanted = 10.5", "connection.wanted"),
        ("[connection]\nmotivators = 0", "connection.motivators"),
        ("[connection]\nhelped = nan", "connection.helped"),
        ("[connection]\nkey_motivators = [\"m_thrill\", \"m_thrill\"]", "connection.key_motivators"),
        ("[connection]\nlarge_gap = 0.1", "connection.large_gap"),
        ("[balance]\nmost_severity = 0", "balance.most_severity"),
        ("[regularities]\npassive_from = 9.5", "regularities.passive_from"),
        ("[regularities]\nmin_rated = 3", "regularities.min_rated"),
        ("[regularities]\ndear_discount = 20", "regularities.dear_discount"),
        ("[suspect]\nconnected = 65", "suspect.connected"),
        ("[arc]\ncategories = 9", "arc.categories"),
        ("[arc]\ncycles = 3\ncycle_days = 61", "arc.cycle_days"),
        ("[arc]\ncycles = 0", "arc.cycles"),
        ("[arc]\nregular_orders = 2", "arc.regular_orders"),
        ("[consistency]\nmin_contacts = 1", "consistency.min_contacts"),
        ("[balance]\nratio = 31", "balance.ratio"),
        ("[balance]\nhalf_life_days = 0", "balance.half_life_days"),
        ("[balance]\nbad_to = 8", "balance.bad_to"),
        ("[loyalty]\nreward_bought_from = 0.2", "loyalty.reward_bought_from"),
        ("[loyalty]\nmin_weeks = 0", "loyalty.min_weeks"),
        ("[closeness]\nfatigue_contacts = 0", "closeness.fatigue_contacts"),
        ("[anticipation]\nmin_slides = 0", "anticipation.min_slides"),
        ("[anticipation]\nhorizon_nights = 0", "anticipation.horizon_nights"),
    ] {
        assert_eq!(refused(text), key);
    }
}

#[test]
fn a_refusal_says_what_would_be_right() {
    let said = read("[connection]\nmotivators = 4").check().unwrap_err().to_string();
    assert_eq!(said, "relationship.connection.motivators = 4: expected a whole number from 1 to 3");
}

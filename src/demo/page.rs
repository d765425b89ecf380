//! The configuration and the read-me of a demo.

use std::fmt::Write as _;

use super::nuisance::nuisance_name;
use super::world::{FIRST_NIGHT, SECOND_NIGHT, World};

/// How a demo's configuration begins; anything else is somebody's own.
pub(super) const CONFIG_MARK: &str = "# A valueseg demo";

/// `valueseg.toml`.
pub(super) fn config(world: &World) -> String {
    let nuisance = world.settings().nuisance_signals;
    let (source, table) = if nuisance == 0 {
        (String::new(), String::new())
    } else {
        let mut columns = "customer_id = \"customer_no\"".to_owned();
        for name in (0..nuisance).map(nuisance_name) {
            write!(columns, ", {name} = \"{name}\"").expect("writing to a string");
        }
        (
            "\n[sources.warehouse]\nfiles = \"in/signals.parquet\"\n".to_owned(),
            format!(
                "\n[tables.signals]               # numbers per customer, computed elsewhere\nsource = \"warehouse\"\ncolumns = {{ {columns} }}\n"
            ),
        )
    };
    include_str!("config.txt").replace("{signals_source}\n", &source).replace("{signals_table}\n", &table)
}

/// `README.txt`.
pub(super) fn readme(world: &World) -> String {
    let settings = world.settings();
    let signals = "  in/signals.parquet         numbers computed elsewhere: much structure, none of it about needs\n";
    let planted = if settings.segments_planted {
        "Six hidden segments want different things."
    } else {
        "There are no hidden segments: an honest job says so."
    };
    include_str!("readme.txt")
        .replace("{customers}", &settings.customers.to_string())
        .replace("{seed}", &settings.seed.to_string())
        .replace("{signals_line}", if settings.nuisance_signals > 0 { signals } else { "" })
        .replace("{first_night}", &FIRST_NIGHT.to_string())
        .replace("{second_night}", &SECOND_NIGHT.to_string())
        .replace("{survey_percent}", &format!("{}", (settings.survey_share * 1_000.0).round() / 10.0))
        .replace("{items_asked}", &settings.items_asked.to_string())
        .replace("{planted}", planted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::settings::DemoSettings;

    #[test]
    fn both_pages_are_filled_in_and_the_configuration_is_toml_with_every_table() {
        for nuisance_signals in [0, 3] {
            let world = World::new(&DemoSettings { nuisance_signals, ..DemoSettings::default() }).unwrap();
            assert!(!readme(&world).contains('{'), "{}", readme(&world));
            let text = config(&world);
            assert!(text.starts_with(CONFIG_MARK));
            let parsed: toml::Table = toml::from_str(&text).unwrap();
            let tables = parsed["tables"].as_table().unwrap();
            for table in ["customers", "ratings", "attitudes", "orders", "interactions", "feedback"] {
                let source = tables[table]["source"].as_str().unwrap();
                assert!(parsed["sources"].as_table().unwrap().contains_key(source), "{source}");
            }
            assert_eq!(tables.contains_key("signals"), nuisance_signals > 0);
        }
    }
}

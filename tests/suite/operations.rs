//! The schedules in `examples/operations` are read as their schedulers would, as far as that is possible without one, and every
//! command in them is held against the program's own command line.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use clap::Parser as _;
use serde_json::{Map, Value, json};
use valueseg::cli::Args;

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/operations").join(name)
}

fn text(name: &str) -> String {
    fs::read_to_string(path(name)).expect("there")
}

/// A command line that the program accepts.
fn accepted<'a>(words: impl IntoIterator<Item = &'a str>) {
    let words: Vec<&str> = words.into_iter().collect();
    assert!(words[0].ends_with("valueseg"), "{words:?}");
    assert!(Args::try_parse_from(&words).is_ok(), "{words:?}");
}

/// Sections and their settings of a systemd unit.
fn unit(name: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    let mut sections: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    let mut section = String::new();
    for line in text(name).lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if let Some(head) = line.strip_prefix('[') {
            head.strip_suffix(']').expect("a section's head").clone_into(&mut section);
            continue;
        }
        let (key, value) = line.split_once('=').expect("a setting");
        let before = sections.entry(section.clone()).or_default().insert(key.to_owned(), value.to_owned());
        assert!(before.is_none(), "{name}: {key} twice");
    }
    sections
}

/// The block style of YAML with plain and quoted scalars and flow lists, which is all that the example uses.
struct Yaml<'a> {
    lines: Vec<(usize, &'a str)>,
}

impl<'a> Yaml<'a> {
    fn parse(text: &'a str) -> Value {
        assert!(!text.contains('\t'));
        let lines = text.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#'));
        // `- key: value` is a list of one map, whose first line is written beside the dash.
        let mut yaml = Yaml { lines: lines.map(|line| (line.len() - line.trim_start().len(), line.trim())).collect() };
        yaml.lines.reverse();
        let value = yaml.block(0);
        assert!(yaml.lines.is_empty(), "not understood: {:?}", yaml.lines.last());
        value
    }

    fn block(&mut self, depth: usize) -> Value {
        match self.lines.last() {
            Some((_, line)) if line.starts_with("- ") => self.list(depth),
            _ => self.map(depth),
        }
    }

    fn list(&mut self, depth: usize) -> Value {
        let mut items = Vec::new();
        while let Some((at, line)) =
            self.lines.last().copied().filter(|(at, line)| *at == depth && line.starts_with("- "))
        {
            self.lines.pop();
            let inner = line.trim_start_matches("- ");
            self.lines.push((at + 2, inner));
            items.push(self.map(at + 2));
        }
        Value::Array(items)
    }

    fn map(&mut self, depth: usize) -> Value {
        let mut map = Map::new();
        while let Some((_, line)) =
            self.lines.last().copied().filter(|(at, line)| *at == depth && !line.starts_with("- "))
        {
            self.lines.pop();
            let (key, value) = line.split_once(':').expect("a key");
            let value = match (value.trim(), self.lines.last()) {
                ("", Some((deeper, _))) if *deeper > depth => {
                    let deeper = *deeper;
                    self.block(deeper)
                }
                (scalar, _) => scalar_of(scalar),
            };
            assert!(map.insert(key.to_owned(), value).is_none(), "{key} twice");
        }
        Value::Object(map)
    }
}

fn scalar_of(text: &str) -> Value {
    if let Some(list) = text.strip_prefix('[') {
        let list = list.strip_suffix(']').expect("a list on one line");
        return list.split(',').map(|item| scalar_of(item.trim())).collect();
    }
    match text.strip_prefix('"') {
        Some(quoted) => quoted.strip_suffix('"').expect("a closing quote").into(),
        None => text.parse::<i64>().map_or_else(|_| text.into(), Value::from),
    }
}

#[test]
fn the_crontab_has_five_fields_a_user_and_commands_there_are() {
    let mut commands = 0;
    for line in text("crontab").lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        if line.split_once('=').is_some_and(|(name, _)| name.chars().all(|c| c.is_ascii_uppercase())) {
            continue;
        }
        let words: Vec<&str> = line.split_whitespace().collect();
        for (field, most) in words[..5].iter().zip([59, 23, 31, 12, 7]) {
            assert!(*field == "*" || field.parse::<u32>().expect("a number") <= most, "{line}");
        }
        match words[6] {
            "valueseg-night" => assert!(path("valueseg-night").is_file()),
            _ => accepted(words[6..].iter().copied()),
        }
        commands += 1;
    }
    assert_eq!(commands, 2);
}

#[test]
fn the_script_tries_again_on_5_and_on_nothing_else() {
    for (codes, wanted, runs) in [("5 5 0", 0, 3), ("0", 0, 1), ("4", 4, 1), ("3", 3, 1), ("5 5 5 5", 5, 3)] {
        let folder = tempfile::TempDir::new().expect("a folder");
        let fake = folder.path().join("valueseg");
        fs::write(folder.path().join("codes"), codes.replace(' ', "\n")).expect("written");
        // Takes its exit codes from a file, one after the other.
        let script = "#!/bin/sh\necho \"$@\" >> calls\ncode=$(sed -n \"$(wc -l < calls)p\" codes)\necho because >&2\nexit \"$code\"\n";
        fs::write(&fake, script).expect("written");
        fs::set_permissions(&fake, fs::Permissions::from_mode(0o755)).expect("set");
        let search = format!("{}:{}", folder.path().display(), std::env::var("PATH").expect("a path"));
        let output = Command::new("sh")
            .arg(path("valueseg-night"))
            .arg("/srv/shop")
            .current_dir(folder.path())
            .envs([("PATH", search.as_str()), ("TRIES", "3"), ("WAIT", "0")])
            .output()
            .expect("a shell");
        assert_eq!(output.status.code(), Some(wanted), "{codes}");
        let said = String::from_utf8_lossy(&output.stdout);
        assert_eq!((said.is_empty(), said.contains("because")), (wanted == 0, wanted != 0), "{said}");
        assert_eq!(said.contains("stays live"), wanted == 4, "{said}");
        let calls = fs::read_to_string(folder.path().join("calls")).expect("called");
        assert_eq!(calls.lines().count(), runs, "{codes}");
        for call in calls.lines() {
            accepted(std::iter::once("valueseg").chain(call.split(' ')));
        }
    }
}

#[test]
fn the_script_tells_of_alerts_and_of_nothing_else_when_a_night_is_published() {
    for (alerts, told) in [("[]", false), ("[\n  {\n    \"key\": \"rows\"\n  }\n]", true)] {
        let folder = tempfile::TempDir::new().expect("a folder");
        let fake = folder.path().join("valueseg");
        fs::write(&fake, "#!/bin/sh\nexit 0\n").expect("written");
        fs::set_permissions(&fake, fs::Permissions::from_mode(0o755)).expect("set");
        fs::create_dir_all(folder.path().join("shop/out/latest")).expect("made");
        fs::write(folder.path().join("shop/out/latest/alerts.json"), alerts).expect("written");
        let search = format!("{}:{}", folder.path().display(), std::env::var("PATH").expect("a path"));
        let mut night = Command::new("sh");
        night.arg(path("valueseg-night")).arg(folder.path().join("shop")).env("PATH", search);
        let output = night.output().expect("a shell");
        assert_eq!(output.status.code(), Some(0));
        let said = String::from_utf8_lossy(&output.stdout);
        assert_eq!((said.contains("with alerts"), said.contains("\"rows\"")), (told, told), "{said}");
    }
}

#[test]
fn the_units_retry_on_5_alone_and_tell_the_rest() {
    let service = unit("valueseg.service");
    let settings = &service["Service"];
    accepted(settings["ExecStart"].split(' '));
    assert_eq!((&*settings["Type"], &*settings["Restart"]), ("oneshot", "on-failure"));
    let mut codes: Vec<u8> =
        settings["RestartPreventExitStatus"].split(' ').map(|code| code.parse().expect("a code")).collect();
    codes.sort_unstable();
    assert_eq!(codes, [1, 2, 3, 4, 6, 7]);
    let alert = service["Unit"]["OnFailure"].split_once('@').expect("an instance").0.to_owned() + "@.service";
    assert!(unit(&alert)["Service"].contains_key("ExecStart"));
    let timer = unit("valueseg.timer");
    assert_eq!(timer["Timer"]["Persistent"], "true");
    assert!(timer["Timer"]["OnCalendar"].starts_with("*-*-* 02:30:00 "));
    assert_eq!(timer["Install"]["WantedBy"], "timers.target");
}

#[test]
fn the_cron_job_runs_alone_and_retries_on_5_alone() {
    let text = text("cronjob.yaml");
    let job = Yaml::parse(&text);
    assert_eq!((&job["apiVersion"], &job["kind"]), (&json!("batch/v1"), &json!("CronJob")));
    assert_eq!(job["spec"]["concurrencyPolicy"], "Forbid");
    assert_eq!(job["spec"]["schedule"], "30 2 * * *");
    let spec = &job["spec"]["jobTemplate"]["spec"];
    let pod = &spec["template"]["spec"];
    // Without it exit codes would be retried in place, unseen by the policy.
    assert_eq!(pod["restartPolicy"], "Never");
    let container = &pod["containers"][0];
    accepted(container["command"].as_array().expect("a list").iter().map(|word| word.as_str().expect("text")));
    let rules = spec["podFailurePolicy"]["rules"].as_array().expect("rules");
    let final_codes: Vec<i64> = rules
        .iter()
        .filter(|rule| rule["action"] == "FailJob" && rule["onExitCodes"]["containerName"] == container["name"])
        .flat_map(|rule| rule["onExitCodes"]["values"].as_array().expect("codes").iter().filter_map(Value::as_i64))
        .collect();
    assert_eq!(final_codes, [4, 1, 2, 3, 6, 7]);
    assert_eq!(container["volumeMounts"][0]["name"], pod["volumes"][0]["name"]);
}

#[test]
fn the_dag_is_python_and_its_command_is_ours() {
    let dag = text("airflow_dag.py");
    let list = dag.split_once("command = [").and_then(|(_, rest)| rest.split_once(']')).expect("a command").0;
    let words = list.split(", ").map(|word| match word {
        "PROJECT" => "/srv/shop",
        "ds" => "2026-11-20",
        quoted => quoted.trim_matches('"'),
    });
    accepted(words);
    assert!(dag.contains("RETRY = 5") && dag.contains("HELD = 4"));
    // Where there is Python, it reads the file; nothing is run or written.
    let read = "import ast, sys; ast.parse(open(sys.argv[1], encoding='utf-8').read())";
    if let Ok(output) = Command::new("python3").args(["-c", read]).arg(path("airflow_dag.py")).output() {
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}

//! The e-mail test of Kevin Hillstrom: 64,000 customers, two e-mails and none.

use std::collections::BTreeMap;

use valueseg::stats::arms::{ArmSums, Contrast, Family, FamilyMember, cuped, welch};
use valueseg::stats::multiple::benjamini_hochberg;

use crate::{Failure, say};

/// Arms of the file.
const MENS: &str = "Mens E-Mail";
const WOMENS: &str = "Womens E-Mail";
const NONE: &str = "No E-Mail";

/// One customer.
struct Row {
    arm: String,
    history: f64,
    group: String,
    /// Visit, conversion, spend.
    outcomes: [f64; 3],
}

/// A figure, what it should be (Python 3.12, scipy 1.17.1 and statsmodels 0.15.0), and how near.
struct Check {
    name: &'static str,
    found: f64,
    expected: f64,
    tolerance: f64,
}

pub(crate) fn run(path: &str) -> Result<(), Failure> {
    let rows = read(path)?;
    let mut checks = Vec::new();
    let mut check = |name, found: f64, expected: f64, tolerance: f64| {
        checks.push(Check { name, found, expected, tolerance });
    };
    let (visit, spend) = (arms(&rows, MENS, 0), arms(&rows, MENS, 2));
    let plain = |pair: &[ArmSums; 2]| -> Result<Contrast, Failure> {
        let [t, c] = pair.map(|arm| arm.outcome());
        Ok(t.zip(c).and_then(|(t, c)| welch(t, c)).ok_or("nothing varies")?)
    };
    let found = plain(&visit)?;
    check("visits, men's against none", found.value, 0.076_589_563_65, 1e-10);
    check("  standard error", found.se, 0.003_385_887_812, 1e-10);
    check("  degrees of freedom", found.df, 40_593.688, 1e-3);
    let found = plain(&spend)?;
    check("spend, men's against none", found.value, 0.769_827_155_9, 1e-9);
    check("  standard error", found.se, 0.145_246_560_2, 1e-9);
    check("  p", found.p().unwrap_or(1.0), 1.163_81e-7, 1e-11);
    let adjusted = cuped(&spend[0], &spend[1]).ok_or("history does not vary")?;
    check("spend, adjusted for history", adjusted.contrast.value, 0.767_438_499_4, 1e-9);
    check("  standard error", adjusted.contrast.se, 0.145_215_042_2, 1e-8);
    check("  slope", adjusted.slope, 0.001_222_896_52, 1e-10);
    let adjusted = cuped(&visit[0], &visit[1]).ok_or("history does not vary")?;
    check("visits, adjusted for history", adjusted.contrast.value, 0.076_411_147_46, 1e-9);
    check("  standard error", adjusted.contrast.se, 0.003_378_360_48, 1e-9);
    let women = plain(&arms(&rows, WOMENS, 2))?;
    check("spend, women's against none", women.value, 0.424_412_215_9, 1e-9);
    check("  standard error", women.se, 0.130_332_858_5, 1e-9);
    let caps = [
        (233.30, 0.649_256_41, 0.112_450_25),
        (66.13, 0.338_329_47, 0.051_153_20),
        (499.0, 0.769_827_16, 0.145_246_56),
    ];
    for (cap, value, se) in caps {
        let capped = plain(&capped(&rows, cap))?;
        // The caps are quantiles, known to the cent: figures agree as far as that lets them.
        check("spend, capped", capped.value, value, 1e-5);
        check("  standard error", capped.se, se, 1e-5);
    }
    let groups = groups(&rows)?;
    let members: Vec<FamilyMember> = groups.iter().map(|c| FamilyMember { value: c.value, se: c.se }).collect();
    let family = Family::of(&members).ok_or("no groups")?;
    // statsmodels ends its search earlier than we do.
    check("conversion by history: τ²", family.tau2, 2.446_740_809e-6, 1e-12);
    check("  mean", family.mean, 0.006_693_482_7, 1e-9);
    let shrunk = [
        0.005_694_383_6,
        0.005_809_242_8,
        0.007_249_730_3,
        0.006_985_215_1,
        0.006_974_287,
        0.007_374_926_6,
        0.006_766_593_4,
    ];
    for (member, expected) in members.iter().zip(shrunk) {
        check("  shrunken", family.shrunk(*member).value, expected, 1e-9);
    }
    let q = benjamini_hochberg(&groups.iter().map(Contrast::p).collect::<Vec<_>>());
    for (q, expected) in q.into_iter().zip([0.000_94, 0.006_37, 0.000_94, 0.026_27, 0.021_53, 0.006_37, 0.312_06]) {
        check("  adjusted p", q.unwrap_or(1.0), expected, 5e-6);
    }
    tell(&checks)
}

fn tell(checks: &[Check]) -> Result<(), Failure> {
    let mut wrong = 0;
    for Check { name, found, expected, tolerance } in checks {
        let right = (found - expected).abs() <= *tolerance;
        wrong += usize::from(!right);
        say(&format!("{name:<32} {found:>18.10e} {expected:>18.10e} {}", if right { "as it should" } else { "WRONG" }));
    }
    say(&format!("{} of {} figures are as they should be", checks.len() - wrong, checks.len()));
    if wrong == 0 { Ok(()) } else { Err(format!("{wrong} figures are not as they should be").into()) }
}

fn read(path: &str) -> Result<Vec<Row>, Failure> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("{path}: {error}; is it unpacked?"))?;
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
    let column = |name: &str| header.iter().position(|own| *own == name).ok_or(format!("there is no column {name}"));
    let [arm, history, group] = [column("segment")?, column("history")?, column("history_segment")?];
    let outcomes = [column("visit")?, column("conversion")?, column("spend")?];
    let row = |line: &str| -> Result<Row, Failure> {
        // Amounts of the group have commas in quotes: "3) $200 - $350" has none, "7) $1,000 +" has one.
        let fields = fields(line);
        let number = |at: usize| fields[at].parse::<f64>();
        Ok(Row {
            arm: fields[arm].clone(),
            history: number(history)?,
            group: fields[group].clone(),
            outcomes: [number(outcomes[0])?, number(outcomes[1])?, number(outcomes[2])?],
        })
    };
    lines.filter(|line| !line.trim().is_empty()).map(row).collect()
}

fn fields(line: &str) -> Vec<String> {
    let (mut all, mut field, mut quoted) = (Vec::new(), String::new(), false);
    for letter in line.trim_end().chars() {
        match letter {
            '"' => quoted = !quoted,
            ',' if !quoted => all.push(std::mem::take(&mut field)),
            other => field.push(other),
        }
    }
    all.push(field);
    all
}

/// Sums of an e-mail and of none, an outcome beside past spending.
fn arms(rows: &[Row], arm: &str, outcome: usize) -> [ArmSums; 2] {
    [arm, NONE].map(|wanted| {
        let mut sums = ArmSums::default();
        rows.iter().filter(|row| row.arm == wanted).for_each(|row| sums.add(row.outcomes[outcome], row.history));
        sums
    })
}

fn capped(rows: &[Row], cap: f64) -> [ArmSums; 2] {
    [MENS, NONE].map(|wanted| {
        let mut sums = ArmSums::default();
        rows.iter().filter(|row| row.arm == wanted).for_each(|row| sums.add(row.outcomes[2].min(cap), row.history));
        sums
    })
}

/// Conversions of the men's e-mail by past spending.
fn groups(rows: &[Row]) -> Result<Vec<Contrast>, Failure> {
    let mut groups: BTreeMap<&str, [ArmSums; 2]> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.arm != WOMENS) {
        let arms = groups.entry(&row.group).or_default();
        arms[usize::from(row.arm == NONE)].add(row.outcomes[1], row.history);
    }
    let contrast = |arms: &[ArmSums; 2]| {
        Ok(arms[0].outcome().zip(arms[1].outcome()).and_then(|(t, c)| welch(t, c)).ok_or("a group does not vary")?)
    };
    groups.values().map(contrast).collect()
}

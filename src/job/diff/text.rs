//! A comparison in words and columns.

use std::fmt;

use super::{Diff, Fact, Moves, ProfileChange, SegmentChange};

/// Change of a mean from which it is worth a line: what two decimals show clearly. Our judgment.
const WORTH_A_LINE: f64 = 0.05;

/// Ways listed, at most.
const WAYS_SHOWN: usize = 10;

/// Columns a name may take.
const NAME_WIDTH: usize = 32;

impl fmt::Display for Diff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.kind == "nights" { "Nights" } else { "Models" };
        writeln!(f, "{kind} {} and {}", self.a, self.b)?;
        facts(f, &self.facts)?;
        writeln!(f, "\nSegments")?;
        for segment in &self.segments {
            line(f, segment)?;
        }
        if let Some(moves) = &self.moves {
            ways(f, moves)?;
        }
        self.profile_lines(f)?;
        if !self.lineage.is_empty() {
            writeln!(f, "\nWhat refits did")?;
            self.lineage.iter().try_for_each(|text| writeln!(f, "  {text}"))?;
        }
        if !self.notes.is_empty() {
            writeln!(f)?;
        }
        self.notes.iter().try_for_each(|note| writeln!(f, "Note: {note}"))
    }
}

impl Diff {
    fn profile_lines(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.profiles.is_empty() {
            return Ok(());
        }
        writeln!(f, "\nWhat changed most in the profiles (means, 0–10)")?;
        let shown = |change: &&ProfileChange| change.change.abs() >= WORTH_A_LINE || change.apart == Some(true);
        if !self.profiles.iter().any(|change| shown(&change)) {
            return writeln!(f, "  no mean changed by {WORTH_A_LINE} or more");
        }
        for change in self.profiles.iter().filter(shown) {
            let sure = match change.apart {
                Some(false) => "  (within the error)",
                _ => "",
            };
            writeln!(
                f,
                "  {:<5} {:<34} {:>5.2} → {:>5.2}  {:+.2}{sure}",
                change.segment_id,
                format!("{} {}", change.aspect, change.element_id.replace('_', " ")),
                change.a,
                change.b,
                change.change
            )?;
        }
        Ok(())
    }
}

/// Facts that differ, side by side; the others in one line.
fn facts(f: &mut fmt::Formatter<'_>, facts: &[Fact]) -> fmt::Result {
    let say = |value: &Option<String>| value.clone().unwrap_or_else(|| "not known".to_owned());
    let (same, other): (Vec<&Fact>, Vec<&Fact>) = facts.iter().partition(|fact| fact.a == fact.b);
    let alike: Vec<String> =
        same.iter().filter_map(|fact| Some(format!("{} {}", fact.what, fact.a.as_ref()?))).collect();
    if !alike.is_empty() {
        writeln!(f, "  alike: {}", alike.join(", "))?;
    }
    other.iter().try_for_each(|fact| writeln!(f, "  {}: {} → {}", fact.what, say(&fact.a), say(&fact.b)))
}

fn line(f: &mut fmt::Formatter<'_>, segment: &SegmentChange) -> fmt::Result {
    let name = segment.name_b.as_deref().or(segment.name_a.as_deref()).unwrap_or("");
    let cut: String = name.chars().take(NAME_WIDTH).collect();
    let size = |size: Option<u64>, share: Option<f64>| match (size, share) {
        (Some(size), Some(share)) => format!("{size} ({:.1} %)", share * 100.0),
        (Some(size), None) => size.to_string(),
        (None, Some(share)) => format!("{:.1} %", share * 100.0),
        (None, None) => "–".to_owned(),
    };
    let change = match (segment.size_a, segment.size_b, segment.share_a.zip(segment.share_b)) {
        (Some(a), Some(b), _) if a > 0 => format!("{:+.1} %", (b as f64 / a as f64 - 1.0) * 100.0),
        (None, None, Some((a, b))) => format!("{:+.1} points", (b - a) * 100.0),
        _ if segment.name_a.is_none() => "new".to_owned(),
        _ if segment.name_b.is_none() => "gone".to_owned(),
        _ => String::new(),
    };
    let renamed = match (&segment.name_a, &segment.name_b) {
        (Some(a), Some(b)) if a != b => format!("  (was “{a}”)"),
        _ => String::new(),
    };
    let (a, b) = (size(segment.size_a, segment.share_a), size(segment.size_b, segment.share_b));
    let text = format!("  {:<5} {cut:<NAME_WIDTH$} {a:>18} → {b:>18}  {change}{renamed}", segment.id);
    writeln!(f, "{}", text.trim_end())
}

fn ways(f: &mut fmt::Formatter<'_>, moves: &Moves) -> fmt::Result {
    let share = moves.moved_share.map_or_else(String::new, |share| format!(" ({:.1} %)", share * 100.0));
    writeln!(
        f,
        "\nMoves: {}{share} of {} customers in a segment on both nights are in another",
        moves.moved, moves.compared
    )?;
    // Ways of few come last.
    let told = moves.ways.iter().filter_map(|way| Some((way, way.customers?)));
    for (way, customers) in told.clone().take(WAYS_SHOWN) {
        let of = way.share_of_from.map_or_else(String::new, |s| format!("  {:.1} % of {}", s * 100.0, way.from));
        writeln!(f, "  {:<5} → {:<5} {customers:>9}{of}", way.from, way.to)?;
    }
    let (told, all) = (told.count(), moves.ways.len());
    if told > WAYS_SHOWN {
        writeln!(f, "  and {} more ways, see --json", told - WAYS_SHOWN)?;
    }
    if told < all {
        writeln!(f, "  and {} ways of too few customers to be told", all - told)?;
    }
    if moves.ways.iter().any(|way| [&way.from, &way.to].iter().any(|place| *place == "OUT" || *place == "NONE")) {
        writeln!(f, "  NONE = scored, no segment; OUT = not scored or not there")?;
    }
    Ok(())
}

//! Lists that can be loaded: those of `[[audiences]]`, or else one for each campaign of the plans.

mod shown;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use chrono::NaiveDate;

use crate::job::error::JobError;
use crate::job::finished::FinishedNight;
use crate::job::project::Project;
use crate::job::scratch::Scratch;
use crate::model::plan::{LineScope, Plan, PlanLine};
use crate::tables::audiences::{
    Audience, Confirmations, ListBase, ListReceipt, ListRequest, ListWish, ListedLine, list_name, write_lists,
};
use crate::tables::publish::{Staging, run_folder};
use crate::tables::schema::TableId;
use crate::tables::write::{ListTables, TableMeta};

pub use shown::{ListConfirmed, ListPreview, ListShown, Lists, confirm, list, preview, show};

/// Folder inside scratch that lists are made in.
const WORK: &str = "lists";

/// Name of the page that names all lists of a night.
const OVERVIEW: &str = "audiences/LISTS.txt";

/// Writes all lists of the night and the two tables about them.
pub(super) fn write(
    night: &FinishedNight<'_>,
    meta: &TableMeta,
    scratch: &Scratch,
    staging: &mut Staging<'_>,
) -> Result<(), JobError> {
    let Some((contacts, found)) = night.tonight.intake.contacts().zip(night.addresses) else {
        let none = ListTables::create(staging.folder(), meta)?.finish()?;
        none.into_iter().for_each(|file| staging.announce(file));
        return Ok(());
    };
    let work = scratch.folder().join(WORK);
    std::fs::create_dir(&work)
        .map_err(|source| crate::tables::audiences::AudienceError::Disk { path: work.clone(), source })?;
    let customers = staging.folder().join(TableId::Customers.path());
    let wishes = wishes(night)?;
    let request = ListRequest {
        contacts: &contacts,
        found,
        customers: &customers,
        kept_out: Some(night.kept_out),
        work: &work,
        wishes: &wishes,
        meta,
        min_cell: night.tonight.min_cell(),
    };
    let receipts = write_lists(&request, staging)?;
    if !receipts.is_empty() {
        staging.write(OVERVIEW, overview(&receipts, &wishes, night.tonight.min_cell()).as_bytes())?;
    }
    Ok(())
}

/// The audiences of the night, ascending by name.
fn wishes(night: &FinishedNight<'_>) -> Result<Vec<ListWish>, JobError> {
    let project = &night.tonight.project;
    let mut wishes: BTreeMap<String, (Audience, Vec<String>)> = BTreeMap::new();
    match &project.settings().audiences {
        Some(_) => {
            for audience in &project.loaded().audiences {
                wishes.insert(audience.name.clone(), (audience.clone(), told_of_all(night, audience)));
            }
        }
        None => {
            for plan in night.plans.plans.iter().chain([&night.plans.neutral]) {
                for line in plan.lines.iter().filter(|line| line.scope == LineScope::Campaign) {
                    let listed = ListedLine {
                        segment: plan.segment_id.clone(),
                        play: line.play_id.clone(),
                        channel: line.channel.clone(),
                    };
                    let audience = Audience::of_line(listed)?;
                    wishes.insert(audience.name.clone(), (audience, told(plan, line)));
                }
            }
        }
    }
    let confirmed = Confirmations::read(&project.out())?;
    let wish = |(audience, told): (Audience, Vec<String>)| {
        let base = base(project, &confirmed, &audience.name);
        ListWish { audience, base, told, whole: night.whole_lists }
    };
    Ok(wishes.into_values().map(wish).collect())
}

/// Whether each campaign has a list of its own: contact data is there, and no list is configured.
pub(super) fn lists_of_campaigns(night: &FinishedNight<'_>) -> bool {
    night.tonight.project.settings().audiences.is_none() && night.tonight.intake.contacts().is_some()
}

/// Where the lists of a plan lie, for its page; `None` = it has none.
pub(super) fn on_page(night: &FinishedNight<'_>, plan: &Plan) -> Option<String> {
    let own = lists_of_campaigns(night);
    let company = plan.segment_id == night.plans.company.segment_id;
    let campaigns = plan.lines.iter().filter(|line| own && !company && line.scope == LineScope::Campaign);
    let lists: Vec<String> = campaigns
        .map(|line| {
            format!("- Line {}: `audiences/{}/RECEIPT.txt`", line.rank, list_name(&plan.segment_id, &line.play_id))
        })
        .collect();
    let head = "\n## Lists to load\n\nWho is contacted, what to click, and how somebody is taken off:\n\n";
    (!lists.is_empty()).then(|| format!("{head}{}\n", lists.join("\n")))
}

/// The night that changes are told against: the last whose upload was confirmed, else the last that was published.
fn base(project: &Project<'_>, confirmed: &Confirmations, name: &str) -> Option<ListBase> {
    let out = project.out();
    let of = |night: NaiveDate, confirmed: bool| {
        let folder = run_folder(&out, night).join("audiences").join(name);
        folder.is_dir().then(|| ListBase { night: night.to_string(), folder, confirmed })
    };
    let sure = confirmed.before(name, project.as_of()).and_then(|night| of(night, true));
    let earlier = || project.nights().counted.iter().rev().copied().filter(|night| *night < project.as_of());
    sure.or_else(|| earlier().next().and_then(|night| of(night, false)))
}

/// What is told of the campaign: what to do, whom it concerns, and when it can be seen whether it worked.
fn told(plan: &Plan, line: &PlanLine) -> Vec<String> {
    let mut lines = vec![
        format!("This is line {} of the plan for {} \"{}\".", line.rank, plan.segment_id, plan.segment_name),
        format!("  What to do:  {}", line.action),
        format!("  First step:  {}", line.first_step),
    ];
    if !line.opening.is_empty() {
        lines.push(format!("  Opening:     {}", line.opening));
    }
    lines.push(format!("  Do not:      {}", line.avoid));
    lines.push(format!("  Channel:     {}", line.channel));
    let known = line.known_on.map_or_else(
        || "With so few people it cannot be told whether it works.".to_owned(),
        |day| {
            format!(
                "From {day} on the report says, under results of plays, whether it worked: {} of those on the list against those who \
                 go without.",
                line.metric
            )
        },
    );
    lines.push(format!("  Expect:      {known}"));
    vec![lines.join("\n")]
}

/// What is told of the campaigns of a configured audience: of each play it names, else where campaigns stand.
fn told_of_all(night: &FinishedNight<'_>, audience: &Audience) -> Vec<String> {
    let who = &audience.who;
    let here = |plan: &&Plan| who.segments.is_empty() || who.segments.contains(&plan.segment_id);
    let plans = night.plans.plans.iter().chain([&night.plans.neutral]).filter(here);
    let named = |line: &&PlanLine| line.scope == LineScope::Campaign && who.plays.contains(&line.play_id);
    let lines = plans.flat_map(|plan| plan.lines.iter().filter(named).flat_map(|line| told(plan, line)));
    let mut lines: Vec<String> = lines.collect();
    if lines.is_empty() {
        lines.push(
            "It is for no one campaign. What is to be sent to whom, and when it can be seen whether it worked, stands in the \
             pages\nof plans/, one for each segment."
                .to_owned(),
        );
    }
    lines
}

/// All lists on one page.
fn overview(receipts: &[ListReceipt], wishes: &[ListWish], min_cell: u64) -> String {
    let mut page = String::from(
        "Lists of this night. Each has a folder with its files and a RECEIPT.txt that says what to click.\n\n",
    );
    let _ = writeln!(page, "  {:<44} {:<10} {:<8} people", "list", "for", "by");
    for (receipt, wish) in receipts.iter().zip(wishes) {
        let people = match receipt.members {
            0 => "nobody".to_owned(),
            few if few < min_cell => format!("fewer than {min_cell}"),
            many => many.to_string(),
        };
        let channel = wish.audience.line.as_ref().map_or("", |line| line.channel.as_str());
        let _ = writeln!(page, "  {:<44} {:<10} {:<8} {people}", receipt.audience, receipt.template, channel);
    }
    page.push_str("\nThey hold addresses of people: keep them where only you can read them.\n");
    page
}

/// Whether the folder of an audience lies in a night.
fn has(night: &Path, name: &str) -> bool {
    night.join("audiences").join(name).is_dir()
}

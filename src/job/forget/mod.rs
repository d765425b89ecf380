//! `valueseg forget`: customers erased from everything that is stored, and kept out of every later night.

mod answer;
mod list;

use std::path::{Path, PathBuf};

use crate::job::error::JobError;
use crate::job::load::Loaded;
use crate::job::remembered;
use crate::job::scratch::Scratch;
use crate::model::segment::{COUNT_STEP, NOISE};
use crate::tables::assignments::{ASSIGNMENTS_NAME, assignments_path};
use crate::tables::audiences::ListTraces;
use crate::tables::erase::{BesideNights, EraseError, PersonsFound, Rewrite, StoredNight, named_elsewhere, search};
use crate::tables::intake::IntakeError;
use crate::tables::noise_key::change_key;
use crate::tables::persons::{IdWriting, Person, Persons};
use crate::tables::publish::{
    OutputLock, clear_leftovers, held_folder, held_nights, published_nights, run_folder, strays,
};

pub use answer::{Forgetting, Forgot, IdsFile, NightErased};
use list::write_list;
pub(super) use list::{keep_in_step, read_list};

/// Blocks the customers whose ids stand in `ids_file`, then erases them from every stored night, published or held. The ids
/// go the way of the ids of the inputs, so any spelling of the sources is found; whoever is found nowhere is blocked all the
/// same. Figures of groups stay: they carry noise, and numbers of people come in fives from then on. So do the models, which
/// hold no rows of customers. A call that is cut short has blocked them; the same call again does the rest.
///
/// # Errors
/// [`JobError::NoIds`] for a file without ids, errors of the file, of the lock and of the disk. A night that cannot be
/// cleared, and a file that names nobody, are errors at the end, in the answer.
pub fn forget(loaded: &Loaded, ids_file: &Path) -> Result<Forgetting, JobError> {
    let mut persons = read_persons(loaded, ids_file)?;
    let out = loaded.settings.output(&loaded.base);
    if !out.is_dir() {
        return Err(JobError::NoNight { out });
    }
    remembered::check(loaded, false)?;
    let lock = OutputLock::acquire(&out)?;
    let mut list = read_list(loaded)?;
    let mut newly_blocked = 0;
    for person in persons.all() {
        newly_blocked += u64::from(list.add(person.spellings())?);
    }
    write_list(loaded, &lock, &list)?;
    // What a run that died left behind holds rows of customers, too.
    clear_leftovers(&lock)?;
    Scratch::clear(&out)?;

    let nights = stored_nights(&out)?;
    let traces = traces_in_lists(&nights, &mut persons);
    let searched: Vec<PersonsFound> = nights.iter().map(|night| search(&night.folder, &persons)).collect();
    let beside = assignments_path(&out)?.map(|path| BesideNights::search(path, &persons));
    let (beside, mut failed) = match beside.transpose() {
        Ok(beside) => (beside, None),
        Err(error) => (None, Some(error)),
    };
    let named = searched.iter().flat_map(|found| found.persons.iter().copied());
    let here = persons.settle(&named.chain(beside.iter().flat_map(|found| found.persons.iter().copied())).collect());
    for person in here.iter().map(|at| &persons.all()[*at]) {
        list.add(person.spellings())?;
        list.found(person.spellings());
    }
    write_list(loaded, &lock, &list)?;
    let missed: Vec<&Person> = persons.all().iter().filter(|person| !list.knows(person.spellings())).collect();

    let mut done = Done::default();
    for (night, folder) in &traces.unreadable {
        let name = folder.strip_prefix(&night.folder).unwrap_or(folder).to_string_lossy().into_owned();
        done.fail(night, &name, EraseError::Sealed { path: folder.clone() });
    }
    for (night, found) in nights.iter().zip(searched) {
        done.clear(&lock, night, found, &persons);
    }
    let mut assignments = 0;
    if let Some(beside) = beside {
        match beside.erase(&persons) {
            Ok(()) => assignments = beside.rows,
            Err(error) => failed = Some(error),
        }
    }
    if let Some(error) = failed {
        done.failed.push(ASSIGNMENTS_NAME.to_owned());
        done.error.get_or_insert(error);
    }
    // Last of all: until then a call that was cut short goes on with the same chance.
    if done.error.is_none() {
        change_key(&lock, &list.fingerprint().unwrap_or_default())?;
    }
    let asked = persons.all().len() as u64;
    let elsewhere = named_elsewhere(&out, &nights, &persons);
    let forgot = Forgot {
        as_of: nights.iter().filter(|night| !night.held).map(|night| night.date).max().map(|night| night.to_string()),
        asked,
        matched: asked - missed.len() as u64,
        not_found: missed.len() as u64,
        newly_blocked,
        rows: done.nights.iter().map(|night| night.rows).sum(),
        nights: done.nights,
        assignments,
        figures: of_figures(),
        failed: done.failed,
        elsewhere,
        take_off: traces.newest.write_erasures(&out)?,
        file: Some(IdsFile {
            path: ids_file.to_owned(),
            encoding: persons.encoding,
            lines_not_found: missed.iter().map(|person| person.line).collect(),
            lines_without_id: persons.no_ids.clone(),
            several_fields: persons.several,
        }),
    };
    forgot.add_receipt(&out)?;
    Ok(Forgetting { forgot, error: done.error })
}

/// What is said of figures of groups.
fn of_figures() -> String {
    format!(
        "kept: they carry noise of {NOISE} times what one customer can add, so that no value of one follows; numbers of people \
         were brought to multiples of {COUNT_STEP} by chance that is not kept"
    )
}

/// Those who are asked for, by any spelling of the sources.
fn read_persons(loaded: &Loaded, ids_file: &Path) -> Result<Persons, JobError> {
    let writing = IdWriting::of(loaded.settings.tables.values());
    let persons = Persons::read(ids_file, &writing).map_err(IntakeError::from)?;
    if persons.all().is_empty() {
        return Err(JobError::NoIds { path: ids_file.to_owned() });
    }
    Ok(persons)
}

/// Every night, published ones first, each kind oldest first; also those that lost their manifest or hold another's.
fn stored_nights(out: &Path) -> Result<Vec<StoredNight>, JobError> {
    let published = published_nights(out)?.into_iter();
    let published = published.map(|date| StoredNight { folder: run_folder(out, date), date, held: false });
    let held = held_nights(out)?.into_iter();
    let held = held.map(|date| StoredNight { folder: held_folder(out, date), date, held: true });
    let damaged = strays(out)?.into_iter().filter_map(|stray| {
        let held = stray.path.parent().is_some_and(|parent| parent.ends_with("held"));
        stray.night.map(|date| StoredNight { folder: stray.path, date, held })
    });
    let mut nights: Vec<StoredNight> = published.chain(held).chain(damaged).collect();
    nights.sort_by_key(|night| (night.held, night.date));
    Ok(nights)
}

/// Where persons stand in lists.
#[derive(Default)]
struct TracesInLists<'a> {
    /// Those of the newest published night, which the tools have at most.
    newest: ListTraces,
    /// Folders that cannot be read, with their nights.
    unreadable: Vec<(&'a StoredNight, PathBuf)>,
}

/// Looks through the lists of all nights, and lets persons be found by the addresses they stand under there.
fn traces_in_lists<'a>(nights: &'a [StoredNight], persons: &mut Persons) -> TracesInLists<'a> {
    let mut found = TracesInLists::default();
    // Published nights come first, each kind oldest first.
    for night in nights {
        let mut traces = ListTraces::of(&night.folder, persons);
        persons.also_as(std::mem::take(&mut traces.aliases));
        found.unreadable.extend(std::mem::take(&mut traces.unreadable).into_iter().map(|folder| (night, folder)));
        if !night.held {
            found.newest = traces;
        }
    }
    found
}

/// What was done so far.
#[derive(Default)]
struct Done {
    nights: Vec<NightErased>,
    failed: Vec<String>,
    error: Option<EraseError>,
}

impl Done {
    /// Takes what was found out of a night. What fails is noted, and the other nights go on.
    fn clear(&mut self, lock: &OutputLock, night: &StoredNight, found: PersonsFound, persons: &Persons) {
        if found.rows > 0 {
            match rewrite(lock, night, &found, persons) {
                Ok(erased) => self.nights.push(erased),
                Err(error) => self.fail(night, "", error),
            }
        }
        for (file, error) in found.failed {
            self.fail(night, &file, error);
        }
    }

    fn fail(&mut self, night: &StoredNight, file: &str, error: EraseError) {
        let folder = if night.held { "held" } else { "runs" };
        self.failed.push(format!("{folder}/{}/{file}", night.date).trim_end_matches('/').to_owned());
        self.error.get_or_insert(error);
    }
}

/// Writes a night again without the persons.
fn rewrite(
    lock: &OutputLock,
    night: &StoredNight,
    found: &PersonsFound,
    persons: &Persons,
) -> Result<NightErased, EraseError> {
    let rewrite = Rewrite::begin(lock, night, found, persons)?;
    let differences = rewrite.finish()?;
    let differences = differences.iter().map(|damage| format!("{} is {}", damage.name, damage.what)).collect();
    Ok(NightErased { night: night.date.to_string(), held: night.held, rows: found.rows, differences })
}

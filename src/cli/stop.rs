//! Told to stop: SIGINT and SIGTERM end a run with nothing published and nothing left behind.
//!
//! The folders a run works in are removed and the process ends with 130 or 143. Once the step that makes a night visible
//! has begun, it is carried through: it takes moments, and half of it would be worth nothing. A second signal ends the
//! process at once; that is no worse than a power cut, which a run survives as well.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::json;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use crate::cli::log::{self, Level};
use crate::codes::Exit;

/// Tries to remove a folder that other threads may still write into.
const TRIES: usize = 200;

/// Rest between two tries.
const PAUSE: std::time::Duration = std::time::Duration::from_millis(5);

/// Whether the process is about to end: what breaks in other threads meanwhile is no bug.
static LEAVING: AtomicBool = AtomicBool::new(false);

/// Listens for signals for as long as the process lives.
#[derive(Clone, Debug, Default)]
pub(super) struct Stop {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// Folders to remove.
    folders: Vec<PathBuf>,
    /// What a run is at.
    phase: Phase,
    /// A signal that had to wait.
    asked: Option<i32>,
}

/// What a run is at, as far as a signal must know.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Phase {
    /// It can be stopped at any time.
    #[default]
    AtWork,
    /// The folders it works in are being made. A signal waits, so that it finds them known or never made.
    MakingRoom,
    /// A night is being made visible, or has been. A first signal waits.
    Publishing,
}

impl Stop {
    /// Starts to listen. Where the system does not let it, signals do what they do by default, which is as safe.
    pub(super) fn listen() -> Self {
        let stop = Self::default();
        let heard = stop.clone();
        if let Ok(mut signals) = Signals::new([SIGINT, SIGTERM]) {
            let _ = std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
                for signal in signals.forever() {
                    let mut state = heard.lock();
                    match state.phase {
                        Phase::MakingRoom => {}
                        Phase::Publishing if state.asked.is_none() => {}
                        Phase::AtWork | Phase::Publishing => leave(signal, &state),
                    }
                    state.asked = Some(signal);
                }
            });
        }
        stop
    }

    /// A run is about to make the folders it works in.
    pub(super) fn makes_room(&self) {
        self.enter(Phase::MakingRoom, Vec::new());
    }

    /// A run has made the folders it works in.
    pub(super) fn works_in(&self, folders: Vec<PathBuf>) {
        self.enter(Phase::AtWork, folders);
    }

    /// Obeys a signal that waited, before or after the folders are made.
    fn enter(&self, phase: Phase, folders: Vec<PathBuf>) {
        let mut state = self.lock();
        (state.phase, state.folders) = (phase, folders);
        if let Some(signal) = state.asked {
            leave(signal, &state);
        }
    }

    /// The night is about to become visible.
    pub(super) fn publishes(&self) {
        self.lock().phase = Phase::Publishing;
    }

    /// Returns at once, unless the process is ending: then never. An error that only tells of folders taken away is not
    /// said.
    pub(super) fn pass(&self) {
        drop(self.lock());
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the process is ending because of a signal.
pub(super) fn is_leaving() -> bool {
    LEAVING.load(Ordering::Relaxed)
}

/// Removes a folder that other threads may still write into.
fn remove(folder: &Path) {
    for _ in 0..TRIES {
        if std::fs::remove_dir_all(folder).is_ok() || !folder.exists() {
            return;
        }
        std::thread::sleep(PAUSE);
    }
}

/// Removes the folders and ends the process. The state stays locked, so nobody who asks for it goes on.
fn leave(signal: i32, state: &State) -> ! {
    LEAVING.store(true, Ordering::Relaxed);
    state.folders.iter().for_each(|folder| remove(folder));
    let (name, exit) = if signal == SIGINT { ("SIGINT", Exit::Interrupted) } else { ("SIGTERM", Exit::Terminated) };
    let text = if state.phase == Phase::Publishing {
        format!("stopped by {name} while a night was being published; it is whole, or the next run will tell")
    } else {
        format!("stopped by {name}: nothing was published, the last night is as it was")
    };
    log::event(Level::Error, "stopped", &text, json!({ "signal": name, "exit_code": exit as u8 }));
    std::process::exit(i32::from(exit as u8));
}

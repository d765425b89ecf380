//! Told to stop: a signal ends a command with nothing half done and nothing left behind.
//!
//! SIGHUP, SIGINT, SIGQUIT, SIGTERM and SIGXCPU remove the folders the command works in, and the process ends with 128 and
//! the signal's number. Once the step that makes a night visible has begun, it is carried through: it takes moments, and
//! half of it would be worth nothing. A second signal ends the process at once; that is no worse than a power cut, which a
//! run survives as well. A hangup that whoever started the process wants ignored, as `nohup` does, is ignored.
//!
//! SIGXFSZ under a limit of file sizes is left to the write that fails, which says which file; without a limit somebody
//! sent it, and it ends the command like the others. SIGPIPE is ignored: a reader of stdout who leaves does not end a
//! night. SIGABRT comes where memory is refused: the process ends with 6, and the next one clears up.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde_json::json;
use signal_hook::consts::{SIGABRT, SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGXCPU, SIGXFSZ};
use signal_hook::iterator::Signals;

use crate::cli::limits;
use crate::cli::log::{self, Level};
use crate::codes::Exit;
use crate::tables::publish::leave_nothing;

/// Whether the process is about to end: what breaks in other threads meanwhile is no bug.
static LEAVING: AtomicBool = AtomicBool::new(false);

/// Signals that end a command, with their names and exit codes.
const ENDING: [(i32, &str, Exit); 6] = [
    (SIGHUP, "SIGHUP", Exit::HungUp),
    (SIGINT, "SIGINT", Exit::Interrupted),
    (SIGQUIT, "SIGQUIT", Exit::Quit),
    (SIGTERM, "SIGTERM", Exit::Terminated),
    (SIGXCPU, "SIGXCPU", Exit::OutOfTime),
    (SIGXFSZ, "SIGXFSZ", Exit::TooLarge),
];

/// Listens for signals for as long as the process lives.
#[derive(Clone, Debug, Default)]
pub(super) struct Stop {
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    /// Whether a night is being made visible, or has been: a first signal waits.
    publishing: bool,
    /// A signal that had to wait.
    asked: Option<i32>,
    /// What is said of a command that is stopped.
    what: &'static str,
}

impl Stop {
    /// Starts to listen; `what` is said of a command that is stopped at work. Where the system does not let it, signals do
    /// what they do by default: the next command clears up.
    pub(super) fn listen(what: &'static str) -> Self {
        let stop = Self { state: Arc::new(Mutex::new(State { what, ..State::default() })) };
        let heard = stop.clone();
        let ignored = limits::ignored_signals();
        let wanted =
            ENDING.iter().map(|(signal, ..)| *signal).filter(|signal| *signal != SIGHUP || !ignored.contains(signal));
        if let Ok(mut signals) = Signals::new(wanted) {
            let _ = std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
                for signal in signals.forever() {
                    if signal == SIGXFSZ && limits::file_size().is_some() {
                        continue;
                    }
                    let mut state = heard.lock();
                    if !state.publishing || state.asked.is_some() {
                        leave(signal, &state);
                    }
                    state.asked = Some(signal);
                }
            });
        }
        // Refused memory aborts the process, whatever it is at: its exit code is all that can be said.
        let exit = i32::from(Exit::Environment as u8);
        let _ = signal_hook::flag::register_conditional_shutdown(SIGABRT, exit, Arc::new(AtomicBool::new(true)));
        stop
    }

    /// A night begins: it can be stopped. A signal that had to wait, because the night before was becoming visible, is
    /// obeyed.
    pub(super) fn works(&self) {
        let mut state = self.lock();
        state.publishing = false;
        if let Some(signal) = state.asked {
            leave(signal, &state);
        }
    }

    /// The night is about to become visible.
    pub(super) fn publishes(&self) {
        self.lock().publishing = true;
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

/// Removes the folders the command works in and ends the process. The state stays locked, so nobody who asks for it goes
/// on, and no folder can be made any more.
fn leave(signal: i32, state: &State) -> ! {
    LEAVING.store(true, Ordering::Relaxed);
    let _no_more = leave_nothing();
    let known = ENDING.iter().find(|(known, ..)| *known == signal);
    let (name, exit) = known.map_or(("a signal", Exit::Terminated), |(_, name, exit)| (*name, *exit));
    let text = if state.publishing {
        format!("stopped by {name} while a night was being published; it is whole, or the next run will tell")
    } else {
        format!("stopped by {name}: {}", state.what)
    };
    log::event(Level::Error, "stopped", &text, json!({ "signal": name, "exit_code": exit as u8 }));
    std::process::exit(i32::from(exit as u8));
}

//! Progress on stderr: bars on a terminal, one plain line per stage (and every 30 seconds) elsewhere.

use std::io::{IsTerminal, Write};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::job::watch::{Stage, Watch};

/// Off a terminal, a stage that lasts longer than this says how far it is.
const HEARTBEAT: Duration = Duration::from_secs(30);

/// How progress is shown.
#[derive(Debug)]
pub(super) struct Progress {
    shown: Shown,
    current: Mutex<Option<Running>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    Nothing,
    Lines,
    Bars,
}

#[derive(Debug)]
struct Running {
    since: Instant,
    last_word: Instant,
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Chooses by `quiet` and by whether stderr is a terminal.
    #[must_use]
    pub(super) fn new(quiet: bool) -> Self {
        let shown = match (quiet, std::io::stderr().is_terminal()) {
            (true, _) => Shown::Nothing,
            (false, true) => Shown::Bars,
            (false, false) => Shown::Lines,
        };
        Self { shown, current: Mutex::new(None) }
    }
}

/// Writes a line to stderr; a closed or full stderr is nobody's business.
pub(super) fn line(text: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{text}");
}

impl Watch for Progress {
    fn begin(&self, stage: Stage) {
        let now = Instant::now();
        let bar = (self.shown == Shown::Bars).then(|| {
            let style = ProgressStyle::with_template("  {msg:<8} {spinner} {pos} {elapsed}").expect("valid template");
            let bar = ProgressBar::new_spinner().with_style(style).with_message(stage.word());
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        if let Ok(mut current) = self.current.lock() {
            *current = Some(Running { since: now, last_word: now, bar });
        }
    }

    fn progress(&self, stage: Stage, done: u64, total: Option<u64>) {
        let Ok(mut current) = self.current.lock() else { return };
        let Some(running) = current.as_mut() else { return };
        if let Some(bar) = &running.bar {
            bar.set_position(done);
            if let Some(total) = total {
                bar.set_length(total);
            }
        } else if self.shown == Shown::Lines && running.last_word.elapsed() >= HEARTBEAT {
            running.last_word = Instant::now();
            let of = total.map(|total| format!(" of {total}")).unwrap_or_default();
            line(&format!("{} {done}{of} after {:.0} s", stage.word(), running.since.elapsed().as_secs_f64()));
        }
    }

    fn end(&self, stage: Stage, result: &str) {
        let running = self.current.lock().ok().and_then(|mut current| current.take());
        let seconds = running.as_ref().map_or(0.0, |running| running.since.elapsed().as_secs_f64());
        if let Some(bar) = running.and_then(|running| running.bar) {
            bar.finish_and_clear();
        }
        if self.shown != Shown::Nothing {
            line(&format!("  {:<8} {result}  {seconds:.1} s", stage.word()));
        }
    }
}

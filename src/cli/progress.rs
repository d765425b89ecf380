//! Progress on stderr: bars on a terminal, one line per stage (and every 30 seconds) elsewhere.

use std::io::IsTerminal;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use crate::cli::log::{self, Level};
use crate::cli::stop::Stop;
use crate::job::watch::{Stage, Watch};

/// Off a terminal, a run says this often how far it is, whatever it is at.
const HEARTBEAT: Duration = Duration::from_secs(30);

/// How progress is shown.
#[derive(Debug)]
pub(super) struct Progress {
    shown: Shown,
    current: Arc<Mutex<Option<Running>>>,
    _heart: Option<Heart>,
    stop: Stop,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shown {
    Nothing,
    Lines,
    Bars,
}

#[derive(Debug)]
struct Running {
    stage: Stage,
    since: Instant,
    done: u64,
    total: Option<u64>,
    bar: Option<ProgressBar>,
}

impl Progress {
    /// Chooses by `quiet`, by whether lines are JSON, and by whether stderr is a terminal. `stop` is told when a night
    /// begins and when it is published.
    #[must_use]
    pub(super) fn new(quiet: bool, stop: Stop) -> Self {
        let shown = match (quiet, std::io::stderr().is_terminal() && !log::is_json()) {
            (true, _) => Shown::Nothing,
            (false, true) => Shown::Bars,
            (false, false) => Shown::Lines,
        };
        let current = Arc::new(Mutex::new(None));
        let beating = Arc::clone(&current);
        let heart = (shown == Shown::Lines).then(|| Heart::start(HEARTBEAT, move || beat(&beating)));
        Self { shown, current, _heart: heart, stop }
    }
}

/// Says which stage is at work, and how far it is where that is known.
fn beat(current: &Mutex<Option<Running>>) {
    if let Some(running) = locked(current).as_ref() {
        let (word, seconds) = (running.stage.word(), running.since.elapsed().as_secs());
        let far = match (running.done, running.total) {
            (0, _) => "at work".to_owned(),
            (done, None) => done.to_string(),
            (done, Some(total)) => format!("{done} of {total}"),
        };
        let facts = json!({ "stage": word, "seconds": seconds, "done": running.done, "total": running.total });
        log::event(Level::Info, "heartbeat", &format!("  {word:<8} {far} after {seconds} s"), facts);
    }
}

fn locked(current: &Mutex<Option<Running>>) -> MutexGuard<'_, Option<Running>> {
    current.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Watch for Progress {
    fn begin(&self, stage: Stage) {
        match stage {
            Stage::Read => self.stop.works(),
            Stage::Publish => self.stop.publishes(),
            _ => {}
        }
        let bar = (self.shown == Shown::Bars).then(|| {
            let style = ProgressStyle::with_template("  {msg:<8} {spinner} {pos} {elapsed}").expect("valid template");
            let bar = ProgressBar::new_spinner().with_style(style).with_message(stage.word());
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        *locked(&self.current) = Some(Running { stage, since: Instant::now(), done: 0, total: None, bar });
        if self.shown == Shown::Lines && log::is_json() {
            log::event(Level::Info, "stage_begin", stage.word(), json!({ "stage": stage.word() }));
        }
    }

    fn progress(&self, _: Stage, done: u64, total: Option<u64>) {
        if let Some(running) = locked(&self.current).as_mut() {
            (running.done, running.total) = (done, total);
            if let Some(bar) = &running.bar {
                bar.set_position(done);
                if let Some(total) = total {
                    bar.set_length(total);
                }
            }
        }
    }

    fn end(&self, stage: Stage, result: &str) {
        let running = locked(&self.current).take();
        let seconds = running.as_ref().map_or(0.0, |running| running.since.elapsed().as_secs_f64());
        if let Some(bar) = running.and_then(|running| running.bar) {
            bar.finish_and_clear();
        }
        if self.shown != Shown::Nothing {
            let facts = json!({ "stage": stage.word(), "result": result, "seconds": seconds });
            log::event(Level::Info, "stage_end", &format!("  {:<8} {result}  {seconds:.1} s", stage.word()), facts);
        }
    }

    fn warn(&self, text: &str) {
        if self.shown != Shown::Nothing {
            log::event(Level::Warn, "warning", &format!("  warning  {text}"), json!({}));
        }
    }
}

/// Does something at regular intervals until it is dropped.
#[derive(Debug)]
struct Heart {
    stop: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Heart {
    fn start(every: Duration, beat: impl Fn() + Send + 'static) -> Self {
        let (stop, stopped) = channel::<()>();
        let run = move || {
            while stopped.recv_timeout(every) == Err(RecvTimeoutError::Timeout) {
                beat();
            }
        };
        // Without a thread there is no heartbeat, and the run goes on.
        let thread = std::thread::Builder::new().name("heartbeat".to_owned()).spawn(run).ok();
        Self { stop: Some(stop), thread }
    }
}

impl Drop for Heart {
    fn drop(&mut self) {
        self.stop.take();
        let _ = self.thread.take().map(JoinHandle::join);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_heart_beats_until_it_is_dropped() {
        let (beats, felt) = channel();
        let heart = Heart::start(Duration::from_millis(1), move || beats.send(()).unwrap_or_default());
        for _ in 0..3 {
            felt.recv().expect("a beat");
        }
        drop(heart);
        // The thread has ended and dropped its sender: what is left is what was sent before.
        felt.iter().for_each(drop);
    }
}

//! What the machine lets this process have: threads, memory, files. Limits that are too small are said at once, by a code.

use std::error::Error as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use crate::job::error::JobError;

/// Most threads for each core: more only wait for each other.
const PER_CORE: usize = 4;

/// Threads that are never too many.
const FEW: usize = 8;

/// Threads beside those that compute: the query engine's as many again, and a few that write and watch.
const BESIDE: usize = 6;

/// Stack of the largest of them, bytes.
const STACK: usize = 16 << 20;

/// Least address space a command can begin with, bytes: the program itself, its threads and their stacks.
const LEAST_ADDRESS_SPACE: u64 = 512 << 20;

/// Whether a thread could not be started where the library that wanted it has no way to say so.
static REFUSED: AtomicBool = AtomicBool::new(false);

/// The number of threads for `wanted`, where 0 means as many as there are cores: bounded by the machine.
pub(super) fn threads_for(wanted: usize) -> usize {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    if wanted == 0 { cores } else { wanted.min((cores * PER_CORE).max(FEW)) }
}

/// Starts the threads that compute, and makes sure that those beside them can be started. The first caller sizes the pool;
/// a second night of one process finds it made.
///
/// # Errors
/// [`JobError::NoThreads`].
pub(super) fn start_threads(threads: usize) -> Result<(), JobError> {
    let refused = |source: std::io::Error| JobError::NoThreads { threads, source };
    if let Some(limit) = address_space().filter(|limit| *limit < LEAST_ADDRESS_SPACE) {
        let text = format!(
            "the limit of address space is {} MiB, at least {} are needed",
            limit >> 20,
            LEAST_ADDRESS_SPACE >> 20
        );
        return Err(refused(std::io::Error::new(std::io::ErrorKind::OutOfMemory, text)));
    }
    match rayon::ThreadPoolBuilder::new().num_threads(threads).build_global() {
        // Without a source: the pool is there already.
        Err(error) => match error.source() {
            Some(source) => Err(refused(std::io::Error::other(source.to_string()))),
            None => Ok(()),
        },
        Ok(()) => try_out(threads + BESIDE).map_err(refused),
    }
}

/// Starts as many threads at once and ends them.
fn try_out(threads: usize) -> std::io::Result<()> {
    let gate = Arc::new(Mutex::new(()));
    let closed = gate.lock();
    let (mut started, mut failed) = (Vec::with_capacity(threads), None);
    for _ in 0..threads {
        let gate = Arc::clone(&gate);
        let wait = move || drop(gate.lock());
        match std::thread::Builder::new().stack_size(STACK).spawn(wait) {
            Ok(thread) => started.push(thread),
            Err(error) => {
                failed = Some(error);
                break;
            }
        }
    }
    drop(closed);
    started.into_iter().for_each(|thread| drop(thread.join()));
    failed.map_or(Ok(()), Err)
}

/// Whether a panic says that a thread could not be started; remembered, because the libraries that panic then say it in no
/// other way.
pub(super) fn is_refused_thread(message: &str) -> bool {
    let again = message.contains("code: 11,") || message.contains("os error 11)");
    let refused = message.contains("spawn") && message.contains("thread") && again;
    let refused = refused || message.contains("thread pool has not been initialized");
    REFUSED.fetch_or(refused, Ordering::Relaxed);
    refused
}

/// Whether a thread could not be started where only a panic said so.
pub(super) fn thread_was_refused() -> bool {
    REFUSED.load(Ordering::Relaxed)
}

/// Largest file this process may write, bytes; `None` = as large as the disk is.
pub(super) fn file_size() -> Option<u64> {
    limit("Max file size")
}

/// Address space this process may have, bytes; `None` = no limit.
fn address_space() -> Option<u64> {
    limit("Max address space")
}

/// A limit of this process as Linux tells it; `None` = there is none, or it cannot be told.
fn limit(name: &str) -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/limits").ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Signals that whoever started this process wants ignored, as far as the system tells.
pub(super) fn ignored_signals() -> Vec<i32> {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = text.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default();
    (1..=64).filter(|signal| mask >> (signal - 1) & 1 == 1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_are_as_many_as_cores_or_as_asked_for_within_what_the_machine_has() {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        assert_eq!((threads_for(0), threads_for(1)), (cores, 1));
        assert_eq!(threads_for(10_000), (cores * PER_CORE).max(FEW));
    }

    #[test]
    fn what_libraries_panic_with_where_no_thread_can_be_started_is_known() {
        let std =
            "failed to spawn thread: Os { code: 11, kind: WouldBlock, message: \"Resource temporarily unavailable\" }";
        let engine = "OS can't spawn worker thread: Resource temporarily unavailable (os error 11)";
        assert!(!is_refused_thread("index out of bounds") && !thread_was_refused());
        assert!(is_refused_thread(std) && is_refused_thread(engine) && thread_was_refused());
    }

    #[test]
    fn threads_are_tried_out_and_end_again() {
        try_out(FEW).expect("this machine has a few");
    }
}

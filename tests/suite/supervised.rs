//! A process run under the eyes of its parent, which can kill it right before a call that would change a file, or let that
//! call fail.
//!
//! Why this way: it needs no privilege and nothing that a clean Linux machine lacks. `strace` can inject faults but is not
//! everywhere; a preloaded library misses calls that are not made through the C library; a switch inside the program
//! would test the switch. Any process may trace its own child (`PTRACE_TRACEME`), and a seccomp filter set up between
//! fork and exec stops it at the calls that change files and at no others, so the child runs at full speed between them.
//! Two calls of `libc`, which is compiled anyway. Registers are read by name, so this is for 64-bit x86 alone.

#![expect(unsafe_code, reason = "ptrace and seccomp have no safe interface in the dependencies there are")]

use std::ffi::{OsString, c_void};
use std::fs::File;
use std::io;
use std::os::unix::ffi::OsStringExt as _;
use std::os::unix::fs::FileExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::ptr::{null_mut, without_provenance_mut};

use libc::{c_int, c_long, pid_t, user_regs_struct};

/// Calls that can change a file, and how they say which.
const WATCHED: [(&str, c_long, Names); 27] = [
    ("open", libc::SYS_open, Names::Opened { path: 0, flags: 1 }),
    ("openat", libc::SYS_openat, Names::OpenedAt { folder: 0, path: 1, flags: 2 }),
    ("creat", libc::SYS_creat, Names::Path(0)),
    ("write", libc::SYS_write, Names::Open(0)),
    ("pwrite64", libc::SYS_pwrite64, Names::Open(0)),
    ("writev", libc::SYS_writev, Names::Open(0)),
    ("pwritev", libc::SYS_pwritev, Names::Open(0)),
    ("copy_file_range", libc::SYS_copy_file_range, Names::Open(2)),
    ("sendfile", libc::SYS_sendfile, Names::Open(0)),
    ("ftruncate", libc::SYS_ftruncate, Names::Open(0)),
    ("fallocate", libc::SYS_fallocate, Names::Open(0)),
    ("fsync", libc::SYS_fsync, Names::Open(0)),
    ("fdatasync", libc::SYS_fdatasync, Names::Open(0)),
    ("fchmod", libc::SYS_fchmod, Names::Open(0)),
    ("chmod", libc::SYS_chmod, Names::Path(0)),
    ("mkdir", libc::SYS_mkdir, Names::Path(0)),
    ("mkdirat", libc::SYS_mkdirat, Names::PathAt { folder: 0, path: 1 }),
    ("rename", libc::SYS_rename, Names::Path(0)),
    ("renameat", libc::SYS_renameat, Names::PathAt { folder: 0, path: 1 }),
    ("renameat2", libc::SYS_renameat2, Names::PathAt { folder: 0, path: 1 }),
    ("unlink", libc::SYS_unlink, Names::Path(0)),
    ("unlinkat", libc::SYS_unlinkat, Names::PathAt { folder: 0, path: 1 }),
    ("rmdir", libc::SYS_rmdir, Names::Path(0)),
    ("symlink", libc::SYS_symlink, Names::Path(1)),
    ("symlinkat", libc::SYS_symlinkat, Names::PathAt { folder: 1, path: 2 }),
    ("link", libc::SYS_link, Names::Path(1)),
    ("linkat", libc::SYS_linkat, Names::PathAt { folder: 2, path: 3 }),
];

/// Which arguments of a call name the file.
#[derive(Clone, Copy)]
enum Names {
    /// An open file.
    Open(usize),
    /// A path.
    Path(usize),
    /// A path below an open folder.
    PathAt { folder: usize, path: usize },
    /// A path and flags that may make or empty the file.
    Opened { path: usize, flags: usize },
    /// The same below an open folder.
    OpenedAt { folder: usize, path: usize, flags: usize },
}

/// A call that was about to change a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Call {
    /// The call.
    pub name: &'static str,
    /// The file, where it could be told.
    pub path: PathBuf,
}

/// What to do to the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing: count.
    None,
    /// Kill it before the call of this number (0 = the first).
    Kill(usize),
    /// Send it this signal before the call of this number, which is made all the same.
    Signal(usize, c_int),
    /// Let the call of this number fail with this error.
    Fail(usize, c_int),
    /// Let this call and all later ones but removals fail with this error: a disk that is full stays full.
    FailFrom(usize, c_int),
}

/// How the process ended.
#[derive(Debug)]
pub(crate) struct Ended {
    /// Exit code; `None` = killed.
    pub code: Option<i32>,
    /// Calls that would change files below the folder watched, in order, up to the fault.
    pub calls: Vec<Call>,
}

/// Runs a command to its end, or to the fault. Only calls on files below `root` count.
pub(crate) fn run(command: &mut Command, root: &Path, fault: Fault) -> Ended {
    let filter = filter();
    command.stdin(Stdio::null()).stdout(Stdio::null());
    // SAFETY: between fork and exec only calls that are safe there are made; `filter` is a plain array that was made
    // before and lives in the closure.
    unsafe {
        command.pre_exec(move || {
            let program = libc::sock_fprog { len: filter.len() as u16, filter: filter.as_ptr().cast_mut() };
            checked(libc::ptrace(libc::PTRACE_TRACEME, 0, null_mut::<c_void>(), null_mut::<c_void>()))?;
            checked(c_long::from(libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)))?;
            let address: *const libc::sock_fprog = &raw const program;
            checked(c_long::from(libc::prctl(libc::PR_SET_SECCOMP, libc::SECCOMP_MODE_FILTER, address)))
        });
    }
    let child = command.spawn().expect("a process may trace its own child");
    let leader = child.id() as pid_t;
    // The tracer reaps it, not the handle.
    std::mem::forget(child);
    Supervisor { leader, root: root.to_owned(), fault, calls: Vec::new() }.watch()
}

fn checked(result: c_long) -> io::Result<()> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(()) }
}

/// A program for the kernel: stop at the calls watched, let all others pass.
fn filter() -> Vec<libc::sock_filter> {
    let op = |code: u32, jt: u8, jf: u8, k: u32| libc::sock_filter { code: code as u16, jt, jf, k };
    let load_number = op(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0, 0, 0);
    let n = WATCHED.len();
    let tests = WATCHED
        .iter()
        .enumerate()
        .map(|(i, (_, number, _))| op(libc::BPF_JMP | libc::BPF_JEQ | libc::BPF_K, (n - i) as u8, 0, *number as u32));
    let ret = libc::BPF_RET | libc::BPF_K;
    let ends = [op(ret, 0, 0, libc::SECCOMP_RET_ALLOW), op(ret, 0, 0, libc::SECCOMP_RET_TRACE)];
    std::iter::once(load_number).chain(tests).chain(ends).collect()
}

struct Supervisor {
    leader: pid_t,
    root: PathBuf,
    fault: Fault,
    calls: Vec<Call>,
}

impl Supervisor {
    fn watch(mut self) -> Ended {
        assert_eq!(wait(self.leader).0, self.leader, "the child stops at its first instruction");
        let options = libc::PTRACE_O_TRACESECCOMP
            | libc::PTRACE_O_TRACECLONE
            | libc::PTRACE_O_TRACEFORK
            | libc::PTRACE_O_TRACEVFORK
            | libc::PTRACE_O_EXITKILL;
        ask(libc::PTRACE_SETOPTIONS, self.leader, without_provenance_mut(options as usize));
        go_on(self.leader, 0);
        loop {
            let (thread, status) = wait(-1);
            if libc::WIFEXITED(status) || libc::WIFSIGNALED(status) {
                if thread == self.leader {
                    let code = libc::WIFEXITED(status).then(|| libc::WEXITSTATUS(status));
                    return Ended { code, calls: self.calls };
                }
                continue;
            }
            let (signal, event) = (libc::WSTOPSIG(status), status >> 16);
            if event == libc::PTRACE_EVENT_SECCOMP {
                self.at_call(thread);
            } else if event != 0 || signal == libc::SIGSTOP || signal == libc::SIGTRAP {
                // A thread began.
                go_on(thread, 0);
            } else {
                go_on(thread, signal);
            }
        }
    }

    fn at_call(&mut self, thread: pid_t) {
        // SAFETY: plain numbers, for which zero is a value.
        let mut registers: user_regs_struct = unsafe { std::mem::zeroed() };
        let place: *mut user_regs_struct = &raw mut registers;
        ask(libc::PTRACE_GETREGS, thread, place.cast());
        let call = self.call(thread, &registers);
        if let Some(call) = call {
            let number = self.calls.len();
            let removes = call.name.starts_with("unlink") || call.name == "rmdir";
            self.calls.push(call);
            match self.fault {
                Fault::Kill(at) if at == number => {
                    // SAFETY: a signal to a child that was not reaped yet.
                    unsafe { libc::kill(self.leader, libc::SIGKILL) };
                    return;
                }
                Fault::Signal(at, signal) if at == number => {
                    // SAFETY: as above.
                    unsafe { libc::kill(self.leader, signal) };
                }
                Fault::Fail(at, error) if at == number => fail(thread, registers, error),
                Fault::FailFrom(at, error) if at <= number && !removes => fail(thread, registers, error),
                _ => {}
            }
        }
        go_on(thread, 0);
    }

    /// The call a thread is about to make, if it would change a file below the root.
    fn call(&self, thread: pid_t, registers: &user_regs_struct) -> Option<Call> {
        let r = registers;
        let arguments = [r.rdi, r.rsi, r.rdx, r.r10, r.r8, r.r9];
        let (name, _, names) = WATCHED.iter().find(|(_, number, _)| *number as u64 == r.orig_rax)?;
        let changes = |flags: usize| arguments[flags] as c_int & (libc::O_CREAT | libc::O_TRUNC) != 0;
        let below = |folder: usize, path: usize| {
            let path = text_at(thread, arguments[path])?;
            let folder = if path.is_absolute() { PathBuf::new() } else { open_file(thread, arguments[folder]) };
            Some(folder.join(path))
        };
        let path = match *names {
            Names::Open(file) => open_file(thread, arguments[file]),
            Names::Path(path) => text_at(thread, arguments[path])?,
            Names::PathAt { folder, path } => below(folder, path)?,
            Names::Opened { path, flags } if changes(flags) => text_at(thread, arguments[path])?,
            Names::OpenedAt { folder, path, flags } if changes(flags) => below(folder, path)?,
            Names::Opened { .. } | Names::OpenedAt { .. } => return None,
        };
        path.starts_with(&self.root).then_some(Call { name, path })
    }
}

/// Skips the call; its result is the error.
fn fail(thread: pid_t, mut registers: user_regs_struct, error: c_int) {
    registers.orig_rax = u64::MAX;
    registers.rax = i64::from(-error) as u64;
    let place: *mut user_regs_struct = &raw mut registers;
    ask(libc::PTRACE_SETREGS, thread, place.cast());
}

/// What a descriptor of the process stands for.
fn open_file(thread: pid_t, descriptor: u64) -> PathBuf {
    std::fs::read_link(format!("/proc/{thread}/fd/{}", descriptor as c_int)).unwrap_or_default()
}

/// A path in the memory of the process.
fn text_at(thread: pid_t, address: u64) -> Option<PathBuf> {
    let memory = File::open(format!("/proc/{thread}/mem")).ok()?;
    let (mut text, mut byte) = (Vec::new(), [0]);
    while text.len() < 4096 && memory.read_exact_at(&mut byte, address + text.len() as u64).is_ok() {
        if byte[0] == 0 {
            return Some(PathBuf::from(OsString::from_vec(text)));
        }
        text.push(byte[0]);
    }
    None
}

/// Waits for a traced thread, or for any of them (-1). Children of other tests, which run in other threads, are left alone.
fn wait(thread: pid_t) -> (pid_t, c_int) {
    let mut status = 0;
    // SAFETY: `status` outlives the call.
    let seen = unsafe { libc::waitpid(thread, &raw mut status, libc::__WALL | libc::__WNOTHREAD) };
    assert!(seen > 0, "waiting for the child: {}", io::Error::last_os_error());
    (seen, status)
}

fn ask(request: libc::c_uint, thread: pid_t, data: *mut c_void) {
    // SAFETY: the thread is ours and stopped; `data` is a number or points to the structure that the request fills.
    let result = unsafe { libc::ptrace(request, thread, null_mut::<c_void>(), data) };
    // A thread may have been killed meanwhile with its process.
    let error = io::Error::last_os_error();
    assert!(result >= 0 || error.raw_os_error() == Some(libc::ESRCH), "ptrace: {error}");
}

fn go_on(thread: pid_t, signal: c_int) {
    ask(libc::PTRACE_CONT, thread, without_provenance_mut(signal as usize));
}

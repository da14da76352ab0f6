//! One run of a program: how long it took, what it cost, and how it ended.

use std::io;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread;
use std::time::{Duration, Instant};

use serde::Serialize;
use wait4::Wait4;

/// How often a process is looked at: often enough to see the peak of one that runs for a tenth
/// of a second, seldom enough to cost it nothing.
const STEP: Duration = Duration::from_millis(2);

/// What a run cost.
#[derive(Clone, Debug, Serialize)]
pub struct Span {
    /// From start to end, in seconds.
    pub wall: f64,
    /// Of all threads, in user and system, in seconds.
    pub cpu: f64,
    /// The most anonymous memory that was seen, in bytes: what a program holds beside the pages
    /// of files.
    pub anonymous: u64,
    /// Exit status, where it ended by itself.
    pub exit: Option<i32>,
    /// Whether it had to be ended.
    pub late: bool,
}

/// How many times longer than it may work a process may take: beside others it waits for its turn.
const PATIENCE: u32 = 10;

/// Runs `command` to its end, but lets it work no longer than `most`. What counts is the time of the
/// processor, where the system tells it, so that what else the machine does ends no run too soon. What it
/// prints is dropped.
///
/// # Errors
///
/// When the program cannot be started.
pub fn run(command: &mut Command, most: Duration) -> io::Result<Span> {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    let mut child = command.spawn()?;
    let (id, over) = (child.id(), AtomicBool::new(false));
    let (used, wall, (anonymous, late)) = thread::scope(|scope| {
        let watcher = scope.spawn(|| watch(id, start, most, &over));
        let used = child.wait4();
        let wall = start.elapsed();
        over.store(true, Relaxed);
        (used, wall, watcher.join().unwrap_or_default())
    });
    let used = used?;
    Ok(Span {
        wall: wall.as_secs_f64(),
        cpu: (used.rusage.utime + used.rusage.stime).as_secs_f64(),
        anonymous,
        exit: used.status.code(),
        late,
    })
}

/// The most anonymous memory of the process until it is `over`, and whether it was ended because it
/// had worked for `most`, or taken many times as long.
fn watch(id: u32, start: Instant, most: Duration, over: &AtomicBool) -> (u64, bool) {
    let (mut peak, mut late) = (0, false);
    let (status, stat) = (format!("/proc/{id}/status"), format!("/proc/{id}/stat"));
    while !over.load(Relaxed) {
        peak = peak
            .max(std::fs::read_to_string(&status).ok().and_then(|s| anonymous(&s)).unwrap_or(0));
        let taken = start.elapsed();
        if taken > most && !late {
            let worked = std::fs::read_to_string(&stat).ok().and_then(|stat| worked(&stat));
            late = worked.unwrap_or(taken).max(taken / PATIENCE) > most;
            if late {
                end(id);
            }
        }
        thread::sleep(STEP);
    }
    (peak, late)
}

/// Processor time of all threads in a `stat` file, in user and system. Source: `proc_pid_stat(5)`;
/// a tick is a hundredth of a second on every Linux that there is.
fn worked(stat: &str) -> Option<Duration> {
    const TICK: Duration = Duration::from_millis(10);
    // Behind the name, which may hold anything, user time is the twelfth field, system time the next.
    let mut fields = stat.rsplit_once(')')?.1.split_ascii_whitespace().skip(11);
    let ticks = fields.next()?.parse::<u32>().ok()?.checked_add(fields.next()?.parse().ok()?)?;
    TICK.checked_mul(ticks)
}

/// Ends a process; where it has ended by itself meanwhile, there is nothing to end.
#[cfg(unix)]
fn end(id: u32) {
    use rustix::process::{Pid, Signal, kill_process};

    if let Some(pid) = i32::try_from(id).ok().and_then(Pid::from_raw) {
        kill_process(pid, Signal::KILL).unwrap_or_default();
    }
}

/// Ends a process; where it has ended by itself meanwhile, there is nothing to end.
#[cfg(windows)]
fn end(id: u32) {
    let mut end = Command::new("taskkill");
    drop(
        end.args(["/F", "/PID", &id.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status(),
    );
}

/// Anonymous memory in a `status` file. Source: `proc_pid_status(5)`.
fn anonymous(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:"))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_timed_and_its_status_kept() {
        let run = run(Command::new("sh").args(["-c", "sleep 0.05; exit 3"]), STEP * 5000).unwrap();
        assert_eq!((run.exit, run.late), (Some(3), false));
        assert!(run.wall >= 0.05 && run.cpu < run.wall);
    }

    #[test]
    fn what_does_not_end_is_ended() {
        let asleep = run(Command::new("sleep").arg("60"), STEP * 10).unwrap();
        assert!(asleep.late && asleep.exit.is_none() && asleep.wall < 30.0);
        let busy = run(Command::new("sh").args(["-c", "while :; do :; done"]), STEP * 50).unwrap();
        assert!(busy.late && busy.cpu < 10.0);
    }

    #[test]
    fn processor_time_is_read_behind_any_name() {
        let stat = "7 (a) b) S 1 7 7 0 -1 0 0 0 0 0 250 50 0 0 20 0 1 0";
        assert_eq!(worked(stat), Some(Duration::from_secs(3)));
    }
}

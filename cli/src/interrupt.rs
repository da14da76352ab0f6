//! Ctrl-C.

use std::io::{self, Write};
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::sleep;
use std::time::Duration;

use afterimage_engine::progress::Progress;
use anyhow::Context;

use crate::status::Status;
use crate::terminal::Terminal;

/// The first Ctrl-C, or a request to end as when a terminal is closed, asks for a proper end with what there is;
/// the second ends it all at once, and says `how` it goes on.
pub fn stop_on_ctrl_c(progress: Arc<Progress>, how: impl Into<String>) -> anyhow::Result<()> {
    on_ctrl_c(move || progress.stop(), how)
}

/// The same, where the first one does `end`.
pub fn on_ctrl_c(end: impl Fn() + Send + 'static, how: impl Into<String>) -> anyhow::Result<()> {
    let (asked, how) = (AtomicBool::new(false), how.into());
    let handler = move || {
        if asked.swap(true, Relaxed) {
            drop(writeln!(io::stderr(), "\nafterimage: ended at once{how}"));
            std::process::exit(Status::Interrupted as i32);
        }
        end();
    };
    *lock() = Some(Box::new(handler));
    listen()
}

/// What `read` reads from a terminal without showing it. Ctrl-C ends the program when the terminal is as it was, unless
/// something else is done about it; a request to end ends it then in any case, since nobody answers any more.
pub fn while_asking<T>(read: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    listen().map_err(io::Error::other)?;
    *asking() = Some(Terminal::now());
    let read = read();
    asking().take();
    if matches!(&read, Err(error) if error.kind() == io::ErrorKind::Interrupted) {
        LINE_IS_ENDED.store(true, Relaxed);
        if lock().is_none() {
            std::process::exit(Status::Interrupted as i32);
        }
    }
    read
}

/// The same, where nothing is done before the answer is there: Ctrl-C ends the program in any case.
pub fn until_answered<T>(read: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
    let read = while_asking(read);
    if matches!(&read, Err(error) if error.kind() == io::ErrorKind::Interrupted) {
        std::process::exit(Status::Interrupted as i32);
    }
    read
}

/// Whether the line of a question that Ctrl-C answered is ended.
static LINE_IS_ENDED: AtomicBool = AtomicBool::new(false);

/// What is done about a request to end; nothing as long as there is nothing to be ended in good order.
static HANDLER: Mutex<Option<Box<dyn Fn() + Send>>> = Mutex::new(None);

/// So long whoever asks for a password has to leave the terminal as it was.
const MOMENT: Duration = Duration::from_millis(300);

/// The terminal as it was before somebody was asked, as long as that is waited for.
static ASKING: Mutex<Option<Terminal>> = Mutex::new(None);

fn asking() -> MutexGuard<'static, Option<Terminal>> {
    ASKING.lock().unwrap_or_else(PoisonError::into_inner)
}

fn lock() -> MutexGuard<'static, Option<Box<dyn Fn() + Send>>> {
    HANDLER.lock().unwrap_or_else(PoisonError::into_inner)
}

fn listen() -> anyhow::Result<()> {
    static LISTENS: AtomicBool = AtomicBool::new(false);
    if LISTENS.swap(true, Relaxed) {
        return Ok(());
    }
    let handler = || {
        let (is_asking, has_handler) = (asking().is_some(), lock().is_some());
        if let Some(handler) = lock().as_ref() {
            handler();
        }
        if !is_asking && has_handler {
            return;
        }
        sleep(MOMENT);
        // Whoever was asked has answered with Ctrl-C, and what was begun ends in good order.
        if has_handler && asking().is_none() {
            return;
        }
        if let Some(terminal) = asking().as_ref() {
            terminal.restore();
        }
        if !LINE_IS_ENDED.load(Relaxed) {
            drop(writeln!(io::stderr()));
        }
        std::process::exit(Status::Interrupted as i32)
    };
    ctrlc::set_handler(handler).context("cannot listen for Ctrl-C")
}

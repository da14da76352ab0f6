//! The terminal as it was before somebody was asked for what nobody is to see.

#[cfg(unix)]
use std::fs::File;

#[cfg(unix)]
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};

/// What a terminal is to be again.
#[cfg(unix)]
pub struct Terminal(Option<(File, Termios)>);

#[cfg(unix)]
impl Terminal {
    /// The terminal of this program as it is now, where it has one.
    pub fn now() -> Self {
        let file = File::open("/dev/tty").ok();
        Terminal(file.and_then(|file| {
            let now = tcgetattr(&file).ok()?;
            Some((file, now))
        }))
    }

    /// Makes it so again.
    pub fn restore(&self) {
        if let Some((file, before)) = &self.0 {
            // A terminal that was closed needs nothing.
            let _ = tcsetattr(file, OptionalActions::Now, before);
        }
    }
}

/// What a terminal is to be again: nothing under Windows, where a request to end is that the console is closed.
#[cfg(not(unix))]
pub struct Terminal;

#[cfg(not(unix))]
impl Terminal {
    /// The terminal as it is now.
    pub fn now() -> Self {
        Terminal
    }

    /// Makes it so again.
    pub fn restore(&self) {}
}

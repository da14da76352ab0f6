//! What is said when a source takes long to open.

use std::io::{self, Write};
use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use super::show::How;
use crate::text::plain;

/// Nothing is said of a source that is open before this.
const PATIENCE: Duration = Duration::from_secs(1);

/// Sources that are being opened one after the other, until this is dropped.
pub struct SlowOpening {
    /// What is to be said of the source that is being opened, or nothing once it is open.
    said: Option<Sender<Option<String>>>,
}

impl SlowOpening {
    /// Says of a source that is being opened for a second what is being done with it, where somebody can see that.
    pub fn new(how: How) -> Self {
        if how != How::Terminal {
            return SlowOpening { said: None };
        }
        let (said, next) = channel::<Option<String>>();
        thread::spawn(move || {
            let mut now = None;
            loop {
                let Some(line) = now.take() else {
                    match next.recv() {
                        Ok(line) => now = line,
                        Err(_) => break,
                    }
                    continue;
                };
                match next.recv_timeout(PATIENCE) {
                    Ok(line) => now = line,
                    Err(RecvTimeoutError::Disconnected) => break,
                    // Where stderr is closed nobody looks.
                    Err(RecvTimeoutError::Timeout) => drop(writeln!(io::stderr(), "{line}")),
                }
            }
        });
        SlowOpening { said: Some(said) }
    }

    /// The same of the source at `path`.
    pub fn watch(path: &Path, how: How) -> Self {
        let opening = SlowOpening::new(how);
        opening.of(Some(path));
        opening
    }

    /// From now on the source at `path` is being opened, or none.
    pub fn of(&self, path: Option<&Path>) {
        if let Some(said) = &self.said {
            // The thread lives as long as this.
            drop(said.send(path.map(line)));
        }
    }
}

fn line(path: &Path) -> String {
    format!(
        "afterimage: note: {} is being opened: what is compressed as a whole, or has no table of its parts, is read \
         through once before the scan",
        plain(&path.display().to_string())
    )
}

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

/// A source that is being opened, until this is dropped.
pub struct SlowOpening {
    /// Ends the wait when it is dropped.
    _done: Option<Sender<()>>,
}

impl SlowOpening {
    /// Says after a second what is being done with the source at `path`, where somebody can see it.
    pub fn watch(path: &Path, how: How) -> Self {
        if how != How::Terminal {
            return SlowOpening { _done: None };
        }
        let (done, opened) = channel::<()>();
        let said = line(path);
        thread::spawn(move || {
            if opened.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                // Where stderr is closed nobody looks.
                drop(writeln!(io::stderr(), "{said}"));
            }
        });
        SlowOpening { _done: Some(done) }
    }
}

fn line(path: &Path) -> String {
    format!(
        "afterimage: note: {} is being opened: what is compressed as a whole, or has no table of its parts, is read \
         through once before the scan",
        plain(&path.display().to_string())
    )
}

//! Ctrl-C.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use afterimage_engine::progress::Progress;
use anyhow::Context;

use crate::status::Status;

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
    ctrlc::set_handler(handler).context("cannot listen for Ctrl-C")
}

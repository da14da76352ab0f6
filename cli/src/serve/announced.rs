//! Telling where a page is, and waiting for its end.

use std::io::{self, Write};
use std::time::Duration;

use tempfile::TempPath;

use super::busy::Work;
use super::server::Server;
use super::session::PageSession;
use crate::status::Status;
use crate::{browser, text};

/// What is said where it took too long.
const AT_ONCE_TOO: &str = "; `afterimage scan --resume` goes on from here";

/// So long what still runs may take to its end once nobody wants it any more.
const MOST_GRACE: Duration = Duration::from_secs(600);

/// Prints the address, and opens it in a browser where that is wanted: what that needs is removed together with what is
/// given back.
///
/// # Errors
///
/// When the address cannot be printed.
pub fn announce(
    server: &Server,
    no_browser: bool,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> io::Result<Option<TempPath>> {
    writeln!(out, "{}", server.address())?;
    out.flush()?;
    let address = server.address_once();
    let opened = match no_browser {
        true => Ok(None),
        false if server.is_once_for_any() && !cfg!(windows) => {
            browser::open_unseen(&address).map(Some)
        }
        // Under Windows no other user sees what a program is started with.
        false => browser::open(&address).map(|()| None),
    };
    let hint = match &opened {
        Ok(_) if no_browser => "open this address in your browser; Ctrl-C here ends it",
        Ok(_) => {
            "the page opens in your browser; if it does not, open this address there. Ctrl-C here ends it"
        }
        Err(_) => "no browser could be opened; open this address in one. Ctrl-C here ends it",
    };
    writeln!(err, "afterimage: note: {}", text::plain(hint))?;
    Ok(opened.unwrap_or_default())
}

/// Waits until the page is ended, and until what it began is at an end too: a file that was begun is whole or gone.
///
/// # Errors
///
/// When stderr is closed.
pub fn end(session: &PageSession, err: &mut dyn Write) -> io::Result<Status> {
    session.wait_for_end();
    let work = session.state().busy.work();
    let status = match work {
        Some(Work::Scan | Work::Recovery) => Status::Interrupted,
        _ => Status::Found,
    };
    let said = match work {
        Some(Work::Scan) => "stopping: what was found is written, in a moment",
        Some(Work::Recovery) => {
            "stopping: what was written stays, and is put into the report, in a moment"
        }
        _ => "",
    };
    if !said.is_empty() {
        // What runs comes to its end although nobody reads.
        drop(writeln!(err, "afterimage: {said}"));
    }
    let state = session.wait_while(MOST_GRACE, |state| !state.busy.is_idle());
    if !state.busy.is_idle() {
        drop(writeln!(err, "afterimage: ended although something still ran{AT_ONCE_TOO}"));
    }
    Ok(status)
}

//! The live page as a browser and as others meet it: over a raw connection, so that nothing is made better on the way.
#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::print_stdout, reason = "what was measured is printed")]
#![expect(clippy::print_stderr, reason = "a test that cannot run says so")]

#[cfg(unix)]
#[path = "serve/browser.rs"]
mod browser;
#[cfg(unix)]
#[path = "browser/chrome.rs"]
mod chrome;
#[path = "serve/desk.rs"]
mod desk;
#[cfg(target_os = "linux")]
#[path = "cli/on_terminal.rs"]
#[expect(dead_code, reason = "some of it is for other tests")]
mod on_terminal;
#[cfg(unix)]
#[path = "serve/one_at_a_time.rs"]
mod one_at_a_time;
#[path = "serve/others.rs"]
mod others;
#[cfg(unix)]
#[path = "browser/page.rs"]
#[expect(dead_code, reason = "some of it is for pages that are files")]
mod page;
#[cfg(unix)]
#[path = "serve/run.rs"]
mod run;
#[cfg(all(target_os = "linux", feature = "luks"))]
#[path = "serve/unlock.rs"]
mod unlock;
#[cfg(unix)]
#[path = "serve/visits.rs"]
mod visits;
#[cfg(unix)]
#[path = "serve/whole_report.rs"]
mod whole_report;

#[cfg(target_os = "linux")]
use desk::Desk;

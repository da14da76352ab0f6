//! The gallery in a browser that people use: opened from disk, looked through, searched, chosen from.
//!
//! It needs Chromium, by the name in `CHROMIUM` or in the path; where there is none, the tests say so and pass. With
//! the path of axe-core's `axe.min.js` in `AXE`, its rules are held too.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::print_stderr, reason = "a test that cannot run says so")]
#![expect(clippy::print_stdout, reason = "what was measured is printed")]

#[path = "browser/chrome.rs"]
mod chrome;
#[path = "browser/desk.rs"]
mod desk;
#[path = "browser/evidence.rs"]
mod evidence;
#[path = "browser/keys.rs"]
mod keys;
#[path = "browser/large.rs"]
mod large;
#[path = "browser/looked_through.rs"]
mod looked_through;
#[path = "browser/page.rs"]
mod page;
#[path = "browser/rules.rs"]
mod rules;

//! The live page as a browser and as others meet it: over a raw connection, so that nothing is made better on the way.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "serve/desk.rs"]
mod desk;
#[path = "serve/others.rs"]
mod others;
#[cfg(unix)]
#[path = "serve/run.rs"]
mod run;

//! `afterimage cloud` against stand-ins of the services on 127.0.0.1. It never ran against the services themselves;
//! the stand-ins were driven with the vendors' own Python clients first.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "cloud/account.rs"]
mod account;
#[path = "cloud/desk.rs"]
mod desk;
#[path = "cloud/drive.rs"]
mod drive;
#[path = "cloud/dropbox.rs"]
mod dropbox;
#[path = "cloud/fake.rs"]
mod fake;
#[path = "cloud/stand_alone.rs"]
mod stand_alone;

//! Databases that SQLite made, read by it and by us.

mod damaged;
mod oracle;
mod sound;

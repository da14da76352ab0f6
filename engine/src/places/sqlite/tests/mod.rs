//! Databases that SQLite made, read by it and by us.

mod oracle;
mod sound;

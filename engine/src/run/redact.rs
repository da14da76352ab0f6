//! Copies of a report for sharing, without what tells where somebody lives and who they are.
//!
//! The report and its views are copied into a folder of their own; the original is not changed, but for a line in
//! its audit log. Photos are not copied: what their own metadata tell stays in them. What a copy leaves out:
//!
//! * GPS positions of photos, serial numbers of drives, labels of volumes, names of owners and artists, small pictures;
//! * in every text, the name of a folder that lies in one called `home`, `homes`, `Users`, `Documents and Settings` or
//!   `Profiles`, wherever that lies; the folders after `/media/`, `/run/media/` and `/Volumes/`; names below
//!   `/dev/disk/by-*/`. `[user-1]`, `[volume-1]` and so on stand in their place, the same number for the same name in all of
//!   the copy, so that paths that differ differ still;
//! * where that is asked for, the case, and its options on the command line.
//!
//! Names of files are never changed, and neither is anything else: ids, digests, runs, dates, cameras, albums. A path in
//! the copy is that of the original but for such names; files are known by `id`, `blake3` and `sha256`.

mod copy;
mod path;
mod rules;

pub use copy::{Redact, Redacted, redact};

//! The stages of a run, in order.
//!
//! A [`Job`] goes from one stage to the next, and each consumes the one before, so that a wrong order does
//! not compile:
//!
//! [`Opened`] → [`Scanned`] → [`Claimed`] → [`Restored`] → [`Named`] → [`Settled`] → [`Written`]
//!
//! What a stage needs beside what the one before gave lies in the job: the environment (options, workers,
//! output), a record for each source, and the ledger. A job
//! whose scan ended in another process begins at [`Scanned`], by [`Job::replay`].
//!
//! [`scan()`] runs all of them; [`carve`] stops after the scan of one shard of a source, and [`merge()`] goes on from
//! those of all; [`list`] stops before anything is written. [`finish`] begins at [`Scanned`] with
//! what an interrupted run left, and [`recover()`] writes photos of a report that is there already. [`find()`] looks
//! for copies in folders, backups and archives: the same stages, with files of a tree in place of a scan.

pub mod advice;
pub mod audit;
pub mod batch;
mod claim;
mod environment;
mod events;
mod export;
mod export_copy;
mod export_existing;
mod export_group;
mod export_identity;
mod export_names;
mod find;
mod finish;
mod forecast;
mod gallery;
mod gather;
pub mod guide;
mod job;
mod kept_head;
mod kept_report;
mod known;
mod lost;
mod merge;
mod name;
mod open;
mod outcome;
mod output_folder;
mod picks;
pub mod prognosis;
mod recover;
mod redact;
mod reopen;
mod replay;
mod report;
mod restore;
mod results;
mod resume;
mod scan;
mod selection;
mod settle;
mod shard;
mod shard_folders;
mod show;
mod shown_file;
mod sign;
mod source_job;
mod source_location;
mod stats;
#[cfg(feature = "parquet")]
mod table;
mod to_jpeg;
mod unlock;
mod usual_views;
mod verify;
mod write;

pub use crate::output::destination::CHOSEN;
pub use export::{Arrived, Export, Exported, ExportedPhoto, export};
pub use export_group::NameOrigin;
pub use find::{Choice, Find, Survivors, find};
pub use finish::{Unfinished, finish, unfinished};
pub use forecast::{
    Estimate, Forecast, ForecastOptions, forecast, forecast_at, forecast_until_stopped,
};
pub use job::{Claimed, Job, Named, Opened, Restored, Scanned, Settled, Written};
pub use known::read_known;
pub use merge::{join, merge};
pub use open::{list, scan};
pub use outcome::Outcome;
pub use picks::Picks;
pub use recover::{Recover, Recovered, has_report, recover};
pub use redact::{Redact, Redacted, redact};
pub use results::Results;
pub use selection::{Selected, Selection};
pub use shard::{Carved, carve};
pub use show::{Show, ShowProgress, Shown, show};
pub use sign::{Sign, SignatureFault, SignatureFaultKind, Signed, is_readable_by_others, sign};
pub use stats::Stats;
#[cfg(feature = "parquet")]
pub use table::{TableOf, Tabled, table};
pub use to_jpeg::ToJpeg;
pub use verify::{Difference, DifferenceKind, SignatureFound, Verified, Verify, verify};

//! From a device to a report: the engine behind `afterimage`, for others to embed.
//!
//! [`run::scan`] does all of it, from paths to an output folder. [`run::Job`] does it stage by stage, on
//! sources that are open already. Here the demo card, in memory, is scanned and listed; nothing is written:
//!
//! ```
//! use afterimage_engine::options::Options;
//! use afterimage_engine::progress::Progress;
//! use afterimage_engine::report::Status;
//! use afterimage_engine::run::Job;
//! use afterimage_engine::source::MemorySource;
//!
//! # fn main() -> Result<(), afterimage_engine::error::Error> {
//! let image = afterimage_testdata::card::demo().image;
//! let (options, progress) = (Options::default(), Progress::default());
//! let job = Job::open(vec![Box::new(MemorySource::new("card", image))], &options, &progress)?;
//! let settled = job.scan().claim().restore().name().settle();
//! let mut deleted = 0;
//! for file in settled.files() {
//!     deleted += u32::from(file?.status == Status::Deleted);
//! }
//! assert!(deleted > 10);
//! assert_eq!(settled.sources()[0].volumes[0].kind, "fat16");
//! # Ok(())
//! # }
//! ```
//!
//! # The way of the data
//!
//! One folder is one room. Data flows through them in this order, and a room names only itself and what
//! stands before it; `tests/layering.rs` holds it to that.
//!
//! 1. [`source`] opens an image or a device, for reading only. It never fails a read: what cannot be read
//!    becomes zeros and is remembered.
//!    While a run is asked to stop, it delivers nothing more, soon.
//! 2. [`volumes`] finds partition tables and file systems, what they say of files, live and deleted, and what
//!    is in use. Nothing it says is believed before the bytes prove it.
//! 3. `pipeline`: one reader cuts the source into chunks, workers take them. `scan` matches the headers of
//!    all formats at every byte; `carve` measures what begins at a candidate and makes a record of it; a
//!    committer adds what was found in a chunk to the `ledger`. Up to here all is local to a range of the
//!    source, and the ledger's log can be replayed by another process.
//! 4. `claims` settles which bytes belong to which file.
//! 5. `restore` puts files together that lie in several runs, as a file system recorded them or as their own
//!    format proves.
//! 6. `names` gives photos the names, folders and dates that file systems know. `restore` asks
//!    it what fits an entry, so that it stands before `restore`.
//! 7. `settle` sorts, filters, and finds copies and Live Photos.
//! 8. `output` checks where to write, gives the files their names, and makes the rows of the [`report`], which
//!    [`run`] writes last: no other room makes its types.
//!
//! All files of the output are opened below a folder that is held open, by `system::folder` alone: through no link and
//! onto no other mount, so that nothing that was prepared there leads a write to a source or elsewhere.
//!
//! [`system`] is what the operating system tells of disks, mounts and loop devices: one reading of it for the
//! check of the output, for the command line, and for whoever lists devices.
//! [`imaging`] copies failing media into images, with the map that says what an image holds.
//!
//! [`run`] has the stages in order. `model` holds what they hand on: records, digests, ranges. `control` holds
//! what runs through all of them: failures, progress and the wish to stop, costs.
//!
//! Threads finish in any order; results are sorted before anything depends on them, so that the same image
//! gives the same report for any number of threads and any size of chunks.
//!
//! The engine never prints, never writes to a source, and knows nothing of the command line.

/// The guide to embedding compiles.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Guide;

mod carve;
mod claims;
mod control;
pub mod formats;
pub mod imaging;
mod ledger;
mod model;
mod names;
pub mod options;
mod output;
mod pipeline;
pub mod places;
mod restore;
pub mod run;
mod scan;
mod settle;
pub mod source;
pub mod system;
pub mod volumes;

pub use control::{backoff, error, metrics, progress};
pub use ledger::Content;
pub use model::{Algorithm, Digests, Hasher, Moment, Shard, ShardSet, SpanSet, number_list};
pub use output::destination::{check_file, check_folder};
pub use output::{TakenPaths, safe_path};
pub use output::{arranging, report, thumbs, views, words};
pub use scan::Matcher;
pub use settle::{Disposition, LeftOut};

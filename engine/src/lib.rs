//! From a device to a report: the engine behind `afterimage`, for others to embed.
//!
//! The principal function is [`scan`](run::scan). Data flows one way, and the modules stand in the
//! order in which it passes them:
//!
//! 1. A [`source`] is an image or a device, opened for reading only. It never fails a read: what
//!    cannot be read becomes zeros and is remembered.
//! 2. [`chunk`] reads it in order through a [`window`], so that a device is read once.
//! 3. [`scan`](mod@scan) finds where files may begin; [`carve`] measures what begins there and gives
//!    [`record`]s. Both run on workers, which [`pipeline`] alone starts. Up to here all is local to
//!    a range of the source.
//! 4. Records go to a [`journal`], content by hash to a [`store`], and memory holds an [`index`].
//! 5. [`claims`] decide which bytes belong to which file; [`settle`] sorts, filters, and finds copies
//!    and [`pairs`].
//! 6. [`recover`] gives files their names, and [`report`] says all of it.
//!
//! Threads finish in any order; results are sorted before anything depends on them, so that the
//! same image gives the same report for any number of threads and any size of chunks.
//!
//! The engine never prints, never writes to a source, and knows nothing of the command line.

pub mod carve;
pub mod claims;
pub mod error;
pub mod formats;
pub mod ledger;
pub mod metrics;
pub mod model;
pub mod names;
pub mod options;
pub mod output;
pub mod pipeline;
pub mod progress;
pub mod restore;
pub mod run;
pub mod scan;
pub mod settle;
pub mod source;
pub mod volumes;

//! What the scan of a source needs.

use std::collections::HashMap;

use rayon::ThreadPool;

use super::reader::Cut;
use crate::carve::Carver;
use crate::control::metrics::Metrics;
use crate::control::progress::Progress;
use crate::ledger::Keeper;
use crate::model::SpanSet;
use crate::options::Watcher;
use crate::scan::Matcher;
use crate::volumes::live_map::LiveMap;

/// What a scan needs beside its source and its ledger.
pub struct Scan<'a> {
    /// Finds where files may begin.
    pub matcher: &'a Matcher,
    /// Measures what begins there.
    pub carver: &'a Carver<'a>,
    /// Computes digests, and stores content.
    pub keeper: Keeper<'a>,
    /// Which formats (by position in the registry) are asked for.
    pub wanted: &'a [bool],
    /// Where the cost of each stage is added.
    pub metrics: &'a Metrics,
    /// Shows how far the scan is, and stops it.
    pub progress: &'a Progress,
    /// The workers.
    pub pool: &'a ThreadPool,
    /// Which part of the source, in which chunks.
    pub cut: Cut,
    /// What of that part is to be scanned: an earlier process may have scanned the rest.
    pub todo: &'a SpanSet,
    /// What is scanned first, in this order.
    pub first: &'a [SpanSet],
    /// What is scanned last.
    pub last: &'a SpanSet,
    /// What is still there, where files of which nothing is to be written are known.
    pub live: Option<&'a LiveMap>,
    /// Whether traces of file systems are looked for.
    pub traces: bool,
    /// Where samples of what it is filled with are taken, in order.
    pub samples: &'a [u64],
    /// Whether deflated members of archives and documents are looked into.
    pub archives: bool,
    /// Who is shown photos as they are found.
    pub watcher: Option<&'a Watcher>,
    /// For them, by first byte, the path and the size of files that file systems tell of.
    pub paths: &'a HashMap<u64, (&'a str, u64)>,
}

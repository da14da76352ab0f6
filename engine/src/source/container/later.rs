//! Files of containers that are not the first ones of theirs.

use std::path::Path;

use super::opening::Opening;
use super::{ewf, ewf2};
use crate::control::progress::Stop;
use crate::source::definition::Source;
use crate::source::later_part::LaterPart;
use crate::source::open::Io;

/// Which part of a container the file at `path` is, where that is not the first one.
pub(crate) fn later_part(path: &Path, source: Box<dyn Source>, io: Io) -> Option<LaterPart> {
    let stop = Stop::default();
    let opening = Opening::new(path, source, io, &stop).listing(true);
    ewf::later(&opening).or_else(|| ewf2::later(&opening))
}

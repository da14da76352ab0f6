//! Files of containers that are not the first ones of theirs.

use std::path::Path;

use super::chain::recognise;
use super::opening::Opening;
use super::{ewf, ewf2};
use crate::control::progress::Stop;
use crate::source::definition::Source;
use crate::source::later_part::LaterPart;
use crate::source::open::Io;

/// What a file is to the container that it belongs to.
pub(crate) enum ContainerPart {
    /// Its first file, or all of it.
    First,
    /// Another one.
    Later(LaterPart),
}

/// What the file at `path` is to the container that it belongs to; nothing where it belongs to none.
pub(crate) fn container_part(
    path: &Path,
    source: Box<dyn Source>,
    io: Io,
) -> Option<ContainerPart> {
    let stop = Stop::default();
    let opening = Opening::new(path, source, io, &stop).listing(true);
    let later = ewf::later(&opening).or_else(|| ewf2::later(&opening));
    match later {
        Some(later) => Some(ContainerPart::Later(later)),
        None => recognise(&opening).map(|_| ContainerPart::First),
    }
}

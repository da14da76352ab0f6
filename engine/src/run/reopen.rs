//! A source of a report, opened again to read files of the report from it.

use std::path::{Path, PathBuf};

use afterimage_signatures::verdict::Span;

use crate::control::error::Error;
use crate::control::progress::Progress;
use crate::model::SpanSet;
use crate::output::report::ReportSource;
use crate::run::unlock::unlocked_as_before;
use crate::source::unlock::Keys;
use crate::source::{Holed, Io, Limited, Pace, Source, Watched, open_for};

/// Opens at `path` the source that a report tells of. What nobody could read of it then is not read now either: the
/// report counts those bytes as zeros, in files and in digests.
///
/// # Errors
///
/// When it cannot be opened or unlocked, and [`Error::OtherSource`] or [`Error::OtherVersion`] where it has another
/// length or is another version on its server.
pub(super) fn reopen(
    path: &Path,
    known: &ReportSource,
    pace: &Pace,
    keys: &Keys,
    progress: &Progress,
) -> Result<Box<dyn Source>, Error> {
    // It was scanned, perhaps since archives were looked into.
    let source = open_for(path, Io::Auto, true, progress.wish())?;
    let len = source.len();
    if len != known.size {
        return Err(Error::OtherSource { path: path.to_path_buf(), len, known: known.size });
    }
    if let (Some(known), Some(now)) = (known.version.clone(), source.version())
        && known != now
    {
        return Err(Error::OtherVersion { path: path.to_path_buf(), known, now });
    }
    let source = Limited::at(source, pace);
    let source: Box<dyn Source> = match unread(known) {
        holes if holes.is_empty() => source,
        holes => Box::new(Holed::new(source, &holes)),
    };
    let source = unlocked_as_before(source, known, keys, progress.wish())?;
    Ok(Box::new(Watched::new(source, progress.wish())))
}

/// What could not be read of a source when it was scanned.
pub(super) fn unread(known: &ReportSource) -> SpanSet {
    let ranges = known.unreadable.iter();
    ranges
        .map(|range| Span::between(range.offset, range.offset.saturating_add(range.length)))
        .collect()
}

/// Refuses paths of sources that a report does not have, of which there are `known`.
pub(super) fn refuse_surplus(given: &[PathBuf], known: usize) -> Result<(), Error> {
    match given.get(known) {
        None => Ok(()),
        Some(path) => Err(Error::SurplusSource { path: path.clone(), known }),
    }
}

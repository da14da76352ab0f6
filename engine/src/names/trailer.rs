//! What a file system knows to follow the end that a format knows.

use afterimage_signatures::Runs;
use afterimage_signatures::verdict::{Role, Span, Unchecked};

use crate::model::Record;

/// Adds what the file system knows to follow the end that a format knows, up to `size` bytes in `runs`;
/// tells whether there was anything. A file that is still there stays as it is, without what was added to
/// make it viewable; what a list of digests proves ends where it says.
pub fn extend(record: &mut Record, runs: &Runs, size: u64, is_live: bool) -> bool {
    if record.is_listed_whole() {
        return false;
    }
    let len = record.source_len();
    let begins = runs.slice(0, len).as_slice() == record.runs.as_slice();
    let is_filled = !record.fill.is_empty();
    let is_new = size > len && !is_filled || size >= len && is_filled && is_live;
    if !is_new || runs.len() < size || !begins {
        return false;
    }
    record.runs = runs.slice(0, size);
    record.fill.clear();
    if size > len {
        let span = Span { at: len, len: size - len };
        record.unchecked.push(Unchecked { span, role: Role::Trailer });
    }
    true
}

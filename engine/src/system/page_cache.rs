//! What the system is told of a file, so that its pages are read and written at a good time. Only hints: a failure is fine.

use std::fs::File;

/// The file will be read from front to back.
pub(crate) fn read_ahead(file: &File) {
    advise(file, Hint::Sequential);
}

/// Nothing is read after what is asked for.
pub(crate) fn no_read_ahead(file: &File) {
    advise(file, Hint::Random);
}

/// What was written to the file is to go to the disk now, and nobody waits for that.
pub(crate) fn start_writing(file: &File) {
    // Linux begins to write what it is told to forget, and forgets nothing before that is written.
    advise(file, Hint::DontNeed);
}

#[cfg(any(target_os = "linux", target_os = "android"))]
use rustix::fs::Advice as Hint;

#[cfg(not(any(target_os = "linux", target_os = "android")))]
enum Hint {
    Sequential,
    Random,
    DontNeed,
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn advise(file: &File, hint: Hint) {
    let _ = rustix::fs::fadvise(file, 0, None, hint);
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn advise(_file: &File, _hint: Hint) {}

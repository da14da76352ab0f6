//! The command line as it was typed.

use std::ffi::OsString;

/// All of its words, the program's name first; what is no Unicode is told with signs in its place.
pub fn words() -> Vec<String> {
    std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect()
}

/// Its words without the name of the program.
pub fn arguments() -> Vec<OsString> {
    std::env::args_os().skip(1).collect()
}

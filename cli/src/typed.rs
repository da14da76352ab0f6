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

/// The words that follow those which ask for a log: they may stand before the command.
pub fn without_log(mut typed: &[OsString]) -> &[OsString] {
    loop {
        let word = typed.first().and_then(|word| word.to_str()).unwrap_or_default();
        let is_v = word
            .strip_prefix('-')
            .is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|letter| letter == b'v'));
        let count = match word {
            "--log" => 2,
            "--verbose" => 1,
            _ if is_v || word.starts_with("--log=") => 1,
            _ => return typed,
        };
        typed = typed.get(count..).unwrap_or_default();
    }
}

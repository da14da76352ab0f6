//! The command that goes on where a scan stopped.

use std::path::Path;

use crate::source::shell::{quoted, quoted_word};

/// The option that goes on.
const RESUME: &str = "--resume";

/// A command line with `--resume`, as it is typed in a shell; nothing where the command line is not known.
pub fn resumed(command: &[String]) -> Option<String> {
    let (_, arguments) = command.split_first()?;
    let mut words = vec!["afterimage".to_owned()];
    words.extend(arguments.iter().map(|word| quoted_word(word)));
    if !arguments.iter().any(|word| word == RESUME) {
        // After `--`, what looks like an option is a path.
        let at = words.iter().position(|word| word == "--").unwrap_or(words.len());
        words.insert(at, RESUME.to_owned());
    }
    Some(words.join(" "))
}

/// The command that finishes what is in an output folder.
pub fn recover(folder: &Path) -> String {
    format!("afterimage recover {}", quoted(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_typed_again_with_one_option_more() {
        let check = |words: &[&str], expected: Option<&str>| {
            let words: Vec<String> = words.iter().map(ToString::to_string).collect();
            assert_eq!(resumed(&words).as_deref(), expected);
        };
        check(&[], None);
        check(
            &["/usr/bin/afterimage", "scan", "a b.img"],
            Some("afterimage scan 'a b.img' --resume"),
        );
        check(&["x", "scan", "--resume", "a"], Some("afterimage scan --resume a"));
        check(&["x", "scan", "--", "-a"], Some("afterimage scan --resume -- -a"));
    }
}

//! What is wrong with a command line: one line that says what, where, and what to type instead.

use std::ffi::OsString;
use std::path::Path;

use afterimage_engine::source::shell::quoted_word;
use clap::CommandFactory;
use clap::error::{ContextKind, ContextValue, ErrorKind};

use crate::commands::Program;
use crate::near::is_near;
use crate::system_words::{BEST_LISTER, DEVICE};
use crate::text::plain;
use crate::typed::without_log;

/// What is wrong with the arguments, in one line; nothing where help was asked for. `typed` are the
/// arguments without the name of the program.
pub fn line(error: &clap::Error, typed: &[OsString]) -> Option<String> {
    if !error.use_stderr() || error.kind() == ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return None;
    }
    let wrong = Wrong { error, typed: without_log(typed) };
    let said = match error.kind() {
        ErrorKind::InvalidSubcommand => wrong.command(),
        ErrorKind::UnknownArgument => wrong.option(),
        ErrorKind::InvalidValue | ErrorKind::ValueValidation => wrong.value(),
        ErrorKind::ArgumentConflict => wrong.conflict(),
        ErrorKind::MissingRequiredArgument => wrong.missing(),
        ErrorKind::TooManyValues => Some(format!("{} takes no value", wrong.name())),
        _ => None,
    };
    let said = said.unwrap_or_else(|| wrong.rendered());
    let help = match wrong.verb() {
        Some(verb) => format!("`afterimage {verb} --help` explains all"),
        None => "`afterimage --help` explains all".to_owned(),
    };
    Some(format!("afterimage: {}; {help}", plain(&said)))
}

/// The commands, as they are typed, in the order in which the help has them.
fn verbs() -> Vec<String> {
    let program = Program::command();
    let shown = program.get_subcommands().filter(|verb| !verb.is_hide_set());
    shown.map(|verb| verb.get_name().to_owned()).collect()
}

/// `one, two and three`.
fn listed(words: &[String]) -> String {
    match words.split_last() {
        Some((last, before)) if !before.is_empty() => format!("{} and {last}", before.join(", ")),
        _ => words.join(""),
    }
}

/// A wrong command line.
struct Wrong<'e> {
    error: &'e clap::Error,
    typed: &'e [OsString],
}

impl Wrong<'_> {
    fn one(&self, kind: ContextKind) -> Option<&str> {
        match self.error.get(kind)? {
            ContextValue::String(text) => Some(text),
            ContextValue::Strings(texts) => texts.first().map(String::as_str),
            _ => None,
        }
    }

    fn all(&self, kind: ContextKind) -> &[String] {
        match self.error.get(kind) {
            Some(ContextValue::Strings(texts)) => texts,
            _ => &[],
        }
    }

    /// The option it is about, without the word for its value.
    fn name(&self) -> &str {
        let text = self.one(ContextKind::InvalidArg).unwrap_or_default();
        text.split([' ', '=']).next().unwrap_or_default()
    }

    /// The command, where one was typed.
    fn verb(&self) -> Option<String> {
        let first = self.typed.first()?.to_str()?;
        verbs().into_iter().find(|verb| verb == first)
    }

    /// What was typed after the first word, as it was typed.
    fn rest(&self) -> String {
        self.typed
            .iter()
            .skip(1)
            .map(|word| format!(" {}", quoted_word(&word.to_string_lossy())))
            .collect()
    }

    /// A word that is no command.
    fn command(&self) -> Option<String> {
        let word = self.one(ContextKind::InvalidSubcommand)?;
        let first = self.typed.first()?;
        let meant = match self.one(ContextKind::SuggestedSubcommand) {
            Some(verb) if first == word && is_near(word, verb) => {
                format!("afterimage {verb}{}", self.rest())
            }
            _ if first != word => "afterimage help scan".to_owned(),
            _ if word == "list" => format!("afterimage scan{} --list", self.rest()),
            _ if is_path(word) => {
                let output = if self.has_output() { "" } else { " --output DIR" };
                format!("afterimage scan {}{}{output}", quoted_word(word), self.rest())
            }
            _ => {
                let verbs = listed(&verbs());
                return Some(format!("there is no command '{word}'; the commands are {verbs}"));
            }
        };
        Some(format!("there is no command '{word}'; did you mean: {meant}"))
    }

    fn has_output(&self) -> bool {
        let texts = self.typed.iter().filter_map(|word| word.to_str());
        texts
            .into_iter()
            .any(|text| text.starts_with("-o") || text.starts_with("--output") || text == "--list")
    }

    /// An option that is none, or a word that nothing takes.
    fn option(&self) -> Option<String> {
        let word = self.one(ContextKind::InvalidArg)?;
        if !word.starts_with('-') {
            let verb = self.verb().unwrap_or_default();
            return Some(format!("`afterimage {verb}` does not know what to do with '{word}'"));
        }
        let bare = word.trim_start_matches('-');
        if self.verb().is_none() {
            let is_verb = verbs().iter().any(|verb| verb == bare);
            let meant = if is_verb { bare } else { "scan card.img --output DIR" };
            let why = "the first word is a command";
            return Some(format!(
                "there is no option '{word}' here: {why}, as in: afterimage {meant}"
            ));
        }
        if let Some((option, value)) = self.value_like_option(word) {
            return Some(format!("{option} cannot take '{value}': there are no negative ones"));
        }
        Some(match self.meant(bare) {
            Some(meant) => format!("there is no option '{word}'; did you mean {meant}?"),
            None => format!("there is no option '{word}'"),
        })
    }

    /// The option before a word that is taken for one, and is a value that begins with a negative number.
    fn value_like_option(&self, word: &str) -> Option<(&str, &str)> {
        let is_negative = word[1..].starts_with(|first: char| first.is_ascii_digit());
        let words: Vec<&str> = self.typed.iter().filter_map(|word| word.to_str()).collect();
        let mut pairs = words.windows(2).filter_map(|pair| Some((*pair.first()?, *pair.last()?)));
        // Of several letters it tells the first.
        pairs.find(|(option, value)| {
            is_negative && option.starts_with("--") && value.starts_with(word)
        })
    }

    /// The option that one that is none may be meant for.
    fn meant(&self, bare: &str) -> Option<String> {
        let name = bare.split('=').next().unwrap_or_default();
        // Where to write is an option of both names, each in its place.
        let twin = match name {
            "to" => Some("output"),
            "output" | "o" => Some("to"),
            _ => None,
        };
        if let Some(twin) = twin.filter(|twin| self.knows(twin)) {
            return Some(format!("--{twin}"));
        }
        let meant = self.one(ContextKind::SuggestedArg)?;
        is_near(name, meant.trim_start_matches('-')).then(|| meant.to_owned())
    }

    /// Whether the command that was typed has an option of that name.
    fn knows(&self, name: &str) -> bool {
        let mut command = Program::command();
        for word in self.typed.iter().filter_map(|word| word.to_str()) {
            match command.find_subcommand(word) {
                Some(inner) => command = inner.clone(),
                None => break,
            }
        }
        command.get_arguments().any(|one| one.get_long() == Some(name))
    }

    /// A value that an option does not take, or none where it needs one.
    fn value(&self) -> Option<String> {
        let (name, value) = (self.name(), self.one(ContextKind::InvalidValue).unwrap_or_default());
        let known = self.all(ContextKind::ValidValue).join(", ");
        let why = std::error::Error::source(self.error).map(ToString::to_string);
        Some(match (value, why) {
            ("", None) if known.is_empty() => {
                let whole = self.one(ContextKind::InvalidArg)?;
                format!("{name} needs a value, as in: {whole}")
            }
            ("", None) => format!("{name} needs a value: {known}"),
            (_, Some(why)) => format!("{name} cannot take '{value}': {why}"),
            (_, None) => format!("{name} cannot take '{value}': it takes {known}"),
        })
    }

    /// Two options that exclude each other, or one that is there twice.
    fn conflict(&self) -> Option<String> {
        let bare = |text: &str| text.split([' ', '=']).next().unwrap_or_default().to_owned();
        let name = bare(self.one(ContextKind::InvalidArg)?);
        let other = bare(self.one(ContextKind::PriorArg)?);
        Some(if name == other {
            format!("{name} is there twice; give it once")
        } else {
            format!("{name} and {other} exclude each other; leave one of them out")
        })
    }

    /// What a command needs and was not given.
    fn missing(&self) -> Option<String> {
        let missing = self.all(ContextKind::InvalidArg);
        let verb = self.verb()?;
        if verb == "image" {
            return Some(format!(
                "a device and the file of its image are to be named, as in: afterimage image {DEVICE} card.img \
                 ({BEST_LISTER} names devices)"
            ));
        }
        if verb != "scan" {
            return Some(format!("what is missing is {}", listed(missing)));
        }
        let is_missing = |name: &str| missing.iter().any(|one| one.starts_with(name));
        let source =
            format!("a disk image or a device such as {DEVICE} ({BEST_LISTER} names them)");
        Some(match (is_missing("<SOURCE>"), is_missing("--output")) {
            (true, true) => format!(
                "nothing is named to scan, and no folder to write to: give {source}, as in: \
                 afterimage scan card.img --output <DIR>"
            ),
            (true, false) => format!("nothing is named to scan: give {source}"),
            (false, true) => format!(
                "no folder is named to write to{}: add --output <DIR>, on another disk than what is \
                 scanned, or --list to see first what there is",
                self.forgotten().unwrap_or_default()
            ),
            (false, false) => return None,
        })
    }

    /// The last word, where it looks like a folder before which `--output` was forgotten.
    fn forgotten(&self) -> Option<String> {
        let words: Vec<&str> = self.typed.iter().filter_map(|word| word.to_str()).collect();
        let (last, before) = words.split_last()?;
        let are_plain = before.len() > 1 && words.iter().all(|word| !word.starts_with('-'));
        let is_new = are_plain && !Path::new(last).exists();
        let before: Vec<String> = before.iter().map(|word| quoted_word(word)).collect();
        is_new.then(|| {
            let last = quoted_word(last);
            format!(" (did you mean: afterimage {} --output {last}?)", before.join(" "))
        })
    }

    /// What the parser itself says, in one line.
    fn rendered(&self) -> String {
        let text = self.error.to_string();
        let lines = text.lines().map(str::trim).take_while(|line| !line.starts_with("Usage:"));
        let said: Vec<&str> = lines
            .filter(|line| !line.is_empty() && !line.starts_with("For more information"))
            .collect();
        let said = said.join(" ");
        said.strip_prefix("error: ").unwrap_or(&said).to_owned()
    }
}

/// Whether a word is more likely a file or a device than a command.
fn is_path(word: &str) -> bool {
    word.contains(['/', '.', '\\']) || Path::new(word).exists()
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[track_caller]
    fn check(typed: &str, expected: &str) {
        let typed: Vec<OsString> = typed.split(' ').map(Into::into).collect();
        let all = [OsString::from("afterimage")].into_iter().chain(typed.iter().cloned());
        let error = Program::try_parse_from(all).unwrap_err();
        let line = line(&error, &typed).unwrap();
        let said = line.strip_prefix("afterimage: ").unwrap();
        let (said, help) = said.rsplit_once("; ").unwrap();
        assert!(
            help.starts_with("`afterimage ") && help.ends_with("--help` explains all"),
            "{help}"
        );
        assert_eq!(said, expected);
    }

    #[test]
    fn a_source_without_a_command_is_to_be_scanned() {
        check(
            "card.img",
            "there is no command 'card.img'; did you mean: afterimage scan card.img --output DIR",
        );
        check(
            "/dev/sdb -o out",
            "there is no command '/dev/sdb'; did you mean: afterimage scan /dev/sdb -o out",
        );
        check(
            "scna a.img -o x",
            "there is no command 'scna'; did you mean: afterimage scan a.img -o x",
        );
        check(
            "list a.img",
            "there is no command 'list'; did you mean: afterimage scan a.img --list",
        );
        let all = listed(&verbs());
        assert!(all.starts_with("scan, find, backup, ") && all.contains(" and "), "{all}");
        for far in ["xyzzy", "nope", "undelete"] {
            check(far, &format!("there is no command '{far}'; the commands are {all}"));
        }
    }

    #[test]
    fn options_that_are_none_are_told_with_the_nearest() {
        check("scan a.img --outptu x", "there is no option '--outptu'; did you mean --output?");
        check("scan a.img -o x -x", "there is no option '-x'");
        check("scan a.img -o x --photograph", "there is no option '--photograph'");
        check(
            "scan a.img -o x --shard -1/3",
            "--shard cannot take '-1/3': there are no negative ones",
        );
        check("scan a.img --to x", "there is no option '--to'; did you mean --output?");
        for option in ["--output", "--output=x", "-o"] {
            let name = option.split('=').next().unwrap();
            check(
                &format!("export a {option}"),
                &format!("there is no option '{name}'; did you mean --to?"),
            );
        }
        check("backup list a --to x", "there is no option '--to'");
        check("formats jpeg", "`afterimage formats` does not know what to do with 'jpeg'");
        let here = "there is no option '-o' here: the first word is a command, as in: afterimage \
                    scan card.img --output DIR";
        check("-o out scan a.img", here);
    }

    #[test]
    fn values_are_told_with_what_can_be_had() {
        check(
            "scan a.img -o x --hash sha512",
            "--hash cannot take 'sha512': it takes sha256, sha1, md5, none",
        );
        check(
            "scan a.img -o x --threads lots",
            "--threads cannot take 'lots': not a number from 1 to 1024",
        );
        check(
            "scan a.img -o x --min-pixels -1",
            "--min-pixels cannot take '-1': not a number of pixels such as 300000, 300K or 2MP",
        );
        check(
            "scan a.img -o x --read-limit 0",
            "--read-limit cannot take '0': nothing would be read; name a size such as 10M, or leave the option out",
        );
        check("scan a.img -o", "--output needs a value, as in: --output <DIR>");
        check("scan a.img -o x --json=yes", "--json takes no value");
    }

    #[test]
    fn what_excludes_each_other_is_named() {
        check("scan a.img -o x -o y", "--output is there twice; give it once");
        check(
            "scan a.img --list --stats",
            "--list and --stats exclude each other; leave one of them out",
        );
    }

    #[test]
    fn what_is_missing_is_named() {
        check(
            "scan -o x",
            "nothing is named to scan: give a disk image or a device such as /dev/sdb (`afterimage \
             devices` names them)",
        );
        check(
            "scan card.img nowhere/out",
            "no folder is named to write to (did you mean: afterimage scan card.img --output \
             nowhere/out?): add --output <DIR>, on another disk than what is scanned, or --list to see \
             first what there is",
        );
    }
}

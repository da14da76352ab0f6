//! What a scan is to do that the page has asked for: a new one, or the rest of one that was not finished.

use std::path::{Path, PathBuf};

use afterimage_engine::check_folder;
use afterimage_engine::options::Options;
use afterimage_engine::run;
use afterimage_engine::source::Pace;
use serde::Deserialize;

use super::passphrase::Passphrase;
use super::session::Settings;
use super::typed_path::absolute;
use super::words;
use crate::sources;

/// Bytes a chunk of a source that is read slowly.
const SMALL_CHUNK: u64 = 256 << 10;

/// A scan that is asked for.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    /// Image or device.
    pub source: PathBuf,
    /// The folder to write to.
    pub output: PathBuf,
    /// Whether photos that are still there are copied too.
    #[serde(default)]
    pub all: bool,
    /// Whether the scan there that was interrupted is gone on with.
    #[serde(default)]
    pub resume: bool,
    /// What was typed for the encrypted volumes of that scan.
    #[serde(default)]
    pub passphrase: Option<Passphrase>,
}

/// A scan that may begin, as far as can be told before.
pub struct Plan {
    /// What is scanned.
    pub sources: Vec<PathBuf>,
    /// Where to.
    pub output: PathBuf,
    /// How.
    pub options: Options,
}

impl Plan {
    /// What is asked for, read at the pace of `settings` or, where that has no limit, as the scan was begun.
    ///
    /// # Errors
    ///
    /// Why it cannot begin, in words for the page: all that the command line refuses before it scans.
    pub fn of(asked: &Asked, settings: &Settings) -> Result<Self, String> {
        let pace = &settings.pace;
        let output = absolute(&asked.output)?;
        let plan = match asked.resume {
            true => Self::again(asked, output, settings)?,
            false => Self::anew(asked, output, pace)?,
        };
        Ok(plan.at(pace))
    }

    fn anew(asked: &Asked, output: PathBuf, pace: &Pace) -> Result<Self, String> {
        let source = absolute(&asked.source)?;
        let expanded = sources::expand_unseen(std::slice::from_ref(&source), Some(&output));
        let sources = expanded.map_err(|error| words::failure(error.as_ref()))?.paths;
        check_folder(&output, &sources).map_err(|error| words::failure(&error))?;
        let command = command(&source, &output, asked.all, pace.limit());
        let options = Options { all: asked.all, command, ..Options::default() };
        Ok(Plan { sources, output, options })
    }

    /// The rest of the scan in `output`, with the options that it was begun with. A card may be connected at another
    /// place than before; that it is the same one is looked after by the scan.
    fn again(asked: &Asked, output: PathBuf, settings: &Settings) -> Result<Self, String> {
        let before = run::unfinished(&output).map_err(|error| words::failure(&error))?;
        let Some(before) = before else {
            if !run::has_report(&output) {
                // It was ended before it had begun.
                return Self::anew(asked, output, &settings.pace);
            }
            return Err(format!("No scan into {} is left to go on with.", output.display()));
        };
        let again = settings.again.ok_or("This page is that of one scan.")?;
        let mut options = (again.options)(&before, asked.passphrase.as_ref())?;
        options.all |= asked.all;
        options.command = before.command;
        let sources = match <[PathBuf; 1]>::try_from(before.sources) {
            Ok([before]) => vec![absolute(&asked.source).unwrap_or(before)],
            Err(several) => several,
        };
        if let Err(error) = sources::expand_unseen(&sources, Some(&output)) {
            return Err(words::failure(error.as_ref()));
        }
        Ok(Plan { sources, output, options: Options { resume: true, ..options } })
    }

    fn at(mut self, pace: &Pace) -> Self {
        if pace.limit().is_some() {
            self.options.pace = pace.clone();
        }
        if self.options.pace.limit().is_some() {
            // What comes slowly is looked at in small pieces, so that photos show soon.
            self.options.chunk_len = SMALL_CHUNK;
        }
        self.options.output = Some(self.output.clone());
        self
    }
}

/// The command line that does the same.
fn command(source: &Path, output: &Path, all: bool, limit: Option<u64>) -> Vec<String> {
    let text = |path: &Path| path.to_string_lossy().into_owned();
    let words = ["afterimage", "scan"].map(str::to_owned).into_iter();
    let mut words: Vec<String> = words.chain([text(source)]).collect();
    words.extend(["--output".to_owned(), text(output)]);
    if all {
        words.push("--all".to_owned());
    }
    if let Some(limit) = limit {
        words.extend(["--read-limit".to_owned(), limit.to_string()]);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_does_what_the_page_did() {
        let said = command(Path::new("/dev/sdb"), Path::new("out"), true, Some(1000));
        let said: Vec<&str> = said.iter().map(String::as_str).collect();
        let all = ["afterimage", "scan", "/dev/sdb", "--output", "out", "--all", "--read-limit"];
        assert_eq!(said[..7], all);
        assert_eq!(said[7], "1000");
    }
}

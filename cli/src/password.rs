//! Passwords of encrypted backups and volumes: from a file, from the environment, or typed; never from the command line, which
//! other users can see.

use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

use afterimage_engine::places::Passwords;
use anyhow::Context;
use zeroize::Zeroizing;

use crate::interrupt::{until_answered, while_asking};

/// The variable that may hold the password.
pub const VARIABLE: &str = "AFTERIMAGE_BACKUP_PASSWORD";

/// The longest password file, in bytes.
const LONGEST: usize = 64 << 10;

/// Wrong passwords that are typed before it ends.
pub const MOST_ATTEMPTS: u32 = 3;

/// Where passwords come from.
pub struct GivenPasswords {
    /// What a file or the environment gave.
    given: Option<Zeroizing<String>>,
    /// Whether somebody can be asked.
    can_ask: bool,
    /// Whether somebody sees how far it is.
    shows: bool,
}

impl GivenPasswords {
    /// The password in `file` (its first line), or that of the environment; where there is neither, and this is a
    /// terminal, somebody is asked when one is needed. Unless it is to be quiet, a terminal sees how far it is.
    ///
    /// # Errors
    ///
    /// When the file cannot be read or holds no password.
    pub fn new(file: Option<&Path>, is_quiet: bool) -> anyhow::Result<Self> {
        let given = match file {
            Some(file) => Some(read(file)?),
            None => {
                std::env::var(VARIABLE).ok().filter(|word| !word.is_empty()).map(Zeroizing::new)
            }
        };
        let can_ask = given.is_none() && io::stdin().is_terminal() && io::stderr().is_terminal();
        let shows = !is_quiet && io::stderr().is_terminal();
        Ok(GivenPasswords { given, can_ask, shows })
    }
}

/// What somebody types after `prompt`, which nobody sees.
///
/// # Errors
///
/// When this is no terminal.
pub fn ask(prompt: &str) -> io::Result<Zeroizing<String>> {
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Err(io::Error::other("nobody can be asked"));
    }
    let mut err = io::stderr();
    write!(err, "{prompt}")?;
    err.flush()?;
    until_answered(rpassword::read_password).map(Zeroizing::new)
}

/// The first line of a file.
///
/// # Errors
///
/// When the file cannot be read or holds no password.
pub fn read(path: &Path) -> anyhow::Result<Zeroizing<String>> {
    let path = PathBuf::from(path);
    let failed = || format!("cannot read the password in {}", path.display());
    let file = std::fs::File::open(&path).with_context(failed)?;
    // A buffer that grows leaves what it had behind: this one has room for more than is read.
    let mut bytes = Zeroizing::new(Vec::with_capacity(2 * LONGEST));
    file.take(LONGEST as u64).read_to_end(&mut bytes).with_context(failed)?;
    let text = std::str::from_utf8(&bytes).with_context(failed)?;
    let word = text.lines().next().unwrap_or_default();
    if word.is_empty() {
        anyhow::bail!(
            "cannot use the password in {}: its first line is empty; write the password there",
            path.display()
        );
    }
    Ok(Zeroizing::new(word.to_owned()))
}

impl Passwords for GivenPasswords {
    fn password(&self, title: &str, attempt: u32) -> Option<Zeroizing<String>> {
        if let Some(given) = &self.given {
            return (attempt == 0).then(|| given.clone());
        }
        if !self.can_ask || attempt >= MOST_ATTEMPTS {
            return None;
        }
        let mut err = io::stderr();
        let wrong = if attempt > 0 { "That is not its password. " } else { "" };
        let title = crate::text::plain(title);
        drop(write!(err, "{wrong}Password of {title} (Enter to go on without it): "));
        drop(err.flush());
        let typed = Zeroizing::new(while_asking(rpassword::read_password).ok()?);
        (!typed.is_empty()).then_some(typed)
    }

    fn trying(&self, _title: &str, share: f32) {
        if self.shows {
            let percent = (share.clamp(0.0, 1.0) * 100.0) as u32;
            let end = if share >= 1.0 { "\n" } else { "" };
            drop(write!(io::stderr(), "\rTrying the password: {percent:>3} %{end}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_the_first_line_of_its_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("password");
        std::fs::write(&path, "open sesame\r\nnot this\n").unwrap();
        let passwords = GivenPasswords::new(Some(&path), true).unwrap();
        let word = |attempt| passwords.password("a backup", attempt).map(|word| word.to_string());
        assert_eq!((word(0), word(1)), (Some("open sesame".to_owned()), None));
        std::fs::write(&path, "\n").unwrap();
        assert!(GivenPasswords::new(Some(&path), true).is_err());
        assert!(GivenPasswords::new(Some(&folder.path().join("none")), true).is_err());
    }
}

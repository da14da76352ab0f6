//! The options that open encrypted volumes: a key is typed or stands in a file, never on the command line, which other
//! users can see.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use afterimage_engine::source::unlock::{AnotherKey, Key, Keys};
use anyhow::{Context, bail};
use zeroize::Zeroizing;

use crate::{event, password};

/// The longest key file, in bytes: the same as of cryptsetup.
const LONGEST: u64 = 8 << 20;

/// What opens encrypted volumes.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Unlock {
    /// Ask for the passphrase of encrypted volumes, or their recovery key, and read them unlocked.
    ///
    /// LUKS (versions 1 and 2) and BitLocker (Windows 7 and later) are opened, where a source or a partition begins with
    /// one; nothing of them is copied or written to, and what else is on the disk is read as ever. Where no key fits,
    /// nothing is scanned. Keys are never written anywhere: verify, recover and --resume ask for them again.
    #[cfg(any(feature = "luks", feature = "bitlocker"))]
    #[arg(long)]
    unlock: bool,

    /// Unlock encrypted volumes with this key file of LUKS, all bytes of it, or this startup key (.BEK) of BitLocker; may be
    /// given several times.
    #[cfg(any(feature = "luks", feature = "bitlocker"))]
    #[arg(long, value_name = "FILE")]
    unlock_key_file: Vec<PathBuf>,

    /// Unlock encrypted volumes with the passphrase, the password or the recovery key in this file: its first line.
    #[cfg(any(feature = "luks", feature = "bitlocker"))]
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,

    /// What somebody has typed already, elsewhere than at a prompt.
    #[cfg(any(feature = "luks", feature = "bitlocker"))]
    #[arg(skip)]
    typed: Option<Key>,
}

#[cfg(any(feature = "luks", feature = "bitlocker"))]
impl Unlock {
    /// Whether anything is to be unlocked.
    pub fn is_asked(&self) -> bool {
        self.unlock || self.is_of_files()
    }

    /// Whether somebody has to type something.
    pub fn is_typed(&self) -> bool {
        self.unlock
    }

    /// Takes what somebody has typed already in place of a question.
    pub fn with_typed(&mut self, passphrase: Zeroizing<String>) {
        self.typed = Some(Key::Passphrase(passphrase));
    }

    fn is_of_files(&self) -> bool {
        !self.unlock_key_file.is_empty() || self.password_file.is_some()
    }

    /// Has the files that were named in `folder` lie there.
    pub fn typed_in(&mut self, folder: &Path) {
        let files = self.unlock_key_file.iter_mut().chain(&mut self.password_file);
        files.for_each(|file| *file = folder.join(&*file));
    }

    /// The keys; asks for what is to be typed.
    ///
    /// # Errors
    ///
    /// When a file cannot be read or holds no key, and when nobody is there to be asked.
    pub fn keys(&self) -> anyhow::Result<Keys> {
        let mut keys = Vec::new();
        for path in &self.unlock_key_file {
            keys.push(Key::File(key_file(path)?));
        }
        if let Some(path) = &self.password_file {
            keys.push(Key::Passphrase(password::read(path)?));
        }
        if let Some(typed) = &self.typed {
            keys.push(typed.clone());
            return Ok(Keys::new(keys));
        }
        if self.unlock {
            let typed = password::ask(QUESTION);
            let typed = typed.context(
                "cannot ask for the passphrase of the encrypted volumes, since this is no terminal; write it into a file, and \
                 name that with --password-file FILE in place of --unlock",
            )?;
            if typed.is_empty() {
                bail!("cannot unlock without a passphrase; type it, or leave out --unlock");
            }
            keys.push(Key::Passphrase(typed));
        }
        let keys = Keys::new(keys);
        Ok(if self.unlock { keys.or_ask(AskedAgain) } else { keys })
    }
}

/// What is asked for.
#[cfg(any(feature = "luks", feature = "bitlocker"))]
const QUESTION: &str = "Passphrase or recovery key of the encrypted volumes: ";

/// Asks again after a wrong passphrase, some times for each source.
#[cfg(any(feature = "luks", feature = "bitlocker"))]
struct AskedAgain;

#[cfg(any(feature = "luks", feature = "bitlocker"))]
impl AnotherKey for AskedAgain {
    fn another(&self, path: &Path, tries: u32) -> Option<Zeroizing<String>> {
        if tries >= password::MOST_ATTEMPTS {
            return None;
        }
        let path = path.display();
        let note = format!("afterimage: note: that opens no encrypted volume of {path}; try again");
        // Where stderr is closed nobody looks.
        drop(writeln!(event::stderr(), "{note}"));
        password::ask(QUESTION).ok().filter(|typed| !typed.is_empty())
    }
}

#[cfg(not(any(feature = "luks", feature = "bitlocker")))]
impl Unlock {
    /// Whether anything is to be unlocked.
    pub fn is_asked(&self) -> bool {
        false
    }

    /// Whether somebody has to type something.
    pub fn is_typed(&self) -> bool {
        false
    }

    /// Has the files that were named in `folder` lie there.
    pub fn typed_in(&mut self, _folder: &Path) {}

    /// Nothing is to be unlocked.
    pub fn with_typed(&mut self, _passphrase: Zeroizing<String>) {}

    /// No keys.
    ///
    /// # Errors
    ///
    /// None.
    pub fn keys(&self) -> anyhow::Result<Keys> {
        Ok(Keys::default())
    }
}

/// All bytes of a key file.
#[cfg(any(feature = "luks", feature = "bitlocker"))]
fn key_file(path: &Path) -> anyhow::Result<Zeroizing<Vec<u8>>> {
    let failed = || format!("cannot read the key file {}", path.display());
    // What a vector leaves when it grows is not wiped.
    let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST as usize + 1));
    let file = File::open(path).with_context(failed)?;
    file.take(LONGEST + 1).read_to_end(&mut bytes).with_context(failed)?;
    match bytes.len() as u64 {
        0 => bail!("cannot use the key file {}: it is empty; name another one", path.display()),
        len if len > LONGEST => bail!(
            "cannot use the key file {}: it is longer than {}; name another one",
            path.display(),
            crate::text::bytes(LONGEST)
        ),
        _ => Ok(bytes),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    #[cfg(any(feature = "luks", feature = "bitlocker"))]
    fn keys_come_from_files_as_they_are() {
        use super::*;

        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        std::fs::write(path("key"), b"\x00raw\n").unwrap();
        std::fs::write(path("word"), "open sesame\nmore\n").unwrap();
        std::fs::write(path("empty"), "").unwrap();
        let mut unlock = Unlock {
            unlock_key_file: vec!["key".into()],
            password_file: Some("word".into()),
            ..Unlock::default()
        };
        assert!(unlock.keys().is_err());
        unlock.typed_in(folder.path());
        assert!(unlock.is_asked() && !unlock.is_typed() && !unlock.keys().unwrap().is_empty());
        assert_eq!(**key_file(&path("key")).unwrap(), b"\x00raw\n"[..]);
        for wrong in ["empty", "none"] {
            let unlock = Unlock { unlock_key_file: vec![path(wrong)], ..Unlock::default() };
            assert!(unlock.keys().is_err(), "{wrong}");
        }
        assert!(!Unlock::default().is_asked());
    }
}

//! The keys of an encrypted backup, by asking for its password.

use super::crypto::{ClassKeys, Keybag, KeybagFault, Locked};
use crate::places::place::Context;

/// Passwords that are tried on one backup.
const MOST_ATTEMPTS: u32 = 20;

/// Why a backup stays encrypted.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StillLocked {
    /// There is no keybag.
    #[error("it is encrypted, and its keybag is lost (Manifest.plist): nothing can decrypt it")]
    NoKeybag,
    /// The keybag is of no use.
    #[error("it is encrypted, and {0}: it cannot be decrypted")]
    Keybag(#[from] KeybagFault),
    /// Nobody gave a password.
    #[error("it is encrypted, and no password was given")]
    NoPassword,
    /// The last password that was given is wrong.
    #[error("the password is wrong")]
    WrongPassword,
    /// Somebody stopped it.
    #[error("it was stopped before its password was tried")]
    Stopped,
}

/// Asks for the password of what `title` names until one opens its keybag, or there are no more.
pub fn unlock(
    keybag: Option<&[u8]>,
    title: &str,
    context: &Context<'_>,
) -> Result<ClassKeys, StillLocked> {
    let keybag = Keybag::parse(keybag.ok_or(StillLocked::NoKeybag)?)?;
    for attempt in 0..MOST_ATTEMPTS {
        if context.progress.stopped() {
            return Err(StillLocked::Stopped);
        }
        let Some(password) = context.passwords.password(title, attempt) else {
            return Err(match attempt {
                0 => StillLocked::NoPassword,
                _ => StillLocked::WrongPassword,
            });
        };
        let mut watch = |share| {
            context.passwords.trying(title, share);
            !context.progress.stopped()
        };
        match ClassKeys::unlock(&keybag, &password, &mut watch) {
            Ok(keys) => return Ok(keys),
            Err(Locked::Stopped) => return Err(StillLocked::Stopped),
            Err(Locked::WrongPassword) => {}
        }
    }
    Err(StillLocked::WrongPassword)
}

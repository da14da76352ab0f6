//! Startup keys: files that end in `.BEK`, with one external key.

use zeroize::Zeroizing;

use super::entry::{entries, first, purpose, u32_at, value};

/// Bytes before the entries.
const HEADER: usize = 48;

/// Bytes of an external key before the entries in it: its identifier, and when it was made.
const EXTERNAL: usize = 24;

/// The identifier of the key in a file, and the key; nothing where it is another file.
pub(super) fn key(file: &[u8]) -> Option<([u8; 16], Zeroizing<Vec<u8>>)> {
    let size = u32_at(file, 0) as usize;
    let listed = entries(file.get(HEADER..size)?).ok()?;
    let external = listed.iter().find(|entry| {
        (entry.purpose, entry.value) == (purpose::STARTUP_KEY, value::EXTERNAL_KEY)
    })?;
    let identifier = external.data.get(..16)?.try_into().ok()?;
    let inside = entries(external.data.get(EXTERNAL..)?).ok()?;
    let key = first(&inside, value::KEY)?.get(4..)?;
    Some((identifier, Zeroizing::new(key.to_vec())))
}

//! Opening the encrypted volumes of sources, with the keys that were given.

use std::path::Path;

use afterimage_signatures::Bytes;

use super::source_job::GivenSource;
use crate::control::error::Error;
use crate::control::progress::Stop;
use crate::output::report::ReportSource;
use crate::output::words;
use crate::source::Source;
use crate::source::unlock::{self, EncryptedVolume, Keys, LockedWhy, can_unlock};
use crate::volumes::encrypted_volumes;

/// What is said of sources in which there is nothing to be unlocked.
const NOTHING: &str = "no encrypted volume begins there, or in a partition of it, that can be opened here; leave out the key";

/// The sources with their encrypted volumes open, as far as the keys fit. One of several need not have any.
pub(super) fn unlocked_all(
    sources: Vec<GivenSource>,
    keys: &Keys,
    stop: &Stop,
) -> Vec<GivenSource> {
    if keys.is_empty() {
        return sources;
    }
    let lenient = keys.lenient();
    let open = |(path, source): GivenSource| {
        let source = source.and_then(|source| unlocked(source, &lenient, stop));
        (path, source)
    };
    let sources: Vec<GivenSource> = sources.into_iter().map(open).collect();
    let is_encrypted = |(_, source): &GivenSource| match source {
        Ok(source) => !source.unlocked().is_empty(),
        Err(error) => matches!(error, Error::Locked { .. }),
    };
    if keys.is_lenient() || stop.is_over() || sources.iter().any(is_encrypted) {
        return sources;
    }
    let refused = |(path, source): GivenSource| {
        let source = source.and_then(|source| Err(locked(source.path(), NOTHING.to_owned())));
        (path, source)
    };
    sources.into_iter().map(refused).collect()
}

/// The source with its encrypted volumes open, as far as the keys fit.
///
/// # Errors
///
/// [`Error::Locked`] when none is opened, unless the keys are for others, too.
pub(super) fn unlocked(
    source: Box<dyn Source>,
    keys: &Keys,
    stop: &Stop,
) -> Result<Box<dyn Source>, Error> {
    if keys.is_empty() || source.is_of_files() {
        return Ok(source);
    }
    let mut volumes = encrypted_volumes(&*source as &dyn Bytes);
    volumes.retain(|volume| can_unlock(volume.kind));
    if stop.is_over() || volumes.is_empty() && keys.is_lenient() {
        return Ok(source);
    }
    let path = source.path().to_path_buf();
    if volumes.is_empty() {
        return Err(locked(&path, NOTHING.to_owned()));
    }
    match unlock::unlock(source, &volumes, keys, stop) {
        Ok(open) => Ok(Box::new(open)),
        Err(all) => {
            let told: Vec<String> = all.iter().map(|(volume, why)| told(volume, why)).collect();
            Err(Error::Locked { path, why: told.join("; ") })
        }
    }
}

/// The source of a report, with the volumes open that were open when it was scanned.
///
/// # Errors
///
/// [`Error::Locked`] when the keys do not open all of them.
pub(super) fn unlocked_as_before(
    source: Box<dyn Source>,
    known: &ReportSource,
    keys: &Keys,
    stop: &Stop,
) -> Result<Box<dyn Source>, Error> {
    let Some(first) = known.unlocked.first() else { return Ok(source) };
    let path = source.path().to_path_buf();
    if keys.is_empty() {
        let (name, at) = (words::file_system(&first.kind), first.offset);
        let why = format!(
            "when it was scanned, its {name} volume at {at:#x} was; give its key again, with --unlock, --unlock-key-file or \
             --password-file"
        );
        return Err(locked(&path, why));
    }
    let source = unlocked(source, keys, stop)?;
    let is_open = |at: u64| source.unlocked().iter().any(|open| open.span.at == at);
    match known.unlocked.iter().find(|before| !is_open(before.offset)) {
        Some(closed) if !stop.is_over() => {
            let (name, at) = (words::file_system(&closed.kind), closed.offset);
            let why = format!(
                "no key that was given opens its {name} volume at {at:#x}, as one did when it was scanned"
            );
            Err(Error::Locked { path, why })
        }
        _ => Ok(source),
    }
}

/// Refuses keys where no source of a report was unlocked.
pub(super) fn refuse_needless<'r>(
    keys: &Keys,
    mut known: impl Iterator<Item = &'r ReportSource> + Clone,
) -> Result<(), Error> {
    let Some(first) = known.clone().next().filter(|_| !keys.is_empty()) else { return Ok(()) };
    if known.any(|source| !source.unlocked.is_empty()) {
        return Ok(());
    }
    let why = "nothing of it was unlocked when it was scanned; leave out the key".to_owned();
    Err(locked(Path::new(&first.path), why))
}

fn locked(path: &Path, why: String) -> Error {
    Error::Locked { path: path.to_path_buf(), why }
}

/// What is said of a volume that stays closed.
fn told(volume: &EncryptedVolume, why: &LockedWhy) -> String {
    let name = words::file_system(volume.kind);
    match volume.partition {
        Some(number) => format!("its {name} volume in partition {number}: {why}"),
        None => format!("its {name} volume at {:#x}: {why}", volume.span.at),
    }
}

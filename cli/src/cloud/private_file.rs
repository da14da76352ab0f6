//! Files that only the user can read.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use super::failure::Failure;

/// The longest such file, in bytes.
const LONGEST: u64 = 64 << 10;

/// Names that are tried for a new file beside the old one.
const MOST_NAMES: u32 = 16;

/// What a file holds; nothing where there is none.
///
/// # Errors
///
/// When others than its owner can read or write it: what it holds is then no secret any more. On Windows the
/// rights are those of the user's own folder and are not looked at.
pub fn read(path: &Path) -> Result<Option<Vec<u8>>, Failure> {
    let cannot = |why: &dyn std::fmt::Display| {
        Failure::other(format!("cannot read {}: {why}", path.display()))
    };
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(cannot(&error)),
    };
    let metadata = file.metadata().map_err(|error| cannot(&error))?;
    if !metadata.is_file() {
        return Err(cannot(&"it is no regular file"));
    }
    if is_open_to_others(&metadata) {
        return Err(Failure::other(format!(
            "cannot use {}: others than you can read or write it; if you trust what is in it, close it \
             with `chmod 600`, or remove it and consent again",
            path.display()
        )));
    }
    let mut bytes = Vec::new();
    file.take(LONGEST + 1).read_to_end(&mut bytes).map_err(|error| cannot(&error))?;
    if bytes.len() as u64 > LONGEST {
        return Err(cannot(&"it is too long"));
    }
    Ok(Some(bytes))
}

#[cfg(unix)]
fn is_open_to_others(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    metadata.mode() & 0o077 != 0
}

#[cfg(not(unix))]
fn is_open_to_others(_: &fs::Metadata) -> bool {
    false
}

/// Writes a file, in place of the old one: whoever looks finds the one or the other, whole.
///
/// # Errors
///
/// When it cannot be written.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let cannot =
        |error: io::Error| Failure::other(format!("cannot write {}: {error}", path.display()));
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        make_folder(folder).map_err(cannot)?;
    }
    let (mut file, beside) = create_beside(path).map_err(cannot)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    drop(file);
    written.and_then(|()| fs::rename(&beside, path)).map_err(|error| {
        drop(fs::remove_file(&beside));
        cannot(error)
    })
}

fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// A new file in the folder of another, which nobody else had in hand before.
fn create_beside(path: &Path) -> io::Result<(File, PathBuf)> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let name = path.file_name().ok_or(ErrorKind::InvalidInput)?.to_string_lossy();
    let mut last = io::Error::from(ErrorKind::AlreadyExists);
    for count in 0..MOST_NAMES {
        let beside = path.with_file_name(format!(".{name}-{}-{count}.new", std::process::id()));
        match options.open(&beside) {
            Ok(file) => return Ok((file, beside)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => last = error,
            Err(error) => return Err(error),
        }
    }
    Err(last)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::{MetadataExt, PermissionsExt};

    #[test]
    fn what_is_written_is_for_its_owner_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("settings/tokens.json");
        assert_eq!(read(&path).unwrap(), None);
        for text in [&b"one"[..], b"two"] {
            write(&path, text).unwrap();
            assert_eq!(read(&path).unwrap().as_deref(), Some(text));
        }
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(fs::metadata(path.parent().unwrap()).unwrap().mode() & 0o777, 0o700);
        assert_eq!(fs::read_dir(path.parent().unwrap()).unwrap().count(), 1);
    }

    #[test]
    fn what_others_can_read_or_write_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokens.json");
        write(&path, b"{}").unwrap();
        for mode in [0o640, 0o604, 0o620, 0o666] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let said = read(&path).unwrap_err().to_string();
            assert!(said.contains("others than you") && said.contains("chmod 600"), "{said}");
        }
        assert!(read(folder.path()).is_err(), "a folder");
    }

    #[test]
    fn a_file_without_end_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tokens.json");
        write(&path, &vec![b' '; LONGEST as usize + 1]).unwrap();
        assert!(read(&path).unwrap_err().to_string().contains("too long"));
    }
}

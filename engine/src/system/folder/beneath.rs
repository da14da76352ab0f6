//! Opening what lies below a folder that is open, through no link and onto no other mount.
//!
//! Linux does it in one step (openat2(2), since 5.6). Elsewhere the path is walked, one open folder after
//! the other, none of them through a link and all on one device.

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Component, Path};

use rustix::fs::{CWD, Mode, OFlags, fstat, openat};
use rustix::io::Errno;

/// What is open is not handed to programs that are started, and is no terminal of ours.
const ALWAYS: OFlags = OFlags::CLOEXEC.union(OFlags::NOFOLLOW).union(OFlags::NOCTTY);

/// The mode of new files, before the user's mask.
const MODE: Mode = Mode::from_raw_mode(0o666);

/// Opens `path` below `folder`.
pub(super) fn open(folder: BorrowedFd<'_>, path: &Path, flags: OFlags) -> io::Result<OwnedFd> {
    let mode = if flags.contains(OFlags::CREATE) { MODE } else { Mode::empty() };
    let opened = match at_once(folder, path, flags | ALWAYS, mode) {
        Some(opened) => opened,
        None => walked(folder, path, flags | ALWAYS, mode, OneDevice::Yes),
    };
    opened.map_err(told)
}

/// Opens the folder at the absolute `path`, none of whose components may be a link.
pub(super) fn open_root(path: &Path) -> io::Result<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | ALWAYS;
    let opened = match root_at_once(path, flags) {
        Some(opened) => opened,
        None => openat(CWD, "/", flags, Mode::empty()).and_then(|root| {
            let below = path.strip_prefix("/").unwrap_or(path);
            walked(root.as_fd(), below, flags, Mode::empty(), OneDevice::No)
        }),
    };
    opened.map_err(told)
}

/// Opens the regular file at `path` for reading; a link in its place is not followed, and a pipe not
/// waited for.
///
/// # Errors
///
/// When it cannot be opened, and when it is no regular file.
pub fn open_regular(path: &Path) -> io::Result<File> {
    let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits();
    let file = File::options().read(true).custom_flags(flags as i32).open(path)?;
    if file.metadata()?.is_file() {
        Ok(file)
    } else {
        Err(io::Error::other("it is no regular file"))
    }
}

/// So often a name may be changed by somebody while the system looks at it (openat2(2), `EAGAIN`).
#[cfg(any(target_os = "linux", target_os = "android"))]
const MOST_RACES: u32 = 64;

#[cfg(any(target_os = "linux", target_os = "android"))]
fn at_once(
    folder: BorrowedFd<'_>,
    path: &Path,
    flags: OFlags,
    mode: Mode,
) -> Option<rustix::io::Result<OwnedFd>> {
    use rustix::fs::ResolveFlags;

    let resolve = ResolveFlags::BENEATH
        | ResolveFlags::NO_SYMLINKS
        | ResolveFlags::NO_MAGICLINKS
        | ResolveFlags::NO_XDEV;
    known(|| rustix::fs::openat2(folder, path, flags, mode, resolve))
}

#[cfg(any(target_os = "linux", target_os = "android"))]
fn root_at_once(path: &Path, flags: OFlags) -> Option<rustix::io::Result<OwnedFd>> {
    use rustix::fs::ResolveFlags;

    let resolve = ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
    known(|| rustix::fs::openat2(CWD, path, flags, Mode::empty(), resolve))
}

/// What the system says; nothing where it does not know the call, or a sandbox denies it.
#[cfg(any(target_os = "linux", target_os = "android"))]
fn known(open: impl Fn() -> rustix::io::Result<OwnedFd>) -> Option<rustix::io::Result<OwnedFd>> {
    let mut opened = open();
    for _ in 0..MOST_RACES {
        if !matches!(opened, Err(Errno::AGAIN | Errno::INTR)) {
            break;
        }
        opened = open();
    }
    match opened {
        Err(Errno::NOSYS | Errno::PERM) => None,
        opened => Some(opened),
    }
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn at_once(_: BorrowedFd<'_>, _: &Path, _: OFlags, _: Mode) -> Option<rustix::io::Result<OwnedFd>> {
    None
}

#[cfg(not(any(target_os = "linux", target_os = "android")))]
fn root_at_once(_: &Path, _: OFlags) -> Option<rustix::io::Result<OwnedFd>> {
    None
}

/// Whether all that a walk comes through must lie on the device that it begins on.
#[derive(Clone, Copy, PartialEq, Eq)]
enum OneDevice {
    Yes,
    No,
}

/// The same, component by component.
fn walked(
    folder: BorrowedFd<'_>,
    path: &Path,
    flags: OFlags,
    mode: Mode,
    one_device: OneDevice,
) -> rustix::io::Result<OwnedFd> {
    let device = fstat(folder)?.st_dev;
    let through = OFlags::RDONLY | OFlags::DIRECTORY | ALWAYS;
    let mut components = path.components().peekable();
    let mut at = openat(folder, ".", through, Mode::empty())?;
    while let Some(component) = components.next() {
        let Component::Normal(name) = component else {
            return Err(Errno::XDEV);
        };
        let is_last = components.peek().is_none();
        let (flags, mode) = if is_last { (flags, mode) } else { (through, Mode::empty()) };
        at = openat(&at, name, flags, mode)?;
        if flags.contains(OFlags::DIRECTORY)
            && one_device == OneDevice::Yes
            && fstat(&at)?.st_dev != device
        {
            return Err(Errno::XDEV);
        }
    }
    Ok(at)
}

/// What keeps something from being opened, in words that say what stands there.
fn told(error: Errno) -> io::Error {
    match error {
        Errno::LOOP => io::Error::other("a link stands there, and no link is followed"),
        Errno::XDEV => io::Error::other("another disk or folder is mounted there"),
        error => error.into(),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;

    /// Both ways say the same of what may be opened and what may not.
    #[test]
    fn nothing_is_opened_through_a_link_or_above_the_folder() {
        let home = tempfile::tempdir().unwrap();
        let home = fs::canonicalize(home.path()).unwrap();
        fs::create_dir_all(home.join("out/real/deep")).unwrap();
        fs::write(home.join("out/real/deep/file"), "inside").unwrap();
        fs::write(home.join("secret"), "outside").unwrap();
        symlink("real", home.join("out/link")).unwrap();
        symlink(home.join("secret"), home.join("out/real/stolen")).unwrap();
        let out = open_root(&home.join("out")).unwrap();
        for (path, is_open) in [
            ("real/deep/file", true),
            ("real/deep", true),
            ("link/deep/file", false),
            ("link", false),
            ("real/stolen", false),
            ("real/../../secret", false),
            ("../secret", false),
            ("real/none", false),
        ] {
            let path = Path::new(path);
            assert_eq!(open(out.as_fd(), path, OFlags::RDONLY).is_ok(), is_open, "{path:?}");
            let flags = OFlags::RDONLY | ALWAYS;
            let walked = walked(out.as_fd(), path, flags, Mode::empty(), OneDevice::Yes);
            assert_eq!(walked.is_ok(), is_open, "{path:?}");
        }
        let absolute = home.join("secret");
        assert!(open(out.as_fd(), &absolute, OFlags::RDONLY).is_err());
        assert!(open_root(&home.join("out/link")).is_err());
        assert!(open_root(&home.join("out/link/deep")).is_err());
    }

    #[test]
    fn a_regular_file_is_read_and_nothing_else_is() {
        let home = tempfile::tempdir().unwrap();
        let file = home.path().join("file");
        fs::write(&file, "x").unwrap();
        symlink("file", home.path().join("link")).unwrap();
        assert!(open_regular(&file).is_ok());
        for other in ["link", ".", "none"] {
            assert!(open_regular(&home.path().join(other)).is_err(), "{other}");
        }
    }
}

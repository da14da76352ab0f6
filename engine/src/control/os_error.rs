//! What the numbers mean by which systems tell failures: each system has its own.

use std::io;

/// A drive or reader has nothing in it.
#[cfg(any(target_os = "linux", target_os = "android"))]
const NO_MEDIUM: &[i32] = &[libc::ENOMEDIUM];
#[cfg(windows)]
const NO_MEDIUM: &[i32] = &[code::ERROR_NOT_READY as i32, code::ERROR_NO_MEDIA_IN_DRIVE as i32];
#[cfg(not(any(target_os = "linux", target_os = "android", windows)))]
const NO_MEDIUM: &[i32] = &[];

/// A device is not there any more.
#[cfg(unix)]
const DEVICE_GONE: &[i32] = &[libc::ENODEV, libc::ENXIO, libc::ENOTCONN];
#[cfg(windows)]
const DEVICE_GONE: &[i32] = &[
    code::ERROR_DEV_NOT_EXIST as i32,
    code::ERROR_NO_SUCH_DEVICE as i32,
    code::ERROR_DEVICE_NOT_CONNECTED as i32,
    code::ERROR_DEVICE_REMOVED as i32,
];

/// The program behind a file, or the other machine, is not there any more.
#[cfg(unix)]
const SERVER_GONE: &[i32] = &[libc::ECONNABORTED, libc::ESHUTDOWN];
#[cfg(windows)]
const SERVER_GONE: &[i32] = &[
    code::ERROR_BAD_NETPATH as i32,
    code::ERROR_UNEXP_NET_ERR as i32,
    code::ERROR_NETNAME_DELETED as i32,
    code::ERROR_CONNECTION_ABORTED as i32,
];

#[cfg(windows)]
use windows_sys::Win32::Foundation as code;

/// Whether an I/O error says that a drive or reader has nothing in it.
pub(crate) fn is_without_medium(error: &io::Error) -> bool {
    is_one_of(error, NO_MEDIUM)
}

/// Whether an I/O error says that a device is not there any more.
pub(crate) fn is_device_gone(error: &io::Error) -> bool {
    is_one_of(error, DEVICE_GONE)
}

/// Whether an I/O error says that what serves a file is not there any more.
pub(crate) fn is_server_gone(error: &io::Error) -> bool {
    is_one_of(error, SERVER_GONE)
}

fn is_one_of(error: &io::Error, codes: &[i32]) -> bool {
    error.raw_os_error().is_some_and(|code| codes.contains(&code))
}

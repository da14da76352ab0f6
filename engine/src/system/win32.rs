//! Calls of Windows that the standard library does not make, each behind a safe function.
//!
//! Checked by a compiler; they never ran on Windows.
#![expect(unsafe_code, reason = "no crate that is at hand makes these calls")]

use std::ffi::OsString;
use std::fs::File;
use std::io;
use std::os::windows::ffi::{OsStrExt, OsStringExt};
use std::os::windows::io::AsRawHandle;
use std::path::{Path, PathBuf};
use std::ptr;

use windows_sys::Win32::Storage::FileSystem::{
    BY_HANDLE_FILE_INFORMATION, GetDiskFreeSpaceExW, GetFileInformationByHandle,
    GetVolumeInformationW, GetVolumeNameForVolumeMountPointW, GetVolumePathNameW, MoveFileExW,
};
use windows_sys::Win32::System::IO::DeviceIoControl;
use windows_sys::Win32::System::Ioctl::{
    DISK_GEOMETRY, FSCTL_ALLOW_EXTENDED_DASD_IO, GET_LENGTH_INFORMATION,
    IOCTL_DISK_GET_DRIVE_GEOMETRY, IOCTL_DISK_GET_LENGTH_INFO, IOCTL_STORAGE_GET_DEVICE_NUMBER,
    STORAGE_DEVICE_NUMBER,
};
use windows_sys::Win32::System::SystemServices::FILE_READ_ONLY_VOLUME;

/// Letters of the longest path (Microsoft, "Maximum Path Length Limitation").
const LONGEST_PATH: usize = 32_768;

/// Letters of the longest name of a file system, with room: `MAX_PATH + 1`.
const LONGEST_NAME: usize = 261;

/// The serial number of the volume of an open file or folder, and its index there.
pub(crate) fn file_numbers(file: &File) -> io::Result<(u64, u64)> {
    let mut known = BY_HANDLE_FILE_INFORMATION::default();
    // SAFETY: The handle is open, and `known` has room for what is written to it.
    done(unsafe { GetFileInformationByHandle(file.as_raw_handle(), &mut known) })?;
    let index = u64::from(known.nFileIndexHigh) << 32 | u64::from(known.nFileIndexLow);
    Ok((u64::from(known.dwVolumeSerialNumber), index))
}

/// Gives the file at `from` the path `to`, on the same volume.
///
/// # Errors
///
/// [`io::ErrorKind::AlreadyExists`] when something is there.
pub(crate) fn move_to_new(from: &Path, to: &Path) -> io::Result<()> {
    let (from, to) = (wide(from)?, wide(to)?);
    // SAFETY: Both are texts that end with a zero. No flag is set, so that nothing is replaced or copied.
    done(unsafe { MoveFileExW(from.as_ptr(), to.as_ptr(), 0) })
}

/// Bytes that are free for us on the volume of the existing `folder`.
pub(crate) fn free_space(folder: &Path) -> io::Result<u64> {
    let folder = wide(folder)?;
    let mut free = 0;
    // SAFETY: The path ends with a zero, `free` takes one number, and two may be left out.
    done(unsafe {
        GetDiskFreeSpaceExW(folder.as_ptr(), &mut free, ptr::null_mut(), ptr::null_mut())
    })?;
    Ok(free)
}

/// The folder at which the volume is mounted that holds the existing `path`, such as `C:\`.
pub(crate) fn mount_point(path: &Path) -> io::Result<PathBuf> {
    let path = wide(path)?;
    let mut point = vec![0; LONGEST_PATH];
    // SAFETY: The path ends with a zero, and no more letters are written than `point` has.
    done(unsafe { GetVolumePathNameW(path.as_ptr(), point.as_mut_ptr(), LONGEST_PATH as u32) })?;
    Ok(PathBuf::from(text(&point)))
}

/// The device of the volume that is mounted at `point`, which ends with `\`: a path that can be opened.
pub(crate) fn volume_at(point: &Path) -> io::Result<PathBuf> {
    let point = wide(point)?;
    let mut name = [0; LONGEST_NAME];
    // SAFETY: The path ends with a zero, and no more letters are written than `name` has.
    done(unsafe {
        GetVolumeNameForVolumeMountPointW(point.as_ptr(), name.as_mut_ptr(), LONGEST_NAME as u32)
    })?;
    // With what it ends with, it is the folder at the root of the volume.
    let name = text(&name).to_string_lossy().trim_end_matches('\\').to_owned();
    Ok(PathBuf::from(name))
}

/// What a volume says of its file system.
pub(crate) struct FileSystem {
    /// Its type, such as `NTFS`, `FAT32` or `exFAT`.
    pub(crate) name: String,
    /// The serial number of the volume.
    pub(crate) serial: u32,
    /// Whether nothing is written to it.
    pub(crate) is_read_only: bool,
}

/// The file system that is mounted at `point`, which ends with `\`.
pub(crate) fn file_system(point: &Path) -> io::Result<FileSystem> {
    let point = wide(point)?;
    let mut name = [0; LONGEST_NAME];
    let (mut serial, mut flags) = (0, 0);
    // SAFETY: The path ends with a zero, no more letters are written than `name` has, `serial` and `flags`
    // take one number each, and the label and the longest component may be left out.
    done(unsafe {
        GetVolumeInformationW(
            point.as_ptr(),
            ptr::null_mut(),
            0,
            &mut serial,
            ptr::null_mut(),
            &mut flags,
            name.as_mut_ptr(),
            LONGEST_NAME as u32,
        )
    })?;
    let name = text(&name).to_string_lossy().into_owned();
    Ok(FileSystem { name, serial, is_read_only: flags & FILE_READ_ONLY_VOLUME != 0 })
}

/// Length in bytes of the open device: a disk or a volume.
pub(crate) fn device_len(device: &File) -> io::Result<u64> {
    // SAFETY: This is what the request answers with.
    let known: GET_LENGTH_INFORMATION = unsafe { ask(device, IOCTL_DISK_GET_LENGTH_INFO) }?;
    u64::try_from(known.Length).map_err(|_| io::ErrorKind::InvalidData.into())
}

/// Bytes of a logical sector of the open device.
pub(crate) fn sector_size(device: &File) -> io::Result<u32> {
    // SAFETY: This is what the request answers with.
    let known: DISK_GEOMETRY = unsafe { ask(device, IOCTL_DISK_GET_DRIVE_GEOMETRY) }?;
    Ok(known.BytesPerSector)
}

/// By which numbers the system knows a disk and what lies on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DeviceNumber {
    /// The kind of the device and its number among those.
    pub(crate) disk: (u32, u32),
    /// The number of the partition; nothing for all of the disk.
    pub(crate) partition: Option<u32>,
}

/// The numbers of the open disk or volume. A volume that lies on several disks has none.
pub(crate) fn device_number(device: &File) -> io::Result<DeviceNumber> {
    // SAFETY: This is what the request answers with.
    let known: STORAGE_DEVICE_NUMBER = unsafe { ask(device, IOCTL_STORAGE_GET_DEVICE_NUMBER) }?;
    let STORAGE_DEVICE_NUMBER { DeviceType, DeviceNumber, PartitionNumber } = known;
    // All of a disk is its partition 0, and what cannot have partitions has -1.
    let partition =
        (PartitionNumber != 0 && PartitionNumber != u32::MAX).then_some(PartitionNumber);
    Ok(self::DeviceNumber { disk: (DeviceType, DeviceNumber), partition })
}

/// Lets all of the open volume be read, also what lies after the end of its file system. Other devices let
/// themselves be read to their end and refuse this.
pub(crate) fn read_to_end_of_volume(device: &File) {
    let mut len = 0;
    // SAFETY: The request takes nothing and answers nothing; `len` takes one number.
    let _ = unsafe {
        DeviceIoControl(
            device.as_raw_handle(),
            FSCTL_ALLOW_EXTENDED_DASD_IO,
            ptr::null(),
            0,
            ptr::null_mut(),
            0,
            &mut len,
            ptr::null_mut(),
        )
    };
}

/// Asks a device a question that takes nothing.
///
/// # Safety
///
/// `A` is the plain structure that `request` answers with.
unsafe fn ask<A: Copy + Default>(device: &File, request: u32) -> io::Result<A> {
    let mut answer = A::default();
    let size = size_of::<A>() as u32;
    let mut len = 0;
    // SAFETY: The handle is open, `answer` has as many bytes as are said, and whoever calls says that
    // whatever is written to them is an `A`.
    done(unsafe {
        DeviceIoControl(
            device.as_raw_handle(),
            request,
            ptr::null(),
            0,
            ptr::from_mut(&mut answer).cast(),
            size,
            &mut len,
            ptr::null_mut(),
        )
    })?;
    if len < size { Err(io::ErrorKind::InvalidData.into()) } else { Ok(answer) }
}

/// A path as Windows takes it: with a zero at its end.
fn wide(path: &Path) -> io::Result<Vec<u16>> {
    let mut letters: Vec<u16> = path.as_os_str().encode_wide().collect();
    if letters.contains(&0) {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    letters.push(0);
    Ok(letters)
}

/// A text up to the zero at its end.
fn text(letters: &[u16]) -> OsString {
    let end = letters.iter().position(|letter| *letter == 0).unwrap_or(letters.len());
    OsString::from_wide(&letters[..end])
}

/// What a call came to: 0 says that it failed.
fn done(returned: i32) -> io::Result<()> {
    match returned {
        0 => Err(io::Error::last_os_error()),
        _ => Ok(()),
    }
}

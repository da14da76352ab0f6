//! The table of mounts, for file systems whose files name no device.
//!
//! Btrfs, overlays and others give their files a device number that no device has; what they
//! are mounted from says where they lie (proc_pid_mountinfo(5)).

use std::ffi::{OsStr, OsString};
use std::fs;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

use super::block_device::BlockDevice;
use super::mount::Mount;

impl Mount {
    /// The device that is mounted, where it is one.
    pub fn device(&self) -> Option<PathBuf> {
        let path = PathBuf::from(&self.source);
        let is_device = fs::metadata(&path).is_ok_and(|found| found.file_type().is_block_device());
        is_device.then_some(path)
    }

    /// Whether a program makes the file system, out of what it has open itself (fuse(4)).
    pub(super) fn is_served(&self) -> bool {
        self.file_system == "fuse" || self.file_system.starts_with("fuse.")
    }

    /// The images and folders that it is made from, where it names them by absolute paths: several are
    /// parted by `:`, as the machine and the path of a remote folder are.
    pub(super) fn shown(&self) -> Vec<PathBuf> {
        let names = self.source.as_bytes().split(|byte| *byte == b':');
        let names: Vec<PathBuf> =
            names.map(|name| PathBuf::from(OsStr::from_bytes(name))).collect();
        let whole = PathBuf::from(&self.source);
        match names.iter().all(|name| name.is_absolute()) {
            true => names.into_iter().chain([whole]).collect(),
            false => vec![whole],
        }
    }
}

/// The mount that holds the resolved path `path`, of the text of `/proc/self/mountinfo`.
pub(super) fn holding(table: &[u8], path: &Path) -> Option<Mount> {
    all(table)
        .filter(|mount| path.starts_with(&mount.point))
        // Of several mounts on one point the last hides the others, and `max_by_key` takes it.
        .max_by_key(|mount| mount.point.as_os_str().len())
}

/// All mounts of the text of `/proc/self/mountinfo`, in its order.
pub(super) fn all(table: &[u8]) -> impl Iterator<Item = Mount> {
    table.split(|byte| *byte == b'\n').filter_map(parse)
}

fn parse(line: &[u8]) -> Option<Mount> {
    let mut fields = line.split(|byte| *byte == b' ');
    let number = BlockDevice::parse(str::from_utf8(fields.nth(2)?).ok()?)?;
    let point = PathBuf::from(unescape(fields.nth(1)?));
    // Optional fields follow the options of the mount, up to a hyphen.
    fields.find(|field| *field == b"-")?;
    let file_system = String::from_utf8_lossy(fields.next()?).into_owned();
    let source = unescape(fields.next()?);
    let options = fields.next()?;
    let mut options = options.split(|byte| *byte == b',');
    let is_set = |name: &[u8]| options.clone().any(|option| option == name);
    let (is_read_only, has_discard) = (is_set(b"ro"), is_set(b"discard"));
    let upper = options
        .find_map(|option| option.strip_prefix(b"upperdir="))
        .map(|upper| PathBuf::from(unescape(upper)));
    Some(Mount { point, file_system, source, upper, number, is_read_only, has_discard })
}

/// A field with its `\ooo` replaced by the bytes that they stand for.
fn unescape(field: &[u8]) -> OsString {
    let mut bytes = Vec::with_capacity(field.len());
    let mut rest = field;
    while let [first, after @ ..] = rest {
        let escaped = (*first == b'\\').then(|| after.split_at_checked(3)).flatten();
        let decoded = escaped.and_then(|(digits, after)| Some((octal(digits)?, after)));
        let (byte, after) = decoded.unwrap_or((*first, after));
        bytes.push(byte);
        rest = after;
    }
    OsString::from_vec(bytes)
}

fn octal(digits: &[u8]) -> Option<u8> {
    digits.iter().try_fold(0_u8, |byte, digit| match digit {
        b'0'..=b'7' => byte.checked_mul(8)?.checked_add(digit - b'0'),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &[u8] = b"\
27 1 254:0 / / rw,relatime - ext4 /dev/vda rw,discard\n\
31 27 0:45 /@home /home rw shared:5 master:1 - btrfs /dev/mapper/luks rw,subvol=/@home\n\
32 31 8:17 / /home/me/my\\040card ro - vfat /dev/sdb1 ro\n\
33 31 8:33 / /home/me/my\\040card ro - exfat /dev/sdc1 ro\n\
34 27 0:50 / /live rw - overlay overlay rw,lowerdir=/l,upperdir=/tmp/u\\054p,workdir=/w\n\
broken\n";

    #[test]
    fn the_innermost_and_last_mount_holds_a_path() {
        let source = |path: &str| holding(TABLE, Path::new(path)).unwrap().source;
        assert_eq!(source("/etc"), "/dev/vda");
        assert_eq!(source("/homes"), "/dev/vda");
        assert_eq!(source("/home/you"), "/dev/mapper/luks");
        assert_eq!(source("/home/me/my card/DCIM"), "/dev/sdc1");
        assert_eq!(holding(b"", Path::new("/")), None);
    }

    #[test]
    fn a_file_system_says_whether_it_is_written_to_and_tells_what_is_free() {
        let told = |path: &str| {
            let mount = holding(TABLE, Path::new(path)).unwrap();
            (mount.number.to_string(), mount.is_read_only, mount.has_discard)
        };
        assert_eq!(told("/"), ("254:0".to_owned(), false, true));
        assert_eq!(told("/home"), ("0:45".to_owned(), false, false));
        assert_eq!(told("/home/me/my card"), ("8:33".to_owned(), true, false));
    }

    #[test]
    fn an_overlay_is_written_to_its_upper_folder() {
        let mount = holding(TABLE, Path::new("/live/x")).unwrap();
        assert_eq!((mount.file_system.as_str(), mount.upper), ("overlay", Some("/tmp/u,p".into())));
    }

    #[test]
    fn a_file_system_of_a_program_names_what_it_shows() {
        let mount = |kind: &str, source: &str| {
            let line = format!("1 0 0:9 / /m rw - {kind} {source} rw\n");
            holding(line.as_bytes(), Path::new("/m/x")).unwrap()
        };
        let shown = |source: &str| mount("fuse.x", source).shown();
        assert_eq!(shown("/a/card.img"), ["/a/card.img", "/a/card.img"].map(PathBuf::from));
        assert_eq!(shown("/a:/b"), ["/a", "/b", "/a:/b"].map(PathBuf::from));
        assert_eq!(shown("me@host:/home"), [PathBuf::from("me@host:/home")]);
        assert!(mount("fuse", "x").is_served() && mount("fuse.ntfs-3g", "x").is_served());
        assert!(!mount("fuseblk", "x").is_served() && !mount("ext4", "x").is_served());
    }

    #[test]
    fn escapes_that_are_none_stay() {
        assert_eq!(unescape(br"a\134b\9\04"), r"a\b\9\04");
        assert_eq!(unescape(br"\777\+12"), r"\777\+12");
    }
}

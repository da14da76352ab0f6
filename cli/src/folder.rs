//! A folder as a source: a sparse bundle is one image, of others the images in it are scanned. Where there are none, it is most likely a card as it is
//! mounted, or photos that were copied from one: then the device is named that deleted ones lie on.

use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use afterimage_engine::Matcher;
use afterimage_engine::error::Error;
use afterimage_engine::formats::Registry;
use afterimage_engine::source::shell::quoted;
use afterimage_engine::source::{self, Io, Source};
use afterimage_engine::system::{Mount, System};
use afterimage_signatures::{Buffer, Effort, Runs, View};
use anyhow::bail;

use crate::system_words::{AS_ROOT, BEST_LISTER, DEVICE, DEVICES, is_root};
use crate::text::{count, plain};

/// The file that is in the output folder of every scan.
const REPORT: &str = "report.json";

/// Bytes at the start of a file that tell a photo.
const HEAD: u64 = 4096;

/// A raw image is whole sectors, and no fewer than this; what else is none can be named by itself.
const SECTOR: u64 = 512;
const LEAST_IMAGE: u64 = 64 << 10;

/// The images in a folder: the regular files in it by name, but hidden ones and those in folders below.
///
/// # Errors
///
/// When the folder cannot be read, or when no image is in it; then with what it is, and what to scan instead.
pub fn images(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    // It looks like a folder and is an image.
    if source::is_sparse_bundle(folder) {
        return Ok(vec![folder.to_path_buf()]);
    }
    if folder.join(REPORT).is_file() {
        let (shown, quoted) = (folder.display(), quoted(folder));
        bail!(
            "cannot scan {shown}: it holds the report of a scan; `afterimage recover {quoted}` writes more of the \
             photos that it lists"
        );
    }
    let (mut files, mut has_folders) = (Vec::new(), false);
    let failed = |error| Error::open(folder, error);
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let hidden = entry.file_name().as_encoded_bytes().starts_with(b".");
        let Some(found) = fs::metadata(entry.path()).ok().filter(|_| !hidden) else { continue };
        has_folders |= found.is_dir();
        if found.is_file() {
            files.push((entry.path(), found.len()));
        }
    }
    files.sort_unstable();
    let mount = System::running().mount_of(folder);
    let known = Photos::default();
    let are_photos: Vec<bool> = files.iter().map(|(path, _)| known.is_one(path)).collect();
    let photos = are_photos.iter().filter(|is_photo| **is_photo).count();
    let is_image = |((path, len), is_photo): (&(PathBuf, u64), &bool)| {
        let is_raw = *len >= LEAST_IMAGE && len.is_multiple_of(SECTOR);
        !is_photo && (is_raw || is_packed(path))
    };
    let is_mounted = mount.as_ref().is_some_and(|mount| is_at(mount, folder));
    let is_no_source = files.is_empty() || photos > 0 || is_mounted;
    if is_no_source && !files.iter().zip(&are_photos).any(is_image) {
        bail!("{}", refusal(folder, mount.as_ref(), files.len(), photos, has_folders));
    }
    Ok(files.into_iter().map(|(path, _)| path).collect())
}

/// Whether a file is a disk image in another form than a raw one, or an archive.
fn is_packed(path: &Path) -> bool {
    match source::open(path, Io::Read) {
        Ok(source) => source.container().is_some() || source::recognise(source.as_ref()).is_some(),
        Err(error) => matches!(error, Error::Packed { .. }),
    }
}

/// Whether a folder is where something is mounted.
fn is_at(mount: &Mount, folder: &Path) -> bool {
    // Windows writes a path in several ways.
    let resolved = |path| fs::canonicalize(path).ok();
    resolved(folder).is_some_and(|folder| resolved(&mount.point) == Some(folder))
}

/// Why a folder is no source, and what is.
fn refusal(
    folder: &Path,
    mount: Option<&Mount>,
    files: usize,
    photos: usize,
    has_folders: bool,
) -> String {
    let shown = folder.display();
    let is_mounted = mount.is_some_and(|mount| is_at(mount, folder));
    let what = if is_mounted {
        let from = mount.map(|mount| plain(&mount.source.to_string_lossy())).unwrap_or_default();
        format!("it is where {from} is mounted, and its files are those that are still there")
    } else if photos > 0 {
        let count = count(photos as u64, "photo", "photos");
        format!(
            "it is a folder of {count}, no disk image, and these are photos that are still there"
        )
    } else if files == 0 && has_folders {
        "this folder holds no disk image, only folders, and what lies in them is still there"
            .to_owned()
    } else {
        return format!(
            "cannot scan {shown}: this folder holds no disk image; name an image or a device"
        );
    };
    format!("cannot scan {shown}: {what}; {}", instead(folder))
}

/// What to scan in place of files that are still there.
pub fn instead(path: &Path) -> String {
    match System::running().device_behind(path) {
        Some(device) if device.as_os_str().as_encoded_bytes().starts_with(DEVICES.as_bytes()) => {
            let rights = if is_root() { "" } else { AS_ROOT };
            format!(
                "deleted ones lie on the device, {}: {rights}afterimage scan {} --output DIR",
                device.display(),
                quoted(&device)
            )
        }
        Some(image) => format!(
            "deleted ones lie in the image {}: afterimage scan {} --output DIR",
            image.display(),
            quoted(&image)
        ),
        None => format!(
            "deleted ones lie on the card or disk itself: {BEST_LISTER} names its device, such as {DEVICE}, which \
             can be scanned"
        ),
    }
}

/// Tells photos from other files by how they begin.
pub struct Photos(Matcher, Registry);

impl Default for Photos {
    fn default() -> Self {
        let registry = Registry::default();
        Photos(Matcher::new(&registry), registry)
    }
}

impl Photos {
    /// Whether a file begins as a photo or a video does.
    fn is_one(&self, path: &Path) -> bool {
        let mut head = Vec::new();
        let read = File::open(path).and_then(|file| file.take(HEAD).read_to_end(&mut head));
        read.is_ok() && !self.0.formats_at(&head).is_empty()
    }

    /// The format of a photo or a video that a source is from its first byte on, and mostly.
    pub fn whole(&self, source: &dyn Source) -> Option<&'static str> {
        let mut head = vec![0; source.len().min(HEAD) as usize];
        source.read_at(0, &mut head);
        let (runs, mut buffer) = (Runs::whole(0, source.len()), Buffer::default());
        self.0.formats_at(&head).into_iter().find_map(|format| {
            let mut view = View::new(source, &runs, &mut buffer);
            let verdict = self.1.formats()[format].measure(&mut view, Effort::Structure).ok()?;
            (verdict.len >= source.len() / 2).then(|| self.1.name(format))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(files: &[(&str, &[u8])], said: &str) {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        let error = images(folder.path()).unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }

    const JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01";

    #[test]
    fn a_folder_without_images_is_told_by_what_is_in_it() {
        refused(&[], "this folder holds no disk image; name an image or a device");
        let photos =
            "it is a folder of 2 photos, no disk image, and these are photos that are still there";
        refused(&[("a.jpg", JPEG), ("b.jpg", JPEG), ("b.xmp", b"<x>")], photos);
        refused(&[("DCIM/100/a.jpg", JPEG)], "holds no disk image, only folders");
    }

    #[test]
    fn a_sparse_bundle_is_an_image_itself() {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("bands")).unwrap();
        fs::write(folder.path().join("Info.plist"), b"").unwrap();
        assert_eq!(images(folder.path()).unwrap(), [folder.path()]);
    }

    #[test]
    fn photos_beside_an_image_are_no_reason() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.jpg"), JPEG).unwrap();
        fs::write(folder.path().join("card.img"), [0; 64 << 10]).unwrap();
        assert_eq!(images(folder.path()).unwrap().len(), 2);
    }
}

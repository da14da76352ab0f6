//! A folder as a source: a sparse bundle is one image, of others the images in it are scanned. Where there are none, it
//! is most likely a card as it is mounted, or photos that were copied from one: then the device is named that deleted
//! ones lie on.

use std::fs;
use std::path::Path;

use afterimage_engine::Matcher;
use afterimage_engine::formats::Registry;
use afterimage_engine::run::batch::{self, EmptyFolder, FoundImage, Looking};
use afterimage_engine::source::shell::quoted;
use afterimage_engine::source::{Source, is_sparse_bundle};
use afterimage_engine::system::{Mount, System};
use afterimage_signatures::{Buffer, Effort, Runs, View};
use anyhow::bail;

use crate::system_words::{AS_ROOT, BEST_LISTER, DEVICE, DEVICES, is_root};
use crate::text::{count, plain};

/// The file that is in the output folder of every scan.
const REPORT: &str = "report.json";

/// Bytes at the start of a file that tell a photo.
const HEAD: u64 = 4096;

/// The images in a folder, and with `is_recursive` in those below it; some may be refused already. Those until it was stopped,
/// where it was.
///
/// # Errors
///
/// When no image is in it; then with what it is, and what to scan instead.
pub fn images(
    folder: &Path,
    is_recursive: bool,
    looking: Looking<'_>,
) -> anyhow::Result<Vec<FoundImage>> {
    // It looks like a folder and is an image.
    if is_sparse_bundle(folder) {
        return Ok(vec![FoundImage { path: folder.to_path_buf(), len: None, error: None }]);
    }
    check(folder)?;
    let found = batch::discover(&[folder.to_path_buf()], is_recursive, looking);
    match found.empty.first().filter(|_| !looking.progress.stopped()) {
        Some(empty) => bail!(refusal(empty)),
        None => Ok(found.images),
    }
}

/// Refuses the output folder of a scan.
///
/// # Errors
///
/// That one.
pub fn check(folder: &Path) -> anyhow::Result<()> {
    if !folder.join(REPORT).is_file() {
        return Ok(());
    }
    let (shown, quoted) = (folder.display(), quoted(folder));
    bail!(
        "cannot scan {shown}: it holds the report of a scan; `afterimage recover {quoted}` writes more of the \
         photos that it lists"
    )
}

/// Whether a folder is where something is mounted.
fn is_at(mount: &Mount, folder: &Path) -> bool {
    // Windows writes a path in several ways.
    let resolved = |path| fs::canonicalize(path).ok();
    resolved(folder).is_some_and(|folder| resolved(&mount.point) == Some(folder))
}

/// Why a folder in which no image is, is no source, and what is.
pub fn refusal(empty: &EmptyFolder) -> String {
    let EmptyFolder { path: folder, skipped } = empty;
    let shown = folder.display();
    let mount = System::running().mount_of(folder);
    let what = if let Some(mount) = mount.filter(|mount| is_at(mount, folder)) {
        let from = plain(&mount.source.to_string_lossy());
        format!("it is where {from} is mounted, and its files are those that are still there")
    } else if skipped.photos > 0 {
        let count = count(skipped.photos, "photo", "photos");
        format!(
            "it is a folder of {count}, no disk image, and these are photos that are still there"
        )
    } else if skipped.files() == 0 && skipped.folders > 0 {
        "this folder holds no disk image, only folders, and what lies in them is still there; --recursive looks \
         for images in them"
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
    use afterimage_engine::progress::Progress;

    use super::*;

    fn unwatched(folder: &Path) -> anyhow::Result<Vec<FoundImage>> {
        images(folder, false, Looking::unseen(&Progress::default()))
    }

    #[track_caller]
    fn refused(files: &[(&str, &[u8])], said: &str) {
        let folder = tempfile::tempdir().unwrap();
        for (name, bytes) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, bytes).unwrap();
        }
        let error = unwatched(folder.path()).unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }

    const JPEG: &[u8] = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01";

    fn paths(folder: &Path) -> Vec<std::path::PathBuf> {
        unwatched(folder).unwrap().into_iter().map(|image| image.path).collect()
    }

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
        assert_eq!(paths(folder.path()), [folder.path()]);
    }

    #[test]
    fn photos_beside_an_image_are_no_reason() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a.jpg"), JPEG).unwrap();
        fs::write(folder.path().join("card.img"), [0; 64 << 10]).unwrap();
        assert_eq!(paths(folder.path()), [folder.path().join("card.img")]);
    }
}

//! The device or the image that a folder lies on, by a path that can be scanned.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use super::block_device::BlockDevice;
use super::mount::Mount;
use super::mounts;
use super::system::{System, attribute};

impl System {
    /// The mount that holds the existing `path`.
    pub fn mount_of(&self, path: &Path) -> Option<Mount> {
        let table = fs::read(self.root.join("proc/self/mountinfo")).ok()?;
        mounts::holding(&table, &fs::canonicalize(path).ok()?)
    }

    /// What the existing `path` lies on and what can be scanned in its place: a device, or the image that is
    /// mounted through a loop device. Nothing where the system does not tell, as for folders of a network.
    pub fn device_behind(&self, path: &Path) -> Option<PathBuf> {
        let number = BlockDevice::of(fs::metadata(path).ok()?.dev());
        if number.is_anonymous() {
            return self.mount_of(path)?.device();
        }
        let folder = fs::canonicalize(self.root.join(format!("sys/dev/block/{number}"))).ok()?;
        self.path_of(&folder)
    }

    /// The node of the device of a folder of `/sys`, or the image that it is made from.
    fn path_of(&self, folder: &Path) -> Option<PathBuf> {
        let of_loop = match folder.join("partition").exists() {
            true => folder.parent()?,
            false => folder,
        };
        // An image is scanned as a whole, its partitions included.
        if let Some(image) = attribute(of_loop, "loop/backing_file").map(PathBuf::from)
            && self.root.join(image.strip_prefix("/").ok()?).exists()
        {
            return Some(image);
        }
        let mapped = attribute(folder, "dm/name").map(|name| Path::new("mapper").join(name));
        let name = mapped.or_else(|| Some(PathBuf::from(folder.file_name()?)))?;
        Some(Path::new("/dev").join(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_lies_on_a_device_or_in_an_image() {
        let home = tempfile::tempdir().unwrap();
        let root = fs::canonicalize(home.path()).unwrap();
        let system = System::below(&root);
        let write = |path: &str, text: &str| {
            fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            fs::write(root.join(path), text).unwrap();
        };
        let path = |folder: &str| system.path_of(&root.join("sys").join(folder));
        write("sys/sdb/sdb1/partition", "1\n");
        write("sys/loop0/loop/backing_file", "/card.img\n");
        write("sys/loop0/loop0p1/partition", "1\n");
        write("sys/dm-3/dm/name", "luks-home\n");
        write("card.img", "");
        assert_eq!(path("sdb/sdb1"), Some("/dev/sdb1".into()));
        assert_eq!(path("loop0"), Some("/card.img".into()));
        assert_eq!(path("loop0/loop0p1"), Some("/card.img".into()));
        assert_eq!(path("dm-3"), Some("/dev/mapper/luks-home".into()));
        fs::remove_file(root.join("card.img")).unwrap();
        assert_eq!(path("loop0/loop0p1"), Some("/dev/loop0p1".into()), "nobody can name its image");
    }
}

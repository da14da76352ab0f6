//! Output on a loop device of the real machine.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::Command;

use tempfile::{TempDir, tempdir};

use super::check;
use crate::folder::{Folder, Owner};

/// A loop device with a file system on it, taken down again at the end of a test.
struct Loop {
    home: TempDir,
    device: String,
    is_fat: bool,
}

impl Loop {
    /// None, with a word about it, where a test may not or cannot do this.
    #[expect(clippy::print_stderr, reason = "a skipped test says so")]
    fn mount() -> Option<Self> {
        let home = tempdir().unwrap();
        let image = home.path().join("card.img");
        fs::File::create(&image).unwrap().set_len(8 << 20).unwrap();
        fs::create_dir(home.path().join("mnt")).unwrap();
        let Some(device) = run("losetup", &["--find", "--show", image.to_str()?]) else {
            eprintln!("skipped: no loop device to be had");
            return None;
        };
        let mut card = Loop { home, device: device.trim_end().to_owned(), is_fat: true };
        if card.holds("mkfs.vfat") {
            return Some(card);
        }
        card.is_fat = false;
        if card.holds("mkfs.ext4") {
            return Some(card);
        }
        eprintln!("skipped: no file system to be mounted");
        None
    }

    /// Makes a file system and mounts it, if the system can.
    fn holds(&self, make: &str) -> bool {
        let folder = self.path("mnt");
        run(make, &[&self.device]).is_some()
            && run("mount", &[&self.device, &folder.to_string_lossy()]).is_some()
    }

    fn path(&self, below: &str) -> PathBuf {
        self.home.path().join(below)
    }
}

impl Drop for Loop {
    fn drop(&mut self) {
        run("umount", &[&self.device]);
        run("losetup", &["--detach", &self.device]);
    }
}

/// What a command prints; none when it is not there or fails.
fn run(command: &str, arguments: &[&str]) -> Option<String> {
    let output = Command::new(command).args(arguments).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn the_file_system_on_a_real_loop_device_is_not_written_to() {
    let Some(card) = Loop::mount() else { return };
    let output = card.path("mnt/new/folder");
    let device = PathBuf::from(&card.device);
    for source in [&device, &card.path("card.img")] {
        let refused = check(&output, std::slice::from_ref(source)).unwrap_err();
        assert!(refused.to_string().contains("could overwrite"), "{refused}");
    }
    symlink(&device, card.path("by-id")).unwrap();
    symlink(card.path("mnt"), card.path("elsewhere")).unwrap();
    assert!(check(&card.path("elsewhere/x"), &[card.path("by-id")]).is_err());

    check(&card.path("out"), &[device, card.path("card.img")]).unwrap();
    let destination = check(&output, &[]).unwrap();
    assert!(destination.free < 8 << 20);
    let longest = if card.is_fat { u64::from(u32::MAX) } else { u64::MAX };
    assert_eq!((destination.fat, destination.longest), (card.is_fat, longest));
    destination.create().unwrap();
    // FAT keeps no owners, and that is no failure.
    let owner = Owner::of(true, |_| Some("12345".to_owned()));
    let folder = Folder::open(&destination.path, owner, Vec::new()).unwrap();
    folder.make("photos").unwrap().create("a").unwrap();
}

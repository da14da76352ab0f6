//! Output on a loop device of the real machine.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::Command;

use tempfile::{TempDir, tempdir};

use super::{check, check_file};
use crate::system::folder::{Folder, Owner};

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

/// Every way of naming a folder on a card that is a source: a partition of a loop device, bind mounts, links,
/// folders of `/proc`, overlays, loop devices over it.
#[test]
fn no_way_of_naming_a_folder_on_the_source_gets_past_the_check() {
    let Some(card) = Partitioned::new() else { return };
    let (disk, part) = (PathBuf::from(&card.disk), PathBuf::from(&card.part));
    let (image, home) = (card.path("card.img"), card.path(""));
    let by_id = card.path("by-id");
    symlink(&disk, &by_id).unwrap();
    let node = card.path("node");
    let (major, minor) = numbers_of(&part);
    run("mknod", &[&node.to_string_lossy(), "b", &major, &minor]);
    let mut names = vec![
        ("the mount itself", card.path("mnt")),
        ("a new folder below it", card.path("mnt/new/deep")),
        ("a folder that is there", card.path("mnt/DCIM")),
        ("by way of ..", card.path("mnt/DCIM/../../mnt/x")),
        ("a link to the mount", card.link("link", "mnt")),
        ("a link above it", card.link("above", "").join("mnt/x")),
        ("a link to a link", card.link("second", "link").join("x")),
        ("a link on the source's neighbour", card.link("inner", "mnt/DCIM").join("y")),
    ];
    if card.bind("mnt/DCIM", "bound") {
        names.push(("a bind mount", card.path("bound/x")));
        names.push(("a link to a bind mount", card.link("to-bound", "bound").join("x")));
    }
    if card.overlay() {
        names.push(("an overlay that is written to it", card.path("over/x")));
    }
    let held = fs::File::open(card.path("mnt/DCIM")).unwrap();
    let fd = std::os::fd::AsRawFd::as_raw_fd(&held);
    names.push(("an open folder", PathBuf::from(format!("/proc/self/fd/{fd}/x"))));
    names.push((
        "the root of a process",
        PathBuf::from("/proc/self/root").join(card.path("mnt").strip_prefix("/").unwrap()),
    ));
    let sources = [&disk, &part, &image, &by_id, &node];
    let mut refused = 0;
    for (what, output) in &names {
        for source in sources.into_iter().filter(|source| source.exists()) {
            let checked = check(output, std::slice::from_ref(source));
            assert!(checked.is_err(), "{what}: {} with {}", output.display(), source.display());
            let file = check_file(&output.join("card.img"), std::slice::from_ref(source));
            assert!(file.is_err(), "a file: {what}: {}", output.display());
            refused += 1;
        }
    }
    assert!(names.len() >= 10 && refused >= 40, "{} names", names.len());
    // What lies beside it is fine, the folder of the image included.
    for source in sources.into_iter().filter(|source| source.exists()) {
        check(&home.join("out"), std::slice::from_ref(source)).unwrap();
        check_file(&home.join("copy.img"), std::slice::from_ref(source)).unwrap();
    }
    // A file that is the source, by whatever name.
    let twin = card.path("twin.img");
    fs::hard_link(&image, &twin).unwrap();
    for file in [&image, &twin, &card.link("leads", "card.img"), &disk] {
        assert!(check_file(file, std::slice::from_ref(&image)).is_err(), "{}", file.display());
        assert!(check(file, std::slice::from_ref(&image)).is_err(), "{}", file.display());
    }
    assert!(check_file(&image, std::slice::from_ref(&disk)).is_err(), "the image of the device");
}

/// A loop device over the partition of another, mounted: the source may be anything below.
#[test]
fn a_loop_device_over_a_partition_lies_on_the_disk() {
    let Some(card) = Partitioned::new() else { return };
    run("umount", &[&card.part]);
    let Some(upper) = run("losetup", &["--find", "--show", &card.part]) else { return };
    let upper = upper.trim_end().to_owned();
    let mounted = run("mount", &[&upper, &card.path("mnt").to_string_lossy()]).is_some();
    let sources = [&card.disk, &card.part, &upper].map(PathBuf::from);
    let checked = sources.map(|source| check(&card.path("mnt/x"), &[source]).is_err());
    let image = check(&card.path("mnt/x"), &[card.path("card.img")]).is_err();
    run("umount", &[&upper]);
    run("losetup", &["--detach", &upper]);
    if mounted {
        assert_eq!((checked, image), ([true; 3], true));
    }
}

/// A mount that is made over the output between the check and the first write is found out.
#[test]
fn a_mount_over_the_output_after_the_check_is_found_out() {
    let Some(card) = Partitioned::new() else { return };
    fs::create_dir(card.path("out")).unwrap();
    let destination = check(&card.path("out"), &[PathBuf::from(&card.disk)]).unwrap();
    if !card.bind("mnt", "out") {
        return;
    }
    let refused = destination.create().unwrap_err();
    assert!(refused.to_string().contains("another disk"), "{refused}");
}

/// A disk with one partition that is mounted, on a loop device.
struct Partitioned {
    home: TempDir,
    disk: String,
    part: String,
}

impl Partitioned {
    /// None, with a word about it, where a test may not or cannot do this.
    #[expect(clippy::print_stderr, reason = "a skipped test says so")]
    fn new() -> Option<Self> {
        let home = tempdir().unwrap();
        let image = home.path().join("card.img");
        let mut bytes = vec![0u8; 512];
        // One entry of an MBR: type 0x83, from sector 2048 on.
        bytes[446 + 4] = 0x83;
        bytes[446 + 8..446 + 12].copy_from_slice(&2048u32.to_le_bytes());
        bytes[446 + 12..446 + 16].copy_from_slice(&(14u32 << 10).to_le_bytes());
        bytes[510..].copy_from_slice(&[0x55, 0xaa]);
        fs::write(&image, bytes).unwrap();
        fs::File::options().write(true).open(&image).unwrap().set_len(8 << 20).unwrap();
        fs::create_dir(home.path().join("mnt")).unwrap();
        let Some(disk) = run("losetup", &["--partscan", "--find", "--show", image.to_str()?])
        else {
            eprintln!("skipped: no loop device to be had");
            return None;
        };
        let disk = disk.trim_end().to_owned();
        let card = Partitioned { home, part: format!("{disk}p1"), disk };
        if !PathBuf::from(&card.part).exists() {
            // Not every kernel reads partition tables itself.
            run("partx", &["--add", &card.disk]);
        }
        let folder = card.path("mnt");
        let is_mounted = run("mkfs.ext4", &["-q", &card.part]).is_some()
            && run("mount", &[&card.part, &folder.to_string_lossy()]).is_some();
        if !is_mounted {
            eprintln!("skipped: no partition to be mounted");
            return None;
        }
        fs::create_dir(card.path("mnt/DCIM")).unwrap();
        Some(card)
    }

    fn path(&self, below: &str) -> PathBuf {
        self.home.path().join(below)
    }

    fn link(&self, name: &str, to: &str) -> PathBuf {
        symlink(self.path(to), self.path(name)).unwrap();
        self.path(name)
    }

    /// Whether one folder could be shown at another.
    fn bind(&self, from: &str, to: &str) -> bool {
        let (from, to) = (self.path(from), self.path(to));
        fs::create_dir_all(&to).unwrap();
        run("mount", &["--bind", &from.to_string_lossy(), &to.to_string_lossy()]).is_some()
    }

    /// Whether a folder could be mounted whose files are written to the card.
    fn overlay(&self) -> bool {
        for folder in ["mnt/up", "mnt/work", "low", "over"] {
            fs::create_dir_all(self.path(folder)).unwrap();
        }
        let [up, work, low] = ["mnt/up", "mnt/work", "low"].map(|one| self.path(one));
        let options = format!(
            "upperdir={},workdir={},lowerdir={}",
            up.display(),
            work.display(),
            low.display()
        );
        let over = self.path("over");
        run("mount", &["-t", "overlay", "overlay", "-o", &options, &over.to_string_lossy()])
            .is_some()
    }
}

impl Drop for Partitioned {
    fn drop(&mut self) {
        for folder in ["over", "bound", "out", "mnt"].map(|one| self.path(one)) {
            run("umount", &[&folder.to_string_lossy()]);
        }
        run("partx", &["--delete", &self.disk]);
        run("losetup", &["--detach", &self.disk]);
    }
}

/// The numbers of a device, as `mknod` takes them.
fn numbers_of(device: &std::path::Path) -> (String, String) {
    let number = std::os::unix::fs::MetadataExt::rdev(&fs::metadata(device).unwrap());
    (rustix::fs::major(number).to_string(), rustix::fs::minor(number).to_string())
}

//! The stacks of a made-up machine.

use std::os::unix::fs::symlink;

use tempfile::{TempDir, tempdir};

use super::*;

/// A machine whose `/sys`, `/proc` and `/dev` are plain files.
struct Machine {
    _home: TempDir,
    system: System,
}

impl Machine {
    fn new() -> Self {
        let home = tempdir().unwrap();
        let system = System::below(fs::canonicalize(home.path()).unwrap());
        Machine { _home: home, system }
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.system.root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn link(&self, target: &str, path: &str) {
        let path = self.system.root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        symlink(self.system.root.join(target), path).unwrap();
    }

    /// A device whose folder is `devices/PATH`; below another's when it is a partition.
    fn device(&self, path: &str, number: &str, slaves: &[&str]) {
        let folder = format!("sys/devices/{path}");
        let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
        self.write(&format!("{folder}/dev"), &format!("{number}\n"));
        if !parent.is_empty() {
            self.write(&format!("{folder}/partition"), "1\n");
        }
        for slave in slaves {
            self.link(
                &format!("sys/devices/{slave}"),
                &format!("{folder}/slaves/{}", slave.replace('/', "-")),
            );
        }
        self.link(&folder, &format!("sys/dev/block/{number}"));
        self.link(&folder, &format!("sys/class/block/{name}"));
        self.write(&format!("dev/{name}"), "");
    }

    /// Whether writing to file systems on `below` is refused while `source` is searched.
    #[track_caller]
    fn check(&self, below: &[&str], source: &str, refused: bool) {
        let below: Vec<BlockDevice> =
            below.iter().map(|text| BlockDevice::parse(text).unwrap()).collect();
        let written = self.stack(&below);
        let source = BlockDevice::parse(source).unwrap();
        assert_eq!(self.system.overlaps(&below, &written, source), refused);
    }

    fn stack(&self, devices: &[BlockDevice]) -> Stack {
        let carriers = Carriers { devices: devices.to_vec(), ..Carriers::default() };
        self.system.stack(carriers, Follow::ToDevices)
    }

    fn mounted(&self, path: &str) -> Vec<BlockDevice> {
        let mut devices = self.system.mounted(Path::new(path)).devices;
        devices.sort_unstable();
        devices
    }
}

fn numbers(numbers: &[&str]) -> Vec<BlockDevice> {
    numbers.iter().map(|number| BlockDevice::parse(number).unwrap()).collect()
}

#[test]
fn a_partition_and_its_disk_are_one_but_not_two_partitions() {
    let machine = Machine::new();
    machine.device("sda", "8:0", &[]);
    machine.device("sda/sda1", "8:1", &[]);
    machine.device("sda/sda2", "8:2", &[]);
    machine.device("sdb", "8:16", &[]);
    machine.check(&["8:1"], "8:1", true);
    machine.check(&["8:1"], "8:0", true);
    machine.check(&["8:0"], "8:1", true);
    machine.check(&["8:2"], "8:1", false);
    machine.check(&["8:1"], "8:16", false);
    machine.check(&[], "8:1", false);
}

#[test]
fn encrypted_and_striped_volumes_lie_on_their_disks() {
    let machine = Machine::new();
    machine.device("sda", "8:0", &[]);
    machine.device("sda/sda1", "8:1", &[]);
    machine.device("sda/sda2", "8:2", &[]);
    machine.device("sdb", "8:16", &[]);
    machine.device("luks", "252:0", &["sda/sda2"]);
    machine.device("root", "252:1", &["luks"]);
    machine.device("home", "252:2", &["luks"]);
    machine.device("md0", "9:0", &["sda/sda1", "sdb"]);
    machine.device("md0/md0p1", "259:0", &[]);
    for source in ["252:1", "252:0", "8:2", "8:0"] {
        machine.check(&["252:1"], source, true);
    }
    // Volumes of one group are to each other what partitions are.
    machine.check(&["252:1"], "252:2", false);
    machine.check(&["252:1"], "8:1", false);
    for source in ["259:0", "9:0", "8:1", "8:0", "8:16"] {
        machine.check(&["259:0"], source, true);
    }
    machine.check(&["8:16"], "259:0", true);
}

#[test]
fn a_loop_device_lies_in_its_image_and_on_the_disk_of_it() {
    let machine = Machine::new();
    machine.write("card.img", "");
    let image = machine.system.root.join("card.img");
    let disk = fs::metadata(&image).unwrap().dev();
    for (path, number) in [("loop0", "7:0"), ("loop1", "7:1"), ("loop2", "7:2")] {
        machine.device(path, number, &[]);
    }
    machine.device("loop0/loop0p1", "259:5", &[]);
    for path in ["loop0", "loop1"] {
        let backing = format!("{}\n", image.display());
        machine.write(&format!("sys/devices/{path}/loop/backing_file"), &backing);
    }
    machine.write("sys/devices/loop2/loop/backing_file", "/gone (deleted)\n");
    let written = machine.stack(&numbers(&["259:5"]));
    assert!(written.images.contains(&FileId::of(&fs::metadata(&image).unwrap())));
    machine.check(&["259:5"], "7:1", true);
    machine.check(&["259:5"], "7:2", false);
    let BlockDevice { major, minor } = BlockDevice::of(disk);
    if major != 0 {
        let disk = format!("{major}:{minor}");
        machine.check(&["259:5"], &disk, true);
        machine.check(&[&disk], "7:0", false);
    }
}

#[test]
fn a_file_system_without_a_number_is_found_by_its_mount() {
    let machine = Machine::new();
    machine.device("sda", "8:0", &[]);
    machine.device("dm-0", "252:0", &["sda"]);
    machine.device("sdb", "8:16", &[]);
    machine.device("sdc", "8:32", &[]);
    machine.link("dev/dm-0", "dev/mapper/home");
    machine.write("sys/fs/btrfs/features/raid1c34", "0\n");
    machine.link("sys/devices/sdb", "sys/fs/btrfs/0a-1b/devices/sdb");
    machine.link("sys/devices/sdc", "sys/fs/btrfs/0a-1b/devices/sdc");
    machine.write(
        "proc/self/mountinfo",
        "1 0 0:40 / / rw - tmpfs none rw\n\
         2 1 0:41 /@ /home rw - btrfs /dev/mapper/home rw\n\
         3 1 0:42 / /pool rw - btrfs /dev/sdc rw\n\
         4 1 0:43 / /both rw - bcachefs /dev/sdb:/dev/sdc rw\n\
         5 1 0:44 / /over rw - overlay overlay rw,upperdir=/over/up\n\
         6 1 0:45 / /live rw - overlay overlay rw,upperdir=/home/up\n\
         7 1 0:46 / /net rw - nfs server:/dev rw\n",
    );
    assert_eq!(machine.mounted("/tmp"), []);
    assert_eq!(machine.mounted("/home/me"), numbers(&["252:0"]));
    assert_eq!(machine.mounted("/pool/x"), numbers(&["8:16", "8:32"]));
    assert_eq!(machine.mounted("/both"), numbers(&["8:16", "8:32"]));
    assert_eq!(machine.mounted("/over"), []);
    assert_eq!(machine.mounted("/live"), numbers(&["252:0"]));
    assert_eq!(machine.mounted("/net"), []);
}

#[test]
fn a_ring_of_devices_ends() {
    let machine = Machine::new();
    machine.device("a", "1:1", &["b"]);
    machine.device("b", "1:2", &["a"]);
    machine.device("c", "1:3", &[]);
    machine.check(&["1:1"], "1:2", true);
    machine.check(&["1:1"], "1:3", false);
}

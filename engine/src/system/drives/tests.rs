//! The drives of a made-up machine.

use std::os::unix::fs::symlink;

use tempfile::{TempDir, tempdir};

use super::*;
use crate::system::Hope;

struct Machine(TempDir);

impl Machine {
    fn system(&self) -> System {
        System::below(fs::canonicalize(self.0.path()).unwrap())
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.0.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// A drive with attributes, at a path below `sys/devices`.
    fn drive(&self, path: &str, number: &str, attributes: &[(&str, &str)]) {
        let name = path.rsplit('/').next().unwrap();
        self.write(&format!("sys/devices/{path}/dev"), &format!("{number}\n"));
        for (attribute, value) in attributes {
            self.write(&format!("sys/devices/{path}/{attribute}"), &format!("{value}\n"));
        }
        for link in [format!("sys/block/{name}"), format!("sys/dev/block/{number}")] {
            let link = self.0.path().join(link);
            fs::create_dir_all(link.parent().unwrap()).unwrap();
            symlink(self.0.path().join("sys/devices").join(path), link).unwrap();
        }
    }
}

/// A machine with a hard disk, an SSD that is trimmed, a card, a stick, a disk in a USB case, and more.
fn machine() -> Machine {
    let machine = Machine(tempdir().unwrap());
    let spinning = [
        ("size", "7814037168"),
        ("queue/rotational", "1"),
        ("device/model", "WDC WD40"),
        ("device/vendor", "ATA     "),
        ("queue/physical_block_size", "4096"),
    ];
    machine.drive("pci/ata1/host0/block/sda", "8:0", &spinning);
    let ssd = [
        ("size", "1000"),
        ("queue/rotational", "0"),
        ("queue/discard_max_bytes", "99"),
        ("queue/discard_granularity", "512"),
        ("device/model", "SSD 9"),
        ("device/serial", "S1 "),
        ("nvme0n1p1/partition", "1"),
        ("nvme0n1p1/dev", "259:1"),
        ("nvme0n1p1/start", "8"),
        ("nvme0n1p1/size", "90"),
    ];
    machine.drive("pci/nvme/nvme0n1", "259:0", &ssd);
    symlink(
        machine.0.path().join("sys/devices/pci/nvme/nvme0n1/nvme0n1p1"),
        machine.0.path().join("sys/dev/block/259:1"),
    )
    .unwrap();
    let card = [
        ("size", "62333952"),
        ("device/type", "SD"),
        ("device/name", "SN32G"),
        ("device/serial", "0xfc0a"),
        ("device/cid", "0353"),
        ("removable", "0"),
        ("queue/discard_max_bytes", "4096"),
        ("queue/discard_granularity", "4096"),
        ("ro", "1"),
    ];
    machine.drive("mmc_host/mmc0/mmcblk0", "179:0", &card);
    let stick = [
        ("size", "2000"),
        ("removable", "1"),
        ("queue/rotational", "1"),
        ("device/vendor", "Kingston"),
        ("device/model", "DT"),
        ("device/ioerr_cnt", "0xff"),
    ];
    machine.drive("pci/usb1/1-2/host4/block/sdb", "8:16", &stick);
    machine.write("sys/devices/pci/usb1/1-2/serial", "AA04\n");
    machine.drive(
        "pci/usb1/1-3/host5/block/sdc",
        "8:32",
        &[("size", "9"), ("queue/rotational", "1")],
    );
    machine.drive("pci/usb1/1-4/host6/block/sdd", "8:48", &[("size", "0"), ("removable", "1")]);
    machine.drive("virtual/block/loop0", "7:0", &[("size", "0")]);
    machine.drive(
        "virtual/block/loop10",
        "7:10",
        &[("size", "8"), ("loop/backing_file", "/a b.img")],
    );
    machine.drive("virtual/block/zram0", "252:0", &[("size", "8")]);
    let mounts = "1 0 259:1 / / rw - ext4 /dev/nvme0n1p1 rw,discard\n\
                  2 1 179:0 / /card ro - vfat /dev/mmcblk0 ro\n";
    machine.write("proc/self/mountinfo", mounts);
    machine
}

#[test]
fn every_drive_is_told_with_what_it_says_of_itself() {
    let drives = machine().system().drives();
    let names: Vec<&str> = drives.iter().map(|drive| drive.name.as_str()).collect();
    assert_eq!(names, ["sda", "sdb", "sdc", "sdd", "loop10", "mmcblk0", "nvme0n1"]);
    let drive = |name: &str| drives.iter().find(|drive| drive.name == name).unwrap();
    let disk = drive("sda");
    assert_eq!(
        (disk.bus, disk.size, disk.physical_sector_size),
        (Bus::Sata, 4_000_787_030_016, 4096)
    );
    assert_eq!(disk.model.as_deref(), Some("WDC WD40"));
    let stick = drive("sdb");
    assert_eq!((stick.bus, stick.serial.as_deref()), (Bus::Usb, Some("AA04")));
    assert_eq!(stick.model.as_deref(), Some("Kingston DT"));
    assert!(stick.is_removable && stick.health[0].starts_with("255 of 255"), "{:?}", stick.health);
    let card = drive("mmcblk0");
    assert_eq!(
        (card.bus, card.model.as_deref(), card.is_read_only),
        (Bus::Sd, Some("SN32G"), true)
    );
    assert_eq!(card.registers[..2], [("cid", "0353".to_owned()), ("name", "SN32G".to_owned())]);
    assert_eq!(card.mounts[0].point, Path::new("/card"));
    let ssd = drive("nvme0n1");
    assert_eq!((ssd.bus, ssd.discard_granularity, ssd.mounts.len()), (Bus::Nvme, 512, 0));
    let [part] = &ssd.partitions[..] else { panic!("{ssd:?}") };
    assert_eq!((part.number, part.at, part.size), (1, 4096, 46080));
    assert_eq!(part.mounts[0].point, Path::new("/"));
    assert_eq!(drive("loop10").backing.as_deref(), Some(Path::new("/a b.img")));
}

#[test]
fn what_can_be_hoped_for_follows_from_what_is_known() {
    let machine = machine();
    let hopes = || {
        let system = machine.system();
        let trims = system.trims_at_times();
        let drives = system.drives().into_iter();
        drives.map(|drive| (drive.name.clone(), drive.prospect(trims).hope)).collect::<Vec<_>>()
    };
    let hope = |name: &str| hopes().into_iter().find(|one| one.0 == name).unwrap().1;
    assert_eq!(hope("sda"), Hope::Good);
    assert_eq!(hope("sdb"), Hope::Good, "a stick");
    assert_eq!(hope("sdc"), Hope::Possible, "a bridge says that all rotates");
    assert_eq!(hope("sdd"), Hope::NotPossible, "no card is in the reader");
    assert_eq!(hope("mmcblk0"), Hope::Good);
    assert_eq!(hope("nvme0n1"), Hope::Unlikely);
    assert_eq!(hope("loop10"), Hope::Possible);
    let why = || {
        let system = machine.system();
        let drives = system.drives();
        let ssd = drives.iter().find(|drive| drive.name == "nvme0n1").unwrap();
        ssd.prospect(system.trims_at_times()).why
    };
    machine.write("proc/self/mountinfo", "1 0 259:1 / / rw - ext4 /dev/nvme0n1p1 rw\n");
    assert!(why().contains("as most do"), "{}", why());
    machine.write("etc/systemd/system/timers.target.wants/fstrim.timer", "");
    assert!(why().contains("this system"), "{}", why());
    assert_eq!((hope("mmcblk0"), hope("sda")), (Hope::Good, Hope::Good));
}

#[test]
fn a_system_that_tells_nothing_has_no_drives() {
    assert_eq!(Machine(tempdir().unwrap()).system().drives(), []);
}

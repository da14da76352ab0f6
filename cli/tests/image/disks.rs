//! Output disks that are full.

use std::path::Path;
use std::process::Command;

use afterimage_testdata::failing::Faults;

use super::desk::Desk;

/// A small disk in memory; nothing where none can be mounted.
struct Disk(tempfile::TempDir);

fn mount(folder: &Path, options: &str) -> bool {
    let mut command = Command::new("mount");
    let mounted = command.args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(folder).status();
    mounted.is_ok_and(|status| status.success())
}

impl Disk {
    fn new(kib: usize) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        if mount(folder.path(), &format!("size={kib}k")) {
            return Some(Disk(folder));
        }
        eprintln!("skipped: a small disk needs root");
        None
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(self.0.path()).status();
    }
}

#[test]
fn a_full_disk_ends_it_and_after_making_room_it_goes_on() {
    let Some(desk) = Desk::new(8192, Faults::default()) else { return };
    for kib in
        [8, 16, 24, 40, 64, 100, 160, 250, 400, 640, 1000, 1300, 1600, 2000, 2400, 2800, 3000]
    {
        let Some(disk) = Disk::new(kib) else { return };
        let image = disk.0.path().join("card.img");
        let image = image.to_str().unwrap();
        let ran = desk.image(&[image]);
        assert_eq!(ran.status, 2, "{kib} KiB: {}", ran.err);
        let said = ran.err.lines().filter(|line| !line.contains("note:")).collect::<Vec<_>>();
        assert_eq!(said.len(), 1, "{kib} KiB: {}", ran.err);
        assert!(said[0].contains("no room left") && said[0].contains("make room"), "{}", said[0]);
        let before: u64 = desk.device.attempts().iter().map(|count| u64::from(*count)).sum();
        assert!(mount_again(disk.0.path()), "{kib} KiB");
        let ran = desk.image(&[image]);
        assert_eq!(ran.status, 0, "{kib} KiB: {}", ran.err);
        assert!(std::fs::read(image).unwrap() == desk.bytes, "{kib} KiB");
        let all: u64 = desk.device.attempts().iter().map(|count| u64::from(*count)).sum();
        desk.device.forget_attempts();
        assert!(all <= 8192 + 5 * 2048, "{kib} KiB: {before} and then {all} reads");
    }
}

fn mount_again(folder: &Path) -> bool {
    let mut command = Command::new("mount");
    let mounted = command.args(["-o", "remount,size=64m"]).arg(folder).status();
    mounted.is_ok_and(|status| status.success())
}

//! That a source is in use, and what ends that: every write to it may destroy what was deleted.

use std::path::{Path, PathBuf};

use afterimage_engine::source::shell::quoted;
use afterimage_engine::system::{Mount, System, Use};

/// What to do where the system itself is in use.
const RUNS_FROM_IT: &str =
    "this computer runs from it: start it from another disk, or take this one out";

/// Folders of the running system, whose file systems nobody can unmount while it runs.
#[cfg(not(windows))]
const OF_SYSTEM: [&str; 6] = ["/", "/usr", "/var", "/etc", "/home", "/boot"];

/// What is to be said of the sources that are in use on `system`, one line each.
pub fn warnings(system: &System, sources: &[PathBuf]) -> Vec<String> {
    let said = |source: &PathBuf| {
        let uses = system.uses(source).into_iter();
        uses.map(|one| warning(system, source, &one)).collect::<Vec<_>>()
    };
    sources.iter().flat_map(said).collect()
}

fn warning(system: &System, source: &Path, one: &Use) -> String {
    let shown = source.display();
    match one {
        Use::Mounted(mount) => format!(
            "{shown} is in use: what is mounted at {} may be written to, and every write can destroy a \
             deleted photo; {}",
            mount.point.display(),
            ending(system, mount)
        ),
        Use::Swap(path) => format!(
            "{shown} is in use: {} holds swap space, which is written to, and every write can destroy a \
             deleted photo; first `sudo swapoff {}`",
            path.display(),
            quoted(path)
        ),
    }
}

/// What ends the use of a mount.
#[cfg(windows)]
fn ending(_: &System, mount: &Mount) -> String {
    let is_of_system =
        std::env::var_os("SystemDrive").is_some_and(|drive| mount.point.starts_with(drive));
    match is_of_system {
        true => RUNS_FROM_IT.to_owned(),
        false => "write nothing to it, and close the programs that use it".to_owned(),
    }
}

/// What ends the use of a mount.
#[cfg(not(windows))]
fn ending(system: &System, mount: &Mount) -> String {
    if OF_SYSTEM.iter().any(|folder| mount.point == Path::new(folder)) {
        return RUNS_FROM_IT.to_owned();
    }
    match mount.device().filter(|_| system.has_udisks() && is_removable(&mount.point)) {
        Some(device) => format!("first `udisksctl unmount -b {}`", quoted(&device)),
        None => format!("first `sudo umount {}`", quoted(&mount.point)),
    }
}

/// Whether desktops mount cards and sticks there.
#[cfg(not(windows))]
fn is_removable(point: &Path) -> bool {
    point.starts_with("/media") || point.starts_with("/run/media")
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn the_command_that_ends_the_use_is_named() {
        let root = tempfile::tempdir().unwrap();
        let image = root.path().join("card.img");
        let device = root.path().join("sys/devices/loop0");
        fs::create_dir_all(device.join("loop")).unwrap();
        fs::create_dir_all(root.path().join("proc/self")).unwrap();
        fs::create_dir_all(root.path().join("sys/dev/block")).unwrap();
        fs::write(&image, "").unwrap();
        fs::write(device.join("loop/backing_file"), format!("{}\n", image.display())).unwrap();
        std::os::unix::fs::symlink(&device, root.path().join("sys/dev/block/7:0")).unwrap();
        let said = |point: &str, options: &str| {
            let line = format!("1 0 7:0 / {point} rw - vfat /dev/none {options}\n");
            fs::write(root.path().join("proc/self/mountinfo"), line).unwrap();
            let system = System::below(root.path());
            warnings(&system, std::slice::from_ref(&image))
        };
        let [card] = &said("/mnt/my\\040card", "rw")[..] else { panic!() };
        assert!(card.ends_with("first `sudo umount '/mnt/my card'`"), "{card}");
        let [own] = &said("/", "rw")[..] else { panic!() };
        assert!(own.contains("start it from another disk"), "{own}");
        assert_eq!(said("/mnt/card", "ro"), [""; 0]);
    }
}

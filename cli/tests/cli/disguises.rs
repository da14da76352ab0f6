//! Output folders that somebody has prepared: links, mounts and disguises. Each is refused before the scan,
//! in one line; the source stays as it is, and nothing is written outside the output.

use std::fs::{self, File};
use std::os::unix::fs::{FileTypeExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{Desk, Ran, photo};

/// What stands in the place of a file or folder of ours.
#[derive(Clone, Copy, Debug)]
enum Disguise {
    /// A symbolic link to the source.
    LinkToSource,
    /// One to a folder elsewhere.
    LinkOutside,
    /// One to a file elsewhere that is not there yet.
    LinkToNothing,
    /// The source by another name.
    HardLink,
    Pipe,
    Socket,
    /// A device that takes everything.
    Device,
    EmptyFile,
    EmptyFolder,
}

use Disguise::*;

const TABLE: [(&str, Disguise); 58] = [
    ("report.json", LinkToSource),
    ("report.json", LinkOutside),
    ("report.json", LinkToNothing),
    ("report.json", HardLink),
    ("report.json", Pipe),
    ("report.json", Socket),
    ("report.json", Device),
    ("report.json", EmptyFile),
    ("report.json", EmptyFolder),
    (".afterimage", LinkToSource),
    (".afterimage", LinkOutside),
    (".afterimage", LinkToNothing),
    (".afterimage", HardLink),
    (".afterimage", Pipe),
    (".afterimage", EmptyFile),
    (".afterimage/reserve", LinkToSource),
    (".afterimage/reserve", LinkToNothing),
    (".afterimage/reserve", HardLink),
    (".afterimage/reserve", Pipe),
    (".afterimage/reserve", Socket),
    (".afterimage/reserve", Device),
    (".afterimage/scan.log", LinkToSource),
    (".afterimage/scan.log", LinkToNothing),
    (".afterimage/scan.log", HardLink),
    (".afterimage/scan.log", Pipe),
    (".afterimage/settle.log", LinkToSource),
    (".afterimage/settle.log", LinkToNothing),
    (".afterimage/settle.log", HardLink),
    (".afterimage/report.json", LinkToSource),
    (".afterimage/report.json", LinkToNothing),
    (".afterimage/report.json", HardLink),
    (".afterimage/store", LinkToSource),
    (".afterimage/store", LinkOutside),
    (".afterimage/store/half-0", LinkToSource),
    (".afterimage/store/half-0", HardLink),
    (".afterimage/lock", LinkToSource),
    ("photos", LinkToSource),
    ("photos", LinkOutside),
    ("photos", LinkToNothing),
    ("photos", HardLink),
    ("photos", EmptyFile),
    ("photos", Pipe),
    ("photos/DCIM", LinkOutside),
    ("photos/DCIM/100CANON", LinkOutside),
    ("photos/undated", LinkOutside),
    ("photos/undated/0x20000.png", LinkToSource),
    ("photos/undated/0x20000.png", LinkToNothing),
    ("photos/undated/0x20000.png", HardLink),
    ("photos/undated/0x20000.png", Pipe),
    ("photos/undated/0x20000.png", Device),
    ("partial", LinkOutside),
    ("partial/undated", LinkOutside),
    ("partial/undated/0x20000.png", HardLink),
    ("embedded", LinkOutside),
    ("embedded/undated/0x20000.jpg", LinkToSource),
    ("report", LinkOutside),
    ("report/thumbs", LinkOutside),
    ("report/thumbs/1.jpg", HardLink),
];

impl Disguise {
    /// Puts it there; false where this machine cannot.
    fn put(self, at: &Path, desk: &Desk) -> bool {
        fs::create_dir_all(at.parent().unwrap()).unwrap();
        let made = |program: &str, more: &[&str]| {
            let status = Command::new(program).arg(at).args(more).status();
            status.is_ok_and(|status| status.success())
        };
        match self {
            LinkToSource => symlink(desk.path("card.img"), at).unwrap(),
            LinkOutside => symlink(desk.path("outside"), at).unwrap(),
            LinkToNothing => symlink(desk.path("outside/new"), at).unwrap(),
            HardLink => fs::hard_link(desk.path("card.img"), at).unwrap(),
            Socket => drop(UnixListener::bind(at).unwrap()),
            EmptyFile => drop(File::create(at).unwrap()),
            EmptyFolder => fs::create_dir(at).unwrap(),
            Pipe => return made("mkfifo", &[]),
            Device => return made("mknod", &["c", "1", "3"]),
        }
        true
    }
}

/// Every name below a folder, and what it is: nothing is opened, for a pipe would wait.
fn names(folder: &Path) -> Vec<(PathBuf, String)> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_path_buf()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let kind = entry.file_type().unwrap();
            if kind.is_dir() {
                folders.push(entry.path());
            }
            let len = entry.metadata().unwrap().len();
            found.push((entry.path(), format!("{kind:?} {} {len}", kind.is_fifo())));
        }
    }
    found.sort();
    found
}

fn prepared() -> (Desk, Vec<u8>) {
    let desk = Desk::new();
    desk.card("card.img", &[&photo(1), &photo(2)]);
    fs::create_dir(desk.path("outside")).unwrap();
    fs::write(desk.path("outside/mine"), "mine").unwrap();
    let card = fs::read(desk.path("card.img")).unwrap();
    (desk, card)
}

impl Ran {
    /// Whether it was refused in one line on stderr, with nothing on stdout.
    #[track_caller]
    fn refused(&self, what: &str) {
        assert_eq!(self.status, 2, "{what}\nstdout:\n{}\nstderr:\n{}", self.out, self.err);
        let line = self.err.strip_suffix('\n').unwrap_or_default();
        let is_one = line.starts_with("afterimage: cannot write to ") && !line.contains('\n');
        assert!(is_one && self.out.is_empty(), "{what}\n{}\n{}", self.out, self.err);
    }
}

#[test]
#[expect(clippy::print_stderr, reason = "a skipped case says so")]
fn what_somebody_has_prepared_is_refused_before_the_scan() {
    for (path, disguise) in TABLE {
        let (desk, card) = prepared();
        if !disguise.put(&desk.path("out").join(path), &desk) {
            eprintln!("skipped: {disguise:?} cannot be made here");
            continue;
        }
        let before = names(desk.0.path());
        let what = format!("{disguise:?} at {path}");
        desk.run(&["scan", "card.img", "--output", "out"]).refused(&what);
        assert!(fs::read(desk.path("card.img")).unwrap() == card, "{what} changed the source");
        assert_eq!(names(desk.0.path()), before, "{what}: something was written");
    }
}

#[test]
fn the_folder_itself_may_be_a_link_to_a_folder_and_to_nothing_else() {
    let (desk, card) = prepared();
    symlink("outside", desk.path("out")).unwrap();
    symlink("card.img", desk.path("source")).unwrap();
    symlink("nowhere", desk.path("nothing")).unwrap();
    fs::hard_link(desk.path("card.img"), desk.path("same")).unwrap();
    for out in ["source", "nothing", "same", "card.img", "card.img/x"] {
        desk.run(&["scan", "card.img", "--output", out]).refused(out);
    }
    desk.run(&["scan", "card.img", "--output", "out"]).check(0);
    assert!(desk.path("outside/photos").is_dir() && desk.path("outside/report.json").is_file());
    assert_eq!(fs::read(desk.path("outside/mine")).unwrap(), b"mine");
    assert!(fs::read(desk.path("card.img")).unwrap() == card);
}

#[test]
fn files_and_folders_of_others_stay_as_they_are() {
    let (desk, _) = prepared();
    fs::create_dir_all(desk.path("out/photos/undated")).unwrap();
    fs::create_dir_all(desk.path("out/.afterimage")).unwrap();
    fs::write(desk.path("out/photos/undated/0x20000.png"), "mine").unwrap();
    fs::write(desk.path("out/mine"), "mine").unwrap();
    desk.run(&["scan", "card.img", "--output", "out"]).check(0);
    assert_eq!(fs::read(desk.path("out/photos/undated/0x20000.png")).unwrap(), b"mine");
    assert_eq!(fs::read(desk.path("out/mine")).unwrap(), b"mine");
    assert_eq!(desk.written("photos").len(), 3);
}

/// Runs the program on `source` with the output folder `output`, after `setup` has mounted something in a
/// space of its own; nothing where that is not permitted here. `setup` may use `$desk`.
#[expect(clippy::print_stderr, reason = "a skipped case says so")]
fn mounted(desk: &Desk, setup: &str, source: &str, output: &str) -> Option<Ran> {
    // What cannot be set up is told apart from what the program says.
    const NOT_HERE: i32 = 77;
    let script = format!(
        "cd \"$desk\" && sh -ec '{setup}' >/dev/null 2>&1 || exit {NOT_HERE}\n\
         sync; cp {source} before; trap 'umount mnt 2>/dev/null' EXIT\n\
         \"$program\" scan {source} --output {output}\n\
         status=$?; sync; cmp -s {source} before || echo 'the source was changed'; exit $status"
    );
    let ran = Command::new("unshare")
        .args(["--mount", "--propagation", "private", "sh", "-c", &script])
        .env("desk", desk.0.path())
        .env("program", env!("CARGO_BIN_EXE_afterimage"))
        .output();
    let output = ran.ok().filter(|ran| ran.status.code() != Some(NOT_HERE));
    let output = output.filter(|ran| !ran.stderr.starts_with(b"unshare"));
    if output.is_none() {
        eprintln!("skipped, cannot be mounted here: {setup}");
    }
    let output = output?;
    Some(Ran {
        status: output.status.code().unwrap(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    })
}

#[test]
fn what_is_mounted_in_the_output_is_refused() {
    for (setup, what) in [
        ("mkdir -p out/photos; mount --bind outside out/photos", "photos"),
        ("mkdir -p out/photos/DCIM; mount --bind outside out/photos/DCIM", "photos/DCIM"),
        ("mkdir -p out/partial; mount -t tmpfs none out/partial", "partial"),
        ("mkdir -p out/.afterimage; mount --bind outside out/.afterimage", ".afterimage"),
        ("mkdir -p out/.afterimage; mount -t tmpfs none out/.afterimage", ".afterimage"),
        ("mkdir -p out; touch out/report.json; mount --bind card.img out/report.json", "report"),
        ("mkdir -p out/photos; touch out/photos/a; mount --bind card.img out/photos/a", "photos/a"),
        (
            "mkdir -p out/.afterimage; touch out/.afterimage/reserve
             mount --bind card.img out/.afterimage/reserve",
            ".afterimage/reserve",
        ),
    ] {
        let (desk, card) = prepared();
        let Some(ran) = mounted(&desk, setup, "card.img", "out") else { continue };
        ran.refused(setup);
        assert!(ran.err.contains(what), "{what}: {}", ran.err);
        assert!(fs::read(desk.path("card.img")).unwrap() == card);
        assert_eq!(fs::read_dir(desk.path("outside")).unwrap().count(), 1, "{setup}");
    }
}

/// A disk with a file system, which is the source and is mounted.
#[test]
fn an_output_on_the_source_is_refused_however_it_is_mounted() {
    let fat = "truncate -s 16M disk.img; mkfs.vfat disk.img; mkdir mnt";
    let ntfs = "truncate -s 16M disk.img; mkntfs -F -q disk.img; mkdir mnt";
    let wait = "for n in 1 2 3 4 5 6 7 8 9; do mountpoint -q mnt && break; sleep 0.2; done
                mountpoint -q mnt";
    for (setup, source, output) in [
        (format!("{fat}; mount -o loop disk.img mnt"), "disk.img", "mnt/out"),
        (format!("{fat}; mkdir out; mount -o loop disk.img out"), "disk.img", "out"),
        (
            format!("{fat}; mkdir -p out/photos; mount -o loop disk.img out/photos"),
            "disk.img",
            "out",
        ),
        (
            format!("{fat}; mkdir -p out/.afterimage; mount -o loop disk.img out/.afterimage"),
            "disk.img",
            "out",
        ),
        // The image has lost the name that the loop device was made with.
        (
            format!("{fat}; ln disk.img kept; mount -o loop disk.img mnt; rm disk.img"),
            "kept",
            "mnt/out",
        ),
        // The name is another file's by now.
        (
            format!(
                "{fat}; ln disk.img kept; mount -o loop disk.img mnt; rm disk.img; \
                 cp card.img disk.img"
            ),
            "kept",
            "mnt/out",
        ),
        // A program serves what is in the image.
        (format!("{ntfs}; ntfs-3g disk.img mnt; {wait}"), "disk.img", "mnt/out"),
        (format!("{ntfs}; ntfs-3g -o fsname=nobody disk.img mnt; {wait}"), "disk.img", "mnt/out"),
        (
            format!("{ntfs}; ln disk.img kept; ntfs-3g disk.img mnt; rm disk.img; {wait}"),
            "kept",
            "mnt/new/out",
        ),
    ] {
        let (desk, _) = prepared();
        let Some(ran) = mounted(&desk, &setup, source, output) else { continue };
        ran.refused(&setup);
        assert!(!ran.out.contains("changed"), "{setup}");
    }
}

#[test]
fn what_a_program_serves_that_is_not_the_source_is_fine() {
    let (desk, _) = prepared();
    let setup = "truncate -s 16M disk.img; mkntfs -F -q disk.img; mkdir mnt; ntfs-3g disk.img mnt
                 for n in 1 2 3 4 5 6 7 8 9; do mountpoint -q mnt && break; sleep 0.2; done
                 mountpoint -q mnt";
    let Some(ran) = mounted(&desk, setup, "card.img", "mnt/out") else { return };
    ran.check(0);
}

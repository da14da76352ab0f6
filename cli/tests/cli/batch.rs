//! Many images in one command: a folder and a report for each, and a report of all.

use std::fs;
use std::path::Path;

use afterimage_testdata::encrypted::luks1;
use serde_json::Value;

use super::{Desk, Ran, noise, photo};

impl Desk {
    fn own_report(&self, image: &str) -> Value {
        let path = self.path("out").join(image).join("report.json");
        serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
    }

    fn image(&self, name: &str) -> Value {
        let images = self.report()["images"].as_array().unwrap().clone();
        let is_it = |image: &Value| image["path"].as_str().is_some_and(|path| path.ends_with(name));
        images.into_iter().find(is_it).unwrap_or_else(|| panic!("{name} is not listed"))
    }

    fn status_of(&self, name: &str) -> String {
        self.image(name)["status"].as_str().unwrap().to_owned()
    }
}

fn folder(desk: &Desk, name: &str) {
    fs::create_dir_all(desk.path(name)).unwrap();
}

#[test]
fn each_image_of_a_folder_gets_a_folder_and_a_report() {
    let desk = Desk::new();
    folder(&desk, "images");
    desk.card("images/b.img", &[&photo(1), &photo(2)]);
    desk.card("images/a.img", &[&photo(2)]);
    let ran = desk.run(&["scan", "images", "--output", "out"]);
    ran.check(0);
    ran.says("Found 3 photos in 2 of 2 images. All 2 images were scanned to the end.");
    ran.says("1 photo is in more than one image");
    let report = desk.report();
    assert_eq!(report["schema"], "afterimage-batch/1");
    let paths: Vec<_> =
        report["images"].as_array().unwrap().iter().map(|image| &image["path"]).collect();
    assert_eq!(paths, ["images/a.img", "images/b.img"]);
    for (image, photos) in [("a.img", 1), ("b.img", 2)] {
        let own = desk.own_report(image);
        assert_eq!(own["schema"], "afterimage-report/1");
        assert_eq!(own["summary"]["photos"], photos);
        assert_eq!(desk.written(&format!("{image}/photos")).len(), photos);
        assert_eq!(desk.image(image)["summary"], own["summary"]);
        assert_eq!(desk.image(image)["report"], format!("{image}/report.json"));
    }
    let copies = &report["copies"][0];
    assert_eq!(report["copies"].as_array().unwrap().len(), 1);
    for copy in copies["files"].as_array().unwrap() {
        let image = &report["images"][copy["image"].as_u64().unwrap() as usize];
        let path = desk.path("out").join(image["folder"].as_str().unwrap());
        let bytes = fs::read(path.join(copy["path"].as_str().unwrap())).unwrap();
        assert_eq!(blake3::hash(&bytes).to_hex().as_str(), copies["blake3"].as_str().unwrap());
    }
    // What a scan of one image alone writes is the same.
    desk.run(&["scan", "images/b.img", "--output", "alone"]).check(0);
    let alone: Value =
        serde_json::from_slice(&fs::read(desk.path("alone/report.json")).unwrap()).unwrap();
    assert_eq!(alone["files"], desk.own_report("b.img")["files"]);
    // Other commands take such a folder.
    desk.run(&["verify", "out/b.img"]).check(0);
}

#[test]
fn sources_that_are_named_go_into_one_report_or_with_batch_into_their_own() {
    let desk = Desk::new();
    desk.card("a.img", &[&photo(1)]);
    desk.card("b.img", &[&photo(2)]);
    let ran = desk.run(&["scan", "a.img", "b.img", "--output", "one"]);
    ran.check(0);
    assert!(ran.err.contains("with --batch each gets its own"), "{}", ran.err);
    assert!(desk.path("one/photos").is_dir() && !desk.path("one/a.img").exists());
    desk.run(&["scan", "a.img", "b.img", "--batch", "--output", "out"]).check(0);
    assert!(desk.path("out/a.img/report.json").is_file() && desk.path("out/b.img/photos").is_dir());
}

#[test]
fn a_broken_image_costs_itself_only() {
    let desk = Desk::new();
    folder(&desk, "images");
    desk.card("images/good.img", &[&photo(1)]);
    fs::write(desk.path("images/empty.img"), b"").unwrap();
    fs::write(desk.path("images/zeros.E01"), vec![0; 4096]).unwrap();
    fs::write(desk.path("images/text.dd"), "not found\n".repeat(99)).unwrap();
    let ran = desk.run(&["scan", "images", "missing.img", "--output", "out"]);
    assert_eq!(ran.status, 3, "{}", ran.err);
    for (name, why) in [
        ("empty.img", "it is empty"),
        ("zeros.E01", "does not begin as a disk in that form"),
        ("text.dd", "does not begin as a disk"),
        ("missing.img", "cannot open missing.img"),
    ] {
        let lines: Vec<&str> = ran.err.lines().filter(|line| line.contains(name)).collect();
        assert_eq!(lines.len(), 1, "{name}: {}", ran.err);
        assert!(lines[0].contains(why), "{}", lines[0]);
        assert_eq!(desk.status_of(name), "failed");
        assert!(desk.image(name)["error"].as_str().unwrap().len() > 5);
        assert!(desk.image(name).get("report").is_none());
    }
    assert_eq!(desk.status_of("good.img"), "complete");
    assert_eq!(desk.report()["summary"]["failed"], 4);
    ran.says("Found 1 photo in 1 of 5 images. Of 5 images, 1 was scanned to the end, 4 failed.");
    let ran = desk.run(&["scan", "images/empty.img", "missing.img", "--batch", "--output", "none"]);
    assert_eq!(ran.status, 2, "not one could be scanned: {}", ran.err);
}

/// A tar archive of one file, of which the end is missing.
fn cut_tar(name: &str, content: &[u8], left: usize) -> Vec<u8> {
    let mut head = vec![0; 512];
    head[..name.len()].copy_from_slice(name.as_bytes());
    head[100..108].copy_from_slice(b"0000644\0");
    head[124..136].copy_from_slice(format!("{:011o}\0", content.len()).as_bytes());
    head[156] = b'0';
    head[257..265].copy_from_slice(b"ustar\x0000");
    head[148..156].copy_from_slice(b"        ");
    let sum: u32 = head.iter().map(|byte| u32::from(*byte)).sum();
    head[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    [&head, &content[..left]].concat()
}

#[test]
fn an_archive_that_is_cut_and_an_image_without_a_part_cost_themselves_only() {
    let desk = Desk::new();
    folder(&desk, "images");
    desk.card("images/good.img", &[&photo(1)]);
    let noise = noise(1 << 20);
    fs::write(desk.path("images/disk.001"), &noise).unwrap();
    fs::write(desk.path("images/disk.003"), &noise).unwrap();
    fs::write(desk.path("images/disk.004"), &noise).unwrap();
    fs::write(desk.path("images/docs.tar"), cut_tar("letter.txt", &noise, 1 << 19)).unwrap();
    let mut whole = cut_tar("letter.txt", &noise, 1 << 20);
    whole.resize(whole.len() + 1024, 0);
    fs::write(desk.path("images/whole.tar"), whole).unwrap();
    let ran = desk.run(&["scan", "images", "--output", "out"]);
    assert_eq!(ran.status, 3, "{}", ran.err);
    for (name, why) in
        [("disk.001", "its part disk.002 is missing"), ("docs.tar", "damaged or cut short")]
    {
        let lines: Vec<&str> = ran.err.lines().filter(|line| line.contains(name)).collect();
        assert!(lines.len() == 1 && lines[0].contains(why), "{name}: {}", ran.err);
        assert_eq!(desk.status_of(name), "failed");
    }
    assert!(!ran.err.contains("disk.003") && ran.err.contains("1 archive of files"), "{}", ran.err);
    assert_eq!(desk.report()["summary"]["failed"], 2);
    for (name, missing) in [("disk.003", "part disk.002 is missing"), ("disk.001", "part disk.002")]
    {
        let ran = desk.run(&["scan", &format!("images/{name}"), "--output", "alone"]);
        ran.check(2);
        ran.complains(&["cannot scan images/disk.00", missing, "give it another name"]);
    }
    let ran = desk.run(&["scan", "images/disk.003", "--batch", "--output", "alone"]);
    ran.check(2);
    ran.complains(&["part 3 of an image whose part disk.002 is missing"]);
}

#[test]
fn what_was_not_read_of_an_image_is_told_in_a_batch_as_it_is_alone() {
    let desk = Desk::new();
    folder(&desk, "images");
    fs::write(desk.path("images/a.img"), luks1(&vec![7; 1 << 20])).unwrap();
    fs::write(desk.path("images/b.img"), luks1(&vec![8; 1 << 20])).unwrap();
    desk.card("c", &[&photo(1)]);
    let card = fs::read(desk.path("c")).unwrap();
    fs::write(desk.path("images/c.tar"), cut_tar("card.img", &card, 1 << 19)).unwrap();
    desk.card("images/d.img", &[&photo(2)]);
    let ran = desk.run(&["scan", "images", "--output", "out"]);
    ran.check(0);
    let row = |name: &str| {
        let line = ran.out.lines().find(|line| line.trim_start().starts_with(name));
        line.unwrap_or_else(|| panic!("{name}: {}", ran.out)).to_owned()
    };
    for (name, status) in [
        ("images/a.img", "complete (encrypted)"),
        ("images/c.tar", "complete (read errors)"),
        ("images/d.img", "complete  "),
    ] {
        assert!(row(name).contains(status), "{}", ran.out);
    }
    ran.says("a.img: The LUKS1 volume");
    ran.says("scan it again with --unlock");
    ran.says("READ ERRORS: 524.3 kB of images/c.tar in 1 place could not be read");
    let words = |ran: &Ran| ran.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(words(&ran).matches("scan it again with --unlock").count(), 1, "{}", ran.out);
    assert_eq!(words(&ran).matches("is encrypted by LUKS too.").count(), 1, "{}", ran.out);
    // Each sentence is that of a scan of the image alone.
    for (image, begin) in [("a.img", "The LUKS1 volume"), ("c.tar", "READ ERRORS: ")] {
        let path = format!("images/{image}");
        let alone = words(&desk.run(&["scan", &path, "--output", &format!("alone-{image}")]));
        let sentence = &alone[alone.find(begin).unwrap()..];
        let sentence = &sentence[..sentence.find(". ").unwrap()];
        assert!(words(&ran).contains(sentence), "{sentence}: {}", ran.out);
    }
    let volume = &desk.image("a.img")["encrypted"][0];
    assert_eq!((&volume["type"], &volume["offset"]), (&"luks1".into(), &0.into()));
    assert_eq!(desk.image("c.tar")["unreadable_ranges"], 1);
    assert!(desk.image("d.img").get("encrypted").is_none());
    let summary = desk.report()["summary"].clone();
    assert_eq!((&summary["encrypted"], &summary["unreadable"]), (&2.into(), &1.into()));
}

#[test]
fn what_is_no_image_is_counted_and_skipped() {
    let desk = Desk::new();
    folder(&desk, "images/deep/er");
    desk.card("images/card", &[&photo(1)]);
    desk.card("images/deep/er/card.img", &[&photo(2)]);
    fs::write(desk.path("images/holiday.png"), photo(3)).unwrap();
    fs::write(desk.path("images/notes.txt"), "where they were\n").unwrap();
    fs::write(desk.path("images/.hidden.img"), noise(1 << 20)).unwrap();
    let ran = desk.run(&["scan", "images", "--output", "out"]);
    ran.check(0);
    assert!(ran.err.contains("--recursive looks into folders"), "{}", ran.err);
    let skipped = desk.report()["skipped"].clone();
    for (kind, n) in [("photos", 1), ("others", 1), ("hidden", 1), ("folders", 1), ("archives", 0)]
    {
        assert_eq!(skipped[kind], n, "{kind}: {skipped}");
    }
    assert_eq!(desk.report()["summary"]["images"], 1);
    desk.run(&["scan", "images", "--recursive", "--output", "all"]).check(0);
    assert!(desk.path("all/card.img/report.json").is_file(), "that of the folder below");
    assert!(desk.path("all/card/report.json").is_file());
    let ran = desk.run(&["scan", "images/card", "--recursive", "--output", "x"]);
    ran.check(2);
    ran.complains(&["--recursive looks into folders, and none is named"]);
}

#[test]
fn parts_of_an_image_are_one_source_and_names_that_collide_are_numbered() {
    let desk = Desk::new();
    folder(&desk, "shelf/a");
    folder(&desk, "shelf/b");
    desk.card("whole.img", &[&photo(1), &photo(2)]);
    let whole = fs::read(desk.path("whole.img")).unwrap();
    for (part, bytes) in (1..).zip(whole.chunks(300 << 10)) {
        fs::write(desk.path("shelf/a").join(format!("disk.{part:03}")), bytes).unwrap();
    }
    desk.card("shelf/a/card.img", &[&photo(3)]);
    desk.card("shelf/b/card.img", &[&photo(4)]);
    fs::hard_link(desk.path("shelf/b/card.img"), desk.path("shelf/b/same.img")).unwrap();
    let ran = desk.run(&["scan", "shelf", "--recursive", "--output", "out"]);
    ran.check(0);
    assert!(
        ran.err.contains("the first of 4 parts") && ran.err.contains("there twice"),
        "{}",
        ran.err
    );
    assert_eq!(desk.report()["summary"]["images"], 3);
    assert_eq!(desk.own_report("disk.001")["summary"]["photos"], 2);
    assert_eq!(desk.own_report("card.img")["sources"][0]["path"], "shelf/a/card.img");
    assert_eq!(desk.own_report("card-2.img")["sources"][0]["path"], "shelf/b/card.img");
}

#[test]
fn a_folder_of_photos_is_no_folder_of_images() {
    let desk = Desk::new();
    folder(&desk, "holiday");
    for n in 0..3 {
        fs::write(desk.path("holiday").join(format!("{n}.png")), photo(n)).unwrap();
    }
    desk.card("card.img", &[&photo(1)]);
    for sources in [&["holiday"][..], &["card.img", "holiday"]] {
        let ran = desk.run(&[&["scan"], sources, &["--output", "out"]].concat());
        ran.check(2);
        ran.complains(&["cannot scan holiday: it is a folder of 3 photos, no disk image", "; "]);
        assert!(!desk.path("out").exists());
    }
}

#[test]
fn an_output_folder_among_the_images_is_refused() {
    let desk = Desk::new();
    folder(&desk, "images");
    desk.card("images/a.img", &[&photo(1)]);
    let ran = desk.run(&["scan", "images", "--output", "images/out"]);
    ran.check(2);
    ran.complains(&["cannot write to images/out", "which is to be scanned"]);
    desk.run(&["scan", "images", "--output", "out"]).check(0);
    let ran = desk.run(&["scan", "images", "--output", "out"]);
    ran.check(2);
    ran.complains(&["cannot write to out", "report of an earlier run"]);
    let ran = desk.run(&["recover", "out"]);
    ran.check(2);
    ran.complains(&["out", "several images", "name the folder of one"]);
}

#[test]
fn a_batch_goes_on_with_what_is_left() {
    let desk = Desk::new();
    folder(&desk, "images");
    desk.card("images/a.img", &[&photo(1)]);
    desk.card("images/b.img", &[&photo(2)]);
    fs::write(desk.path("images/c.img"), b"").unwrap();
    let scan = ["scan", "images", "--output", "out"];
    assert_eq!(desk.run(&scan).status, 3);
    let a = desk.own_report("a.img");
    desk.card("images/c.img", &[&photo(3)]);
    desk.card("images/0.img", &[&photo(4)]);
    let ran = desk.run(&[&scan[..], &["--quick", "--resume"]].concat());
    ran.check(2);
    ran.complains(&["cannot go on in out: --quick is not as it was"]);
    desk.run(&[&scan[..], &["--resume"]].concat()).check(0);
    assert_eq!(desk.report()["summary"]["complete"], 4);
    assert_eq!(desk.own_report("a.img"), a, "what is finished is left alone");
    assert_eq!(desk.own_report("0.img")["summary"]["photos"], 1);
    let ran = desk.run(&[&scan[..], &["--resume"]].concat());
    ran.check(0);
    ran.says("Nothing is left to do");
    // What was finished stays in the report when it is put away.
    fs::rename(desk.path("images/b.img"), desk.path("b.img")).unwrap();
    desk.card("images/d.img", &[&photo(7)]);
    desk.run(&[&scan[..], &["--resume"]].concat()).check(0);
    assert_eq!(desk.report()["summary"]["complete"], 5);
    assert_eq!(desk.status_of("b.img"), "complete");
    // Another disk by the same path is not taken for the one that was scanned.
    std::thread::sleep(std::time::Duration::from_millis(20));
    desk.card("images/a.img", &[&photo(5), &photo(6)]);
    let ran = desk.run(&[&scan[..], &["--resume"]].concat());
    assert_eq!(ran.status, 3, "{}", ran.err);
    assert!(
        desk.image("a.img")["error"]
            .as_str()
            .unwrap()
            .contains("another one than was scanned into its folder")
    );
}

#[test]
fn a_program_reads_what_a_batch_came_to() {
    let desk = Desk::new();
    folder(&desk, "images");
    desk.card("images/a.img", &[&photo(1)]);
    fs::write(desk.path("images/b.img"), b"").unwrap();
    let ran =
        desk.run(&["scan", "images", "--output", "out", "--json", "--progress", "json", "--stats"]);
    assert_eq!(ran.status, 3);
    let said: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(said["summary"], desk.report()["summary"]);
    assert_eq!(said["images"], desk.report()["images"]);
    assert_eq!(said["failed"][0]["path"], "images/b.img");
    let events: Vec<Value> =
        ran.err.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |name: &str| events.iter().filter(|event| event["event"] == name).collect::<Vec<_>>();
    assert_eq!((of("begun").len(), of("ended").len()), (2, 2));
    let failed = of("ended").into_iter().find(|event| event["number"] == 2).unwrap();
    assert_eq!((&failed["status"], &failed["of"]), (&"failed".into(), &2.into()));
    let last = of("progress").pop().unwrap();
    assert_eq!(
        (&last["images"], &last["images_ended"], &last["images_failed"]),
        (&2.into(), &2.into(), &1.into())
    );
}

#[test]
fn a_dry_run_of_many_images_writes_reports_only() {
    let desk = Desk::new();
    folder(&desk, "images");
    desk.card("images/a.img", &[&photo(1)]);
    desk.run(&["scan", "images", "--output", "out", "--dry-run"]).check(0);
    assert!(
        desk.path("out/a.img/report.json").is_file() && !desk.path("out/a.img/photos").exists()
    );
    let listed = desk.run(&["scan", "images", "--list"]);
    listed.check(0);
}

#[cfg(unix)]
mod on_unix {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use std::process::{Command, Stdio};

    use super::*;
    use crate::wait_for;

    #[test]
    fn links_that_lead_in_circles_and_odd_names_are_no_trouble() {
        let desk = Desk::new();
        folder(&desk, "images/below");
        desk.card("images/below/a.img", &[&photo(1)]);
        let odd = desk.path("images").join(OsStr::from_bytes(b"b\xff\x1b[2J.img"));
        fs::copy(desk.path("images/below/a.img"), &odd).unwrap();
        symlink("..", desk.path("images/below/up")).unwrap();
        symlink("loop", desk.path("images/loop")).unwrap();
        symlink("nowhere.img", desk.path("images/dangling.img")).unwrap();
        symlink("below/a.img", desk.path("images/link.img")).unwrap();
        assert!(Command::new("mkfifo").arg(desk.path("images/pipe")).status().unwrap().success());
        let scan = ["scan", "images", "--recursive", "--output", "out"];
        let ran = desk.run(&scan);
        ran.check(0);
        assert!(!ran.out.contains('\u{1b}') && !ran.err.contains('\u{1b}'));
        let report = desk.report();
        assert_eq!(report["summary"]["images"], 2, "{report}");
        assert_eq!(
            (&report["skipped"]["links"], &report["skipped"]["others"]),
            (&1.into(), &3.into())
        );
        let folders = fs::read_dir(desk.path("out")).unwrap();
        let folders = folders
            .map(|entry| entry.unwrap().file_name())
            .filter(|name| Path::new(name).extension().is_some_and(|one| one == "img"));
        assert!(
            folders
                .into_iter()
                .all(|name| name.to_str().is_some_and(|name| !name.contains('\u{1b}')))
        );
        desk.run(&[&scan[..], &["--resume"]].concat()).says("Nothing is left to do");
    }

    #[test]
    fn what_may_not_be_read_is_told() {
        if rustix::process::geteuid().is_root() {
            return; // Root may read all.
        }
        let desk = Desk::new();
        folder(&desk, "images/closed");
        desk.card("images/a.img", &[&photo(1)]);
        desk.card("images/b", &[&photo(1)]);
        for path in ["images/closed", "images/b"] {
            fs::set_permissions(desk.path(path), fs::Permissions::from_mode(0o000)).unwrap();
        }
        let ran = desk.run(&["scan", "images", "--recursive", "--output", "out"]);
        fs::set_permissions(desk.path("images/closed"), fs::Permissions::from_mode(0o700)).unwrap();
        assert_eq!(ran.status, 3, "{}", ran.err);
        assert_eq!(
            (desk.status_of("images/closed"), desk.status_of("images/b")),
            ("failed".into(), "failed".into())
        );
    }

    /// Sends a signal to the program once `path` is there; what it came to, and what it said.
    fn stopped(desk: &Desk, arguments: &[&str], signal: &str, path: &str) -> (Option<i32>, String) {
        let mut command = desk.command(arguments);
        let child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        wait_for(&desk.path(path));
        let kill = format!("kill -{signal} {}", child.id());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
        let output = child.wait_with_output().unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        (output.status.code(), said.split_whitespace().collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn a_batch_that_was_stopped_or_killed_is_gone_on_with() {
        for (signal, status) in [("INT", Some(130)), ("KILL", None)] {
            let desk = Desk::new();
            folder(&desk, "images");
            // The first is small, so that there is something finished; the second is read slowly.
            desk.card("images/a.img", &[&photo(1)]);
            let mut large = noise(1 << 20).repeat(24);
            large[1 << 20..][..photo(2).len()].copy_from_slice(&photo(2));
            fs::write(desk.path("images/b.img"), large).unwrap();
            desk.card("images/c.img", &[&photo(3)]);
            let scan =
                ["scan", "images", "--output", "out", "--threads", "1", "--read-limit", "4M"];
            let (ended, said) = stopped(&desk, &scan, signal, "out/b.img/.afterimage/scan.log");
            assert_eq!(ended, status);
            if signal == "INT" {
                let statuses = ["a.img", "b.img", "c.img"].map(|name| desk.status_of(name));
                assert_eq!(statuses, ["complete", "stopped", "waiting"]);
                assert_eq!(desk.report()["ended"], "stopped");
                let endings =
                    "Of 3 images, 1 was scanned to the end, 1 stopped, 1 not begun. image status";
                assert!(said.contains(endings), "{said}");
            }
            for again in [["scan", "images", "--output", "out"], ["scan", "c", "--output", "out"]] {
                desk.card("c", &[&photo(3)]);
                let ran = desk.run(&again);
                ran.check(2);
                let own = ["cannot write to out: it holds a run that was not finished", "--resume"];
                let other = [
                    "cannot write to out: it holds the scans of several images, which were not finished",
                ];
                ran.complains(if again[1] == "images" { &own } else { &other });
            }
            let a = desk.own_report("a.img");
            desk.run(&["scan", "images", "--output", "out", "--resume"]).check(0);
            assert_eq!(desk.own_report("a.img"), a, "{signal}");
            assert_eq!(desk.report()["summary"]["photos"], 3);
            assert_eq!(desk.report()["summary"]["complete"], 3);
        }
    }
}

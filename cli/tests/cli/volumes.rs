//! What file systems add: names, what is still there, and the options that ask for it.

use std::fs;

use afterimage_testdata::cameras::Shot;
use afterimage_testdata::fat::{Kind, Stamp, Volume};
use afterimage_testdata::png::Png;
use afterimage_testdata::scene::Picture;
use serde_json::Value;

use super::{Desk, Ran};

const SHOT: &str = "DCIM/100CANON/IMG_0001.JPG";
const WALK: &str = "DCIM/100CANON/evening walk.png";
const LIVE: &str = "MISC/LAKE.PNG";

/// A folder with the image of a card in it: a shot of a camera and a picture were deleted, another
/// picture is still there. Gives what the three files hold.
fn desk() -> (Desk, [Vec<u8>; 3]) {
    let stamp = Stamp::new(2024, 6, 1, 18, 30, 0);
    let mut volume = Volume::new(Kind::Fat16, 8 << 10, 512, "CARD");
    for folder in ["DCIM", "DCIM/100CANON", "MISC"] {
        volume.make_folder(folder, 20, stamp);
    }
    let taken = "2024:05:04 10:12:30";
    let picture = |seed| Png::default().encode(&Picture::scene(seed, 64, 48));
    let files = [Shot::new(1, (160, 120), "Canon EOS 0D", taken).canon(), picture(2), picture(3)];
    let stamps = [Stamp::of_exif(taken), stamp, stamp];
    for (at, path) in [SHOT, WALK, LIVE].into_iter().enumerate() {
        volume.write(path, &files[at], stamps[at], 1000 * (at + 1));
    }
    volume.delete(SHOT);
    volume.delete(WALK);
    let desk = Desk::new();
    fs::write(desk.path("card.img"), volume.image()).unwrap();
    (desk, files)
}

impl Desk {
    fn scan(&self, more: &[&str]) -> Ran {
        self.run(&[&["scan", "card.img", "--output", "out"], more].concat())
    }

    /// Paths of the files that were written, in order.
    fn paths(&self) -> Vec<String> {
        let report = self.report();
        let files = report["files"].as_array().unwrap();
        let paths = files.iter().filter_map(|file| file["path"].as_str().map(str::to_owned));
        let mut paths: Vec<_> = paths.collect();
        paths.sort_unstable();
        paths
    }
}

/// Scans with the options and holds what was written against `expected`.
#[track_caller]
fn check(more: &[&str], expected: &[&str]) {
    let (desk, _) = desk();
    let ran = desk.scan(more);
    ran.check(i32::from(expected.is_empty()));
    let expected: Vec<_> = expected.iter().map(|path| format!("photos/{path}")).collect();
    assert_eq!(desk.paths(), expected, "{more:?}");
}

#[test]
fn what_was_deleted_gets_its_name_back() {
    let (desk, files) = desk();
    let ran = desk.scan(&[]);
    ran.check(0);
    for said in [
        "Found 2 photos in card.img",
        "1 photo is still there and only listed; --all copies them too.",
        "FAT16 volume CARD, 4.2 MB: 1 file there, 2 deleted",
    ] {
        ran.says(said);
    }
    for (path, bytes) in [SHOT, WALK].into_iter().zip(&files) {
        assert!(&fs::read(desk.path("out/photos").join(path)).unwrap() == bytes, "{path}");
    }
    assert!(!desk.path("out/photos").join(LIVE).exists());
    let report = desk.report();
    let files: Vec<_> = report["files"].as_array().unwrap().iter().collect();
    let live = files.iter().find(|file| file["original_path"] == LIVE).unwrap();
    assert_eq!((&live["status"], &live["path"]), (&"live".into(), &Value::Null));
    assert_eq!(live["modified"], "2024-06-01T18:30:00");
}

#[test]
fn what_is_still_there_is_copied_when_asked() {
    check(&["--all"], &[SHOT, WALK, LIVE]);
}

#[test]
fn finding_only_what_is_still_there_is_no_failure() {
    let (desk, _) = desk();
    let ran = desk.scan(&["--path", "lake*"]);
    ran.check(0);
    ran.says("Found no deleted photos in card.img");
    ran.says("1 photo is still there and only listed");
    assert_eq!(desk.paths(), [""; 0]);
    fs::remove_dir_all(desk.path("out")).unwrap();
    let said = desk.scan(&["--path", "lake*", "--json"]).out;
    assert_eq!(serde_json::from_str::<Value>(&said).unwrap()["live"], 1);
}

#[test]
fn photos_are_chosen_by_path_date_and_camera() {
    check(&["--path", "*.PNG"], &[WALK]);
    check(&["--path", "dcim/**"], &[SHOT, WALK]);
    check(&["--path", "lake*", "--path", "IMG_*", "--all"], &[SHOT, LIVE]);
    check(&["--since", "2024-05-05"], &[WALK]);
    check(&["--until", "2024-05-04"], &[SHOT]);
    check(&["--since", "2024-05-04T10:12:30", "--until", "2024-06-01 18:30"], &[SHOT]);
    check(&["--camera", "CANON eos"], &[SHOT]);
    check(&["--camera", "nikon"], &[]);
}

#[test]
fn options_that_choose_are_named_when_nothing_is_found() {
    let (desk, _) = desk();
    let ran = desk.scan(&["--camera", "nikon"]);
    ran.says("2 photos were left out by --camera; without it, all are recovered.");
    ran.says("Only what --camera asks for was taken");
    let listed =
        desk.run(&["scan", "card.img", "--list", "--since", "2030-01-01", "--path", "*.gif"]);
    listed.says("2 photos were left out by --path or --since");
    assert!(!listed.out.contains("--camera"), "{}", listed.out);
}

#[test]
fn a_volume_is_chosen_by_its_number() {
    check(&["--volume", "1"], &[SHOT, WALK]);
    let (desk, _) = desk();
    let ran = desk.scan(&["--volume", "9"]);
    ran.check(2);
    ran.complains(&["cannot find volume 9 on card.img", "there is only volume 1"]);
    assert!(!desk.path("out").exists());
}

#[test]
fn without_file_systems_it_carves() {
    let (desk, files) = desk();
    let ran = desk.scan(&["--no-filesystem"]);
    ran.check(0);
    ran.says("Found 3 photos in card.img");
    assert!(!ran.out.contains("FAT16"), "{}", ran.out);
    let written = desk.written("photos");
    assert!(files.iter().all(|file| written.contains(file)) && written.len() == 3);
    let report = desk.report();
    for file in report["files"].as_array().unwrap() {
        assert!(file["original_path"].is_null() && file["status"] == "unknown", "{file}");
    }
}

#[test]
fn a_time_zone_stands_for_clocks_that_tell_none() {
    let (desk, _) = desk();
    desk.scan(&["--timezone", "-03:30", "--format", "png,jpeg"]).check(0);
    let report = desk.report();
    let files = report["files"].as_array().unwrap();
    let walk = files.iter().find(|file| file["original_path"] == WALK).unwrap();
    assert_eq!(walk["modified"], "2024-06-01T18:30:00-03:30");
    let written = |path: &str| {
        let modified = desk.path("out/photos").join(path).metadata().unwrap().modified().unwrap();
        modified.duration_since(std::time::SystemTime::UNIX_EPOCH).unwrap().as_secs()
    };
    // 22:00 on the first of June 2024, and 13:42:30 on the fourth of May, in UTC.
    assert_eq!((written(WALK), written(SHOT)), (1_717_279_200, 1_714_830_150));
}

#[test]
fn a_list_shows_what_would_be_recovered_and_writes_nothing() {
    let (desk, _) = desk();
    let ran = desk.run(&["scan", "card.img", "--list"]);
    ran.check(0);
    for said in [
        "card.img: FAT16 volume CARD, 4.2 MB DCIM/ 100CANON/ IMG_0001.JPG 2024-05-04 10:12",
        "evening walk.png 2024-06-01 18:30",
        "deleted whole, proven MISC/ LAKE.PNG 2024-06-01 18:30",
        "still there whole, proven",
        "2 photos would be recovered; 1 photo is still there, copied with --all only.",
    ] {
        ran.says(said);
    }
    assert_eq!(fs::read_dir(desk.path(".")).unwrap().count(), 1, "only the card is there");
}

#[test]
fn a_list_comes_as_json_too() {
    let (desk, _) = desk();
    let ran = desk.run(&["scan", "card.img", "--list", "--json", "--path", "*.png"]);
    ran.check(0);
    let said: Value = serde_json::from_str(&ran.out).unwrap();
    let said = said.as_array().unwrap();
    let of = |key: &str| said.iter().map(|file| file[key].as_str().unwrap()).collect::<Vec<_>>();
    assert_eq!(of("original_path"), [WALK, LIVE]);
    assert_eq!(of("status"), ["deleted", "live"]);
    assert_eq!(of("chance"), ["whole, proven"; 2]);
}

#[test]
fn an_encrypted_volume_is_told_with_what_to_do() {
    let desk = Desk::new();
    let mut image = vec![0; 1 << 20];
    image[..8].copy_from_slice(b"LUKS\xba\xbe\0\x01");
    fs::write(desk.path("card.img"), image).unwrap();
    let ran = desk.scan(&[]);
    ran.check(1);
    ran.says("is encrypted by LUKS: scan it again with --unlock");
}

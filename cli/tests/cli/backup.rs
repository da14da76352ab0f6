//! Backups of phones: listed, opened, recovered.

use std::fs;

use afterimage_testdata::places::backup::{Backup, Content, PhoneFile};
use serde_json::Value;

use super::{Desk, photo};

const PASSWORD: &str = "correct horse";

fn files() -> Vec<PhoneFile> {
    let path = |number: u64| format!("Media/DCIM/100APPLE/IMG_{number:04}.PNG");
    let mut files: Vec<PhoneFile> =
        (1..=6).map(|number| PhoneFile::camera_roll(&path(number), photo(number))).collect();
    files[1].modified = 1_577_934_245;
    files.push(PhoneFile::of("CameraRollDomain", "Media/DCIM", Content::Folder));
    files
}

fn desk(backup: &Backup) -> Desk {
    let desk = Desk::new();
    backup.write_to(&desk.path("backups/00008030-001A2B3C4D5E6F70")).unwrap();
    desk
}

#[test]
fn backups_are_listed_with_what_they_say_of_themselves() {
    let desk = desk(&Backup::encrypted(files(), PASSWORD));
    Backup { has_status: false, has_info: false, ..Backup::new(files()) }
        .write_to(&desk.path("backups/deep/er/old"))
        .unwrap();
    let listed = desk.run(&["backup", "list", "backups"]);
    listed.check(0);
    listed.says("Test phone (iPhone12,1, iOS 17.4.1)");
    listed.says("made 2024-05-18T09:30:00Z, encrypted");
    listed.says("6 files");
    let listed = desk.run(&["backup", "list", "backups", "--json"]);
    let all: Vec<Value> = serde_json::from_str(&listed.out).unwrap();
    let is_encrypted: Vec<&Value> = all.iter().map(|one| &one["encrypted"]).collect();
    assert_eq!(is_encrypted, [&Value::Bool(true), &Value::Bool(false)]);
    assert_eq!(all[1]["full"], Value::Null);
    fs::create_dir(desk.path("empty")).unwrap();
    desk.run(&["backup", "list", "empty"]).check(1);
    desk.run(&["backup", "list", "nowhere"]).check(2);
}

#[test]
fn photos_of_an_encrypted_backup_are_recovered_with_its_password() {
    let desk = desk(&Backup::encrypted(files(), PASSWORD));
    fs::write(desk.path("word"), format!("{PASSWORD}\n")).unwrap();
    fs::write(desk.path("wrong"), "battery staple\n").unwrap();
    let listed = desk.run(&["backup", "photos", "backups", "--password-file", "word"]);
    listed.check(0);
    let lines = listed.out.lines().filter(|line| line.contains("DCIM/100APPLE/IMG_00")).count();
    assert_eq!(lines, 6, "{}", listed.out);
    let ran =
        desk.run(&["backup", "recover", "backups", "--password-file", "word", "--output", "out"]);
    ran.check(0);
    let written =
        |number: u64| fs::read(desk.path(&format!("out/photos/DCIM/100APPLE/IMG_{number:04}.png")));
    let upper =
        |number: u64| fs::read(desk.path(&format!("out/photos/DCIM/100APPLE/IMG_{number:04}.PNG")));
    for number in 1..=6 {
        assert!(upper(number).or_else(|_| written(number)).unwrap() == photo(number));
    }
    let ran = desk.run(&["backup", "recover", "backups", "--password-file", "wrong", "-o", "out2"]);
    ran.check(2);
    assert!(ran.err.contains("the password is wrong"), "{}", ran.err);
    let ran = desk.run(&["backup", "photos", "backups"]);
    ran.check(2);
    assert!(ran.err.contains("it is encrypted; give its password"), "{}", ran.err);
}

#[test]
fn photos_are_chosen_and_put_into_folders_by_day() {
    let desk = desk(&Backup::new(files()));
    let count = |arguments: &[&str]| {
        let ran = desk.run(&[&["backup", "photos", "backups", "--json"], arguments].concat());
        let found: Value = serde_json::from_str(&ran.out).unwrap();
        found["files"].as_array().unwrap().len()
    };
    assert_eq!(count(&[]), 6);
    assert_eq!(count(&["--to", "2020-01-02"]), 1);
    assert_eq!(count(&["--from", "2020-01-03", "--to", "2024-05-17"]), 5);
    assert_eq!(count(&["--type", "video,live"]), 0);
    assert_eq!(count(&["--type", "photo"]), 6);
    assert_eq!(
        count(&["--deleted"]) + count(&["--favourites"]) + count(&["--album", "Holiday"]),
        0
    );
    let ran =
        desk.run(&["backup", "photos", "backups", "--from", "2021-01-01", "--to", "2020-01-01"]);
    ran.check(2);
    desk.run(&["backup", "recover", "backups", "-o", "out", "--by", "date"]).check(0);
    assert!(desk.path("out/photos/2020-01-02").is_dir());
    assert_eq!(fs::read_dir(desk.path("out/photos/2024-05-17")).unwrap().count(), 5);
}

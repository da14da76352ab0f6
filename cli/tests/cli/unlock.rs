//! Encrypted volumes that are scanned, verified and recovered from through their keys.
#![expect(clippy::print_stderr, reason = "a test that cannot run here says so")]

use std::fs;
use std::path::Path;
use std::process::Command;

use afterimage_testdata::encrypted::{
    LUKS1_PAYLOAD, LUKS2_PAYLOAD, Luks2, PASSPHRASE, RECOVERY_KEY, bitlocker, luks1, luks2,
};
use serde_json::{Value, json};

#[cfg(target_os = "linux")]
use super::on_terminal::Step;
use super::{Desk, photo};

const KEY: [&str; 2] = ["--password-file", "word"];

fn card() -> Vec<u8> {
    afterimage_testdata::card::demo().image
}

/// A desk with these files on it, and one with the passphrase of all volumes.
fn desk(files: &[(&str, &[u8])]) -> Desk {
    let desk = Desk::new();
    for (name, bytes) in files {
        fs::write(desk.path(name), bytes).unwrap();
    }
    for (name, word) in
        [("word", PASSPHRASE), ("wrong", "no such word"), ("recovery", RECOVERY_KEY)]
    {
        fs::write(desk.path(name), format!("{word}\n")).unwrap();
    }
    desk
}

fn report(folder: &Path) -> Value {
    serde_json::from_slice(&fs::read(folder.join("report.json")).unwrap()).unwrap()
}

/// What a report says of each photo, of which the first byte of the source counts as `base`.
fn photos(folder: &Path, base: u64) -> Vec<Value> {
    let fields = [
        "format",
        "size",
        "grade",
        "status",
        "origin",
        "blake3",
        "sha256",
        "name",
        "original_path",
        "modified",
    ];
    let of = |file: &Value| {
        let runs = file["runs"].as_array().unwrap().iter();
        let runs: Vec<_> = runs
            .map(|run| {
                json!([run["offset"].as_u64().map(|at| at.wrapping_sub(base)), run["length"]])
            })
            .collect();
        let said: Vec<&Value> = fields.iter().map(|field| &file[field]).collect();
        json!([runs, said])
    };
    report(folder)["files"].as_array().unwrap().iter().map(of).collect()
}

/// Every file below a folder, and what is in it.
fn contents(folder: &Path) -> Vec<(String, Vec<u8>)> {
    let (mut found, mut folders) = (Vec::new(), vec![folder.to_path_buf()]);
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            match entry.file_type().unwrap().is_dir() {
                true => folders.push(entry.path()),
                false => found
                    .push((entry.path().display().to_string(), fs::read(entry.path()).unwrap())),
            }
        }
    }
    found
}

#[test]
fn a_volume_gives_the_files_that_its_bytes_give() {
    let (raw, one) = (card(), luks1(&card()));
    let two = luks2(&Luks2::default(), &raw);
    let locked = bitlocker(&raw);
    let desk = desk(&[("raw.img", &raw), ("1.img", &one), ("2.img", &two), ("b.img", &locked)]);
    desk.run(&["scan", "raw.img", "-o", "raw"]).check(0);
    let expected = photos(&desk.path("raw"), 0);
    for (image, kind, payload, key) in [
        ("1.img", "luks1", LUKS1_PAYLOAD, "word"),
        ("2.img", "luks2", LUKS2_PAYLOAD, "word"),
        ("b.img", "bitlocker", 0, "recovery"),
    ] {
        let ran = desk.run(&["scan", image, "-o", kind, "--password-file", key]);
        ran.check(0);
        assert_eq!(photos(&desk.path(kind), payload as u64), expected, "{image}");
        let report = report(&desk.path(kind));
        let source = &report["sources"][0];
        let open = &source["unlocked"][0];
        assert_eq!((&open["type"], &open["payload_offset"]), (&kind.into(), &payload.into()));
        assert_eq!(source["unlocked"].as_array().unwrap().len(), 1);
        let kinds = source["volumes"].as_array().unwrap().iter().map(|volume| &volume["type"]);
        assert_eq!(kinds.collect::<Vec<_>>(), ["fat16"], "no encrypted volume is left");
        for (path, bytes) in contents(&desk.path(kind)) {
            for secret in [PASSPHRASE, RECOVERY_KEY] {
                let is_there =
                    bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
                assert!(!is_there, "{path} has the key in it");
            }
        }
    }
}

#[test]
fn what_was_found_is_verified_and_recovered_with_the_key_alone() {
    let desk = desk(&[("disk.img", &luks1(&card()))]);
    let scan = ["scan", "disk.img", "-o", "out", "--dry-run", "--hash-source"];
    desk.run(&[&scan[..], &KEY].concat()).check(0);
    let hashes = report(&desk.path("out"))["sources"][0]["hashes"].clone();
    let digest = blake3::hash(&fs::read(desk.path("disk.img")).unwrap()).to_hex().to_string();
    assert_eq!(hashes["blake3"], digest.as_str(), "the digest is of the image as it is");
    let ran = desk.run(&["recover", "out"]);
    ran.check(2);
    ran.complains(&["cannot unlock", "disk.img", "LUKS1 volume at 0x0", "--unlock-key-file"]);
    let ran = desk.run(&["recover", "out", "--password-file", "wrong"]);
    ran.check(2);
    ran.complains(&[
        "disk.img: its LUKS1 volume at 0x0: the passphrase does not open it (key slot 2 was tried)",
    ]);
    desk.run(&["recover", "out", KEY[0], KEY[1]]).check(0);
    let verify = ["verify", "out", "--source", "disk.img"];
    let ran = desk.run(&verify);
    ran.check(2);
    ran.complains(&["cannot unlock", "give its key again"]);
    let ran = desk.run(&[&verify[..], &KEY].concat());
    ran.check(0);
    ran.says("read from the source again, 1 source was hashed as a whole");
    desk.run(&["verify", "out"]).check(0);
    let ran = desk.run(&["verify", "out", KEY[0], KEY[1]]);
    ran.check(2);
    ran.complains(&["cannot unlock anything", "--replay"]);
}

#[test]
fn the_rest_of_a_disk_is_scanned_with_the_volume_in_its_partition() {
    const MIB: usize = 1 << 20;
    let (mut disk, inner) = (vec![0; 2 * MIB], luks2(&Luks2::default(), &card()));
    disk[510..512].copy_from_slice(&[0x55, 0xaa]);
    let sectors = (inner.len() / 512) as u32;
    for (slot, (first, count)) in [(2048u32, 1024u32), (4096, sectors)].into_iter().enumerate() {
        let entry = &mut disk[446 + 16 * slot..][..16];
        entry[4] = 0x83;
        entry[8..12].copy_from_slice(&first.to_le_bytes());
        entry[12..].copy_from_slice(&count.to_le_bytes());
    }
    let outside = photo(5);
    disk[MIB + 4096..][..outside.len()].copy_from_slice(&outside);
    disk.extend(&inner);
    let desk = desk(&[("disk.img", &disk), ("raw.img", &card())]);
    desk.run(&["scan", "raw.img", "-o", "raw"]).check(0);
    let ran = desk.run(&["scan", "disk.img", "-o", "closed"]);
    ran.check(0);
    ran.says("scan it again with --unlock");
    ran.says("cryptsetup open --readonly");
    desk.run(&["scan", "disk.img", "-o", "out", KEY[0], KEY[1]]).check(0);
    let mut found = photos(&desk.path("out"), (2 * MIB + LUKS2_PAYLOAD) as u64);
    let first = found.remove(0);
    assert_eq!(first[1][5], blake3::hash(&outside).to_hex().as_str());
    assert_eq!(found, photos(&desk.path("raw"), 0));
    let ran = desk.run(&["scan", "disk.img", "-o", "second", "--volume", "2", KEY[0], KEY[1]]);
    ran.check(0);
    assert_eq!(photos(&desk.path("second"), (2 * MIB + LUKS2_PAYLOAD) as u64), found);
    // Shards of it, each with the key.
    for shard in ["0/2", "1/2"] {
        let folder = format!("shard-{}", &shard[..1]);
        desk.run(&["scan", "disk.img", "-o", &folder, "--shard", shard, KEY[0], KEY[1]]).check(0);
    }
    let merge = ["merge", "shard-0", "shard-1", "--source", "disk.img", "-o", "merged"];
    let ran = desk.run(&merge);
    ran.check(2);
    ran.complains(&["cannot merge", "were unlocked then", "--unlock-key-file"]);
    desk.run(&[&merge[..], &KEY].concat()).check(0);
    assert_eq!(report(&desk.path("merged"))["files"], report(&desk.path("out"))["files"]);
}

#[test]
fn a_key_that_opens_nothing_is_told_in_a_line() {
    let damaged = luks2(&Luks2 { json: String::new(), sequence: 1 }, &[]);
    let files: [(&str, &[u8]); 3] =
        [("card.img", &card()), ("disk.img", &luks1(&card())), ("damaged.img", &damaged)];
    let desk = desk(&files);
    let says = |arguments: &[&str], parts: &[&str]| {
        let ran = desk.run(&[&["scan", "-o", "out"], arguments].concat());
        ran.check(2);
        ran.complains(parts);
        assert!(!desk.path("out").exists(), "{arguments:?}");
    };
    let of = |image, key| ["--password-file", key, image];
    says(&of("disk.img", "wrong"), &["cannot unlock disk.img", "key slot 2 was tried"]);
    says(
        &of("card.img", "word"),
        &["cannot unlock card.img", "no encrypted volume", "leave out the key"],
    );
    says(&of("damaged.img", "word"), &["cannot unlock damaged.img", "header is damaged"]);
    says(&of("disk.img", "none"), &["cannot read the password in none"]);
    says(&["--unlock-key-file", "none", "disk.img"], &["cannot read the key file none"]);
    says(&["--unlock-key-file", "word", "disk.img"], &["the key file does not open it"]);
    says(&["--unlock", "disk.img"], &["this is no terminal", "--password-file"]);
}

/// What came of typing lines at the prompt of the program on a terminal.
#[cfg(target_os = "linux")]
fn on_terminal(desk: &Desk, typed: &[&str], arguments: &[&str]) -> Option<(i64, bool, String)> {
    let steps: Vec<_> = typed.iter().map(|line| Step::hidden("volumes: ", line)).collect();
    super::on_terminal::on_terminal(desk, &steps, arguments)
}

#[test]
#[cfg(target_os = "linux")]
fn ctrl_c_at_the_prompt_leaves_the_terminal_as_it_was() {
    let desk = desk(&[("disk.img", &luks1(&card()))]);
    let scan = ["scan", "disk.img", "-o", "out", "--unlock"];
    for typed in ["\u{3}", "begun\u{3}"] {
        let Some((status, shows, said)) = on_terminal(&desk, &[typed], &scan) else { return };
        assert_eq!((status, shows), (130, true), "{said}");
        assert!(said.ends_with("volumes: \r\n"), "{said:?}");
        assert!(!desk.path("out").exists());
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_request_to_end_at_the_prompt_leaves_the_terminal_as_it_was() {
    let desk = desk(&[("disk.img", &luks1(&card()))]);
    let scan = ["scan", "disk.img", "-o", "out", "--unlock"];
    for signal in ["SIGTERM", "SIGHUP", "SIGINT"] {
        let Some((status, shows, said)) = on_terminal(&desk, &[signal], &scan) else { return };
        assert_eq!((status, shows), (130, true), "{signal}: {said}");
        assert!(said.ends_with("volumes: \r\n"), "{signal}: {said:?}");
        assert!(!desk.path("out").exists());
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_wrong_passphrase_is_asked_for_again() {
    let desk = desk(&[("disk.img", &luks1(&card()))]);
    let (right, wrong) = (format!("{PASSPHRASE}\n"), "no such word\n");
    let scan = |out| ["scan", "disk.img", "-o", out, "--unlock", "--dry-run"];
    let Some((status, shows, said)) = on_terminal(&desk, &[wrong, wrong, &right], &scan("out"))
    else {
        return;
    };
    assert_eq!((status, shows), (0, true), "{said}");
    let again = "opens no encrypted volume of disk.img; try again";
    assert_eq!(said.matches(again).count(), 2, "{said}");
    let (status, _, said) = on_terminal(&desk, &[wrong; 4], &scan("none")).unwrap();
    assert_eq!(status, 2, "{said}");
    assert_eq!(said.matches("Passphrase or recovery key").count(), 3, "{said}");
    assert!(said.contains("cannot unlock disk.img"), "{said}");
    assert!(!desk.path("none").exists());
}

#[test]
fn a_scan_is_gone_on_with_by_its_key() {
    let desk = desk(&[("disk.img", &luks1(&card()))]);
    let scan = ["scan", "disk.img", "-o", "out"];
    desk.run(&[&scan[..], &KEY, &["--dry-run"]].concat()).check(0);
    let ran = desk.run(&[&scan[..], &["--resume"]].concat());
    ran.check(2);
    ran.complains(&[
        "cannot go on in out",
        "encrypted volumes of it were unlocked then",
        "--password-file",
    ]);
    desk.run(&[&scan[..], &KEY, &["--resume"]].concat()).check(0);
    // A batch takes images with and without volumes.
    fs::create_dir(desk.path("shelf")).unwrap();
    fs::rename(desk.path("disk.img"), desk.path("shelf/a.img")).unwrap();
    fs::write(desk.path("shelf/b.img"), card()).unwrap();
    desk.run(&["scan", "shelf", "-o", "many", KEY[0], KEY[1]]).check(0);
    let batch = report(&desk.path("many"));
    let of = |at: usize| batch["images"][at]["summary"]["photos"].clone();
    assert!(of(0) == of(1) && of(0).as_u64() > Some(10), "{batch}");
}

#[test]
fn a_volume_in_a_container_is_opened() {
    let desk = desk(&[("disk.img", &luks1(&card()))]);
    let convert = ["convert", "-f", "raw", "-O", "qcow2", "-c", "disk.img", "disk.qcow2"];
    let made = Command::new("qemu-img").args(convert).current_dir(desk.path("")).status();
    if !made.is_ok_and(|status| status.success()) {
        return eprintln!("qemu-img is not installed: no volume in a container is opened");
    }
    for (image, folder) in [("disk.img", "raw"), ("disk.qcow2", "packed")] {
        desk.run(&["scan", image, "-o", folder, KEY[0], KEY[1]]).check(0);
    }
    assert_eq!(report(&desk.path("raw"))["files"], report(&desk.path("packed"))["files"]);
    desk.run(&["verify", "packed", "--replay", KEY[0], KEY[1]]).check(0);
}

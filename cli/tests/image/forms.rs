//! Images in parts, and in the format of EnCase.

use std::fs;
use std::process::Command;

use afterimage_testdata::failing::Faults;
use serde_json::Value;

use super::desk::{Desk, sha256};
use super::{SECTORS, faults, is_bad};

#[test]
fn parts_together_are_the_image_and_are_gone_on_with() {
    let Some(desk) = Desk::new(SECTORS, faults().gone_after(80)) else { return };
    let split = ["card.img", "--split", "3M"];
    assert_eq!(desk.image(&split).status, 2);
    let desk = desk.with_faults(faults()).unwrap();
    let ran = desk.image(&split);
    assert_eq!(ran.status, 0, "{}", ran.err);
    assert!(ran.out.contains("scan card.img.001 --map card.img.map"), "{}", ran.out);
    assert_eq!(desk.image(&["whole.img"]).status, 0);
    let parts: Vec<Vec<u8>> =
        (1..=3).map(|number| desk.read(&format!("card.img.{number:03}"))).collect();
    assert_eq!(parts.iter().map(Vec::len).collect::<Vec<_>>(), [3 << 20, 3 << 20, 2 << 20]);
    assert!(parts.concat() == desk.read("whole.img"));
    assert_eq!(desk.run(&["image", "--verify", "card.img"]).status, 0);
    let ran = desk.image(&["whole.img", "--split", "3M"]);
    assert!(ran.status == 2 && ran.err.contains("not split"), "{}", ran.err);
}

/// Runs one of ewf-tools; nothing where they are not installed.
fn ewf(desk: &Desk, program: &str, arguments: &[&str]) -> Option<(bool, Vec<u8>)> {
    let output = Command::new(program).args(arguments).current_dir(desk.file("")).output();
    if output.is_err() {
        eprintln!("skipped: {program} is not installed");
    }
    output.ok().map(|output| (output.status.success(), output.stdout))
}

/// What ewfexport makes of an E01 image.
fn exported(desk: &Desk, name: &str) -> Option<Vec<u8>> {
    let all = ["-q", "-u", "-t", "exported", "-f", "raw", name];
    let (is_read, said) = ewf(desk, "ewfexport", &all)?;
    assert!(is_read, "{name}: {}", String::from_utf8_lossy(&said));
    let bytes = desk.read("exported.raw");
    fs::remove_file(desk.file("exported.raw")).unwrap();
    Some(bytes)
}

#[test]
fn other_programs_read_an_e01_image() {
    let Some(desk) = Desk::new(SECTORS, faults()) else { return };
    assert_eq!(desk.image(&["card.img"]).status, 0);
    let raw = desk.read("card.img");
    let convert = |name: &str, more: &[&str]| {
        let all = ["image", "card.img", name, "--format", "e01", "--map", "card.img.map", "--json"];
        let ran = desk.run(&[&all[..], more].concat());
        assert_eq!(ran.status, 0, "{}", ran.err);
        serde_json::from_str::<Value>(&ran.out).unwrap()
    };
    for (name, more) in [("one.E01", &[][..]), ("many.E01", &["--split", "4M"])] {
        let said = convert(name, more);
        assert_eq!(said["details"]["hashes"]["image"]["sha256"], sha256(&raw));
        assert_eq!(desk.file("many.E02").exists(), name == "many.E01");
        let ran = desk.run(&["image", "--verify", name]);
        assert_eq!(ran.status, 0, "{name}: {}{}", ran.out, ran.err);
        let Some((is_sound, said)) = ewf(&desk, "ewfverify", &["-q", name]) else { return };
        assert!(is_sound, "{name}: {}", String::from_utf8_lossy(&said));
        let exported = exported(&desk, name).unwrap();
        assert!(exported == raw, "{name}: {} bytes exported", exported.len());
        let (_, info) = ewf(&desk, "ewfinfo", &[name]).unwrap();
        let info = String::from_utf8_lossy(&info);
        assert!(
            info.contains("Bytes per sector:\t512") || info.contains("Bytes per sector"),
            "{info}"
        );
        let bad = (0..SECTORS).filter(|number| is_bad(*number)).count();
        assert!(info.contains("Read errors"), "{bad} bad sectors: {info}");
    }
    let again = desk.run(&["image", "card.img", "one.E01", "--format", "e01"]);
    assert!(again.status == 2 && again.err.contains("cannot be gone on with"), "{}", again.err);
    let mut bytes = desk.read("many.E02");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 4;
    fs::write(desk.file("many.E02"), bytes).unwrap();
    let ran = desk.run(&["image", "--verify", "many.E01"]);
    assert!(ran.status != 0, "{}", ran.out);
}

#[test]
fn a_device_with_bad_sectors_becomes_an_e01_image_with_zeros_there() {
    let Some(desk) = Desk::new(SECTORS, faults()) else { return };
    let ran = desk.image(&["card.E01", "--format", "e01"]);
    assert_eq!(ran.status, 0, "{}", ran.err);
    let said: Value = serde_json::from_slice(&desk.read("card.E01.json")).unwrap();
    assert_eq!(said["map"]["bad_sector"], 206 * 512);
    let Some(exported) = exported(&desk, "card.E01") else { return };
    assert_eq!(exported.len(), desk.bytes.len());
    for (number, sector) in exported.chunks(512).enumerate() {
        let real = &desk.bytes[number * 512..][..512];
        assert!(sector == if is_bad(number) { &[0; 512][..] } else { real }, "sector {number}");
    }
    let desk = desk.with_faults(Faults::default().gone_after(2)).unwrap();
    let ran = desk.image(&["gone.E01", "--format", "e01"]);
    assert!(ran.status == 2 && !desk.file("gone.E01").exists(), "{}", ran.err);
}

//! `afterimage report`: small pictures and views, made again.

use std::fs;

use afterimage_testdata::png::Png;
use afterimage_testdata::scene::Picture;
use serde_json::Value;

use super::{Desk, noise};

fn scanned(arguments: &[&str]) -> Desk {
    let desk = Desk::new();
    fs::write(desk.path("card.img"), afterimage_testdata::card::demo().image).unwrap();
    desk.run(&[&["scan", "card.img", "--output", "out"][..], arguments].concat()).check(0);
    desk
}

/// Files of their own of the report that were written, and of those the ones with a small picture.
fn shown(desk: &Desk) -> (Vec<Value>, Vec<Value>) {
    let report = desk.report();
    let own = report["files"].as_array().unwrap().iter();
    let own = own.filter(|file| file["parent"].is_null() && file["path"].is_string());
    let (own, is_shown) =
        (own.cloned().collect::<Vec<_>>(), |file: &Value| file["thumb"].is_string());
    let shown = own.iter().filter(|file| is_shown(file)).cloned().collect();
    (own, shown)
}

#[test]
fn every_photo_of_a_report_is_shown_or_says_why_not() {
    let desk = scanned(&["--no-gallery"]);
    assert!(shown(&desk).1.is_empty() && !desk.path("out/report").exists());
    let ran = desk.run(&["report", "out", "--json"]);
    ran.check(0);
    let said: Value = serde_json::from_str(&ran.out).unwrap();
    let (own, with) = shown(&desk);
    assert_eq!(said["thumbs"]["made"], with.len());
    let missing = said["thumbs"]["missing"].as_array().unwrap();
    let total = said["thumbs"]["there"].as_u64().unwrap() as usize + with.len() + missing.len();
    let all = desk.report()["files"].as_array().unwrap().clone();
    let all = all.iter().filter(|file| file["parent"].is_null()).count();
    assert_eq!(total, all, "{said}");
    assert!(own.len() > 5);
    for file in with {
        let picture = fs::read(desk.path("out").join(file["thumb"].as_str().unwrap())).unwrap();
        assert!(picture.starts_with(b"\xff\xd8\xff"), "{file}");
    }
    for view in said["views"].as_array().unwrap() {
        assert!(fs::metadata(view.as_str().unwrap()).unwrap().len() > 0, "{view}");
    }
    let before = fs::read(desk.path("out/report.json")).unwrap();
    let again = desk.run(&["report", "out"]);
    again.check(0);
    again.says("0 small pictures were made");
    assert_eq!(fs::read(desk.path("out/report.json")).unwrap(), before);
}

#[test]
fn a_photo_that_cannot_be_decoded_is_told_and_is_no_failure() {
    let desk = Desk::new();
    let long = Png::default().encode(&Picture::scene(1, 640, 480));
    assert!(long.len() > 300 << 10, "longer than what is shown itself");
    desk.card("card.img", &[&long]);
    desk.run(&["scan", "card.img", "--output", "out"]).check(0);
    let path = desk.report()["files"][0]["path"].as_str().unwrap().to_owned();
    fs::write(desk.path("out").join(&path), noise(long.len())).unwrap();
    let ran = desk.run(&["report", "out"]);
    ran.check(0);
    ran.says("1 photo cannot be shown:");
    assert!(desk.report()["files"][0]["thumb"].is_null());
}

#[test]
fn a_view_that_is_not_known_is_told_with_those_that_are() {
    let desk = scanned(&[]);
    let ran = desk.run(&["report", "out", "--format", "xyz"]);
    ran.check(2);
    ran.complains(&["--format cannot take 'xyz'", "html"]);
    desk.run(&["report", "nowhere"]).check(2);
    desk.run(&["report", "out", "--no-thumbs", "--format", "html"]).check(0);
    assert!(desk.path("out/report.html").exists());
}

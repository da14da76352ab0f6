//! Every view tells the same numbers: the summary, the list, a dry run, the report, and what lies on the disk.

use std::fs;

use afterimage_testdata::cameras::Shot;
use afterimage_testdata::canvas::Canvas;
use afterimage_testdata::fat::{Kind, Stamp, Volume};
use afterimage_testdata::png::Png;
use afterimage_testdata::scene::Picture;
use afterimage_testdata::{card, samples, video};
use serde_json::Value;

use super::Desk;

/// A card with photos and videos that were deleted, one of each that is still there, a copy of each kind, a
/// beginning, and thumbnails, one of which lies there as a file too.
pub(super) fn mixed() -> Vec<u8> {
    let stamp = Stamp::new(2024, 6, 1, 18, 30, 0);
    let mut volume = Volume::new(Kind::Fat16, 12 << 10, 512, "MIXED");
    volume.make_folder("DCIM", 40, stamp);
    let shot = |seed| Shot::new(seed, (160, 120), "Canon EOS 0D", "2024:05:04 10:12:30").canon();
    let (one, other) = (shot(1), shot(2));
    let thumbnail = {
        let from = one.windows(3).enumerate().filter(|(_, at)| *at == b"\xff\xd8\xff").nth(1);
        let from = from.map(|(at, _)| at).unwrap();
        let end = one[from..].windows(2).position(|at| at == b"\xff\xd9").unwrap() + 2;
        one[from..from + end].to_vec()
    };
    let picture = Png::default().encode(&Picture::scene(3, 64, 48));
    let other_picture = Png::default().encode(&Picture::scene(5, 64, 48));
    let (movie, other_movie) = (video::mp4(1, 60), video::mp4(2, 60));
    let cut = shot(4);
    let files: [(&str, &[u8], bool); 10] = [
        ("1.JPG", &one, true),
        ("1COPY.JPG", &one, true),
        ("2.JPG", &other, false),
        ("2COPY.JPG", &other, true),
        ("3.PNG", &picture, false),
        ("4.MP4", &movie, true),
        ("5.MP4", &other_movie, false),
        ("6.JPG", &thumbnail, true),
        ("7.PNG", &other_picture, false),
        ("8.JPG", &cut[..cut.len() * 2 / 3], true),
    ];
    let mut cluster = 100;
    for (name, bytes, is_deleted) in files {
        let path = format!("DCIM/{name}");
        volume.write(&path, bytes, stamp, cluster);
        cluster += bytes.len().div_ceil(512) + 9;
        if is_deleted {
            volume.delete(&path);
        }
    }
    volume.image().to_vec()
}

/// Every card that the views are compared on.
fn cards() -> Vec<(String, Vec<u8>)> {
    let laid = |samples: &[afterimage_testdata::Sample]| {
        let lay = |canvas: Canvas, sample| canvas.align(512).put(sample).align(512).zeros(1024);
        samples.iter().fold(Canvas::new(1).zeros(512), lay).noise(4096).bytes
    };
    vec![
        ("demo".to_owned(), card::demo().image),
        ("mixed".to_owned(), mixed()),
        ("samples".to_owned(), laid(&samples::all())),
        ("live-photo".to_owned(), laid(&samples::live_photo())),
    ]
}

const OPTIONS: [&[&str]; 9] = [
    &[],
    &["--all"],
    &["--embedded"],
    &["--all", "--embedded"],
    &["--quick"],
    &["--no-filesystem"],
    &["--format", "video"],
    &["--format", "jpeg,png", "--embedded", "--min-size", "3K"],
    &["--path", "DCIM/*"],
];

/// `15 photos and 2 videos` as the summary has it, of the numbers in the report.
fn said(photos: u64, videos: u64) -> String {
    let count = |n: u64, one: &str| format!("{n} {one}{}", if n == 1 { "" } else { "s" });
    match (photos, videos) {
        (n, 0) => count(n, "photo"),
        (0, n) => count(n, "video"),
        (n, m) => format!("{} and {}", count(n, "photo"), count(m, "video")),
    }
}

impl Desk {
    fn report_of(&self, folder: &str) -> Value {
        let path = self.path(folder).join("report.json");
        serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
    }
}

#[test]
fn all_views_of_a_scan_tell_the_same_numbers() {
    for (name, image) in cards() {
        let desk = Desk::new();
        fs::write(desk.path("card.img"), image).unwrap();
        // The cards of samples are large, and have no file system.
        let most = if name == "demo" || name == "mixed" { OPTIONS.len() } else { 4 };
        for (index, options) in OPTIONS.iter().take(most).enumerate() {
            check(&desk, &format!("{name} {options:?}"), options, index);
        }
    }
}

#[track_caller]
fn check(desk: &Desk, what: &str, options: &[&str], index: usize) {
    let [out, dry] = [format!("out{index}"), format!("dry{index}")];
    let scan = |more: &[&str]| desk.run(&[&["scan", "card.img"], options, more].concat());
    let text = scan(&["--output", &out]);
    let report = desk.report_of(&out);
    let files = report["files"].as_array().unwrap();
    let summary = &report["summary"];
    let number = |key: &str| summary[key].as_u64().unwrap();
    let written: Vec<&str> = files.iter().filter_map(|file| file["path"].as_str()).collect();
    let of = |folder: &str| written.iter().filter(|path| path.starts_with(folder)).count() as u64;

    // What lies on the disk is what is counted.
    let recovered = number("photos") + number("videos");
    assert_eq!(of("photos/") + of("partial/"), recovered, "{what}");
    let is_embedded = options.contains(&"--embedded");
    assert_eq!(of("embedded/"), if is_embedded { number("embedded") } else { 0 }, "{what}");
    let parts = ["photos", "videos", "live", "copies", "unseen", "inside"].map(number);
    assert_eq!(parts.iter().sum::<u64>(), number("files"), "{what}");
    assert_eq!(files.len() as u64, number("files"), "{what}");

    // A dry run differs in what is written alone.
    let dry_text = scan(&["--output", &dry, "--dry-run"]);
    assert_eq!(&desk.report_of(&dry)["summary"], summary, "{what}");

    // The words.
    if recovered > 0 {
        let headline = format!("Found {} in card.img (", said(number("photos"), number("videos")));
        text.says(&headline);
        dry_text.says(&headline);
    }
    if number("copies") > 0 && recovered + number("live") > 0 {
        text.says(&format!("{} exact cop", number("copies")));
    }

    // The list.
    let listed: Vec<Value> = serde_json::from_str(&desk.run(&list(options, true)).out).unwrap();
    let become_of =
        |word: &str| listed.iter().filter(|file| file["becomes"] == word).count() as u64;
    assert_eq!(become_of("recovered"), recovered, "{what}");
    for (word, key) in [("live", "live"), ("copy", "copies"), ("unseen", "unseen")] {
        assert_eq!(become_of(word), number(key), "{what}");
    }
    let tree = desk.run(&list(options, false));
    if recovered > 0 {
        tree.says(&format!("{} would be recovered", said(number("photos"), number("videos"))));
    }

    // The summary for programs.
    let json = scan(&["--output", &format!("json{index}"), "--json"]);
    let json: Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(&json["summary"], summary, "{what}");
    let grades = json["photos"].as_object().unwrap().values();
    assert_eq!(grades.filter_map(Value::as_u64).sum::<u64>(), recovered, "{what}");
    let formats = json["formats"].as_object().unwrap().values();
    assert_eq!(formats.filter_map(Value::as_u64).sum::<u64>(), recovered, "{what}");
}

/// The list with the same options; `--embedded` writes more of what is found and lists nothing else.
fn list<'a>(options: &[&'a str], json: bool) -> Vec<&'a str> {
    let options = options.iter().copied().filter(|option| *option != "--embedded");
    let more = if json { &["--json"][..] } else { &[] };
    ["scan", "card.img", "--list"].into_iter().chain(options).chain(more.iter().copied()).collect()
}

#[test]
fn what_the_mixed_card_holds_is_told_in_words() {
    let desk = Desk::new();
    fs::write(desk.path("card.img"), mixed()).unwrap();
    let ran = desk.run(&["scan", "card.img", "--output", "out"]);
    ran.check(0);
    for said in [
        "Found 4 photos and 1 video in card.img",
        "2 photos and 1 video are still there and only listed",
        "2 exact copies were found too",
    ] {
        ran.says(said);
    }
}

#[test]
fn what_embedded_would_write_is_told_truly() {
    let desk = Desk::new();
    fs::write(desk.path("card.img"), card::demo().image).unwrap();
    let ran = desk.run(&["scan", "card.img", "--output", "out"]);
    ran.says(
        "15 pictures lie inside these photos (thumbnails, previews); --embedded writes 13 of them",
    );
    fs::remove_dir_all(desk.path("out")).unwrap();
    let ran = desk.run(&["scan", "card.img", "--output", "out", "--embedded"]);
    ran.says("13 of them are written");
    ran.says("out/embedded 13 pictures: thumbnails and previews");
    assert_eq!(desk.written("embedded").len(), 13);
}

#[test]
fn padding_inside_a_photo_is_not_empty_space() {
    let desk = Desk::new();
    // A white page: most of the file is of one value, and all of it is the picture.
    let page = samples::all().into_iter().find(|sample| sample.format == "bmp").unwrap().bytes;
    let header = u32::from_le_bytes(*page[10..].first_chunk().unwrap()) as usize;
    let mut page = page;
    page[header..].fill(0xFF);
    fs::write(desk.path("page.bmp"), &page).unwrap();
    let ran = desk.run(&["scan", "page.bmp", "--output", "out"]);
    ran.check(0);
    assert!(!ran.out.contains("is empty"), "{}", ran.out);
    assert!(
        ran.err.contains("page.bmp is no image of a card or disk but a bmp file"),
        "{}",
        ran.err
    );
    // Beside it, what is erased is told, and nothing of the page is.
    let mut card = vec![0; 4 * page.len()];
    card[512..512 + page.len()].copy_from_slice(&page);
    fs::write(desk.path("card.img"), &card).unwrap();
    let ran = desk.run(&["scan", "card.img", "--output", "card"]);
    ran.says("74 % of card.img is empty");
}

#[test]
fn small_pictures_that_would_not_be_written_are_not_counted() {
    let desk = Desk::new();
    fs::write(desk.path("card.img"), mixed()).unwrap();
    let ran = desk.run(&["scan", "card.img", "--output", "out", "--min-pixels", "1MP"]);
    // Three shots, a thumbnail and a video; not their copies, and not those that are still there.
    ran.says("4 photos and 1 video were left out by --min-pixels; without it, all are recovered.");
    for guess in ["TRIM", "is empty", "erased"] {
        assert!(!ran.out.contains(guess), "{guess} is not the reason: {}", ran.out);
    }
}

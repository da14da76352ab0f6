//! Foreign data that decodes to the last unit, and the joints of files in several runs.

use std::ops::Range;

use afterimage_signatures::verdict::{Continuity, Joint, Joints, Role, Span, Verdict};
use afterimage_signatures::{Buffer, Effort, Grade, Runs, View, formats};
use afterimage_testdata::jpeg::{Jpeg, Process, Sampling};
use afterimage_testdata::scene::Picture;

/// What is said of a file that lies in `runs` of a disk.
fn measure(disk: &[u8], runs: Vec<Span>) -> Verdict {
    let (runs, mut buffer) = (Runs::new(runs), Buffer::default());
    let mut view = View::new(&disk, &runs, &mut buffer);
    let jpeg = formats::by_name("jpeg").expect("it is built in");
    jpeg.measure(&mut view, Effort::Proof).expect("a JPEG")
}

fn whole(file: &[u8]) -> Verdict {
    measure(file, vec![Span { at: 0, len: file.len() as u64 }])
}

/// The data of each restart interval.
fn intervals(file: &[u8]) -> Vec<Range<usize>> {
    let scan = file.windows(2).position(|pair| pair == [0xff, 0xda]).expect("a scan");
    let data = scan + 2 + usize::from(u16::from_be_bytes([file[scan + 2], file[scan + 3]]));
    let mut found = Vec::new();
    let mut start = data;
    for at in data..file.len() - 1 {
        if file[at] == 0xff && matches!(file[at + 1], 0xd0..=0xd7 | 0xd9) {
            found.push(start..at);
            start = at + 2;
        }
    }
    found
}

/// A picture that gets lighter to the right and down, in this colour.
fn shade(colour: [u8; 3]) -> Picture {
    let (width, height) = (640, 320);
    let pixel = |index: usize| {
        let (across, down) = (index % width, index / width);
        colour.map(|part| part.saturating_add((across / 16 + down / 16) as u8))
    };
    Picture { width, height, rgb: (0..width * height).flat_map(pixel).collect() }
}

#[test]
fn intervals_of_another_picture_are_a_break_where_they_begin() {
    let jpeg = Jpeg { sampling: Sampling::S420, restart: 5, ..Jpeg::default() };
    let (own, other) = (jpeg.encode(&shade([40, 90, 120])), jpeg.encode(&shade([160, 60, 20])));
    assert_eq!(whole(&own).grade, Grade::Verified);
    assert!(whole(&own).issues.is_empty());
    let (mine, theirs) = (intervals(&own), intervals(&other));
    assert_eq!((mine.len(), theirs.len()), (160, 160));
    // In the midst of a row, at its end, and from one row into the next but one.
    for (first, count) in [(34, 1), (34, 3), (39, 1), (42, 20)] {
        let (from, to) = (mine[first].start, mine[first + count - 1].end);
        let foreign = &other[theirs[first].start..theirs[first + count - 1].end];
        let verdict = whole(&[&own[..from], foreign, &own[to..]].concat());
        assert_eq!(verdict.grade, Grade::Structural, "{count} from {first}");
        let at = from as u64;
        assert!(verdict.issues.iter().any(|issue| issue.at == at), "{:?}", verdict.issues);
    }
}

#[test]
fn bits_of_dc_that_nothing_checks_are_not_verified() {
    let progressive = Jpeg { process: Process::Progressive, ..Jpeg::default() };
    let large = whole(&progressive.encode(&Picture::scene(3, 1600, 1200)));
    assert_eq!(large.grade, Grade::Structural);
    let unchecked = large.unchecked.iter();
    let payload: Vec<_> = unchecked.filter(|part| part.role == Role::Payload).collect();
    // A bit for each block: 4 for brightness and 2 for colour in each of 100 x 75 units.
    assert_eq!(payload.len(), 1, "{:?}", large.unchecked);
    assert!((5625..5725).contains(&payload[0].span.len), "{payload:?}");
    // No foreign sector lies in so few bytes alone.
    let small = whole(&progressive.encode(&Picture::scene(3, 320, 240)));
    assert_eq!(small.grade, Grade::Verified);
    let bands = Jpeg { process: Process::Spectral, ..Jpeg::default() };
    assert_eq!(whole(&bands.encode(&Picture::scene(3, 1600, 1200))).grade, Grade::Verified);
}

fn seen(verdict: &Verdict) -> Vec<Joint> {
    match &verdict.joints {
        Joints::Seen(seen) => seen.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn joints_are_sound_in_a_true_file_and_never_before_foreign_data() {
    let jpeg = Jpeg { quality: 90, sampling: Sampling::S420, restart: 4, ..Jpeg::default() };
    let [own, other] = [11, 12].map(|seed| jpeg.encode(&Picture::scene(seed, 1600, 1200)));
    let (mine, theirs) = (intervals(&own), intervals(&other));
    let disk = [&own[..], &[0; 100], &other].concat();
    let (mut sound, mut unproven) = (0, 0);
    for first in (100..mine.len()).step_by(97) {
        let cut = mine[first].start as u64;
        let run = |at: u64, end: u64| Span::between(at, end);
        let (len, start) = (own.len() as u64, own.len() as u64 + 100);
        // The same bytes lie side by side: that is no joint.
        assert_eq!(seen(&measure(&disk, vec![run(0, cut), run(cut, len)])), []);
        let apart = [&own[..cut as usize], &[0; 7], &own[cut as usize..]].concat();
        let verdict = measure(&apart, vec![run(0, cut), run(cut + 7, len + 7)]);
        let [Joint { at, continuity }] = seen(&verdict)[..] else { panic!("{:?}", verdict.joints) };
        assert_eq!(at, cut);
        assert_ne!(continuity, Continuity::Broken, "{first}");
        sound += usize::from(continuity == Continuity::Sound);
        unproven += usize::from(continuity == Continuity::Unproven);
        let wrong = start + theirs[first].start as u64;
        let verdict = measure(&disk, vec![run(0, cut), run(wrong, disk.len() as u64)]);
        let [Joint { at, continuity }] = seen(&verdict)[..] else { panic!("{:?}", verdict.joints) };
        assert_eq!(at, cut);
        assert_ne!(continuity, Continuity::Sound, "{first}");
    }
    assert!(sound > unproven, "{sound} sound, {unproven} unproven");
}

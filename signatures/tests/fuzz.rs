//! Hostile bytes: whatever comes, a format gives a verdict that stays inside its view, and reads
//! no more than it must.
//!
//! The targets run for a short time under `cargo test`; under a fuzzer, for as long as one likes. With
//! `cargo install cargo-bolero` (on a stable compiler, without sanitizers, which find nothing in a
//! crate that is free of unsafe code):
//!
//! ```text
//! cargo bolero test --rustc-bootstrap --sanitizer NONE --package afterimage-signatures \
//!     files_as_they_come --time 1h --timeout 10s --max-input-length 65536
//! ```
//!
//! What it finds goes to `tests/__fuzz__/files_as_they_come`, to `crashes` or `corpus`, and `cargo test`
//! replays both. The corpus that is kept there grew from the samples of `afterimage-testdata` and holds
//! some of the inputs of each format that reach furthest; keep it small, and never feed it with
//! photos that somebody took. A crash that was fixed is better kept as a test that names the
//! defect.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod disk;

use std::sync::LazyLock;
use std::time::Duration;

use afterimage_signatures::formats::{ALL, by_name};
use afterimage_signatures::{Buffer, Bytes, Effort, Format, Runs, Said, View, exif};
use afterimage_testdata::{Sample, samples};
use disk::{Counting, Device};

/// What may be read besides the file, several times over: ahead in each scan of a progressive
/// picture, and after it in search of trailers' footers.
const SEARCHED: u64 = 1 << 20;

/// How long each target runs under `cargo test`.
const TIME: Duration = Duration::from_secs(4);

/// Samples up to this length are mutated, in bytes: larger ones only make fewer rounds.
const MOST_MUTATED: usize = 40_000;

/// Measures hostile bytes and holds the outcome to its promises.
fn check(format: &dyn Format, bytes: &[u8]) {
    let len = bytes.len() as u64;
    for effort in [Effort::Structure, Effort::Proof] {
        let source = Counting::new(bytes.to_vec());
        let runs = Runs::whole(0, len);
        let verdict =
            format.measure(&mut View::new(&source, &runs, &mut Buffer::default()), effort);
        let name = format.signature().name;
        assert!(source.read() <= 8 * len + SEARCHED, "{name}: {} of {len}", source.read());
        let Ok(verdict) = verdict else { continue };
        assert!(verdict.len <= len && verdict.len > 0, "{name}: {verdict:?}");
        let spans = verdict.unchecked.iter().map(|part| part.span);
        let spans = spans.chain(verdict.children.iter().map(|child| child.span));
        for span in spans.chain(verdict.exif.iter().map(|exif| exif.span)) {
            assert!(span.end() <= verdict.len, "{name}: {verdict:?}");
        }
        let mut buffer = Buffer::default();
        let mut view = View::new(&source, &runs, &mut buffer);
        exif::read(&mut view, &verdict.exif, verdict.pixels);
    }
}

/// The oracle's answer does not depend on the pieces in which the bytes come.
fn check_oracle(format: &dyn Format, bytes: &[u8], piece_len: usize) {
    let (Some(mut whole), Some(mut pieces)) = (format.oracle(), format.oracle()) else { return };
    let mut said = Said::More;
    for piece in bytes.chunks(piece_len.max(1)) {
        said = pieces.feed(piece);
    }
    assert_eq!(whole.feed(bytes), said, "{} by {piece_len}", format.signature().name);
}

/// Law: no bytes after a format's magic break it.
#[test]
fn arbitrary_bytes_after_a_magic() {
    bolero::check!().with_type::<(u8, u8, Vec<u8>)>().with_test_time(TIME).for_each(
        |(format, magic, bytes)| {
            let format = ALL[usize::from(*format) % ALL.len()];
            let signature = format.signature();
            let magics: Vec<_> = signature.magic.iter().chain(format.short_magic()).collect();
            let magic = magics[usize::from(*magic) % magics.len()];
            let mut file = bytes.clone();
            let at = usize::from(magic.at);
            file.resize(file.len().max(at), 0);
            file.splice(at.., magic.bytes.iter().chain(bytes).copied());
            check(format, &file);
            check_oracle(format, &file, bytes.len() % 97 + 1);
        },
    );
}

/// Law: nothing that begins like some format breaks it. The input is the file as it is, which suits
/// fuzzers.
#[test]
fn files_as_they_come() {
    // Random bytes begin like no format: without a fuzzer it is the corpus that counts.
    bolero::check!().with_iterations(100).for_each(|bytes: &[u8]| {
        for format in ALL {
            let signature = format.signature();
            let mut magics = signature.magic.iter().chain(format.short_magic());
            let begins = |at: u16| bytes.get(usize::from(at)..).unwrap_or_default();
            if magics.any(|magic| begins(magic.at).starts_with(magic.bytes)) {
                check(*format, bytes);
                check_oracle(*format, bytes, bytes.len() % 97 + 1);
            }
        }
    });
}

/// One change to a file: where, as a share of its length, and what.
type Change = (u16, [u8; 4], bool);

/// Law: no change to a sound file breaks its format.
#[test]
fn mutated_samples() {
    static SAMPLES: LazyLock<Vec<Sample>> = LazyLock::new(|| {
        let short = |sample: &Sample| sample.bytes.len() <= MOST_MUTATED;
        [samples::all(), samples::containers()].concat().into_iter().filter(short).collect()
    });
    bolero::check!().with_type::<(u16, Vec<Change>, u16)>().with_test_time(TIME).for_each(
        |(number, changes, cut)| {
            let sample = &SAMPLES[usize::from(*number) % SAMPLES.len()];
            let Some(format) = by_name(sample.format) else { return };
            let mut file = sample.bytes.clone();
            for (share, bytes, front) in changes {
                // Half of all changes hit the head, where the structure is.
                let range = if *front { file.len().min(700) } else { file.len() };
                let at = usize::from(*share) * range / 65_536;
                let len = bytes.len().min(file.len() - at);
                file[at..at + len].copy_from_slice(&bytes[..len]);
            }
            if cut % 4 == 0 {
                file.truncate(file.len() * usize::from(*cut) / 65_536);
            }
            check(format, &file);
            check_oracle(format, &file, usize::from(*cut) + 1);
        },
    );
}

/// Law: a source that is not mapped gives the same verdict on hostile bytes.
#[test]
fn mapping_does_not_change_the_verdict_on_mutated_samples() {
    let samples = samples::pngs();
    bolero::check!().with_type::<(u8, u16, u8)>().with_test_time(TIME / 2).for_each(
        |(number, share, byte)| {
            let mut file = samples[usize::from(*number) % samples.len()].bytes.clone();
            let at = usize::from(*share) * file.len() / 65_536;
            file[at] = *byte;
            let runs = Runs::whole(0, file.len() as u64);
            let device = Device(file.clone());
            for format in ALL {
                let verdict = |source: &dyn Bytes| {
                    let mut buffer = Buffer::default();
                    format.measure(&mut View::new(source, &runs, &mut buffer), Effort::Proof)
                };
                assert_eq!(verdict(&device), verdict(&file.as_slice()));
            }
        },
    );
}

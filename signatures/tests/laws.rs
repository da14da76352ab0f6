//! What every format promises, held against every sample.
//!
//! A new format is held to these laws by being in the registry and having a sample.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

#[path = "laws/broken.rs"]
mod broken;
mod disk;
#[path = "laws/oracle.rs"]
mod oracle;
#[path = "laws/registry.rs"]
mod registry;
#[path = "laws/sample.rs"]
mod sample;

use std::sync::LazyLock;

use afterimage_signatures::formats::by_name;
use afterimage_signatures::verdict::{Role, Span, Verdict};
use afterimage_signatures::{Buffer, Bytes, Effort, Format, Reject, Runs, View};
use afterimage_testdata::{Sample, samples};

/// Every sample and the format that it is of. They are made once: encoding takes its time.
fn cases() -> Vec<(Sample, &'static dyn Format)> {
    static ALL: LazyLock<Vec<Sample>> =
        LazyLock::new(|| [samples::all(), samples::containers()].concat());
    let of = |sample: &Sample| by_name(sample.format).map(|format| (sample.clone(), format));
    ALL.iter().filter_map(of).collect()
}

/// The verdict on bytes that lie in one piece and are mapped.
fn measure(format: &dyn Format, bytes: &[u8], effort: Effort) -> Result<Verdict, Reject> {
    measure_runs(format, &bytes, &Runs::whole(0, bytes.len() as u64), effort)
}

/// The verdict on a file in runs.
fn measure_runs(
    format: &dyn Format,
    source: &dyn Bytes,
    runs: &Runs,
    effort: Effort,
) -> Result<Verdict, Reject> {
    format.measure(&mut View::new(source, runs, &mut Buffer::default()), effort)
}

/// Whether some magic of the format stands where it should.
fn magic_fits(format: &dyn Format, bytes: &[u8]) -> bool {
    let mut magics = format.signature().magic.iter().chain(format.short_magic());
    magics.any(|magic| {
        bytes.get(usize::from(magic.at)..).is_some_and(|rest| rest.starts_with(magic.bytes))
    })
}

/// Whether the bytes of `span` are trailers, further pictures, and at most four zeros, be they
/// padding or a pointer to no next directory: what may be missing of a file whose main picture is
/// whole.
fn is_appendix(whole: &Verdict, bytes: &[u8], span: Span) -> bool {
    let trailers = whole.unchecked.iter().filter(|part| part.role == Role::Trailer);
    let mut parts: Vec<Span> = trailers.map(|part| part.span).collect();
    parts.extend(whole.children.iter().map(|child| child.span));
    parts.sort_unstable();
    let mut at = span.at;
    for part in parts {
        if part.at <= at {
            at = at.max(part.end());
        }
    }
    let rest = &bytes[at.min(span.end()) as usize..span.end() as usize];
    rest.len() <= 4 && rest.iter().all(|&byte| byte == 0)
}

/// What a verdict lists lies in order inside the file.
fn check_spans(name: &str, verdict: &Verdict) {
    let whole = Span { at: 0, len: verdict.len };
    let mut end = 0;
    for part in &verdict.unchecked {
        assert!(part.span.at >= end && part.span.len > 0, "{name}: {:?}", verdict.unchecked);
        end = part.span.end();
    }
    assert!(end <= verdict.len, "{name}: {:?}", verdict.unchecked);
    for pair in verdict.children.windows(2) {
        assert!(pair[0].span.at <= pair[1].span.at, "{name}: {:?}", verdict.children);
    }
    let children = verdict.children.iter().map(|child| child.span);
    for span in children.chain(verdict.exif.iter().map(|exif| exif.span)) {
        assert!(whole.holds(span), "{name}: {span:?} of {}", verdict.len);
    }
    if let Some(share) = verdict.share {
        assert!((0.0..=1.0).contains(&share), "{name}: {share}");
    }
}

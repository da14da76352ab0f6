//! Whole files in which something is odd: found whole, and told of.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

use afterimage_signatures::{Buffer, Effort, Grade, Runs, Verdict, View, formats};
use afterimage_testdata::random::Random;
use afterimage_testdata::{Sample, irregular};

fn measure(format: &str, bytes: &[u8], effort: Effort) -> Option<Verdict> {
    let (runs, mut buffer) = (Runs::whole(0, bytes.len() as u64), Buffer::default());
    let mut view = View::new(&bytes, &runs, &mut buffer);
    formats::by_name(format).unwrap().measure(&mut view, effort).ok()
}

/// Whether a magic of the format stands at the start, and its gate lets it pass.
fn opens(format: &str, bytes: &[u8]) -> bool {
    let format = formats::by_name(format).unwrap();
    let (runs, mut buffer) = (Runs::whole(0, bytes.len() as u64), Buffer::default());
    let mut magics = format.signature().magic.iter().chain(format.short_magic());
    magics.any(|magic| {
        let mut view = View::new(&bytes, &runs, &mut buffer);
        magic.begins(bytes) && magic.gate.is_none_or(|gate| gate(&mut view))
    })
}

/// The verdicts on a sample before several tails; what is wrong with the first that is.
fn judge(sample: &Sample, needs_issue: bool) -> Result<(), String> {
    let len = sample.bytes.len() as u64;
    let tails = [Vec::new(), vec![0; 9000], Random::new(5).bytes(9000)];
    for (tail, effort) in tails
        .iter()
        .flat_map(|tail| [Effort::Proof, Effort::Structure].map(|effort| (tail, effort)))
    {
        let bytes = [&sample.bytes[..], tail].concat();
        let name = format!("{} before {} bytes, {effort:?}", sample.path(), tail.len());
        if !opens(sample.format, &bytes) {
            return Err(format!("{name}: not looked at"));
        }
        let Some(verdict) = measure(sample.format, &bytes, effort) else {
            return Err(format!("{name}: rejected"));
        };
        let told = effort == Effort::Structure || !needs_issue || !verdict.issues.is_empty();
        if verdict.len != len || verdict.grade < Grade::Structural || !told {
            return Err(format!("{name}: {} of {len}: {verdict:?}", verdict.len));
        }
        let mut at = 0;
        for part in &verdict.unchecked {
            if part.span.at < at || part.span.end() > len {
                return Err(format!("{name}: {:?}", verdict.unchecked));
            }
            at = part.span.end();
        }
    }
    Ok(())
}

#[test]
fn an_odd_thing_inside_a_whole_file_is_told_and_cuts_nothing() {
    let files = irregular::files();
    let wrong: Vec<_> = files.iter().filter_map(|sample| judge(sample, true).err()).collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), files.len(), wrong.join("\n"));
}

#[test]
fn what_only_its_maker_decodes_is_left_unchecked() {
    let files = irregular::of_makers();
    let wrong: Vec<_> = files.iter().filter_map(|sample| judge(sample, false).err()).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    for sample in files {
        let verdict = measure("tiff", &sample.bytes, Effort::Proof).unwrap();
        assert_eq!(verdict.grade, Grade::Structural, "{}", sample.path());
    }
}

#[test]
fn bytes_passed_over_before_a_picture_are_listed() {
    let listed = irregular::files().into_iter().filter(|sample| {
        sample.format == "jpeg" && (sample.name.contains("tables") || sample.name.contains("first"))
    });
    let mut seen = 0;
    for sample in listed {
        let verdict = measure("jpeg", &sample.bytes, Effort::Proof).unwrap();
        let at = verdict.issues[0].at;
        let holds = |span: afterimage_signatures::Span| span.at <= at && at < span.end();
        assert!(verdict.unchecked.iter().any(|part| holds(part.span)), "{}", sample.path());
        assert_eq!(verdict.pixels, Some((320, 240)), "{}", sample.path());
        seen += 1;
    }
    assert!(seen > 3);
}

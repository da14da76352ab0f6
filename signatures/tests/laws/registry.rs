//! Laws about the registry itself.

use std::collections::BTreeSet;

use afterimage_signatures::formats::{ALL, by_extension, by_name, is_alias};
use afterimage_signatures::{Buffer, Effort, Runs, View};
use afterimage_testdata::random::Random;
use afterimage_testdata::samples;

use super::{cases, magic_fits, measure};

#[test]
fn names_are_unique_and_extensions_are_plain() {
    let mut names = BTreeSet::new();
    for format in ALL {
        let signature = format.signature();
        let name = signature.name;
        assert!(names.insert(name), "{name} twice");
        assert!(!signature.extensions.is_empty(), "{name}");
        for text in signature.extensions.iter().chain([&name]) {
            let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
            assert!(text.bytes().all(plain), "{text} of {name}");
        }
    }
}

#[test]
fn aliases_are_plain_and_of_one_format() {
    let mut claimed = BTreeSet::new();
    for signature in ALL.iter().map(|format| format.signature()) {
        let (name, usual) = (signature.name, signature.extensions[0]);
        for alias in signature.aliases {
            let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
            assert!(!alias.is_empty() && alias.bytes().all(plain), "{alias} of {name}");
            assert_ne!(*alias, usual, "{alias} of {name} is its usual extension");
            assert!(claimed.insert(*alias), "{alias} of {name} is another's too");
            assert!(is_alias(alias, usual), "{alias} of {name}");
            assert!(!is_alias(usual, alias), "{usual} of {name}");
        }
    }
}

#[test]
fn no_extension_comes_twice_in_a_format() {
    for signature in ALL.iter().map(|format| format.signature()) {
        let (name, extensions) = (signature.name, signature.extensions);
        let unique: BTreeSet<_> = extensions.iter().collect();
        assert_eq!(unique.len(), extensions.len(), "{name}: {extensions:?}");
        for extension in extensions {
            assert!(by_extension(&extension.to_uppercase()).any(|one| one.name == name), "{name}");
        }
    }
}

#[test]
fn magic_is_long_enough_and_lies_in_the_shortest_file() {
    for format in ALL {
        let signature = format.signature();
        let short = format.short_magic();
        assert!(!signature.magic.is_empty() || !short.is_empty(), "{}", signature.name);
        for magic in short {
            assert!(magic.at == 0 && magic.bytes.len() >= 2, "{}: {magic:?}", signature.name);
            assert!(magic.bytes.len() as u64 <= signature.min_len, "{}", signature.name);
        }
        for magic in signature.magic {
            assert!(magic.bytes.len() >= 3, "{}: {magic:?}", signature.name);
            assert_ne!(magic.bytes[0], 0, "{}: {magic:?}", signature.name);
            let end = u64::from(magic.at) + magic.bytes.len() as u64;
            assert!(magic.at < 512 && end <= signature.min_len, "{}: {magic:?}", signature.name);
        }
    }
}

#[test]
fn every_format_has_a_sample() {
    let known: BTreeSet<_> = samples::all().iter().map(|sample| sample.format).collect();
    let names = ALL.iter().map(|format| format.signature().name);
    let without: Vec<_> = names.filter(|name| !known.contains(name)).collect();
    assert!(without.is_empty(), "formats without a sample: {without:?}");
}

#[test]
fn every_sample_has_a_format() {
    let names: BTreeSet<_> = samples::all().iter().map(|sample| sample.format).collect();
    let unknown: Vec<_> = names.into_iter().filter(|name| by_name(name).is_none()).collect();
    assert!(unknown.is_empty(), "the registry does not know {unknown:?}");
}

#[test]
fn a_sample_is_taken_by_its_own_format_first() {
    for (sample, _) in cases() {
        let mut fits = ALL.iter().copied().filter(|format| magic_fits(*format, &sample.bytes));
        let first = fits.find(|format| measure(*format, &sample.bytes, Effort::Proof).is_ok());
        let first = first.map(|format| format.signature().name);
        assert_eq!(first, Some(sample.format), "{}", sample.name);
    }
}

#[test]
fn no_gate_shuts_out_a_file_that_its_format_takes() {
    for (sample, _) in cases() {
        for format in ALL.iter().filter(|format| magic_fits(**format, &sample.bytes)) {
            if measure(*format, &sample.bytes, Effort::Structure).is_err() {
                continue;
            }
            let (runs, mut buffer) = (Runs::whole(0, sample.bytes.len() as u64), Buffer::default());
            let bytes = sample.bytes.as_slice();
            let magics = format.signature().magic.iter().chain(format.short_magic());
            let opens = magics.clone().any(|magic| {
                let stands = bytes.get(usize::from(magic.at)..);
                let mut view = View::new(&bytes, &runs, &mut buffer);
                stands.is_some_and(|rest| rest.starts_with(magic.bytes))
                    && magic.gate.is_none_or(|gate| gate(&mut view))
            });
            assert!(opens, "{} as {}", sample.path(), format.signature().name);
        }
    }
}

/// How much noise each format is shown, in bytes.
const NOISE_LEN: usize = 4 << 20;

#[test]
fn noise_after_a_magic_is_no_photo() {
    let mut random = Random::new(4);
    for format in ALL {
        let name = format.signature().name;
        let mut noise = random.bytes(NOISE_LEN);
        let signature = format.signature();
        let magics: Vec<_> = signature.magic.iter().chain(format.short_magic()).collect();
        for (number, cluster) in noise.chunks_exact_mut(4096).enumerate() {
            let magic = magics[number % magics.len()];
            let at = usize::from(magic.at);
            cluster[at..at + magic.bytes.len()].copy_from_slice(magic.bytes);
        }
        for at in (0..noise.len()).step_by(4096) {
            let verdict = measure(*format, &noise[at..], Effort::Proof);
            assert!(verdict.is_err(), "{name} at {at:#x}: {verdict:?}");
        }
    }
}

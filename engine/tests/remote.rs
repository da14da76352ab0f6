//! Images on a server that does as it should, and on one that does not.

#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::print_stderr, reason = "a test that cannot run here says so")]

#[expect(dead_code, reason = "what other tests need of it")]
mod judges;

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use afterimage_engine::error::Error;
use afterimage_engine::options::Options;
use afterimage_engine::progress::Progress;
use afterimage_engine::run::{self, Outcome};
use afterimage_engine::source::{FaultKind, Io, Source, open};
use afterimage_testdata::server::{Misbehaviour, Server};
use judges::{Folder, convert, demo_card, noise, runs};
use proptest::prelude::*;
use serde_json::Value;

/// More attempts than are made of one request.
const FOR_EVER: usize = usize::MAX;

fn opened(address: &str) -> Result<Box<dyn Source>, Error> {
    open(Path::new(address), Io::Auto)
}

fn read(source: &dyn Source, at: u64, len: usize) -> Vec<u8> {
    let mut out = vec![7; len];
    source.read_at(at, &mut out);
    out
}

/// Faults after which a server delivers again.
fn passing() -> Vec<Misbehaviour> {
    vec![
        Misbehaviour::Status(503, vec![("Retry-After", "0")]),
        Misbehaviour::Status(429, vec![]),
        Misbehaviour::Status(500, vec![]),
        Misbehaviour::Short(0),
        Misbehaviour::Short(300_000),
        Misbehaviour::Fewer(1000),
        Misbehaviour::Fewer(600_000),
        Misbehaviour::Elsewhere(512),
        Misbehaviour::Closed,
        Misbehaviour::Unsaid,
        Misbehaviour::Slow(Duration::from_millis(30)),
    ]
}

#[test]
fn all_bytes_come_from_a_server_that_stumbles() {
    let bytes = noise(1, 5_000_001);
    for (number, what) in passing().into_iter().enumerate() {
        for after in [0, 2] {
            let server = Server::start();
            let address = server.put("/card.img", &bytes);
            server.misbehave("/card", after, 3, what.clone());
            let source = opened(&address).unwrap();
            assert!(read(&*source, 0, bytes.len()) == bytes, "{number} {after}");
            assert!(source.unreadable().is_empty() && source.fault().is_none(), "{number}");
            assert!(server.state().faults.is_empty(), "{number} {after}: it did not stumble");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Whatever is read in whatever order, and wherever the server stumbles, the bytes are those of the file.
    #[test]
    fn reads_give_the_bytes_of_the_file(
        len in 1usize..3_000_000,
        reads in proptest::collection::vec((any::<prop::sample::Index>(), 1usize..700_000), 1..12),
        stumbles in proptest::collection::vec((0usize..6, any::<prop::sample::Index>()), 0..4),
    ) {
        let (server, bytes) = (Server::start(), noise(len as u64, len));
        let address = server.put("/card.img", &bytes);
        let faults = passing();
        for (after, which) in stumbles {
            server.misbehave("/card", after, 1, faults[which.index(faults.len())].clone());
        }
        let source = opened(&address).unwrap();
        prop_assert_eq!(source.len(), len as u64);
        for (at, most) in reads {
            let at = at.index(len);
            let inside = most.min(len - at);
            let got = read(&*source, at as u64, most);
            prop_assert!(got[..inside] == bytes[at..at + inside]);
            prop_assert!(got[inside..].iter().all(|byte| *byte == 0));
        }
        prop_assert!(source.unreadable().is_empty() && !source.is_gone());
    }
}

#[test]
fn a_server_that_does_not_deliver_any_more_ends_the_reading() {
    let bytes = noise(2, 9_000_000);
    for (what, kind, said) in [
        (Misbehaviour::Status(503, vec![]), FaultKind::Failed, "status 503, 7 times in a row"),
        (Misbehaviour::Short(1000), FaultKind::Failed, "7 times in a row"),
        (Misbehaviour::Elsewhere(512), FaultKind::Failed, "were asked for"),
        (Misbehaviour::LongerBy(5), FaultKind::Changed, "it had 9000000 bytes"),
        (Misbehaviour::Status(404, vec![]), FaultKind::Missing, "not there any more"),
        (Misbehaviour::Status(403, vec![]), FaultKind::Denied, "status 403"),
        (Misbehaviour::Whole, FaultKind::Failed, "whole files alone"),
    ] {
        let server = Server::start();
        let address = server.put("/card.img", &bytes);
        let source = opened(&address).unwrap();
        assert!(read(&*source, 0, 1_000_000) == bytes[..1_000_000]);
        server.misbehave("/card", 0, FOR_EVER, what);
        let far = read(&*source, 8_000_000, 1000);
        let fault = source.fault().unwrap();
        assert!(fault.kind == kind && fault.why.contains(said), "{fault:?}");
        assert!(source.is_gone() && far.iter().all(|byte| *byte == 0));
        let unreadable = source.unreadable();
        assert_eq!((unreadable[0].at, unreadable[0].len), (8_000_000, 1000), "{said}");
        // What is in memory is still right.
        assert!(read(&*source, 0, 1000) == bytes[..1000]);
    }
}

#[test]
fn what_cannot_be_opened_says_why() {
    let server = Server::start();
    let address = server.put("/card.img", &noise(3, 1_000_000));
    let empty = server.put("/empty.img", b"");
    let said = |address: &str| {
        let error = opened(address).err().unwrap();
        error.with_cause()
    };
    assert!(said(&format!("{}/none", server.origin)).contains("nothing at this address"));
    assert!(said(&empty).ends_with("it is empty"));
    for (what, expected) in [
        (Misbehaviour::Whole, "delivers whole files alone, no ranges of them; download it"),
        (Misbehaviour::Status(503, vec![]), "status 503, 7 times in a row"),
        (Misbehaviour::Status(401, vec![]), "status 401"),
        (Misbehaviour::Status(302, vec![("Location", "/card.img")]), "redirects without an end"),
        (Misbehaviour::Status(418, vec![]), "status 418"),
        (Misbehaviour::Unsaid, "does not say which bytes"),
    ] {
        server.misbehave("/card", 0, FOR_EVER, what);
        let said = said(&address);
        assert!(said.contains(expected), "{said}");
        server.state().faults.clear();
    }
    // Nobody listens there.
    let said = said("http://127.0.0.1:9/card.img");
    assert!(said.contains("cannot be reached"), "{said}");
    assert!(open(Path::new(&address), Io::Mmap).err().unwrap().with_cause().contains("--io read"));
}

#[test]
fn bytes_of_two_versions_are_never_mixed() {
    let (before, after) = (noise(4, 12_000_000), noise(5, 12_000_000));
    for keeps_etag in [false, true] {
        let server = Server::start();
        let address = server.put("/card.img", &before);
        let source = opened(&address).unwrap();
        // So that not all of it is here when it changes.
        let slow = Misbehaviour::Slow(Duration::from_millis(50));
        server.misbehave("/card", 0, FOR_EVER, slow);
        let changed = || {
            let etag = server.state().files["/card.img"].etag.clone();
            server.put("/card.img", &after);
            let mut state = server.state();
            let file = state.files.get_mut("/card.img").unwrap();
            file.modified = "Sat, 02 Mar 2024 10:00:00 GMT".to_owned();
            if keeps_etag {
                file.etag = etag;
            }
        };
        thread::scope(|threads| {
            for worker in 0..3u64 {
                let (source, before) = (&source, &before);
                threads.spawn(move || {
                    for step in 0..40 {
                        let at = (worker * 3_700_000 + step * 290_000) % 11_000_000;
                        let got = read(&**source, at, 300_000);
                        let is_told = source.unreadable().iter().any(|bad| bad.end() > at);
                        let at = at as usize;
                        assert!(is_told || got == before[at..at + 300_000], "{worker} {step}");
                    }
                });
            }
            threads.spawn(|| {
                thread::sleep(Duration::from_millis(10));
                changed();
            });
        });
        let rest = read(&*source, 0, before.len());
        let bad = source.unreadable();
        let mut good = 0;
        for (at, byte) in rest.iter().enumerate() {
            if !bad.iter().any(|span| span.at <= at as u64 && (at as u64) < span.end()) {
                assert_eq!(*byte, before[at], "{at}");
                good += 1;
            }
        }
        assert!(good < before.len() && source.is_gone());
        assert_eq!(source.fault().unwrap().kind, FaultKind::Changed);
    }
}

#[test]
fn requests_are_made_side_by_side_and_memory_has_a_bound() {
    const SLOW: Duration = Duration::from_millis(100);
    let (server, bytes) = (Server::start(), noise(6, 60_000_000));
    let address = server.put("/card.img", &bytes);
    let source = opened(&address).unwrap();
    server.misbehave("/card", 0, FOR_EVER, Misbehaviour::Slow(SLOW));
    let began = Instant::now();
    for (number, chunk) in bytes.chunks(2 << 20).enumerate() {
        assert!(read(&*source, (number * (2 << 20)) as u64, chunk.len()) == chunk);
    }
    let one_by_one = SLOW * u32::try_from(server.asked()).unwrap();
    assert!(began.elapsed() < one_by_one / 2, "{:?} of {one_by_one:?}", began.elapsed());
    let delivered = source.bytes_read();
    assert!(delivered <= bytes.len() as u64, "{delivered}: nothing is asked for twice");
    // What was read long ago is not kept.
    let asked = server.asked();
    read(&*source, 0, 1000);
    assert!(server.asked() > asked);
}

/// The report of a scan.
fn report(outcome: &Outcome) -> Value {
    let path = outcome.report.as_ref().unwrap();
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn scan(source: &Path, output: &Path, resume: bool) -> Result<Outcome, Error> {
    let output = Some(output.to_path_buf());
    let options = Options { output, resume, chunk_len: 256 << 10, ..Options::default() };
    run::scan(&[source.to_path_buf()], &options, &Progress::default())
}

#[test]
fn a_scan_over_the_network_finds_what_one_of_the_file_finds() {
    let (folder, server) = (Folder::new(), Server::start());
    let raw = folder.write("raw.img", &demo_card());
    let expected = report(&scan(&raw, &folder.path("raw"), false).unwrap());
    assert!(expected["files"].as_array().unwrap().len() > 3);
    let check = |name: &str| {
        for file in fs::read_dir(folder.root()).unwrap().map(|entry| entry.unwrap().path()) {
            if file.is_file() {
                let name = file.file_name().unwrap().to_str().unwrap();
                server.put(&format!("/shelf/{name}"), &fs::read(&file).unwrap());
            }
        }
        let address = PathBuf::from(format!("{}/shelf/{name}", server.origin));
        let found = report(&scan(&address, &folder.path(&format!("out-{name}")), false).unwrap());
        assert_eq!(found["files"], expected["files"], "{name}");
        assert_eq!(found["sources"][0]["volumes"], expected["sources"][0]["volumes"], "{name}");
        let source = &found["sources"][0];
        assert_eq!(source["path"], address.to_str().unwrap());
        assert!(source["absolute_path"].is_null() && source["error"].is_null(), "{source}");
        assert!(source["version"].as_str().unwrap().contains("ETag \""), "{source}");
    };
    check("raw.img");
    let bytes = demo_card();
    let (first, rest) = bytes.split_at(bytes.len() / 3 / 512 * 512);
    folder.write("parts.001", first);
    folder.write("parts.002", rest);
    check("parts.001");
    if Folder::for_tools(&["qemu-img"]).is_some() {
        for (name, more) in
            [("card.qcow2", &["-O", "qcow2", "-c"][..]), ("base.qcow2", &["-O", "qcow2"])]
        {
            let options: Vec<&str> = ["-f", "raw"].iter().chain(more).copied().collect();
            assert!(convert(&raw, &folder.path(name), &options, &folder));
        }
        check("card.qcow2");
        let child = [
            "qemu-img",
            "create",
            "-q",
            "-f",
            "qcow2",
            "-b",
            "base.qcow2",
            "-F",
            "qcow2",
            "child.qcow2",
        ];
        assert!(runs(&child, folder.root()));
        check("child.qcow2");
    }
    if Folder::for_tools(&["ewfacquire"]).is_some() {
        let e01 = ["ewfacquire", "-u", "-q", "-t", "card", "-S", "1048576", "raw.img"];
        assert!(runs(&e01, folder.root()) && folder.path("card.E02").is_file());
        check("card.E01");
    }
    if Folder::for_tools(&["gzip"]).is_some() && runs(&["gzip", "-k", "raw.img"], folder.root()) {
        check("raw.img.gz");
    }
}

#[test]
fn a_scan_goes_on_where_the_server_went_away() {
    let (folder, server, bytes) = (Folder::new(), Server::start(), demo_card());
    let raw = folder.write("raw.img", &bytes);
    let expected = report(&scan(&raw, &folder.path("raw"), false).unwrap());
    let address = PathBuf::from(server.put("/raw.img", &bytes));
    for after in 0..6 {
        let output = folder.path(&format!("out-{after}"));
        server.misbehave("/raw", after, FOR_EVER, Misbehaviour::Status(503, vec![]));
        let begun = scan(&address, &output, false);
        server.state().faults.clear();
        match begun {
            Err(Error::Open { source, .. }) => assert!(source.to_string().contains("503")),
            Err(error) => panic!("{error}"),
            Ok(outcome) => {
                // Nothing is left to be fetched of a small card after some requests.
                if let Some(failure) = &outcome.failure {
                    assert!(matches!(failure, Error::Unavailable { .. }), "{failure}");
                    assert!(report(&outcome)["incomplete"].as_str().unwrap().contains("503"));
                }
            }
        }
        let resumed = scan(&address, &output, true);
        if matches!(resumed, Err(Error::Finished { .. })) {
            continue;
        }
        let outcome = resumed.unwrap();
        let found = report(&outcome);
        assert!(outcome.failure.is_none() && found["incomplete"].is_null(), "{after}");
        assert_eq!(found["files"], expected["files"], "{after}");
        assert_eq!(found["sources"][0]["unreadable"], serde_json::json!([]), "{after}");
    }
}

#[test]
fn a_scan_does_not_go_on_with_another_version() {
    let (folder, server, bytes) = (Folder::new(), Server::start(), demo_card());
    // The fault comes when more than is read ahead was scanned.
    let bytes = [bytes, noise(9, 60_000_000)].concat();
    let address = PathBuf::from(server.put("/raw.img", &bytes));
    let output = folder.path("out");
    server.misbehave("/raw", 50, 1, Misbehaviour::Status(404, vec![]));
    let outcome = scan(&address, &output, false).unwrap();
    let failure = outcome.failure.unwrap();
    assert!(matches!(failure, Error::Unavailable { .. }), "{failure}");
    // Not one byte that is looked at before the scan is another.
    server.state().files.get_mut("/raw.img").unwrap().etag = "\"other\"".to_owned();
    match scan(&address, &output, true).err().unwrap() {
        Error::Differs { what, .. } => assert!(what.contains("\"other\""), "{what}"),
        error => panic!("{error}"),
    }
}

#[test]
fn a_source_that_changes_while_it_is_scanned_is_an_error() {
    let (folder, server) = (Folder::new(), Server::start());
    let bytes = [demo_card(), noise(8, 3_000_000)].concat();
    let address = PathBuf::from(server.put("/raw.img", &bytes));
    server.misbehave("/raw", 3, FOR_EVER, Misbehaviour::LongerBy(512));
    let outcome = scan(&address, &folder.path("out"), false).unwrap();
    let failure = outcome.failure.as_ref().unwrap();
    assert!(matches!(failure, Error::Changed { .. }), "{failure}");
    let said = failure.to_string();
    assert!(said.contains("has changed while it was read: it had"), "{said}");
    assert!(report(&outcome)["incomplete"].as_str().unwrap().contains("has changed"));
}

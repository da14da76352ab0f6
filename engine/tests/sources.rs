//! Images and devices are read alike by every way of reading, and survive what goes wrong.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::print_stderr, reason = "a test that cannot run here says so")]

use std::fs::File;
use std::io::{ErrorKind, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{PoisonError, RwLock};

use afterimage_engine::error::Error;
use afterimage_engine::source::{Io, MemorySource, Source, SourceKind, open};
use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;
use tempfile::TempDir;

/// A process has places for so many mappings; the test that takes all of them runs alone.
static PLACES: RwLock<()> = RwLock::new(());

const WAYS: [Io; 4] = [Io::Auto, Io::Mmap, Io::Read, Io::Direct];

/// Bytes without zeros, so that zeros are told apart from data.
fn pattern(len: usize) -> Vec<u8> {
    (0..len).map(|at| (at % 251 + at / 4096 % 5) as u8 | 1).collect()
}

/// A file in a folder of its own. The folder is on the disk of the build, since a file system in
/// memory may know neither holes nor direct reads.
fn image(data: &[u8]) -> (TempDir, PathBuf) {
    let folder = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let path = folder.path().join("card.img");
    std::fs::write(&path, data).unwrap();
    (folder, path)
}

/// Reads everything in requests of `request` bytes, mapped where that is possible.
fn read_all(source: &dyn Source, request: usize) -> Vec<u8> {
    let mut all = Vec::new();
    while (all.len() as u64) < source.len() {
        let at = all.len() as u64;
        let len = request.min((source.len() - at) as usize);
        match source.mapped(at, len) {
            Some(bytes) => all.extend_from_slice(bytes),
            None => {
                let mut part = vec![0xEE; len];
                source.read_at(at, &mut part);
                all.extend_from_slice(&part);
            }
        }
    }
    all
}

/// Every stretch of data from front to back.
fn data(source: &dyn Source) -> Vec<Span> {
    let mut at = 0;
    std::iter::from_fn(|| {
        let span = source.data_after(at)?;
        assert!(span.at >= at && span.len > 0 && span.end() <= source.len(), "{span:?}");
        at = span.end();
        Some(span)
    })
    .collect()
}

#[track_caller]
fn check_refused(path: &Path, io: Io, word: &str) {
    match open(path, io).map(|source| source.len()) {
        Err(Error::NotASource { why, .. }) => assert!(why.contains(word), "{why}"),
        other => panic!("{}: {other:?}", path.display()),
    }
}

#[test]
fn every_way_of_reading_gives_the_same_bytes() {
    let _some = PLACES.read().unwrap_or_else(PoisonError::into_inner);
    for len in [1, 511, 512, 4095, 4096, 4097, 1 << 20, (3 << 20) + 700] {
        let truth = pattern(len);
        let (_folder, path) = image(&truth);
        for io in WAYS {
            let source = open(&path, io).unwrap();
            assert_eq!((source.len(), source.kind()), (len as u64, SourceKind::Image));
            assert_eq!((source.sector_size(), source.path()), (512, path.as_path()));
            // What tells images from archives was read when it was opened.
            let before = source.bytes_read();
            for request in [len, 65_536, 999.max(len / 100)] {
                assert!(read_all(&*source, request) == truth, "{io:?}, {len} by {request}");
            }
            let mut tail = [7; 9];
            source.read_at(len as u64 - 1, &mut tail);
            assert_eq!(tail[..2], [truth[len - 1], 0], "{io:?} past the end");
            assert_eq!(source.unreadable(), [], "{io:?}");
            let is_mapped = source.mapped(0, 1).is_some();
            assert_eq!(is_mapped, matches!(io, Io::Auto | Io::Mmap));
            assert_eq!(source.mapped(0, len + 1), None);
            assert_eq!(source.mapped(u64::MAX, 2), None);
            assert_eq!(source.bytes_read() == 0, is_mapped);
            if io == Io::Read {
                assert_eq!(source.bytes_read() - before, 3 * len as u64 + 1);
            }
        }
    }
}

#[test]
fn holes_of_a_sparse_file_are_left_out() {
    let _some = PLACES.read().unwrap_or_else(PoisonError::into_inner);
    const MIB: u64 = 1 << 20;
    let (_folder, path) = image(&[]);
    let mut file = File::create(&path).unwrap();
    for at in [2 * MIB, 9 * MIB] {
        file.seek(SeekFrom::Start(at)).unwrap();
        file.write_all(&pattern(MIB as usize)).unwrap();
    }
    file.set_len(20 * MIB).unwrap();
    file.sync_all().unwrap();
    for io in WAYS {
        let source = open(&path, io).unwrap();
        let found = data(&*source);
        for at in [2 * MIB, 9 * MIB] {
            let written = Span { at, len: MIB };
            assert!(found.iter().any(|span| span.holds(written)), "{io:?}: {found:?}");
        }
        if found == [Span { at: 0, len: 20 * MIB }] {
            eprintln!("the file system of {} does not tell holes", path.display());
            continue;
        }
        let expected = [2 * MIB, 9 * MIB].map(|at| Span { at, len: MIB });
        assert_eq!(found, expected, "{io:?}");
        let inside = source.data_after(2 * MIB + 5);
        assert_eq!(inside, Some(Span::between(2 * MIB + 5, 3 * MIB)));
        assert_eq!(source.data_after(10 * MIB), None);
        assert_eq!(source.data_after(u64::MAX), None);
    }
}

#[test]
fn a_file_that_shrinks_gives_zeros_and_says_so() {
    let _some = PLACES.read().unwrap_or_else(PoisonError::into_inner);
    const LEN: usize = 4 << 20;
    for (io, left) in WAYS.into_iter().flat_map(|io| [(io, 0), (io, 1 << 20), (io, LEN - 100)]) {
        let mut truth = pattern(LEN);
        let (_folder, path) = image(&truth);
        let source = open(&path, io).unwrap();
        File::options().write(true).open(&path).unwrap().set_len(left as u64).unwrap();
        truth[left..].fill(0);
        assert_eq!(data(&*source).last().map(Span::end), Some(LEN as u64), "{io:?}: all is asked");
        for request in [LEN, 70_000] {
            assert!(read_all(&*source, request) == truth, "{io:?}, cut to {left} by {request}");
        }
        let mut all = vec![1; LEN];
        source.read_at(0, &mut all);
        assert!(all == truth, "{io:?}, cut to {left}");
        assert_eq!(source.unreadable(), [Span::between(left as u64, LEN as u64)], "{io:?}");
    }
}

#[test]
fn two_mappings_lose_their_own_pages() {
    let _some = PLACES.read().unwrap_or_else(PoisonError::into_inner);
    const LEN: usize = 1 << 20;
    let truth = pattern(LEN);
    let ((_one, first), (_two, second)) = (image(&truth), image(&truth));
    let [a, b] = [&first, &second].map(|path| open(path, Io::Mmap).unwrap());
    File::options().write(true).open(&first).unwrap().set_len(8192).unwrap();
    File::options().write(true).open(&second).unwrap().set_len(65_536).unwrap();
    std::thread::scope(|threads| {
        for _ in 0..4 {
            threads.spawn(|| read_all(&*a, 5000));
            threads.spawn(|| read_all(&*b, 5000));
        }
    });
    assert_eq!(a.unreadable(), [Span::between(8192, LEN as u64)]);
    assert_eq!(b.unreadable(), [Span::between(65_536, LEN as u64)]);
    assert_eq!(read_all(&*b, LEN)[..65_536], truth[..65_536]);
}

#[test]
fn more_images_than_can_be_mapped_are_read() {
    let _all = PLACES.write().unwrap_or_else(PoisonError::into_inner);
    let truth = pattern(10_000);
    let (_folder, path) = image(&truth);
    let sources: Vec<_> = (0..200).map(|_| open(&path, Io::Auto).unwrap()).collect();
    assert!(sources.iter().any(|source| source.mapped(0, 1).is_none()));
    assert!(sources.iter().all(|source| read_all(&**source, 10_000) == truth));
    drop(sources);
    assert!(open(&path, Io::Auto).unwrap().mapped(0, 1).is_some(), "places are free again");
}

#[test]
fn what_is_no_source_is_refused_without_waiting() {
    let (folder, path) = image(&[]);
    let fifo = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());
    let socket = folder.path().join("s");
    // The name of a socket is short; the folder may be deep.
    let bound = std::os::unix::net::UnixListener::bind(&socket);
    for io in WAYS {
        check_refused(&path, io, "empty");
        check_refused(folder.path(), io, "folder");
        check_refused(&fifo, io, "pipe");
        check_refused(Path::new("/dev/null"), io, "character device");
        if bound.is_ok() {
            check_refused(&socket, io, "socket");
        }
        let missing = open(&folder.path().join("missing"), io).map(|source| source.len());
        let error = missing.unwrap_err();
        let Error::Open { source, .. } = error else { panic!("{error}") };
        assert_eq!(source.kind(), ErrorKind::NotFound);
    }
}

#[test]
fn a_file_that_may_not_be_read_says_so() {
    use std::os::unix::fs::PermissionsExt;

    let (_folder, path) = image(&pattern(4096));
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o000)).unwrap();
    if rustix::process::geteuid().is_root() {
        eprintln!("root may read everything: permissions are not tested");
        return;
    }
    let error = open(&path, Io::Auto).map(|source| source.len()).unwrap_err();
    let Error::Open { source, .. } = error else { panic!("{error}") };
    assert_eq!(source.kind(), ErrorKind::PermissionDenied);
}

#[test]
fn memory_is_a_source_like_others() {
    let bad = Span { at: 512, len: 1024 };
    let mut truth = pattern(5000);
    let lent = MemorySource::new("card", truth.clone()).with_bad_sectors(vec![bad]);
    let read = MemorySource::new("card", truth.clone()).with_bad_sectors(vec![bad]).unmapped();
    truth[512..1536].fill(0);
    for source in [&lent, &read] {
        assert_eq!(source.unreadable(), []);
        source.read_at(0, &mut [0; 600]);
        assert_eq!(source.unreadable(), [Span::between(512, 600)]);
        assert_eq!(read_all(source, 999), truth);
        assert_eq!(source.unreadable(), [bad]);
        assert_eq!(data(source), [Span { at: 0, len: 5000 }]);
        assert_eq!(source.mapped(4999, 2), None);
    }
    assert_eq!((lent.bytes_read(), read.bytes_read()), (0, 5600));
}

/// A real block device over a file, taken away when dropped.
struct Loop(PathBuf);

impl Loop {
    fn new(image: &Path) -> Option<Self> {
        if !rustix::process::geteuid().is_root() || !Path::new("/dev/loop-control").exists() {
            return None;
        }
        let output = Command::new("losetup").args(["--find", "--show"]).arg(image).output().ok()?;
        let device = String::from_utf8(output.stdout).ok()?;
        output.status.success().then(|| Loop(PathBuf::from(device.trim())))
    }
}

impl Drop for Loop {
    fn drop(&mut self) {
        let _ = Command::new("losetup").arg("--detach").arg(&self.0).status();
    }
}

#[test]
fn a_device_is_read_and_never_mapped() {
    let truth = pattern((2 << 20) + 512);
    let (_folder, path) = image(&truth);
    let Some(device) = Loop::new(&path) else {
        eprintln!("loop devices cannot be had here: devices are not tested");
        return;
    };
    for io in [Io::Auto, Io::Read, Io::Direct] {
        let source = open(&device.0, io).unwrap();
        assert_eq!((source.len(), source.kind()), (truth.len() as u64, SourceKind::Device));
        assert_eq!(source.sector_size(), 512);
        for request in [truth.len(), 65_536, 77_777] {
            assert!(read_all(&*source, request) == truth, "{io:?} by {request}");
        }
        assert_eq!(data(&*source), [Span { at: 0, len: truth.len() as u64 }]);
        assert_eq!(source.unreadable(), []);
        assert!(source.bytes_read() >= 3 * truth.len() as u64);
    }
    let mapped = open(&device.0, Io::Mmap).map(|source| source.len());
    assert!(matches!(mapped, Err(Error::NotMappable { .. })), "{mapped:?}");
}

#[test]
fn bad_sectors_of_a_device_are_lost_and_nothing_else() {
    const LEN: usize = 2 << 20;
    for cut in [LEN - 512, LEN - 4096 - 1536, 512, 0] {
        let mut truth = pattern(LEN);
        let (_folder, path) = image(&truth);
        let Some(device) = Loop::new(&path) else {
            eprintln!("loop devices cannot be had here: bad sectors are tested on a fake only");
            return;
        };
        // The device keeps its size; what its file does not have is an I/O error.
        File::options().write(true).open(&path).unwrap().set_len(cut as u64).unwrap();
        truth[cut..].fill(0);
        let ways = [(Io::Read, LEN), (Io::Read, 10_000), (Io::Direct, LEN), (Io::Direct, 10_000)];
        for (io, request) in ways {
            let source = open(&device.0, io).unwrap();
            assert_eq!(source.len(), LEN as u64);
            assert!(read_all(&*source, request) == truth, "{io:?}, cut to {cut} by {request}");
            assert_eq!(source.unreadable(), [Span::between(cut as u64, LEN as u64)], "{io:?}");
        }
    }
}

use std::io::{Cursor, Write};
use std::sync::Arc;

use ::zip::ZipWriter;
use ::zip::write::SimpleFileOptions;

use super::{Directory, ZipTree};
use crate::control::progress::Stop;
use crate::places::tree::tests::MemoryTree;
use crate::places::{NodeKind, Tree};

/// An archive of these files, every other one stored.
fn archive(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (nth, (name, bytes)) in files.iter().enumerate() {
        let method =
            [::zip::CompressionMethod::Deflated, ::zip::CompressionMethod::Stored][nth % 2];
        writer.start_file(*name, SimpleFileOptions::default().compression_method(method)).unwrap();
        writer.write_all(bytes).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

fn files() -> Vec<(&'static str, Vec<u8>)> {
    let content = |seed: u32| (0..20_000u32).map(|at| (at.wrapping_mul(seed) >> 9) as u8).collect();
    vec![
        ("a/x.jpg", content(3)),
        ("a/y.jpg", content(5)),
        ("b.jpg", content(7)),
        ("c/d/z.jpg", content(11)),
    ]
}

fn tree(bytes: Vec<u8>) -> ZipTree {
    let around: Arc<dyn Tree> = Arc::new(MemoryTree::new([("x.zip", bytes)]));
    ZipTree::new(around, vec![0], "x.zip".into(), Stop::default())
}

/// The files of an archive that can be read whole.
fn read(tree: &dyn Tree) -> Vec<(String, Vec<u8>)> {
    let whole = (0..tree.nodes().len()).filter_map(|at| {
        let node = &tree.nodes()[at];
        node.is_file().then(|| Some((node.path.clone(), tree.content(at, 1 << 20).ok()?))).flatten()
    });
    whole.collect()
}

fn expected(files: &[(&str, Vec<u8>)]) -> Vec<(String, Vec<u8>)> {
    files.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.clone())).collect()
}

#[test]
fn members_are_read_and_their_folders_are_there() {
    let tree = tree(archive(&files()));
    assert_eq!(read(&tree), expected(&files()));
    let folders = tree.nodes().iter().filter(|node| node.kind == NodeKind::Folder);
    assert!(folders.map(|node| node.path.as_str()).eq(["a", "c", "c/d"]));
    assert!(tree.open(tree.at("a").unwrap()).is_err() && tree.open(99).is_err());
}

#[test]
fn bytes_before_and_after_an_archive_do_no_harm() {
    let bytes = [vec![7; 1000], archive(&files()), vec![9; 500]].concat();
    let directory = Directory::read(&bytes.as_slice(), &|| false);
    assert!(!directory.is_recovered);
    assert_eq!(read(&tree(bytes)), expected(&files()));
}

#[test]
fn without_its_directory_an_archive_gives_what_its_headers_tell() {
    let bytes = archive(&files());
    let at = memchr::memmem::find(&bytes, b"PK\x01\x02").unwrap();
    for end in [at, at + 10, bytes.len() - 1] {
        let directory = Directory::read(&&bytes[..end], &|| false);
        assert!(directory.is_recovered, "{end}");
        assert_eq!(read(&tree(bytes[..end].to_vec())), expected(&files()), "{end}");
    }
    // The last member is cut: the others are whole, and of it there is a beginning.
    let cut = tree(bytes[..at - 500].to_vec());
    assert_eq!(read(&cut)[..3], expected(&files())[..3]);
    assert!(cut.at("c/d/z.jpg").is_some());
}

#[test]
fn lengths_that_follow_a_member_are_found_when_the_directory_is_gone() {
    let plain = files().remove(0).1;
    let packed = miniz_oxide::deflate::compress_to_vec(&plain, 6);
    let mut bytes = Vec::new();
    for name in [b"1.jpg", b"2.jpg"] {
        bytes.extend(b"PK\x03\x04\x14\0\x08\0\x08\0\0\0\x21\0");
        bytes.extend([0; 12]);
        bytes.extend([5, 0, 0, 0]);
        bytes.extend(name);
        bytes.extend(&packed);
        bytes.extend(b"PK\x07\x08\0\0\0\0");
        bytes.extend((packed.len() as u32).to_le_bytes());
        bytes.extend((plain.len() as u32).to_le_bytes());
    }
    let files = [("1.jpg", plain.clone()), ("2.jpg", plain)];
    assert_eq!(read(&tree(bytes)), expected(&files));
}

#[test]
fn an_archive_in_an_archive_is_one_member_of_the_outer() {
    let inner = archive(&files());
    let outer = archive(&[("deflated.zip", inner.clone()), ("stored.zip", inner)]);
    let at = memchr::memmem::rfind(&outer, b"PK\x05\x06").unwrap();
    for end in [outer.len(), at] {
        let outer: Arc<dyn Tree> = Arc::new(tree(outer[..end].to_vec()));
        assert_eq!(outer.nodes().len(), 2, "{end}");
        for node in 0..2 {
            let inner =
                ZipTree::new(Arc::clone(&outer), vec![node], "inner".into(), Stop::default());
            assert_eq!(read(&inner), expected(&files()), "{end}");
        }
    }
}

#[test]
fn what_cannot_be_read_is_told_and_names_are_data() {
    let mut bytes = archive(&[("../../etc/x.jpg", vec![1; 100]), ("/abs//y.jpg", vec![2; 100])]);
    let paths: Vec<String> =
        tree(bytes.clone()).nodes().iter().map(|node| node.path.clone()).collect();
    assert!(
        paths.contains(&"../../etc/x.jpg".to_owned()) && paths.contains(&"abs/y.jpg".to_owned())
    );
    // Encrypted, by its flag; of a method that nobody knows.
    let row = memchr::memmem::find(&bytes, b"PK\x01\x02").unwrap();
    bytes[row + 8] |= 1;
    let next = row + 4 + memchr::memmem::find(&bytes[row + 4..], b"PK\x01\x02").unwrap();
    bytes[next + 10] = 99;
    let directory = Directory::read(&bytes.as_slice(), &|| false);
    assert_eq!((directory.encrypted(), directory.unknown()), (1, 1));
    assert!(read(&tree(bytes)).is_empty());
}

#[test]
fn a_bomb_is_not_unpacked() {
    // A thousand rows that share one member.
    let one = archive(&[("a", vec![0; 1 << 20])]);
    let row_at = memchr::memmem::find(&one, b"PK\x01\x02").unwrap();
    let end_at = memchr::memmem::rfind(&one, b"PK\x05\x06").unwrap();
    let row = &one[row_at..end_at];
    let mut bomb = one[..row_at].to_vec();
    (0..1000).for_each(|_| bomb.extend(row));
    let mut end = one[end_at..].to_vec();
    end[8..12].copy_from_slice(&[0xe8, 3, 0xe8, 3]);
    end[12..16].copy_from_slice(&(row.len() as u32 * 1000).to_le_bytes());
    bomb.extend(end);
    let directory = Directory::read(&bomb.as_slice(), &|| false);
    assert_eq!((directory.members.len(), directory.overlapping), (1, 999));
    // A member that declares four gigabytes.
    let mut lying = one.clone();
    lying[row_at + 24..row_at + 28].copy_from_slice(&[0xfe, 0xff, 0xff, 0xff]);
    assert_eq!(Directory::read(&lying.as_slice(), &|| false).inflating(), 1);
    assert!(tree(lying).open(0).is_err());
}

#[test]
fn any_bytes_end_in_time_and_bounds() {
    let sound = archive(&files());
    bolero::check!().with_type::<Vec<(u16, u8)>>().for_each(|changes| {
        let mut bytes = sound.clone();
        for (at, value) in changes {
            // Mostly in the directory.
            let len = bytes.len();
            let at =
                if at % 4 == 0 { usize::from(*at) % len } else { len - 1 - usize::from(*at) % 400 };
            bytes[at] = *value;
        }
        let tree = tree(bytes);
        assert!(tree.nodes().is_sorted_by(|one, other| one.path <= other.path));
        for at in 0..tree.nodes().len() {
            let _any = tree.content(at, 1 << 20);
        }
    });
    bolero::check!().with_type::<Vec<u8>>().for_each(|bytes| {
        let bytes = [b"PK\x03\x04", bytes.as_slice(), b"PK\x05\x06", bytes].concat();
        let tree = tree(bytes);
        for at in 0..tree.nodes().len() {
            let _any = tree.content(at, 1 << 20);
        }
    });
}

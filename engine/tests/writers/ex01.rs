//! The smallest Ex01 image.

use miniz_oxide::deflate::compress_to_vec_zlib;

use super::{Made, adler, block, put};

const CHUNK: usize = 4096;
const DATA: usize = 2 * 64 + 32 + 512 + 512;
const TABLE: usize = DATA + CHUNK + 16 + 4096 + 64;
const ENTRIES: usize = TABLE + 32;
const COUNT: usize = 4;
const TABLE_DESCRIPTOR: usize = ENTRIES + COUNT * 16 + 16;

/// Where sections are described, what they are, and how many bytes each has.
const SECTIONS: [(usize, u32, usize); 5] = [
    (32 + 512, 1, 512),
    (32 + 512 + 64 + 512, 2, 512),
    (TABLE - 64, 3, TABLE - 64 - DATA),
    (TABLE_DESCRIPTOR, 4, TABLE_DESCRIPTOR - TABLE),
    (TABLE_DESCRIPTOR + 64, 15, 0),
];

fn sums(bytes: &mut [u8]) {
    let covered = SECTIONS.iter().map(|(at, ..)| (*at, at + 60));
    let entries = (ENTRIES, ENTRIES + COUNT * 16);
    for (from, to) in covered.chain([(TABLE, TABLE + 16), entries]) {
        if bytes.len() >= to + 4 {
            let sum = adler(&bytes[from..to]);
            bytes[to..to + 4].copy_from_slice(&sum);
        }
    }
}

/// Text as it lies in the image, and what fills it up.
fn text(names: &str, values: &str) -> (Vec<u8>, usize) {
    let text = format!("\u{feff}1\nmain\n{names}\n{values}\n\n");
    let units: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let packed = compress_to_vec_zlib(&units, 6);
    let padding = 512 - packed.len();
    (packed, padding)
}

pub fn ex01() -> Made {
    let mut bytes = b"EVF2\r\n\x81\0\x02\x01\x01\0\x01\0\0\0one set of files".to_vec();
    let (device, device_padding) = text("sn\tts\tbp", "\t28\t512");
    let (case, case_padding) = text("nm\ttb\tsb", "\t4\t8");
    put(&mut bytes, 32, &device);
    put(&mut bytes, 32 + 512 + 64, &case);
    let (plain, packed) = (block(20, CHUNK), block(21, CHUNK));
    put(&mut bytes, DATA, &plain);
    put(&mut bytes, DATA + CHUNK, &adler(&plain));
    let deflated = compress_to_vec_zlib(&packed, 6);
    put(&mut bytes, DATA + CHUNK + 16, &deflated);
    let last = DATA + CHUNK + 16 + 2048;
    put(&mut bytes, last, &compress_to_vec_zlib(&plain[..2048], 6));
    bytes.resize(TABLE_DESCRIPTOR + 128, 0);
    put(&mut bytes, TABLE + 8, &(COUNT as u32).to_le_bytes());
    let packed_at = (DATA + CHUNK + 16) as u64;
    let entries = [
        (DATA as u64, CHUNK as u32 + 4, 2u32),
        (packed_at, deflated.len() as u32, 1),
        (u64::from_le_bytes(*b"pattern!"), 0, 5),
        (last as u64, 2048, 1),
    ];
    for (number, (at, len, flags)) in entries.into_iter().enumerate() {
        let entry = [&at.to_le_bytes()[..], &len.to_le_bytes(), &flags.to_le_bytes()].concat();
        put(&mut bytes, ENTRIES + number * 16, &entry);
    }
    let mut before = 0u64;
    for ((at, kind, len), padding) in
        SECTIONS.into_iter().zip([device_padding, case_padding, 0, 0, 0])
    {
        put(&mut bytes, at, &kind.to_le_bytes());
        put(&mut bytes, at + 8, &before.to_le_bytes());
        put(&mut bytes, at + 16, &(len as u64).to_le_bytes());
        put(&mut bytes, at + 24, &64u32.to_le_bytes());
        put(&mut bytes, at + 28, &(padding as u32).to_le_bytes());
        before = at as u64;
    }
    sums(&mut bytes);
    let pattern = b"pattern!".repeat(CHUNK / 8);
    let disk = [&plain[..], &packed, &pattern, &plain[..2048]].concat();
    let sections = SECTIONS
        .iter()
        .flat_map(|(at, ..)| [(*at, 4), (at + 4, 4), (at + 8, 8), (at + 16, 8), (at + 28, 4)]);
    let rows = (0..COUNT).flat_map(|row| {
        let at = ENTRIES + row * 16;
        [(at, 8), (at + 8, 4), (at + 12, 4)]
    });
    let fields =
        sections.chain(rows).chain([(10, 2), (12, 4), (TABLE, 8), (TABLE + 8, 4)]).collect();
    Made { name: "x.Ex01", bytes, disk, mend: sums, fields }
}

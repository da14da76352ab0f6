//! The smallest disk image of macOS.

use data_encoding::BASE64;
use miniz_oxide::deflate::compress_to_vec_zlib;

use super::{Made, block, no_checksum, put};

pub fn udif() -> Made {
    const RUN: usize = 4096;
    let (plain, packed) = (block(40, RUN), block(41, RUN));
    let deflated = compress_to_vec_zlib(&packed, 6);
    let mut bytes = plain.clone();
    bytes.extend(&deflated);
    let mut table = b"mish\0\0\0\x01".to_vec();
    table.resize(204, 0);
    put(&mut table, 16, &24u64.to_be_bytes());
    put(&mut table, 200, &4u32.to_be_bytes());
    let rows = [
        (1u32, [0u64, 8, 0, RUN as u64]),
        (0, [8, 8, 0, 0]),
        (0x8000_0005, [16, 8, RUN as u64, deflated.len() as u64]),
        (0xFFFF_FFFF, [24, 0, 0, 0]),
    ];
    for (kind, numbers) in rows {
        table.extend(kind.to_be_bytes());
        table.extend([0; 4]);
        table.extend(numbers.iter().flat_map(|number| number.to_be_bytes()));
    }
    let list = format!(
        "<plist><dict><key>resource-fork</key><dict><key>blkx</key><array><dict><key>Data</key><data>{}</data>\
         </dict></array></dict></dict></plist>",
        BASE64.encode(&table)
    );
    let list_at = bytes.len();
    bytes.extend(list.as_bytes());
    let end = bytes.len();
    put(&mut bytes, end, b"koly\0\0\0\x04\0\0\x02\0");
    for (at, number) in [(32, list_at), (216, list_at), (224, list.len()), (492, 24)] {
        put(&mut bytes, end + at, &(number as u64).to_be_bytes());
    }
    bytes.resize(end + 512, 0);
    let disk = [&plain[..], &[0; RUN], &packed].concat();
    // Of the table each number is some letters.
    let inside = list_at + list.find("<data>").unwrap() + 6;
    let table = (0..4)
        .flat_map(|row| (0..5).map(move |number| inside + (204 + row * 40 + number * 8) * 4 / 3));
    let trailer = [24, 32, 216, 224, 492].into_iter().map(|at| (end + at, 8));
    let fields =
        trailer.chain([(end + 56, 4), (end + 60, 4)]).chain(table.map(|at| (at, 8))).collect();
    Made { name: "x.dmg", bytes, disk, mend: no_checksum, fields }
}

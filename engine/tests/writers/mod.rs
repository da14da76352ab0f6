//! The smallest writers of containers: one table of each kind, one block of each state, and checksums that can be made
//! right again after something was changed.

pub mod archives;
mod ex01;
pub mod streams;
pub mod stripes;
mod udif;

use miniz_oxide::deflate::{compress_to_vec, compress_to_vec_zlib};

/// A container, and the disk that it holds.
pub struct Made {
    /// What a file of it is called.
    pub name: &'static str,
    pub bytes: Vec<u8>,
    pub disk: Vec<u8>,
    /// Makes the checksums right.
    pub mend: fn(&mut [u8]),
    /// Offsets of numbers that tell where something is, and how much of it: each with its bytes.
    pub fields: Vec<(usize, usize)>,
}

/// One of each kind.
pub fn all() -> Vec<Made> {
    vec![
        qcow2(),
        vhd(),
        vdi(),
        vmdk(),
        stream_vmdk(),
        e01(),
        ex01::ex01(),
        vhdx(),
        gzip(),
        streams::zstd(),
        archives::zip(),
        archives::deflated_zip(),
        archives::tar(),
        archives::aff4(),
        udif::udif(),
    ]
}

pub fn put(bytes: &mut Vec<u8>, at: usize, part: &[u8]) {
    if bytes.len() < at + part.len() {
        bytes.resize(at + part.len(), 0);
    }
    bytes[at..at + part.len()].copy_from_slice(part);
}

/// Changes bytes as a fuzzer says.
pub fn change(bytes: &mut [u8], changes: &[(u16, u8)]) {
    for (at, value) in changes {
        // Most of what says something stands at either end.
        let at = usize::from(*at);
        let len = bytes.len();
        let at = if at & 1 == 0 { at / 2 % len } else { len - 1 - at / 2 % len };
        bytes[at] = *value;
    }
}

/// A block of bytes that do not repeat soon.
pub fn block(seed: usize, len: usize) -> Vec<u8> {
    (0..len).map(|at| (at.wrapping_mul(seed * 2 + 1) >> 3) as u8 ^ seed as u8).collect()
}

fn no_checksum(_: &mut [u8]) {}

fn qcow2() -> Made {
    const CLUSTER: usize = 4096;
    let mut bytes = b"QFI\xfb\0\0\0\x03".to_vec();
    put(&mut bytes, 20, &12u32.to_be_bytes());
    put(&mut bytes, 24, &(6 * CLUSTER as u64).to_be_bytes());
    put(&mut bytes, 36, &1u32.to_be_bytes());
    put(&mut bytes, 40, &(CLUSTER as u64).to_be_bytes());
    put(&mut bytes, 96, &4u32.to_be_bytes());
    put(&mut bytes, 100, &104u32.to_be_bytes());
    put(&mut bytes, CLUSTER, &((2 * CLUSTER as u64) | (1 << 63)).to_be_bytes());
    let (plain, packed) = (block(1, CLUSTER), block(2, CLUSTER));
    put(&mut bytes, 3 * CLUSTER, &plain);
    let deflated = compress_to_vec(&packed, 6);
    put(&mut bytes, 4 * CLUSTER + 100, &deflated);
    let sectors = ((100 + deflated.len()).div_ceil(512) - 1) as u64;
    let entry = 1 << 62 | sectors << 58 | (4 * CLUSTER + 100) as u64;
    for (index, entry) in [(0, (3 * CLUSTER as u64) | (1 << 63)), (2, entry), (3, 1)] {
        put(&mut bytes, 2 * CLUSTER + index * 8, &u64::to_be_bytes(entry));
    }
    bytes.resize(6 * CLUSTER, 0);
    let mut disk = plain;
    put(&mut disk, 2 * CLUSTER, &packed);
    disk.resize(6 * CLUSTER, 0);
    const FIELDS: &[(usize, usize)] = &[
        (8, 8),
        (16, 4),
        (20, 4),
        (24, 8),
        (36, 4),
        (40, 8),
        (72, 8),
        (100, 4),
        (CLUSTER, 8),
        (2 * CLUSTER, 8),
        (2 * CLUSTER + 16, 8),
    ];
    Made { name: "x.qcow2", bytes, disk, mend: no_checksum, fields: FIELDS.to_vec() }
}

fn vhd_sums(bytes: &mut [u8]) {
    let end = bytes.len() - 512;
    for (start, len, at) in [(0, 512, 64), (512, 1024, 36), (end, 512, 64)] {
        let Some(part) = bytes.get_mut(start..start + len) else { continue };
        part[at..at + 4].fill(0);
        let sum: u32 = part.iter().map(|byte| u32::from(*byte)).sum();
        part[at..at + 4].copy_from_slice(&(!sum).to_be_bytes());
    }
}

fn vhd() -> Made {
    const BLOCK: usize = 4096;
    let mut footer = b"conectix\0\0\0\x02\0\x01\0\0".to_vec();
    put(&mut footer, 16, &512u64.to_be_bytes());
    put(&mut footer, 48, &(3 * BLOCK as u64).to_be_bytes());
    put(&mut footer, 60, &3u32.to_be_bytes());
    footer.resize(512, 0);
    let mut bytes = footer.clone();
    put(&mut bytes, 512, b"cxsparse\xff\xff\xff\xff\xff\xff\xff\xff");
    put(&mut bytes, 528, &1536u64.to_be_bytes());
    put(&mut bytes, 536, b"\0\x01\0\0\0\0\0\x03");
    put(&mut bytes, 544, &(BLOCK as u32).to_be_bytes());
    put(&mut bytes, 1536, &[0xFF; 512]);
    put(&mut bytes, 1540, &4u32.to_be_bytes());
    put(&mut bytes, 2048, &[0xFF; 512]);
    put(&mut bytes, 2560, &block(3, BLOCK));
    bytes.extend(&footer);
    vhd_sums(&mut bytes);
    let mut disk = vec![0; 3 * BLOCK];
    disk[BLOCK..2 * BLOCK].copy_from_slice(&block(3, BLOCK));
    const FIELDS: &[(usize, usize)] =
        &[(6672, 8), (6704, 8), (6716, 4), (528, 8), (540, 4), (544, 4), (1540, 4), (16, 8)];
    Made { name: "x.vhd", bytes, disk, mend: vhd_sums, fields: FIELDS.to_vec() }
}

fn vdi() -> Made {
    const BLOCK: usize = 4096;
    let mut bytes = b"<<< disk image >>>".to_vec();
    put(&mut bytes, 0x40, &[0x7f, 0x10, 0xda, 0xbe, 1, 0, 1, 0, 0x90, 1, 0, 0, 1, 0, 0, 0]);
    for (at, number) in
        [(0x154, 512), (0x158, 1024), (0x168, 512), (0x170, 3 * BLOCK), (0x178, BLOCK), (0x180, 3)]
    {
        put(&mut bytes, at, &(number as u32).to_le_bytes());
    }
    put(&mut bytes, 512, b"\xff\xff\xff\xff\0\0\0\0\xfe\xff\xff\xff");
    put(&mut bytes, 1024, &block(4, BLOCK));
    let mut disk = vec![0; 3 * BLOCK];
    disk[BLOCK..2 * BLOCK].copy_from_slice(&block(4, BLOCK));
    const FIELDS: &[(usize, usize)] = &[
        (0x4c, 4),
        (0x154, 4),
        (0x158, 4),
        (0x170, 8),
        (0x178, 4),
        (0x17c, 4),
        (0x180, 4),
        (516, 4),
    ];
    Made { name: "x.vdi", bytes, disk, mend: no_checksum, fields: FIELDS.to_vec() }
}

/// The header of a VMDK with grains of 4 KiB, whose table of tables lies at a sector.
fn vmdk_header(flags: u32, sectors: u64, tables: u64) -> Vec<u8> {
    let mut bytes = b"KDMV\x01\0\0\0".to_vec();
    put(&mut bytes, 8, &flags.to_le_bytes());
    for (at, number) in [(12, sectors), (20, 8), (28, 1), (36, 1), (56, tables)] {
        put(&mut bytes, at, &u64::to_le_bytes(number));
    }
    put(&mut bytes, 44, &512u32.to_le_bytes());
    put(&mut bytes, 73, b"\n \r\n");
    put(&mut bytes, 77, &u16::from(flags & 1 << 16 != 0).to_le_bytes());
    put(&mut bytes, 512, b"# Disk DescriptorFile\nCID=12345678\nparentCID=ffffffff\n");
    bytes.resize(1024, 0);
    bytes
}

const GRAIN: usize = 4096;

fn vmdk() -> Made {
    let mut bytes = vmdk_header(3, 24, 2);
    put(&mut bytes, 1024, &3u32.to_le_bytes());
    put(&mut bytes, 1536, b"\0\0\0\0\x07\0\0\0");
    bytes.resize(3584, 0);
    bytes.extend(block(5, GRAIN));
    let mut disk = vec![0; 3 * GRAIN];
    disk[GRAIN..2 * GRAIN].copy_from_slice(&block(5, GRAIN));
    const FIELDS: &[(usize, usize)] =
        &[(12, 8), (20, 8), (28, 8), (36, 8), (44, 4), (56, 8), (1024, 4), (1540, 4)];
    Made { name: "x.vmdk", bytes, disk, mend: no_checksum, fields: FIELDS.to_vec() }
}

fn stream_vmdk() -> Made {
    let mut bytes = vmdk_header(0x3_0001, 24, 2);
    put(&mut bytes, 1024, &3u32.to_le_bytes());
    put(&mut bytes, 1536, b"\0\0\0\0\x07\0\0\0");
    bytes.resize(3584, 0);
    let packed = compress_to_vec_zlib(&block(6, GRAIN), 6);
    bytes.extend(8u64.to_le_bytes());
    bytes.extend((packed.len() as u32).to_le_bytes());
    bytes.extend(packed);
    let mut disk = vec![0; 3 * GRAIN];
    disk[GRAIN..2 * GRAIN].copy_from_slice(&block(6, GRAIN));
    const FIELDS: &[(usize, usize)] = &[(12, 8), (20, 8), (44, 4), (1540, 4), (3584, 8), (3592, 4)];
    Made { name: "stream.vmdk", bytes, disk, mend: no_checksum, fields: FIELDS.to_vec() }
}

pub fn adler(bytes: &[u8]) -> [u8; 4] {
    let (mut a, mut b) = (1u32, 0u32);
    for byte in bytes {
        a = (a + u32::from(*byte)) % 65_521;
        b = (b + a) % 65_521;
    }
    (b << 16 | a).to_le_bytes()
}

/// Where sections of the image lie, and what else has a checksum: where that covers from and to.
const SECTIONS: [usize; 4] = [13, 1141, E01_TABLE, E01_DONE];
const E01_DATA: usize = 1141 + 76;
const E01_TABLE: usize = E01_DATA + 4096 + 4 + 4096 + 4;
const E01_DONE: usize = E01_TABLE + 76 + 24 + 8 + 4;

fn e01_sums(bytes: &mut [u8]) {
    let volume = (13 + 76, 13 + 76 + 1048);
    let table = E01_TABLE + 76;
    let covered = SECTIONS.iter().map(|at| (*at, at + 72));
    for (from, to) in covered.chain([volume, (table, table + 20), (table + 24, table + 32)]) {
        if bytes.len() >= to + 4 {
            let sum = adler(&bytes[from..to]);
            bytes[to..to + 4].copy_from_slice(&sum);
        }
    }
}

fn e01() -> Made {
    let mut bytes = b"EVF\x09\r\n\xff\0\x01\x01\0\0\0".to_vec();
    let ends = [SECTIONS[1], SECTIONS[2], SECTIONS[3], SECTIONS[3]];
    let names: [&[u8]; 4] = [b"volume", b"sectors", b"table", b"done"];
    for ((at, next), name) in SECTIONS.into_iter().zip(ends).zip(names) {
        put(&mut bytes, at, name);
        put(&mut bytes, at + 16, &(next as u64).to_le_bytes());
        put(&mut bytes, at + 24, &(next.saturating_sub(at).max(76) as u64).to_le_bytes());
        bytes.resize(bytes.len().max(at + 76), 0);
    }
    for (at, number) in [(4, 2u32), (8, 8), (12, 512), (16, 16)] {
        put(&mut bytes, 13 + 76 + at, &number.to_le_bytes());
    }
    let disk = [block(7, 4096), block(8, 4096)].concat();
    for (number, chunk) in disk.chunks(4096).enumerate() {
        let at = E01_DATA + number * 4100;
        put(&mut bytes, at, chunk);
        put(&mut bytes, at + 4096, &adler(chunk));
        put(&mut bytes, E01_TABLE + 76 + 24 + number * 4, &(at as u32).to_le_bytes());
    }
    put(&mut bytes, E01_TABLE + 76, &2u32.to_le_bytes());
    e01_sums(&mut bytes);
    const FIELDS: &[(usize, usize)] = &[
        (29, 8),
        (37, 8),
        (97, 4),
        (101, 4),
        (105, 8),
        (1157, 8),
        (1165, 8),
        (E01_TABLE + 16, 8),
        (E01_TABLE + 76, 4),
        (E01_TABLE + 84, 8),
        (E01_TABLE + 100, 4),
        (E01_TABLE + 104, 4),
    ];
    Made { name: "x.E01", bytes, disk, mend: e01_sums, fields: FIELDS.to_vec() }
}

pub fn crc32c(bytes: &[u8]) -> u32 {
    let bit = |crc: u32, _| if crc & 1 == 1 { crc >> 1 ^ 0x82F6_3B78 } else { crc >> 1 };
    !bytes.iter().fold(u32::MAX, |crc, byte| (0..8).fold(crc ^ u32::from(*byte), bit))
}

fn vhdx_sums(bytes: &mut [u8]) {
    for (at, len) in [(64 << 10, 4096), (128 << 10, 4096), (192 << 10, 64 << 10)] {
        let Some(part) = bytes.get_mut(at..at + len) else { continue };
        part[4..8].fill(0);
        let sum = crc32c(part);
        part[4..8].copy_from_slice(&sum.to_le_bytes());
    }
}

fn vhdx() -> Made {
    const MIB: usize = 1 << 20;
    let mut bytes = b"vhdxfile".to_vec();
    for (at, sequence) in [(64 << 10, 1u64), (128 << 10, 2)] {
        put(&mut bytes, at, b"head");
        put(&mut bytes, at + 8, &sequence.to_le_bytes());
        put(&mut bytes, at + 66, &1u16.to_le_bytes());
    }
    let at = 192 << 10;
    put(&mut bytes, at, b"regi\0\0\0\0\x02");
    let blocks = b"\x66\x77\xc2\x2d\x23\xf6\x00\x42\x9d\x64\x11\x5e\x9b\xfd\x4a\x08";
    let metadata = b"\x06\xa2\x7c\x8b\x90\x47\x9a\x4b\xb8\xfe\x57\x5f\x05\x0f\x88\x6e";
    for (row, (id, place)) in [(blocks, MIB), (metadata, 2 * MIB)].into_iter().enumerate() {
        put(&mut bytes, at + 16 + row * 32, id);
        put(&mut bytes, at + 32 + row * 32, &(place as u64).to_le_bytes());
        put(&mut bytes, at + 40 + row * 32, &(MIB as u32).to_le_bytes());
    }
    put(&mut bytes, MIB, &(3 << 20 | 6u64).to_le_bytes());
    put(&mut bytes, MIB + 8, &2u64.to_le_bytes());
    put(&mut bytes, 2 * MIB, b"metadata\0\0\x03");
    let items: [(&[u8; 16], &[u8]); 3] = [
        (
            b"\x37\x67\xa1\xca\x36\xfa\x43\x4d\xb3\xb6\x33\xf0\xaa\x44\xe7\x6b",
            b"\0\0\x10\0\0\0\0\0",
        ),
        (
            b"\x24\x42\xa5\x2f\x1b\xcd\x76\x48\xb2\x11\x5d\xbe\xd8\x3b\xf4\xb8",
            b"\0\0\x20\0\0\0\0\0",
        ),
        (b"\x1d\xbf\x41\x81\x6f\xa9\x09\x47\xba\x47\xf2\x33\xa8\xfa\xab\x5f", b"\0\x02\0\0"),
    ];
    for (row, (id, value)) in items.into_iter().enumerate() {
        let place = (64 << 10) + row * 8;
        put(&mut bytes, 2 * MIB + 32 + row * 32, id);
        put(&mut bytes, 2 * MIB + 48 + row * 32, &(place as u32).to_le_bytes());
        put(&mut bytes, 2 * MIB + 52 + row * 32, &(value.len() as u32).to_le_bytes());
        put(&mut bytes, 2 * MIB + place, value);
    }
    put(&mut bytes, 3 * MIB, &block(9, MIB));
    vhdx_sums(&mut bytes);
    let mut disk = block(9, MIB);
    disk.resize(2 * MIB, 0);
    const FIELDS: &[(usize, usize)] = &[
        ((128 << 10) + 48, 8),
        ((128 << 10) + 68, 4),
        ((128 << 10) + 72, 8),
        ((192 << 10) + 8, 4),
        ((192 << 10) + 32, 8),
        ((192 << 10) + 40, 4),
        ((192 << 10) + 64, 8),
        (MIB, 8),
        (MIB + 8, 8),
        (2 * MIB + 10, 2),
        (2 * MIB + 48, 4),
        (2 * MIB + (64 << 10), 4),
        (2 * MIB + (64 << 10) + 4, 4),
        (2 * MIB + (64 << 10) + 8, 8),
        (2 * MIB + (64 << 10) + 16, 4),
    ];
    Made { name: "x.vhdx", bytes, disk, mend: vhdx_sums, fields: FIELDS.to_vec() }
}

fn gzip() -> Made {
    let disk = [block(10, 70_000), vec![0; 30_000]].concat();
    let mut bytes = b"\x1f\x8b\x08\0\0\0\0\0\0\x03".to_vec();
    bytes.extend(compress_to_vec(&disk, 6));
    let mut sum = crc32fast::Hasher::new();
    sum.update(&disk);
    bytes.extend(sum.finalize().to_le_bytes());
    bytes.extend((disk.len() as u32).to_le_bytes());
    Made { name: "x.gz", bytes, disk, mend: no_checksum, fields: vec![(3, 1), (10, 4), (40, 4)] }
}

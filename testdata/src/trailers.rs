//! What phones append behind a finished picture.

/// One block of Samsung's trailer.
#[derive(Clone, Debug)]
pub struct Block {
    kind: u16,
    bytes: Vec<u8>,
}

impl Block {
    /// A block of that type, such as `0x0a30` for a motion photo's video.
    pub fn new(kind: u16, name: &str, data: &[u8]) -> Self {
        let mut bytes = vec![0, 0];
        bytes.extend(kind.to_le_bytes());
        bytes.extend((name.len() as u32).to_le_bytes());
        bytes.extend(name.as_bytes());
        bytes.extend(data);
        Block { kind, bytes }
    }
}

/// Samsung's trailer: the blocks, their directory, its length, `SEFT`.
///
/// Source: ExifTool, Samsung.pm, "ProcessSamsung".
pub fn samsung(blocks: &[Block]) -> Vec<u8> {
    let mut out: Vec<u8> = blocks.iter().flat_map(|block| block.bytes.clone()).collect();
    let directory_at = out.len();
    out.extend(b"SEFH");
    out.extend(101u32.to_le_bytes());
    out.extend((blocks.len() as u32).to_le_bytes());
    let mut at = 0;
    for Block { kind, bytes } in blocks {
        out.extend([0, 0]);
        out.extend(kind.to_le_bytes());
        out.extend(((directory_at - at) as u32).to_le_bytes());
        out.extend((bytes.len() as u32).to_le_bytes());
        at += bytes.len();
    }
    let len = out.len() - directory_at;
    out.extend((len as u32).to_le_bytes());
    out.extend(b"SEFT");
    out
}

//! Volumes of LUKS with one key slot, the 3rd of version 1 and the 1st of version 2.
//!
//! Source: C. Fruhwirth, "LUKS1 On-Disk Format Specification" 1.2.3; M. Broz, "LUKS2 On-Disk Format Specification" 1.1.4.

use pbkdf2::pbkdf2_hmac;
use sha2::{Digest, Sha256};

use super::{PASSPHRASE, xts};

/// Where the payload of version 1 begins, in bytes.
pub const LUKS1_PAYLOAD: usize = 512 << 10;

/// The same of version 2.
pub const LUKS2_PAYLOAD: usize = 1 << 20;

const KEY_LEN: usize = 64;
const STRIPES: usize = 4000;
const ITERATIONS: u32 = 1000;
const SALT: [u8; 32] = [0x5a; 32];
const DIGEST_SALT: [u8; 32] = [0xa5; 32];

/// Where the stripes lie, in bytes.
const STRIPES_AT: usize = 64 << 10;

fn volume_key() -> Vec<u8> {
    (0..KEY_LEN as u32).map(|at| (at * 37 + 11) as u8).collect()
}

fn derived(secret: &[u8], salt: &[u8], len: usize) -> Vec<u8> {
    let mut key = vec![0; len];
    pbkdf2_hmac::<Sha256>(secret, salt, ITERATIONS, &mut key);
    key
}

fn diffuse(key: &mut [u8]) {
    for (number, block) in (0u32..).zip(key.chunks_mut(32)) {
        let digest = Sha256::digest([&number.to_be_bytes()[..], block].concat());
        block.copy_from_slice(&digest[..block.len()]);
    }
}

/// The key in stripes, encrypted under what comes from the passphrase.
fn stripes() -> Vec<u8> {
    let key = volume_key();
    let mut all: Vec<u8> = (0..KEY_LEN * (STRIPES - 1)).map(|at| ((at * 13) >> 3) as u8).collect();
    let mut last = vec![0; KEY_LEN];
    for stripe in all.chunks_exact(KEY_LEN) {
        last.iter_mut().zip(stripe).for_each(|(byte, other)| *byte ^= other);
        diffuse(&mut last);
    }
    all.extend(last.iter().zip(&key).map(|(last, key)| last ^ key));
    xts::encrypt(&derived(PASSPHRASE.as_bytes(), &SALT, KEY_LEN), 0, &mut all);
    all
}

fn with_payload(mut volume: Vec<u8>, at: usize, plain: &[u8]) -> Vec<u8> {
    let stripes = stripes();
    volume.resize(at, 0);
    volume[STRIPES_AT..STRIPES_AT + stripes.len()].copy_from_slice(&stripes);
    let mut payload = plain.to_vec();
    payload.resize(plain.len().next_multiple_of(512), 0);
    xts::encrypt(&volume_key(), 0, &mut payload);
    volume.extend(payload);
    volume
}

/// A volume of version 1 with these bytes in it; its other slots hold no key.
pub fn luks1(plain: &[u8]) -> Vec<u8> {
    let mut header = vec![0; 592];
    let mut put = |at: usize, bytes: &[u8]| header[at..at + bytes.len()].copy_from_slice(bytes);
    put(0, b"LUKS\xba\xbe\0\x01aes");
    put(40, b"xts-plain64");
    put(72, b"sha256");
    put(104, &((LUKS1_PAYLOAD / 512) as u32).to_be_bytes());
    put(108, &(KEY_LEN as u32).to_be_bytes());
    put(112, &derived(&volume_key(), &DIGEST_SALT, 20));
    put(132, &DIGEST_SALT);
    put(164, &ITERATIONS.to_be_bytes());
    put(168, b"a7b1c9d2-0000-4000-8000-000000000001");
    for slot in 0..8 {
        let at = 208 + slot * 48;
        let state: u32 = if slot == 2 { 0x00ac_71f3 } else { 0xdead };
        put(at, &state.to_be_bytes());
        put(at + 4, &ITERATIONS.to_be_bytes());
        put(at + 8, &SALT);
        put(at + 40, &((STRIPES_AT / 512) as u32).to_be_bytes());
        put(at + 44, &(STRIPES as u32).to_be_bytes());
    }
    with_payload(header, LUKS1_PAYLOAD, plain)
}

/// What the metadata of a volume of version 2 say, to be changed for a test.
#[derive(Clone, Debug)]
pub struct Luks2 {
    /// The metadata, as JSON.
    pub json: String,
    /// The number of its last change.
    pub sequence: u64,
}

impl Default for Luks2 {
    fn default() -> Self {
        let (salt, digest_salt) = (base64(&SALT), base64(&DIGEST_SALT));
        let digest = base64(&derived(&volume_key(), &DIGEST_SALT, 32));
        let json = format!(
            r#"{{"keyslots":{{"0":{{"type":"luks2","key_size":64,"af":{{"type":"luks1","stripes":4000,"hash":"sha256"}},"area":{{"type":"raw","offset":"{STRIPES_AT}","size":"258048","encryption":"aes-xts-plain64","key_size":64}},"kdf":{{"type":"pbkdf2","hash":"sha256","iterations":{ITERATIONS},"salt":"{salt}"}}}}}},"tokens":{{}},"segments":{{"0":{{"type":"crypt","offset":"{LUKS2_PAYLOAD}","size":"dynamic","iv_tweak":"0","encryption":"aes-xts-plain64","sector_size":512}}}},"digests":{{"0":{{"type":"pbkdf2","keyslots":["0"],"segments":["0"],"hash":"sha256","iterations":{ITERATIONS},"salt":"{digest_salt}","digest":"{digest}"}}}},"config":{{"json_size":"12288","keyslots_size":"262144"}}}}"#
        );
        Luks2 { json, sequence: 3 }
    }
}

/// Both headers of a volume of version 2, 16 KiB each.
pub fn luks2_headers(said: &Luks2) -> Vec<u8> {
    const LEN: usize = 16 << 10;
    let mut both = Vec::new();
    for (magic, at) in [(b"LUKS\xba\xbe", 0), (b"SKUL\xba\xbe", LEN)] {
        let mut header = vec![0; LEN];
        let mut put = |at: usize, bytes: &[u8]| header[at..at + bytes.len()].copy_from_slice(bytes);
        put(0, magic);
        put(6, &2u16.to_be_bytes());
        put(8, &(LEN as u64).to_be_bytes());
        put(16, &said.sequence.to_be_bytes());
        put(72, b"sha256");
        put(168, b"a7b1c9d2-0000-4000-8000-000000000002");
        put(256, &(at as u64).to_be_bytes());
        let json = &said.json.as_bytes()[..said.json.len().min(LEN - 4096)];
        put(4096, json);
        let digest = Sha256::digest(&header);
        header[448..480].copy_from_slice(&digest);
        both.extend(header);
    }
    both
}

/// A volume of version 2 with these bytes in it.
pub fn luks2(said: &Luks2, plain: &[u8]) -> Vec<u8> {
    with_payload(luks2_headers(said), LUKS2_PAYLOAD, plain)
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let number = three.iter().fold(0u32, |number, byte| (number << 8) | u32::from(*byte))
            << (8 * (3 - three.len()));
        for digit in 0..4 {
            let value = (number >> (18 - 6 * digit)) & 63;
            text.push(if digit <= three.len() { DIGITS[value as usize] as char } else { '=' });
        }
    }
    text
}

//! The keybag of an encrypted backup, and what its keys encrypt.

use aes::Aes256Enc;
use aes::cipher::{Block, BlockModeEncrypt, InnerIvInit, KeyInit};
use aes_kw::KwAes256;
use cbc::Encryptor;
use pbkdf2::pbkdf2_hmac_array;
use sha1::Sha1;
use sha2::Sha256;

use crate::random::Random;

/// Protection classes of a phone.
const CLASSES: u32 = 11;

/// The keys of a backup.
pub(super) struct Secrets {
    /// The keybag as it is stored.
    pub keybag: Vec<u8>,
    /// The key of each class, from class 1.
    class_keys: Vec<[u8; 32]>,
}

impl Secrets {
    /// The keys of a password: with `first_rounds` of 0 without the first derivation.
    pub fn new(password: &str, first_rounds: u32, last_rounds: u32, random: &mut Random) -> Self {
        let (first_salt, salt) = (random.bytes(20), random.bytes(20));
        let mut secret = password.as_bytes().to_vec();
        if first_rounds > 0 {
            secret = pbkdf2_hmac_array::<Sha256, 32>(&secret, &first_salt, first_rounds).to_vec();
        }
        let wrapping = pbkdf2_hmac_array::<Sha1, 32>(&secret, &salt, last_rounds);
        let mut keybag = Vec::new();
        let mut tag = |name: &str, value: &[u8]| {
            keybag.extend_from_slice(name.as_bytes());
            keybag.extend_from_slice(&(value.len() as u32).to_be_bytes());
            keybag.extend_from_slice(value);
        };
        tag("VERS", &5_u32.to_be_bytes());
        tag("TYPE", &1_u32.to_be_bytes());
        tag("UUID", &random.bytes(16));
        tag("HMCK", &random.bytes(40));
        tag("WRAP", &0_u32.to_be_bytes());
        tag("SALT", &salt);
        tag("ITER", &last_rounds.to_be_bytes());
        if first_rounds > 0 {
            tag("DPWT", &1_u32.to_be_bytes());
            tag("DPIC", &first_rounds.to_be_bytes());
            tag("DPSL", &first_salt);
        }
        let mut class_keys = Vec::new();
        for class in 1..=CLASSES {
            let mut key = [0; 32];
            key.copy_from_slice(&random.bytes(32));
            tag("UUID", &random.bytes(16));
            tag("CLAS", &class.to_be_bytes());
            tag("WRAP", &2_u32.to_be_bytes());
            tag("KTYP", &0_u32.to_be_bytes());
            tag("WPKY", &wrapped(&wrapping, &key));
            class_keys.push(key);
        }
        Secrets { keybag, class_keys }
    }

    /// The number of a class, and a key that it wraps.
    pub fn wrap(&self, class: u32, key: &[u8]) -> Vec<u8> {
        let wrapping = &self.class_keys[class as usize - 1];
        [&class.to_le_bytes()[..], &wrapped(wrapping, key)].concat()
    }
}

fn wrapped(wrapping: &[u8; 32], key: &[u8]) -> Vec<u8> {
    let mut out = [0; 40];
    let written = KwAes256::new(wrapping.into()).wrap_key(key, &mut out);
    written.expect("a key of 32 bytes is wrapped into 40").to_vec()
}

/// Bytes encrypted with AES-256 in CBC mode from zeros, with padding.
pub(super) fn encrypt(key: &[u8], bytes: &[u8]) -> Vec<u8> {
    let padding = 16 - bytes.len() % 16;
    let mut out = Vec::with_capacity(bytes.len() + padding);
    out.extend_from_slice(bytes);
    out.resize(bytes.len() + padding, padding as u8);
    let cipher = Aes256Enc::new_from_slice(key).expect("a key has 32 bytes");
    let mut mode = Encryptor::inner_iv_init(cipher, &Default::default());
    let (blocks, _) = Block::<Aes256Enc>::slice_as_chunks_mut(&mut out);
    mode.encrypt_blocks(blocks);
    out
}

//! A file of an encrypted backup, decrypted where it is read.

use std::sync::{Mutex, PoisonError};

use aes::Aes256Dec;
use aes::cipher::{Block, BlockModeDecrypt, InnerIvInit, KeyInit};
use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;
use cbc::Decryptor;

use super::class_keys::FileKey;

/// Bytes of a block of AES.
pub const BLOCK: u64 = 16;

/// Bytes that are decrypted at once; what one call keeps in memory is some more.
const WINDOW: usize = 64 << 10;

/// The plain bytes of a file. A block depends on itself and the one before it, so that any part is decrypted
/// without the rest: a video of gigabytes costs no memory.
///
/// Source: NIST SP 800-38A, 6.2, with zeros as the initialization vector.
pub struct Decrypted<'b> {
    cipher_text: Box<dyn Bytes + Send + 'b>,
    cipher: Aes256Dec,
    len: u64,
    /// What was decrypted last for a short read; readers of structures ask for few bytes again and again.
    recent: Mutex<Recent>,
}

#[derive(Default)]
struct Recent {
    at: u64,
    plain: Vec<u8>,
}

impl std::fmt::Debug for Decrypted<'_> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Decrypted").field("len", &self.len).finish_non_exhaustive()
    }
}

impl<'b> Decrypted<'b> {
    /// The first `len` plain bytes of what `key` encrypted; all whole blocks where `len` is more than they hold.
    pub fn new(cipher_text: Box<dyn Bytes + Send + 'b>, key: &FileKey, len: u64) -> Self {
        let whole = cipher_text.len() / BLOCK * BLOCK;
        let cipher = Aes256Dec::new(key.bytes().into());
        Decrypted { cipher_text, cipher, len: len.min(whole), recent: Mutex::default() }
    }

    /// Decrypts whole blocks from `at`, which is the beginning of one. `out` is some blocks long.
    fn decrypt(&self, at: u64, out: &mut [u8]) {
        let mut vector = Block::<Aes256Dec>::default();
        if let Some(before) = at.checked_sub(BLOCK) {
            self.cipher_text.read_at(before, &mut vector);
        }
        let mut mode = Decryptor::inner_iv_init(self.cipher.clone(), &vector);
        for (window, part) in out.chunks_mut(WINDOW).enumerate() {
            self.cipher_text.read_at(at + (window * WINDOW) as u64, part);
            let (blocks, _) = Block::<Aes256Dec>::slice_as_chunks_mut(part);
            mode.decrypt_blocks(blocks);
        }
    }

    /// The span of whole blocks around one.
    fn around(&self, at: u64, len: u64) -> Span {
        let end = at.saturating_add(len).div_ceil(BLOCK).saturating_mul(BLOCK);
        let whole = self.cipher_text.len() / BLOCK * BLOCK;
        Span::between(at / BLOCK * BLOCK, end.min(whole))
    }

    /// A read that is short, through what was decrypted last.
    fn read_short(&self, at: u64, out: &mut [u8]) {
        let mut recent = self.recent.lock().unwrap_or_else(PoisonError::into_inner);
        let is_there = |recent: &Recent| {
            let start = usize::try_from(at.checked_sub(recent.at)?).ok()?;
            Some(start..start.checked_add(out.len())?).filter(|part| part.end <= recent.plain.len())
        };
        let part = match is_there(&recent) {
            Some(part) => part,
            None => {
                let around = self.around(at, WINDOW as u64);
                recent.plain.resize(around.len as usize, 0);
                recent.at = around.at;
                self.decrypt(around.at, &mut recent.plain);
                let start = (at - around.at) as usize;
                start..start + out.len()
            }
        };
        match recent.plain.get(part) {
            Some(plain) => out.copy_from_slice(plain),
            None => out.fill(0),
        }
    }
}

impl Bytes for Decrypted<'_> {
    fn len(&self) -> u64 {
        self.len
    }

    fn mapped(&self, _at: u64, _len: usize) -> Option<&[u8]> {
        None
    }

    fn read_at(&self, at: u64, out: &mut [u8]) {
        if out.len() < WINDOW / 2 {
            return self.read_short(at, out);
        }
        // The blocks that are whole in `out` are decrypted in it, those at its ends beside it.
        let head = ((BLOCK - at % BLOCK) % BLOCK) as usize;
        let (first, rest) = out.split_at_mut(head);
        let (whole, last) = rest.split_at_mut(rest.len() / BLOCK as usize * BLOCK as usize);
        let start = at + head as u64;
        if !first.is_empty() {
            self.read_short(at, first);
        }
        self.decrypt(start, whole);
        if !last.is_empty() {
            self.read_short(start + whole.len() as u64, last);
        }
    }

    fn unreadable_in(&self, span: Span) -> Option<Span> {
        let around = self.around(span.at, span.len);
        let needed = Span::between(around.at.saturating_sub(BLOCK), around.end());
        let bad = self.cipher_text.unreadable_in(needed)?;
        // A block that cannot be read spoils the next one too.
        let end = bad.end().div_ceil(BLOCK).saturating_add(1).saturating_mul(BLOCK);
        let spoiled = Span::between(bad.at / BLOCK * BLOCK, end.min(self.len));
        (spoiled.at < span.end() && span.at < spoiled.end()).then_some(spoiled)
    }
}

#[cfg(test)]
mod tests {
    use super::super::class_keys::test_key;
    use super::*;
    use aes::Aes256Enc;
    use aes::cipher::BlockModeEncrypt;
    use cbc::Encryptor;
    use proptest::prelude::*;

    fn encrypted(plain: &[u8]) -> Vec<u8> {
        let cipher = Aes256Enc::new(test_key().bytes().into());
        let mut mode = Encryptor::inner_iv_init(cipher, &Default::default());
        let mut out = plain.to_vec();
        let (blocks, rest) = Block::<Aes256Enc>::slice_as_chunks_mut(&mut out);
        assert!(rest.is_empty());
        mode.encrypt_blocks(blocks);
        out
    }

    fn plain(len: usize) -> Vec<u8> {
        (0..len).map(|at| (at * 7 + at / 251) as u8).collect()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// Any part is what the whole has there.
        #[test]
        fn any_part_is_decrypted_without_the_rest(reads in proptest::collection::vec((0..200_000_usize, 0..150_000_usize), 1..6)) {
            let whole = plain(200_000);
            let cipher_text = encrypted(&whole);
            let file = Decrypted::new(Box::new(&cipher_text[..]), &test_key(), 199_990);
            for (at, len) in reads {
                let len = len.min(199_990_usize.saturating_sub(at));
                let mut out = vec![1; len];
                file.read_at(at.min(199_990) as u64, &mut out);
                prop_assert!(out == whole[at.min(199_990)..][..len], "{} {}", at, len);
            }
        }
    }

    /// Bytes of which one span cannot be read.
    struct Bad<'b>(&'b [u8], Span);

    impl Bytes for Bad<'_> {
        fn len(&self) -> u64 {
            self.0.len() as u64
        }

        fn mapped(&self, _at: u64, _len: usize) -> Option<&[u8]> {
            None
        }

        fn read_at(&self, at: u64, out: &mut [u8]) {
            self.0.read_at(at, out);
        }

        fn unreadable_in(&self, span: Span) -> Option<Span> {
            let meets = self.1.at < span.end() && span.at < self.1.end();
            meets.then_some(self.1)
        }
    }

    #[test]
    fn a_block_that_cannot_be_read_spoils_the_next() {
        let cipher_text = encrypted(&plain(160));
        let bad = Bad(&cipher_text, Span { at: 40, len: 2 });
        let file = Decrypted::new(Box::new(bad), &test_key(), 155);
        let spoiled = Span { at: 32, len: 32 };
        assert_eq!(file.unreadable_in(Span { at: 0, len: 155 }), Some(spoiled));
        assert_eq!(file.unreadable_in(Span { at: 60, len: 2 }), Some(spoiled));
        assert_eq!(file.unreadable_in(Span { at: 0, len: 32 }), None);
        assert_eq!(file.unreadable_in(Span { at: 64, len: 91 }), None);
    }

    #[test]
    fn what_is_no_whole_block_is_left_out() {
        let cipher_text = encrypted(&plain(64));
        let file = Decrypted::new(Box::new(&cipher_text[..50]), &test_key(), 60);
        assert_eq!(file.len(), 48);
        let mut out = [0; 48];
        file.read_at(0, &mut out);
        assert_eq!(out[..], plain(64)[..48]);
    }
}

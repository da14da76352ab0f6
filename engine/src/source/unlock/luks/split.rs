//! Keys that were split, so that no sector of a disk that is left over gives them away.
//!
//! Source: "LUKS1 On-Disk Format Specification" 1.2.3, 2.4 "Anti-forensic splitting".

use zeroize::Zeroizing;

use super::hash::Hash;

/// Stripes of a split key; there is no other number in use.
pub(super) const STRIPES: u32 = 4000;

/// Joins a key of `len` bytes from its stripes; nothing where some of them are missing.
pub(super) fn join(stripes: &[u8], len: usize, hash: Hash) -> Option<Zeroizing<Vec<u8>>> {
    let whole = stripes.get(..len.checked_mul(STRIPES as usize)?)?;
    let mut key = Zeroizing::new(vec![0; len]);
    let mut stripes = whole.chunks_exact(len.max(1)).peekable();
    while let Some(stripe) = stripes.next() {
        key.iter_mut().zip(stripe).for_each(|(byte, other)| *byte ^= other);
        if stripes.peek().is_some() {
            diffuse(&mut key, hash);
        }
    }
    Some(key)
}

/// Lets every byte of a block of one digest depend on all others of it.
fn diffuse(key: &mut [u8], hash: Hash) {
    for (number, block) in (0u32..).zip(key.chunks_mut(hash.len())) {
        let numbered = Zeroizing::new([&number.to_be_bytes()[..], block].concat());
        let digest = hash.digest(&numbered);
        block.copy_from_slice(&digest[..block.len()]);
    }
}

#[cfg(test)]
pub(super) fn split(key: &[u8], hash: Hash) -> Vec<u8> {
    let mut stripes: Vec<u8> =
        (0..key.len() * (STRIPES as usize - 1)).map(|at| (at * 7) as u8).collect();
    let mut last = vec![0; key.len()];
    for stripe in stripes.chunks_exact(key.len()) {
        last.iter_mut().zip(stripe).for_each(|(byte, other)| *byte ^= other);
        diffuse(&mut last, hash);
    }
    last.iter_mut().zip(key).for_each(|(byte, other)| *byte ^= other);
    stripes.extend(last);
    stripes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_comes_back_from_its_stripes() {
        for (len, hash) in
            [(16, Hash::Sha1), (32, Hash::Sha256), (64, Hash::Sha1), (64, Hash::Sha512)]
        {
            let key: Vec<u8> = (0..len).map(|at| (at * 11) as u8).collect();
            let mut stripes = split(&key, hash);
            assert_eq!(*join(&stripes, len, hash).unwrap(), key);
            stripes[5] ^= 1;
            assert_ne!(*join(&stripes, len, hash).unwrap(), key);
            stripes.pop();
            assert_eq!(join(&stripes, len, hash), None);
        }
    }
}

//! PBKDF2, round by round, so that it can be watched and stopped.

use pbkdf2::hmac::{KeyInit, Mac};
use zeroize::Zeroizing;

/// Rounds between two looks at the clock.
const STEP: u32 = 50_000;

/// A key of 32 bytes from a secret, by PBKDF2 with `M`. `watch` is told how many rounds were done since the last
/// time, and says whether to go on; nothing when it did not.
///
/// Source: RFC 8018, 5.2.
pub fn stretch<M: Mac + KeyInit + Clone>(
    secret: &[u8],
    salt: &[u8],
    iterations: u32,
    watch: &mut dyn FnMut(u32) -> bool,
) -> Option<Zeroizing<[u8; 32]>> {
    let keyed = <M as KeyInit>::new_from_slice(secret).ok()?;
    let mut out = Zeroizing::new([0; 32]);
    let block_len = M::output_size();
    for (number, block) in (1_u32..).zip(out.chunks_mut(block_len)) {
        let mut first = keyed.clone();
        first.update(salt);
        first.update(&number.to_be_bytes());
        let mut round = first.finalize().into_bytes();
        block.copy_from_slice(&round[..block.len()]);
        let mut left = iterations.saturating_sub(1);
        while left > 0 {
            let step = left.min(STEP);
            for _ in 0..step {
                let mut next = keyed.clone();
                next.update(&round);
                round = next.finalize().into_bytes();
                block.iter_mut().zip(&round).for_each(|(out, byte)| *out ^= byte);
            }
            left -= step;
            if !watch(step) {
                return None;
            }
        }
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use pbkdf2::hmac::Hmac;
    use pbkdf2::pbkdf2_hmac_array;
    use sha1::Sha1;
    use sha2::Sha256;

    #[test]
    fn it_is_pbkdf2() {
        let salt = b"a salt of some length";
        for rounds in [1, 2, 1000, STEP + 1, 2 * STEP + 7] {
            let mut done = 0;
            let mut watch = |step| {
                done += step;
                true
            };
            let key = stretch::<Hmac<Sha256>>(b"secret", salt, rounds, &mut watch).unwrap();
            assert_eq!(*key, pbkdf2_hmac_array::<Sha256, 32>(b"secret", salt, rounds));
            assert_eq!(done, rounds - 1);
            // Blocks of SHA-1 are shorter than the key.
            let key = stretch::<Hmac<Sha1>>(b"secret", salt, rounds, &mut |_| true).unwrap();
            assert_eq!(*key, pbkdf2_hmac_array::<Sha1, 32>(b"secret", salt, rounds));
        }
    }

    #[test]
    fn it_ends_when_it_is_told_to() {
        let mut steps = 0;
        let mut watch = |_| {
            steps += 1;
            steps < 3
        };
        assert!(stretch::<Hmac<Sha256>>(b"x", b"y", u32::MAX, &mut watch).is_none());
        assert_eq!(steps, 3);
    }
}

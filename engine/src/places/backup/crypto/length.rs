//! How long a decrypted file is.

use afterimage_signatures::Bytes;
use afterimage_signatures::verdict::Span;

use super::class_keys::FileKey;
use super::decrypted::{BLOCK, Decrypted};

/// The length of a decrypted file, and what is odd about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContentLength {
    /// Bytes of its content.
    pub len: u64,
    /// In one clause, what does not fit.
    pub odd: Option<&'static str>,
}

/// How long the content is that `key` encrypted. The padding says so, and so does the database by `size`, which is
/// at times wrong. Where they differ the longer counts, so that nothing is cut off.
pub fn content_length(
    cipher_text: Box<dyn Bytes + Send + '_>,
    key: &FileKey,
    size: Option<u64>,
) -> ContentLength {
    let total = cipher_text.len();
    let whole = total / BLOCK * BLOCK;
    if whole == 0 {
        let odd = (total > 0 || size.is_some_and(|size| size > 0)).then_some("it is cut short");
        return ContentLength { len: 0, odd };
    }
    let plain = Decrypted::new(cipher_text, key, whole);
    let mut last = [0; BLOCK as usize];
    plain.read_at(whole - BLOCK, &mut last);
    let is_read = plain.unreadable_in(Span::between(whole - BLOCK, whole)).is_none();
    // What follows the last whole block is a sign that the rest is missing: no padding is to be expected.
    let padding = (is_read && whole == total).then(|| padding(&last)).flatten();
    let unpadded = padding.map(|padding| whole - padding);
    judge(whole, whole < total, unpadded, size)
}

fn judge(whole: u64, is_cut: bool, unpadded: Option<u64>, size: Option<u64>) -> ContentLength {
    let odd = |len, odd| ContentLength { len, odd: Some(odd) };
    let sound = |len| ContentLength { len, odd: None };
    match (unpadded, size) {
        _ if is_cut => match size {
            Some(size) if size <= whole => odd(size, "its last block is cut"),
            _ => odd(whole, "it is cut short"),
        },
        (Some(unpadded), None) => sound(unpadded),
        (Some(unpadded), Some(size)) if size == unpadded => sound(size),
        // No padding was added, and its end looks like one.
        (_, Some(size)) if size == whole => sound(size),
        (Some(unpadded), Some(size)) if unpadded < size && size < whole => {
            odd(size, "its padding is not what its database says")
        }
        (Some(unpadded), Some(_)) => odd(unpadded, "its database gives another length"),
        (None, Some(size)) if whole - BLOCK <= size && size < whole => {
            odd(size, "its padding is damaged")
        }
        (None, Some(size)) if size > whole => odd(whole, "it is cut short"),
        (None, _) => odd(whole, "its padding is damaged"),
    }
}

/// How many bytes of the last block are padding.
///
/// Source: RFC 5652, 6.3 (PKCS #7).
fn padding(last: &[u8; BLOCK as usize]) -> Option<u64> {
    let len = *last.last()?;
    let start = last.len().checked_sub(usize::from(len))?;
    (len > 0 && last[start..].iter().all(|byte| *byte == len)).then_some(u64::from(len))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(unpadded: Option<u64>, size: Option<u64>, len: u64, is_odd: bool) {
        let found = judge(64, false, unpadded, size);
        assert_eq!((found.len, found.odd.is_some()), (len, is_odd), "{found:?}");
    }

    #[test]
    fn the_longer_counts_where_padding_and_database_differ() {
        check(Some(60), Some(60), 60, false);
        check(Some(60), None, 60, false);
        check(Some(48), Some(48), 48, false);
        check(Some(60), Some(64), 64, false);
        check(None, Some(64), 64, false);
        check(Some(60), Some(62), 62, true);
        check(Some(60), Some(50), 60, true);
        check(Some(60), Some(10), 60, true);
        check(Some(60), Some(1000), 60, true);
        check(None, Some(1000), 64, true);
        check(None, Some(50), 50, true);
        check(None, Some(10), 64, true);
        check(None, None, 64, true);
    }

    #[test]
    fn a_file_that_is_cut_keeps_its_whole_blocks() {
        let cut = |size| judge(64, true, None, size).len;
        assert_eq!((cut(Some(70)), cut(Some(60)), cut(None)), (64, 60, 64));
    }

    #[test]
    fn padding_is_all_of_one_value() {
        let mut last = [7; 16];
        assert_eq!(padding(&last), Some(7));
        last[9] = 6;
        assert_eq!(padding(&last), None);
        assert_eq!(
            (padding(&[16; 16]), padding(&[0; 16]), padding(&[17; 16])),
            (Some(16), None, None)
        );
    }
}

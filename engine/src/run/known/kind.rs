//! Which of several digests of a file is kept.

use crate::model::{DigestKind, KnownDigest};

/// The kinds, from the one that costs least to compare, since it is computed anyway, to the weakest.
const ORDER: [DigestKind; 5] = [
    DigestKind::Blake3,
    DigestKind::Sha256,
    DigestKind::Sha1,
    DigestKind::Md5,
    DigestKind::Dropbox,
];

/// The digest of a file that is kept: the first in [`ORDER`]; digits that may be of two kinds are kept as both.
pub(super) fn kept(digests: &[KnownDigest]) -> impl Iterator<Item = &KnownDigest> {
    let rank = |digest: &&KnownDigest| ORDER.iter().position(|kind| *kind == digest.kind());
    let best = digests.iter().min_by_key(rank).map(KnownDigest::bytes);
    digests.iter().filter(move |digest| Some(digest.bytes()) == best)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_digest_is_kept_and_doubt_keeps_both() {
        let of = |kind: DigestKind, byte: u8| {
            KnownDigest::new(kind, &vec![byte; kind.digest_len()]).unwrap()
        };
        let kinds =
            |digests: &[KnownDigest]| kept(digests).map(|one| one.kind()).collect::<Vec<_>>();
        let (md5, sha1) = (of(DigestKind::Md5, 1), of(DigestKind::Sha1, 2));
        let (sha256, blake3) = (of(DigestKind::Sha256, 3), of(DigestKind::Blake3, 3));
        assert_eq!(kinds(&[md5, sha1]), [DigestKind::Sha1]);
        assert_eq!(kinds(&[sha256, blake3]), [DigestKind::Sha256, DigestKind::Blake3]);
        assert_eq!(kinds(&[sha256, of(DigestKind::Blake3, 4)]), [DigestKind::Blake3]);
        assert!(kinds(&[]).is_empty());
    }
}

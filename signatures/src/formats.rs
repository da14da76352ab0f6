//! The registry, and nothing else.
//!
//! Left out are RAW files whose bytes do not say what they are or where they end: dumps of the
//! sensor without a header, as of Casio's QV and Kodak's C330 and C603, which only their size
//! tells; and Kodak's DC25, DC40 and DC50, whose sensor data no tag names or measures.

macro_rules! formats {
    ($($name:ident),* $(,)?) => {
        $(mod $name;)*

        /// Every format, in the order in which formats that share a magic are tried: the first
        /// that accepts a candidate has it, so the special come before the general.
        pub static ALL: &[&dyn crate::format::Format] = &[$(&$name::Format),*];
    };
}

formats![
    apng, png, jpeg, gif, bmp, ico, pcx, webp, psd, avi, mts, cr3, avif, heic, heif, cr2, iiq, gpr,
    dng, srf, sr2, arw, nrw, nef, pef, srw, hasselblad, erf, mef, mos, dcr, kdc, rwl, rw2, orf,
    raf, crw, mrw, x3f, tiff, mov, m4v, threegp, mp4, jp2, j2k, jxl,
];

/// The format of that name.
pub fn by_name(name: &str) -> Option<&'static dyn crate::format::Format> {
    ALL.iter().copied().find(|format| format.signature().name == name)
}

/// What is said of the formats whose files may have that extension, in any case of letters.
pub fn by_extension(extension: &str) -> impl Iterator<Item = &'static crate::format::Signature> {
    let has = |known: &&str| known.eq_ignore_ascii_case(extension);
    ALL.iter().map(|format| format.signature()).filter(move |one| one.extensions.iter().any(has))
}

/// Whether a file may have `extension`, in lower case, in a name though the format of its bytes gives
/// it the extension `usual`.
pub fn is_alias(extension: &str, usual: &str) -> bool {
    let mut signatures = ALL.iter().map(|format| format.signature());
    signatures.any(|one| one.extensions[0] == usual && one.aliases.contains(&extension))
}

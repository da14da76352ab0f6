//! The registry, and nothing else.

macro_rules! formats {
    ($($name:ident),* $(,)?) => {
        $(mod $name;)*

        /// Every format, in the order in which formats that share a magic are tried: the first
        /// that accepts a candidate has it, so the special come before the general.
        pub static ALL: &[&dyn crate::format::Format] = &[$(&$name::Format),*];
    };
}

formats![
    apng, png, jpeg, cr3, avif, heic, heif, cr2, iiq, gpr, dng, srf, sr2, arw, nrw, nef, pef, srw,
    hasselblad, erf, mef, mos, dcr, kdc, rwl, rw2, orf, raf, crw, mrw, x3f, tiff,
];

/// The format of that name.
pub fn by_name(name: &str) -> Option<&'static dyn crate::format::Format> {
    ALL.iter().copied().find(|format| format.signature().name == name)
}

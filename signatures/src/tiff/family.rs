//! What tells one format from another that shares its container: data.

use super::directory::Directory;
use super::graph::Structure;
use super::header::{Header, Variant};
use super::picture::Picture;
use super::tags;
use crate::format::Signature;
use crate::verdict::{End, ExifBlock, Reject, Span};
use crate::view::View;

/// What must be found before a file is believed to be of the family.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// Any picture.
    Picture,
    /// Sensor data: a colour filter array, or a coding that only cameras use. Without it a file
    /// with a camera's name in it is a picture that somebody developed.
    Sensor,
    /// Sensor data or, where its directory is missing, this tag in the first directory: then the file
    /// is a beginning.
    SensorOr(u16),
    /// A picture of this coding.
    Coding(u64),
    /// Sensor data; where its directory is missing, the family's marks are proof enough of a
    /// beginning.
    Marks,
}

/// What is known of a file beyond its directories.
#[derive(Clone, Debug)]
pub struct Findings {
    /// Its pictures.
    pub pictures: Vec<Picture>,
    /// How the end is known.
    pub end: End,
    /// Further ranges that belong to the file.
    pub metadata: Vec<Span>,
    /// Further Exif blocks.
    pub exif: Vec<ExifBlock>,
}

impl Findings {
    /// Those pictures, in a structure that closes exactly.
    pub fn new(pictures: Vec<Picture>) -> Self {
        Findings { pictures, end: End::Exact, metadata: Vec::new(), exif: Vec::new() }
    }
}

/// Reads a vendor's own tags and puts the findings right.
pub type Vendor = fn(&mut View<'_>, &Structure, &mut Findings);

/// One format of those that are TIFF inside.
pub struct Family {
    /// The format.
    pub signature: &'static Signature,
    /// Its media type.
    pub mime: &'static str,
    /// Which headers its files have.
    pub variants: &'static [Variant],
    /// How tag `Make` begins, in upper case: any of these, or none where this is empty.
    pub makes: &'static [&'static str],
    /// Tags that the first directory has.
    pub required: &'static [u16],
    /// Tags that it has not.
    pub forbidden: &'static [u16],
    /// What tells it apart beyond that.
    pub test: Option<fn(&mut View<'_>, &Directory) -> bool>,
    /// What must be found.
    pub evidence: Evidence,
    /// Reads its own tags.
    pub vendor: Option<Vendor>,
}

impl Family {
    /// A camera's format with the classic header: its sensor data must be there, and it is no DNG.
    pub const fn raw(signature: &'static Signature, mime: &'static str) -> Self {
        Family {
            signature,
            mime,
            variants: &[Variant::Classic],
            makes: &[],
            required: &[],
            forbidden: &[tags::DNG_VERSION],
            test: None,
            evidence: Evidence::Sensor,
            vendor: None,
        }
    }

    /// Whether the first directory may be one of this family.
    pub fn admits(
        &self,
        view: &mut View<'_>,
        header: &Header,
        first: &Directory,
    ) -> Result<(), Reject> {
        let other = |what| Err(Reject::Other { what });
        if !self.variants.contains(&header.variant) {
            return other("header of another format");
        }
        if !self.required.iter().all(|&tag| first.has(tag))
            || self.forbidden.iter().any(|&tag| first.has(tag))
        {
            return other("tags of another format");
        }
        if !self.makes.is_empty() {
            let make = first.text(view, tags::MAKE).unwrap_or_default().to_ascii_uppercase();
            if !self.makes.iter().any(|name| make.starts_with(name)) {
                return other("maker of another format");
            }
        }
        match self.test {
            Some(test) if !test(view, first) => other("marks of another format"),
            _ => Ok(()),
        }
    }
}

//! The formats of one run: those that are built in, and those that a user describes.

pub mod described;
mod unlisted;

use afterimage_signatures::{Format, Group, formats};

pub use unlisted::is_photo_extension;

/// What the format is called of a file that none recognises: it is copied because a file system names it.
pub const UNKNOWN: &str = "unknown";

/// Formats in the order in which they are tried. A format is known by its position.
#[derive(Clone)]
pub struct Registry(Vec<&'static dyn Format>);

impl Default for Registry {
    fn default() -> Self {
        Registry(formats::ALL.to_vec())
    }
}

impl std::fmt::Debug for Registry {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_list().entries(self.names()).finish()
    }
}

impl Registry {
    /// Adds formats after the built-in ones, which are tried first. They live as long as the
    /// program, as the built-in ones do; a user describes a handful.
    pub fn with(mut self, others: Vec<Box<dyn Format>>) -> Self {
        self.0.extend(others.into_iter().map(|format| &*Box::leak(format)));
        self
    }

    /// The formats, in order.
    pub fn formats(&self) -> &[&'static dyn Format] {
        &self.0
    }

    /// Their names, in order.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.0.iter().map(|format| format.signature().name)
    }

    /// The name of the format at `index`; [`UNKNOWN`] where there is none.
    pub fn name(&self, index: usize) -> &'static str {
        self.0.get(index).map_or(UNKNOWN, |format| format.signature().name)
    }

    /// Whether files of the format at `index` are moving pictures.
    pub fn is_video(&self, index: usize) -> bool {
        self.0.get(index).is_some_and(|format| format.signature().group == Group::Video)
    }

    /// Whether files of some format have that extension, in any case of letters.
    pub fn has_extension(&self, extension: &str) -> bool {
        let extensions = self.0.iter().flat_map(|format| format.signature().extensions);
        extensions.into_iter().any(|known| known.eq_ignore_ascii_case(extension))
    }

    /// The same for files of the formats that are `wanted`, by their positions.
    pub fn has_extension_of(&self, wanted: &[bool], extension: &str) -> bool {
        let asked = self.0.iter().zip(wanted).filter(|(_, wanted)| **wanted);
        let extensions = asked.flat_map(|(format, _)| format.signature().extensions);
        extensions.into_iter().any(|known| known.eq_ignore_ascii_case(extension))
    }

    /// For each format, whether `names` asks for it. No names ask for all, and what a user
    /// describes is always asked for.
    pub fn wanted(&self, names: &[&str]) -> Vec<bool> {
        let built_in = formats::ALL.len();
        let asked = |(index, name)| index >= built_in || names.is_empty() || names.contains(&name);
        self.names().enumerate().map(asked).collect()
    }
}

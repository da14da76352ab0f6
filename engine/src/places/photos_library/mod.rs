//! The library of the Photos app of a Mac: a package whose name ends with `.photoslibrary`.

mod library;
mod role;

#[cfg(test)]
mod tests;

pub use library::PhotosLibrary;

//! What a report comes to, in plain words: the one source of what the terminal, the gallery and other views say.
//!
//! [`tell`] makes all of it from what stands before the files of a report. Nothing in it steers a terminal; whoever
//! writes it into another language, such as HTML, escapes it as that language asks.

mod again;
mod facts;
mod found;
mod images;
mod known;
mod left_out;
mod next;
mod not_recovered;
mod paragraph;
mod plain;
mod quantities;
mod tell;
mod unreadable;
mod volumes;

pub use again::{recover, resumed};
pub use facts::{CUT_SHORT, Facts};
pub use found::headline;
pub use images::{image_status, of_images};
pub use known::{is_gap, known_line};
pub use left_out::reasons as left_out;
pub use next::causes;
pub use paragraph::{Paragraph, Topic};
pub use plain::{plain, steers};
pub use quantities::{bytes, count, duration, kinds, kinds_are, percent};
pub use tell::tell;
pub use volumes::{file_system, locked, title};
